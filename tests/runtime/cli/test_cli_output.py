from __future__ import annotations

import json

import pytest

from truecopy.cli.output import count, one_line, print_json, printable

MARK = "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("zwölf 十二", "zwölf 十二"),
        ("a\nb", "a\nb"),
        ("a\x1b[31mb", f"a{MARK}[31mb"),
        ("\udcff\udcfe", MARK * 2),
        ("\ud800", MARK),
        ("a\u202eb\u2028", f"a{MARK}b{MARK}"),
        ("\r\0", MARK * 2),
    ],
)
def test_text_is_printable_on_any_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert one_line(text) == shown.replace("\n", MARK)


@pytest.mark.parametrize(("number", "words"), [(0, "0 images"), (1, "1 image"), (2, "2 images")])
def test_one_is_not_many(number: int, words: str) -> None:
    assert count(number, "image") == words


def test_json_is_one_ascii_line_and_gives_every_string_back(capsys: pytest.CaptureFixture[str]) -> None:
    document = {"path": "\udcff\n[red]é", "n": 1.5}
    print_json(document)
    line = capsys.readouterr().out
    assert line.isascii()
    assert line.count("\n") == 1
    assert json.loads(line) == document


def test_nan_never_gets_into_json() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        print_json({"confidence": float("nan")})
