from __future__ import annotations

import json
from pathlib import Path

import pytest

from truecopy.contract import encode
from truecopy.contract.schema import json_schema

COPY = Path(__file__).parents[3] / "docs" / "contract.schema.json"


def test_the_schema_in_the_documentation_is_the_one_of_the_types():
    assert json.loads(COPY.read_text("utf-8")) == json_schema(), (
        "docs/contract.schema.json is stale; run: .venv/bin/python tools/write_schema.py"
    )


def test_the_example_is_valid_by_the_schema_and_a_changed_one_is_not(contract, changed):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(encode(contract)), schema)
    for text in (
        changed("graph", "sha256", to="short"),
        changed("steps", 0, "filter", to="cubic"),
        changed("extra", to=1),
        changed("task", "labels"),
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(json.loads(text), schema)


def test_the_committed_artifacts_are_valid_by_the_schema():
    jsonschema = pytest.importorskip("jsonschema")
    from truecopy.artifact import skim

    artifacts = sorted((COPY.parents[1] / "artifacts").rglob("*.onnx"))
    assert artifacts
    for path in artifacts:
        jsonschema.validate(json.loads(skim(path).entries["truecopy"]), json_schema())


def test_the_format_page_names_every_field_and_every_allowed_word(format_page):
    def words(node):
        if isinstance(node, dict):
            yield from node.get("properties", {})
            yield from (word for word in node.get("enum", []) if isinstance(word, str))
            for child in node.values():
                yield from words(child)
        elif isinstance(node, list):
            for child in node:
                yield from words(child)

    quoted = {word for text in format_page.split("`")[1::2] for word in [text, *text.split('"')]}
    assert sorted(set(words(json_schema())) - quoted) == []


def test_the_format_page_states_the_limits_of_the_code(format_page):
    from truecopy.artifact.seal import SEAL_BYTES
    from truecopy.artifact.walk import KNOWN_DOMAINS, MAX_AXES, MAX_NESTING, REFUSED_OPERATORS
    from truecopy.limits import MIB, Limits

    limits = Limits()
    for text in (
        f"the last {SEAL_BYTES} bytes",
        f"graphs nested more than {MAX_NESTING} deep",
        f"more than {MAX_AXES} axes",
        f"{limits.max_contract_bytes // MIB} MiB of JSON, {limits.max_contract_depth} levels deep",
        f"{limits.max_golden_bytes // MIB} MiB of JSON",
        f"{limits.max_pixels:,} pixels, {limits.max_bytes // MIB} MiB encoded, {limits.max_jpeg_scans} JPEG scans",
        *(f"`{name}`" for name in [*KNOWN_DOMAINS - {""}, *REFUSED_OPERATORS]),
    ):
        assert text in format_page
