import json
from pathlib import Path

import pytest
import yaml

from seqkd.config import Config
from seqkd.config.error_messages import classes
from seqkd.distillation import targets
from seqkd.losses import NAMES, settings_of
from seqkd.utils.settings import Settings
from tools import config_docs

ROOT = Path(__file__).parents[1]
HINT = "the docs are out of date; run `python tools/config_docs.py`"


def sections(root: type[Settings] = Config) -> set[type[Settings]]:
    reached = {root}
    for field in root.model_fields.values():
        for cls in classes(field.annotation):
            if cls not in reached:
                reached |= sections(cls)
    return reached


def test_docs_agree_with_the_classes() -> None:
    assert (ROOT / "docs/config.md").read_text(encoding="utf-8") == config_docs.page(), HINT
    assert json.loads((ROOT / "docs/config.schema.json").read_text(encoding="utf-8")) == config_docs.schema(), HINT


@pytest.mark.parametrize("section", sorted(sections(), key=lambda cls: cls.__name__), ids=lambda cls: cls.__name__)
def test_every_field_is_described_and_on_the_page(section: type[Settings]) -> None:
    page = config_docs.page()
    for key, field in section.model_fields.items():
        assert field.description or "sha256" in key, f"{section.__name__}.{key} has no description"
        if section.__name__ not in ("LocalFile", "WebFile"):  # described with the keys that hold them
            assert f"| `{key}` |" in page


def test_every_objective_describes_its_settings() -> None:
    for name in NAMES:
        assert all(field.description for field in settings_of(name).model_fields.values()), name


def test_the_page_shows_bounds_defaults_and_choices() -> None:
    page = config_docs.page()
    assert "| `dropout` | number ≥ 0, < 1 | `0.1` |" in page
    assert f'| `targets` | {", ".join(f"`{kind}`" for kind in ("gold", *targets.NAMES))} | `"gold"` |' in page
    assert "| `corpus` | section | required |" in page


@pytest.mark.parametrize("file", ["config.yaml", "tests/workflow/toy.yaml"])
def test_the_schema_knows_every_key_of_a_config(file: str) -> None:
    def unknown(value: object, node: dict, path: str) -> list[str]:
        """Keys of a config that the schema would refuse."""
        branches = [node, *node.get("anyOf", []), *node.get("oneOf", [])]
        nodes = [root["$defs"][branch["$ref"].rsplit("/", 1)[1]] if "$ref" in branch else branch for branch in branches]
        if not isinstance(value, dict):
            return []
        keys = []
        for key, inner in value.items():
            matches = [node["properties"][key] for node in nodes if key in node.get("properties", {})]
            matches += [values for node in nodes for values in node.get("patternProperties", {}).values()]
            matches += [node["additionalProperties"] for node in nodes if node.get("additionalProperties")]
            keys += [f"{path}.{key}"] if not matches else []
            keys += min((unknown(inner, match, f"{path}.{key}") for match in matches), key=len, default=[])
        return keys

    root = config_docs.schema()
    content = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
    assert unknown(content, root, "") == []
    assert unknown(content | {"training": {"updatez": 1}}, root, "") == [".training.updatez"]
