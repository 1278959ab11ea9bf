from __future__ import annotations

from pathlib import Path

import pytest

from truecopy.contract.strict_yaml import line_numbers, parse_yaml, read_bounded, utf8
from truecopy.errors import RecipeError, StrategyError


def test_plain_data_is_read() -> None:
    assert parse_yaml(b"a: [1, 2.5, x]\nb: {c: yes}\n", "f", StrategyError) == {
        "a": [1, 2.5, "x"],
        "b": {"c": True},
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: {c: 1, c: 2}\n", "key 'c' stands twice, line 2"),
        ("a: &x [1]\nb: *x\n", "aliases are not read, line 2"),
        ("a: !!python/object:os.system {}\n", "could not determine a constructor"),
        ("a: [1\n", "expected ',' or ']'"),
        ("[a]: 1\n? [b]\n: 2\n", "unhashable"),
        ("[" * 5000, ""),
    ],
)
def test_what_is_no_strict_yaml_is_refused_as_the_readers_error(text: str, message: str) -> None:
    for refusal in (StrategyError, RecipeError):
        with pytest.raises(refusal, match=r"^not valid YAML: .* - at f\.yaml$") as caught:
            parse_yaml(text, "f.yaml", refusal)
        assert message in str(caught.value)


@pytest.mark.parametrize("data", ["a: [1\n", b"a: [1\n", "a: \0", b"a: \x01"])
def test_a_slip_is_told_with_the_files_name(data: str | bytes) -> None:
    with pytest.raises(StrategyError, match=r'in "f\.yaml", (line 1|position 3)') as caught:
        parse_yaml(data, "f.yaml", StrategyError)
    assert "string>" not in str(caught.value)


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"12345")
    assert read_bounded(path, "the settings", "the file", 5, StrategyError) == b"12345"
    with pytest.raises(StrategyError, match=rf"^the file is too long: expected at most 4 bytes - at {path}$"):
        read_bounded(path, "the settings", "the file", 4, StrategyError)
    with pytest.raises(StrategyError, match="the settings cannot be read: got No such file or directory"):
        read_bounded(tmp_path / "absent", "the settings", "the file", 5, StrategyError)
    with pytest.raises(StrategyError, match=r"the settings cannot be read: got .*null"):
        read_bounded(Path("a\0b"), "the settings", "the file", 5, StrategyError)


def test_text_is_utf8_with_or_without_its_mark() -> None:
    assert utf8(b"\xef\xbb\xbfa", "no text", "f", StrategyError) == "a"
    with pytest.raises(StrategyError, match=r"^no text: got byte 0xff at 1 - at f$"):
        utf8(b"a\xff", "no text", "f", StrategyError)


def test_every_key_and_item_has_its_line() -> None:
    text = "a: 1\nb:\n  c: [x,\n    y]\n  d: {e: 2}\n"
    assert line_numbers(text) == {
        "$.a": 1,
        "$.b": 2,
        "$.b.c": 3,
        "$.b.c[0]": 3,
        "$.b.c[1]": 4,
        "$.b.d": 5,
        "$.b.d.e": 5,
    }
