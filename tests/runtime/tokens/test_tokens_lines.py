"""Files of texts and ids, line by line."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.errors import InputError, TooLarge, UnreadableInput
from truecopy.limits import DEFAULT_LIMITS, Limits
from truecopy.tokens import Line, given_ids, given_items


def write(folder, name, data):
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def contents(path, limits=DEFAULT_LIMITS):
    return [line.problem or line.content for line in given_items(path, limits)]


def test_every_line_of_a_txt_is_a_text_an_empty_one_too(tmp_path):
    path = write(tmp_path, "texts.txt", "\ufeffgood\r\n\n two \u2028 same line\nlast")
    lines = list(given_items(path, DEFAULT_LIMITS))
    assert [line.content for line in lines] == ["good", "", " two \u2028 same line", "last"]
    assert [line.line for line in lines] == [1, 2, 3, 4]
    assert lines[3].name == f"{path}:4"
    assert given_ids(lines[2]).name == f"{path}:3"


def test_the_name_of_a_file_is_read_like_its_path(tmp_path):
    path = write(tmp_path, "TEXTS.TXT", "a\n")
    assert contents(str(path)) == contents(path) == ["a"]


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_last_line_feed_begins_no_line(tmp_path, end):
    assert contents(write(tmp_path, "t.txt", f"a\nb{end}")) == ["a", "b"]
    assert contents(write(tmp_path, "empty.txt", "")) == []


@settings(deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_characters="\n\r\ufeff", exclude_categories=["Cs"]), max_size=5))
)
def test_lines_come_back_as_they_were_written(tmp_path_factory, texts):
    path = write(tmp_path_factory.mktemp("lines"), "t.txt", "".join(f"{text}\n" for text in texts))
    assert contents(path) == texts


def test_a_jsonl_holds_texts_and_ids(tmp_path):
    path = write(tmp_path, "ids.jsonl", '"a b"\n[3, 0]\n{"text": "c"}\n{"ids": [1]}\n')
    assert contents(path) == ["a b", (3, 0), "c", (1,)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "5",
            """the line holds no sequence: expected "a text", [1, 2], {"text": "..."} or {"ids": [1, 2]}, got 5 - at """,
        ),
        ('{"text": [1]}', "the line holds no sequence"),
        ('{"ids": "ab"}', "the line holds no sequence"),
        ('{"ids": [1], "text": "a"}', "the line holds no sequence"),
        ("", "the line is not valid JSON: Expecting value"),
        ("[1, 2", "the line is not valid JSON"),
        ('{"ids": [1], "ids": [2]}', "key 'ids' stands twice"),
        ("[[[[[1]]]]]", "the line is nested too deeply"),
    ],
)
def test_a_bad_line_is_the_error_of_that_item_alone(tmp_path, line, message):
    path = write(tmp_path, "x.jsonl", f'"before"\n{line}\n"after"\n')
    before, bad, after = given_items(path, DEFAULT_LIMITS)
    assert (before.content, after.content) == ("before", "after")
    with pytest.raises(UnreadableInput) as caught:
        given_ids(bad)
    assert message in str(caught.value)
    assert f"{path}:2" in str(caught.value)


def test_ids_of_a_line_are_checked_like_any_others(tmp_path):
    (line,) = given_items(write(tmp_path, "x.jsonl", "[1, 2.5]"), DEFAULT_LIMITS)
    with pytest.raises(
        InputError, match=r"ids are whole numbers: expected int, got float 2\.5 - at .*x\.jsonl:1, ids\[1\]"
    ):
        given_ids(line)


def test_bytes_that_are_no_utf_8_are_named(tmp_path):
    good, bad = contents(write(tmp_path, "x.txt", b"ok\nab\xe9\n"))
    assert good == "ok"
    assert "the line is not UTF-8: got byte 0xe9 at 2" in str(bad)
    assert "Save the file as UTF-8" in str(bad)


def test_a_line_beyond_the_limit_costs_no_memory_and_not_its_neighbours(tmp_path):
    path = write(tmp_path, "x.txt", "12345678\n" + "x" * 1000 + "\n123456789\n12345678\r\n" + "y" * 11)
    first, second, third, fourth, last = contents(path, Limits(max_line_bytes=8))
    assert (first, fourth) == ("12345678", "12345678")
    assert all(isinstance(one, TooLarge) for one in (second, third, last))
    assert "the line is too long: expected at most 8 bytes" in str(second)
    assert "limits=truecopy.Limits(max_line_bytes=...)" in str(second)


def test_lines_are_read_when_they_are_asked_for(tmp_path):
    path = write(tmp_path, "x.txt", "a\n" * 200_000)
    lines = given_items(path, DEFAULT_LIMITS)
    assert [line.content for line in itertools.islice(lines, 2)] == ["a", "a"]
    lines.close()


def test_a_folder_is_no_file_of_texts(tmp_path):
    folder = tmp_path / "x.txt"
    folder.mkdir()
    with pytest.raises(UnreadableInput, match="the input is not a regular file"):
        given_items(folder, DEFAULT_LIMITS)


def test_a_line_is_frozen():
    with pytest.raises(AttributeError):
        Line("x.txt", 1, "a").line = 2
