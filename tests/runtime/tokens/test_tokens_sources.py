"""What may be a sequence, and what is refused with the next step."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from truecopy.errors import InputError, Unsupported
from truecopy.limits import DEFAULT_LIMITS
from truecopy.tokens import given_ids, given_items


@pytest.mark.parametrize(
    "source",
    [[3, 0, 2], (3, 0, 2), np.array([3, 0, 2]), np.array([3, 0, 2], np.uint8), [np.int32(3), 0, np.int64(2)]],
)
def test_ids_are_taken_from_lists_tuples_and_arrays_of_integers(source):
    found = given_ids(source)
    assert (found.name, found.content) == ("<ids>", (3, 0, 2))
    assert all(type(one) is int for one in found.content)


def test_a_text_is_a_text_even_where_it_looks_like_a_file():
    assert given_ids("texts.txt").content == "texts.txt"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ([1, True], "ids are whole numbers: expected int, got bool True - at <ids>, ids[1]. Give the ids themselves"),
        ([0, 2.0], "ids are whole numbers: expected int, got float 2.0 - at <ids>, ids[1]"),
        ([[1, 2]], ("this is a list of sequences, not one sequence: expected a list of ids, got list in it - at <ids>, ids[0]. "
                   "Many at once: model.predict([...])")),
        (["a", "b"], "this is a list of texts, not one sequence"),
        (np.zeros((2, 3), np.int64), ("a sequence of ids has one axis: got int64 array of shape (2, 3). One row: model(ids[0]); "
                                     "all of them: model.predict(ids)")),
        (np.zeros((8, 9, 3), np.uint8), "got uint8 array of shape (8, 9, 3). This model takes a text or token ids"),
        (np.zeros(3), "ids are whole numbers: expected an array of integers, got float64 array"),
        (np.zeros(3, bool), "ids are whole numbers: expected an array of integers, got bool array"),
        (Image.new("RGB", (3, 2)), ("this is no sequence of tokens: expected a text, or a list of ids, got Image. This model "
                                   "reads sequences of tokens; it takes no pictures and no rows of a table")),
        (b"\xff\xd8", "got bytes. A text: source.decode('utf-8'). A photograph: this model does not take any"),
        ({"input_ids": [1]}, "got dict. Of a tokenizer's answer pass its ids: source['input_ids']"),
        (7, "this is no sequence of tokens: expected a text, or a list of ids, got int"),
        (None, "got NoneType"),
        (Path("some") / "texts.txt", "this is a file, not one sequence"),
    ],
)  # fmt: skip
def test_what_is_no_sequence_is_refused_with_the_next_step(source, message):
    with pytest.raises(Unsupported) as caught:
        given_ids(source)
    assert message in str(caught.value)


def test_a_tensor_is_told_to_become_a_list():
    torch = pytest.importorskip("torch")
    with pytest.raises(Unsupported, match=r"got Tensor\. Pass source\.tolist\(\)"):
        given_ids(torch.tensor([1, 2]))


def many(sources):
    return [given_ids(one).content for one in given_items(sources, DEFAULT_LIMITS)]


def test_many_are_gone_through_one_by_one():
    assert many(["ab", [1, 2]]) == ["ab", (1, 2)]
    assert many(one for one in ("a", "b")) == ["a", "b"]
    assert many(np.array([[1, 2], [3, 4]])) == [(1, 2), (3, 4)]
    assert many(np.array(["good", "bad"])) == ["good", "bad"]
    assert many([]) == []


@pytest.mark.parametrize(
    ("sources", "got"),
    [
        ("hello", "a text, or the name of a file that is not .txt or .jsonl"),
        ([1, 2, 3], "a list of ids"),
        (np.arange(3), "an array of shape (3,)"),
        (b"ab", "bytes"),
        ({"ids": [1]}, "dict"),
        (5, "int"),
    ],
)
def test_one_sequence_is_no_list_of_them(sources, got):
    with pytest.raises(Unsupported) as caught:
        given_items(sources, DEFAULT_LIMITS)
    assert str(caught.value) == (
        "this is no list of sequences: expected an iterable of texts or lists of ids, a 2-D array of ids, or a .txt or "
        f".jsonl file, got {got}. Put one sequence into a list: [source]"
    )


def test_a_table_is_refused_as_its_column_names_would_be_read():
    pandas = pytest.importorskip("pandas")
    with pytest.raises(Unsupported, match=r"got DataFrame\. Pass one column: frame\['text'\]"):
        given_items(pandas.DataFrame({"text": ["a"]}), DEFAULT_LIMITS)
    assert many(pandas.Series(["a", "b"])) == ["a", "b"]


def test_a_photograph_is_no_file_of_sequences(tmp_path):
    with pytest.raises(
        Unsupported, match=r"one JSON value a line\): got 'cat\.jpg'\. Save the texts one a line"
    ):
        given_items(tmp_path / "cat.jpg", DEFAULT_LIMITS)


def test_a_missing_file_is_an_error_at_once(tmp_path):
    with pytest.raises(InputError, match=r"the file cannot be read: got FileNotFoundError"):
        given_items(tmp_path / "no.txt", DEFAULT_LIMITS)
