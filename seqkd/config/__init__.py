"""The experiment in one file: typed, checked as a whole, and merged into what each system is trained with.

No stage of the pipeline imports this package; stages get their own sections' settings.
"""

from seqkd.config.load import ConfigError, load
from seqkd.config.sections import Config, StudentSettings, TeacherSettings
from seqkd.config.systems import System, Systems

__all__ = ["Config", "ConfigError", "StudentSettings", "System", "Systems", "TeacherSettings", "load"]
