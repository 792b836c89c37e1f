"""The experiment in one file: typed, validated, and merged into the settings that each system is trained with.

No stage of the pipeline imports this package; each stage receives the settings of its own sections.
"""

from seqkd.config.load import ConfigError, load
from seqkd.config.resolve import System, Systems
from seqkd.config.sections import Config, StudentSettings, TeacherSettings

__all__ = ["Config", "ConfigError", "StudentSettings", "System", "Systems", "TeacherSettings", "load"]
