import json
from pathlib import Path

import pytest
import yaml

from seqkd import configdoc
from seqkd.config import Config
from seqkd.config.mistakes import classes
from seqkd.losses import NAMES, settings_of
from seqkd.settings import Settings

ROOT = Path(__file__).parents[1]
HINT = "the docs are behind the classes; run `python -m seqkd.configdoc`"


def sections(root: type[Settings] = Config) -> set[type[Settings]]:
    found = {root}
    for field in root.model_fields.values():
        for one in classes(field.annotation):
            if one not in found:
                found |= sections(one)
    return found


def test_docs_agree_with_the_classes() -> None:
    assert (ROOT / "docs/config.md").read_text(encoding="utf-8") == configdoc.page(), HINT
    assert json.loads((ROOT / "docs/config.schema.json").read_text(encoding="utf-8")) == configdoc.schema(), HINT


@pytest.mark.parametrize("section", sorted(sections(), key=lambda one: one.__name__), ids=lambda one: one.__name__)
def test_every_field_is_described_and_on_the_page(section: type[Settings]) -> None:
    page = configdoc.page()
    for key, field in section.model_fields.items():
        assert field.description or "sha256" in key, f"{section.__name__}.{key} has no description"
        if section.__name__ not in ("LocalFile", "WebFile"):  # described with the keys that hold them
            assert f"| `{key}` |" in page


def test_every_objective_describes_its_own_settings() -> None:
    for name in NAMES:
        assert all(field.description for field in settings_of(name).model_fields.values()), name


def test_the_page_shows_bounds_defaults_and_choices() -> None:
    page = configdoc.page()
    assert "| `dropout` | number ≥ 0, < 1 | `0.1` |" in page
    choices = ("gold", "seq-kd", "seq-inter", "best-chrf", "ranked", "samples", "mbr", "seq-kd+gold", "ranked+gold")
    assert f'| `targets` | {", ".join(f"`{one}`" for one in choices)} | `"gold"` |' in page
    assert "| `corpus` | section | needed |" in page


@pytest.mark.parametrize("file", ["config.yaml", "tests/workflow/toy.yaml"])
def test_the_schema_knows_every_key_of_a_config(file: str) -> None:
    def unknown(value: object, node: dict, where: str) -> list[str]:
        """Keys of a config that the schema would refuse."""
        branches = [node, *node.get("anyOf", []), *node.get("oneOf", [])]
        known = [whole["$defs"][one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one for one in branches]
        if not isinstance(value, dict):
            return []
        found = []
        for key, inner in value.items():
            fitting = [one["properties"][key] for one in known if key in one.get("properties", {})]
            fitting += [one for node in known for one in node.get("patternProperties", {}).values()]
            fitting += [node["additionalProperties"] for node in known if node.get("additionalProperties")]
            found += [f"{where}.{key}"] if not fitting else []
            found += min((unknown(inner, one, f"{where}.{key}") for one in fitting), key=len, default=[])
        return found

    whole = configdoc.schema()
    content = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
    assert unknown(content, whole, "") == []
    assert unknown(content | {"training": {"updatez": 1}}, whole, "") == [".training.updatez"]
