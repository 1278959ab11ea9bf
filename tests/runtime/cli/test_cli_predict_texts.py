"""Texts and ids in; labels and texts out."""

from __future__ import annotations

from pathlib import Path

import pytest

tiny = pytest.importorskip("tests.tiny_models")


@pytest.fixture
def writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model that continues the alphabet of `_abcd.`; the current folder holds files of texts and of ids."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts.txt").write_text("abc\nhello\n\nBA\n")
    (tmp_path / "ids.jsonl").write_text('"ab"\n[1, 2]\n{"ids": [3, 9]}\n')
    return tiny.sealed(tmp_path / "writer.onnx", tiny.TOKENS, tiny.WRITER)


@pytest.fixture
def tagger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    weights = 3 * tiny.np.eye(6, 3, dtype=tiny.np.float32)
    return tiny.sealed(tmp_path / "tagger.onnx", tiny.TOKENS, tiny.TAGS, weights=weights)


def test_a_text_itself_is_answered(cli, writer: Path) -> None:
    done = cli("predict", writer, "--text", "a", "--text", "xyz", "--json")
    assert done.code == 1
    good, bad = done.rows
    assert (good["path"], good["given"], good["status"], good["text"]) == (None, "a", "ok", "bcd")
    assert good["finished"] is True
    assert (bad["path"], bad["given"], bad["status"]) == (None, "xyz", "error")
    assert "not in the model's vocabulary" in bad["error"]


def test_each_line_of_a_file_is_an_answer_under_its_number(cli, writer: Path) -> None:
    done = cli("predict", writer, "--text", "c", "texts.txt", "ids.jsonl", "--json")
    assert done.code == 1
    told = [(row["path"], row.get("line"), row.get("text")) for row in done.rows]
    assert told == [
        (None, None, "d"),
        ("texts.txt", 1, "d"),
        ("texts.txt", 2, None),
        ("texts.txt", 3, None),
        ("texts.txt", 4, "bcd"),
        ("ids.jsonl", 1, "cd"),
        ("ids.jsonl", 2, "cd"),
        ("ids.jsonl", 3, None),
    ]
    assert "the sequence is empty" in done.rows[3]["error"]
    assert "an id is out of range: expected 0 to 5, got 9" in done.rows[7]["error"]
    assert "8 sequences, 3 failed" in done.err


def test_a_text_has_its_confidence_and_top_its_steps(cli, tagger: Path) -> None:
    done = cli("predict", tagger, "--text", "_ab", "--top", "2")
    assert done.code == 0
    lines = [
        [cell.strip() for cell in line.split("│")[1:-1]] for line in done.out.splitlines() if "│" in line
    ]
    assert lines[0] == ["_ab", "O NAME PLACE", "0.9094", ""]
    assert lines[1][:3] == ["", "step 0: 'O' 0.9094, 'NAME' 0.0453", ""]
    assert [line[1][:7] for line in lines[1:]] == ["step 0:", "step 1:", "step 2:"]


def test_json_has_the_tokens_with_their_alternatives(cli, tagger: Path) -> None:
    (row,) = cli("predict", tagger, "--text", "ab", "--json", "--top", "2").rows
    assert [token["token"] for token in row["tokens"]] == ["NAME", "PLACE"]
    assert [score["label"] for score in row["tokens"][0]["top"]] == ["NAME", "O"]


def test_an_empty_text_and_one_without_its_end_are_noted(cli, writer: Path, tmp_path: Path) -> None:
    done = cli("predict", writer, "--text", "d")
    assert "the text is empty" in done.out
    task = tiny.replace(tiny.WRITER, decoding=tiny.replace(tiny.WRITER.decoding, max_new=2))
    cut = tiny.sealed(tmp_path / "cut.onnx", tiny.TOKENS, task)
    assert "no stop token ended it" in cli("predict", cut, "--text", "a").out


def test_two_inputs_of_the_graph_are_fed_and_a_cut_is_told(cli, tmp_path: Path) -> None:
    path = tiny.sealed(tmp_path / "m.onnx", tiny.PADDED, tiny.BINARY, mask=True)
    (row,) = cli("predict", path, "--text", "abcabcd", "--json", "--output", "hidden").rows
    assert row["warnings"] == ["cut on the left: 5 of 7 ids are kept"]
    assert len(row["outputs"]["hidden"]) == 6
    (short,) = cli("predict", path, "--text", "a", "--json", "--output", "hidden").rows
    assert [value == 0.0 for (value,) in short["outputs"]["hidden"]] == [False, False, True, True, True, True]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("photo.png", "this model takes sequences, and by its name this is a picture"),
        ("rows.csv", "this model takes sequences, and by its name this is a table"),
        ("folder", "this model takes sequences, and this is a folder"),
        ("hello", "there is no such file: expected a .txt or .jsonl file, got 'hello'"),
        ("no.txt", "the file cannot be read"),
    ],
)
def test_what_is_no_file_of_sequences_is_one_error_row(
    given: str, message: str, cli, writer: Path, tmp_path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n")
    done = cli("predict", writer, given, "--json")
    assert done.code == 1
    (row,) = done.rows
    assert (row["path"], row["status"]) == (given, "error")
    assert message in row["error"]


def test_a_word_that_is_no_file_leads_to_the_option_for_texts(cli, writer: Path) -> None:
    (row,) = cli("predict", writer, "hello", "--json").rows
    assert row["error"].endswith('A text itself is given by --text "..."')


def test_nothing_to_answer_is_a_usage_error(cli, writer: Path) -> None:
    done = cli("predict", writer)
    assert done.code == 2
    assert 'expected .txt or .jsonl files, or --text "..." after the model' in done.err


def test_other_outputs_of_generated_text_are_refused(cli, writer: Path) -> None:
    done = cli("predict", writer, "--text", "a", "--json", "--output", "hidden")
    assert (done.code, done.out) == (2, "")
    assert "the answer takes many passes: no other output belongs to it" in done.err


def test_a_text_of_control_characters_is_not_obeyed(cli, tmp_path: Path) -> None:
    task = tiny.replace(tiny.TAGS, labels=("O", "\x1b[31m", "x\ny"))
    weights = 3 * tiny.np.eye(6, 3, dtype=tiny.np.float32)
    path = tiny.sealed(tmp_path / "m.onnx", tiny.TOKENS, task, weights=weights)
    done = cli("predict", path, "--text", "ab")
    assert "\x1b" not in done.out
    assert "x\N{REPLACEMENT CHARACTER}y" in done.out
