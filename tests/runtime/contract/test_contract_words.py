from __future__ import annotations

import pytest

from truecopy.contract import (
    Binary,
    CenterCrop,
    GraphInput,
    Impute,
    MinMax,
    Multiclass,
    Multilabel,
    OneHot,
    Ordinal,
    Padding,
    Plain,
    Quantity,
    Resize,
    Sequence,
    Standard,
    SwapRB,
    TextPolicy,
    TokensInput,
    UndoLog1p,
    UndoMinMax,
    UndoStandard,
    Values,
)
from truecopy.contract.input_words import (
    graph_input_in_words,
    sequence_in_words,
    table_step_in_words,
    text_policy_in_words,
)
from truecopy.contract.task_words import names_in_words, quantity_in_words, task_parts, undo_in_words
from truecopy.contract.words import in_words


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (
            Resize(rule="short", size=256, kernel="pillow", filter="bicubic", pass_order="horizontal"),
            "resize rule=short size=256 kernel=pillow filter=bicubic pass_order=horizontal",
        ),
        (
            CenterCrop(size=(20, 30), offset="floor", pad_before="ceil", fill=(1, 2, 3)),
            "center_crop size=20 x 30 offset=floor pad_before=ceil fill=1/2/3",
        ),
        (SwapRB(), "swap_rb"),
        (
            Values(chain=(("div", 255.0), ("sub", (0.5, 0.5, 0.5)), ("div", (0.25, 0.5, 1.0)))),
            "values div 255.0, sub 0.5, div 0.25/0.5/1.0",
        ),
        (Values(chain=()), "values 0 to 255 as they are"),
    ],
)
def test_a_step_is_one_line_for_people(step, words):
    assert in_words(step) == words


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Impute(strategy="mean", missing=None, fill=(1.5, 2.0)), "impute mean: empty becomes 1.5, 2"),
        (Impute(strategy="constant", missing=-1, fill=("none",)), "impute constant: -1 becomes 'none'"),
        (Standard(mean=(1.0,), scale=None), "standard: minus 1"),
        (Standard(mean=None, scale=(0.5,)), "standard: divided by 0.5"),
        (Standard(mean=None, scale=None), "standard: as it is"),
        (MinMax(scale=(2.0,), min=(-1.0,), clip=(0.0, 1.0)), "min_max: times 2, plus -1, within 0 to 1"),
        (MinMax(scale=(2.0,), min=(-1.0,), clip=None), "min_max: times 2, plus -1"),
        (
            OneHot(categories=(("a", None), (1, 2)), drop=(0, None), unknown="zeros"),
            "one_hot: x of 'a', empty without 'a'; y of 1, 2; any other is all zeros",
        ),
        (
            Ordinal(categories=(("a", "b"),), unknown="value", unknown_value=-1.0, missing_value=None),
            "ordinal: x of 'a', 'b'; any other becomes -1",
        ),
        (
            Ordinal(categories=(("a", None),), unknown="error", unknown_value=None, missing_value=None),
            "ordinal: x of 'a', empty; any other is an error; empty becomes NaN",
        ),
        (
            Impute(strategy="median", missing=None, fill=tuple(map(float, range(9)))),
            "impute median: empty becomes 0, 1, 2, 3, 4, 5, … (9)",
        ),
    ],
)
def test_a_step_of_a_table_is_told_with_its_columns(step, words):
    assert table_step_in_words(step, ("x", "y")) == words


def test_categories_of_many_columns_are_cut():
    step = OneHot(categories=(("a",),) * 8, drop=(None,) * 8, unknown="error")
    words = table_step_in_words(step, tuple("pqrstuvw"))
    assert words.startswith("one_hot: p of 'a'; q of 'a'; ")
    assert words.endswith("u of 'a'; … 2 columns more; any other is an error")


def test_what_a_text_becomes_is_told():
    policy = TextPolicy(split="words", vocabulary=("<unk>", "a"), unknown=0, lowercase=False)
    assert text_policy_in_words(policy) == (
        "split into words; one that is not in the vocabulary becomes 0 '<unk>'"
    )


def test_what_is_put_around_a_sequence_is_told():
    tokens = TokensInput(
        ids=9, text=None, prefix=(1, 2), suffix=(), max_length=5, truncation="right",
        padding=Padding(side="left", value=8, length=7),
    )  # fmt: skip
    assert sequence_in_words(tokens) == (
        "prefix 1, 2; at most 5 ids, a longer one is cut on the right; padded on the left with 8 to 7"
    )


@pytest.mark.parametrize(
    ("tensor", "words"),
    [
        (
            GraphInput(name="x", dtype="int32", layout="NT", shape=("n", 7), feed="zeros"),
            "x: int32 (n, 7) NT, takes zeros",
        ),
        (GraphInput(name="y", dtype="float64", layout="NF", shape=(1, 3)), "y: float64 (1, 3) NF"),
    ],
)
def test_an_input_of_the_graph_says_what_it_takes(tensor, words):
    assert graph_input_in_words(tensor) == words


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        (Quantity(name="a", unit="kg", clip=(0.0, None)), "a in kg, clipped to 0 or more"),
        (Quantity(name="a", unit=None, clip=(None, 1.5)), "a, without a unit, clipped to 1.5 or less"),
        (Quantity(name="a", unit=None, clip=(None, None)), "a, without a unit"),
    ],
)
def test_a_quantity_is_told_with_its_unit_and_range(quantity, words):
    assert quantity_in_words(quantity) == words


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (UndoStandard(mean=(1.0,), scale=None), "standard: plus 1"),
        (UndoMinMax(min=(0.5,), scale=(2.0,)), "min_max: minus 0.5, divided by 2"),
        (UndoLog1p(), "log1p: exp(y) - 1"),
    ],
)
def test_an_undone_scaling_is_told_as_it_is_computed(step, words):
    assert undo_in_words(step) == words


def test_thresholds_that_are_all_one_are_told_once():
    task = Multilabel(
        activation="none", labels=("a", "b"), label_ids=None, labels_source="s", thresholds=(0.5, 0.5)
    )
    assert dict(task_parts(task)) == {
        "task": "multilabel, activation none: every label from 0.5 on",
        "labels": "2 from s: a, b",
    }


def test_stop_and_ignored_tokens_are_told_by_name():
    task = Sequence(
        activation="none", labels=("a", "b", "."), labels_source="s", layout="TNC",
        decoding=Plain(stop=2, ignore=(0, 1)), joiner="",
    )  # fmt: skip
    assert dict(task_parts(task))["decoding"] == (
        "plain: the best token of every step; the first '.' (2) ends the text; left out: 'a' (0), 'b' (1)"
    )


def test_classes_are_told_as_before():
    task = Multiclass(
        activation="softmax",
        labels=tuple("abcde"),
        label_ids=None,
        labels_source="s",
        threshold=0.5,
        temperature=2.0,
    )
    assert dict(task_parts(task)) == {
        "task": "multiclass, activation softmax, threshold 0.5, temperature 2.0",
        "labels": "5 from s: a, b, c, d, …",
    }
    assert names_in_words(task) == "5 classes"


def test_the_positive_label_is_told_wherever_it_stands():
    task = Binary(activation="softmax", labels=("bad", "good"), labels_source="s", positive=0, threshold=0.25)
    assert dict(task_parts(task))["task"] == (
        "binary, activation softmax: 'bad' where P(bad) is at least 0.25, else 'good'"
    )
    assert names_in_words(task) == "2 classes"
