"""The stated activation against the graph's end and the range of its outputs."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from tests.export.proof.small_members import ILL, POINTS, SPELLED, TAGS

from truecopy.contract import Multiclass
from truecopy.errors import RecipeError
from truecopy_export.proof import Seen, activation_notes, check_activation

PETS = Multiclass(activation="softmax", labels=("cat", "dog"), label_ids=None, labels_source="list",
                  threshold=None, temperature=1.0)  # fmt: skip
PAIR = msgspec.structs.replace(ILL, activation="softmax")


def stated(task, activation):
    return msgspec.structs.replace(task, activation=activation)


def seen(*rows):
    return Seen.of(np.float32(row) for row in rows)


LOGITS = seen([2, -3], [5, 1])
SUMMING = seen([0.2, 0.8], [0.5, 0.5])
INSIDE = seen([0.2, 0.9], [0.1, 0.3])
STEPS = seen([[0.2, 0.7, 0.1], [1, 0, 0]])
SPREAD = seen(*np.linspace(0.01, 0.99, 8)[:, np.newaxis])
CLOSE = seen(*np.linspace(0.3, 0.6, 20)[:, np.newaxis])


@pytest.mark.parametrize(
    ("task", "rows", "ending"),
    [
        (PETS, LOGITS, None),
        (PETS, LOGITS, "LogSoftmax"),
        (PAIR, LOGITS, None),
        (PETS, INSIDE, None),
        (SPELLED, seen([[2, -3, 0]]), "LogSoftmax"),
        (ILL, seen([3], [-2]), None),
        (ILL, CLOSE, None),
        (ILL, seen([0.01], [0.99]), None),
        (TAGS, LOGITS, None),
        (stated(PETS, "none"), SUMMING, None),
        (stated(PETS, "none"), SUMMING, "Softmax"),
        (stated(SPELLED, "none"), STEPS, None),
        (stated(PAIR, "none"), SUMMING, None),
        (stated(ILL, "none"), SPREAD, "Sigmoid"),
        (stated(TAGS, "none"), INSIDE, None),
        (POINTS, SPREAD, "Sigmoid"),
        (PETS, seen(), None),
        (ILL, SPREAD, "Linear"),
        (TAGS, INSIDE, "Linear"),
        (PETS, SUMMING, "Linear"),
        (SPELLED, STEPS, "Linear"),
        (stated(PAIR, "none"), SUMMING, "Sigmoid"),
    ],
)
def test_what_agrees_passes(task, rows, ending):
    check_activation(task, rows, ending)


SAY = "if they are logits, say so: --activation"
NONE = r"type --activation none \(in Python: activation=\"none\"\)"


@pytest.mark.parametrize(
    ("task", "rows", "ending", "message"),
    [
        (PETS, SUMMING, None, rf"look like probabilities already: every row lies in \[0, 1\] and sums to 1: .*{NONE}; {SAY} softmax$"),
        (PAIR, SUMMING, "Softmax", rf"every row lies in \[0, 1\] and sums to 1: .*a softmax: {NONE}"),
        (SPELLED, STEPS, None, rf"look like probabilities already: every row lies in \[0, 1\] and sums to 1: .*{NONE}; {SAY} softmax$"),
        (PETS, INSIDE, "Softmax", rf"the outputs come out of a softmax already: .*a softmax: {NONE}"),
        (ILL, CLOSE, "Sigmoid", rf"probabilities already: expected logits under activation sigmoid.*a sigmoid: {NONE}"),
        (ILL, SPREAD, None, rf"look like probabilities already: all 8 lie in \[0, 1\], from 0\.01 to 0\.99: .*{NONE}; {SAY} sigmoid$"),
        (PETS, INSIDE, "Sigmoid", "every class comes out of a sigmoid of its own.* leave the sigmoid out; if several .*--task multilabel --activation none$"),
        (stated(PETS, "none"), INSIDE, "Sigmoid", "every class comes out of a sigmoid of its own"),
        (SPELLED, seen([[0.2, 0.7, 0.3]]), "Sigmoid", "every token comes out of a sigmoid of its own.* leave the sigmoid out$"),
        (PAIR, INSIDE, "Sigmoid", "both outputs come out of a sigmoid of their own.*return one output.*--task multilabel --activation none"),
        (stated(PAIR, "none"), INSIDE, "Sigmoid", "both outputs come out of a sigmoid of their own"),
        (PAIR, SUMMING, "Sigmoid", f"The graph ends in a sigmoid: {NONE}$"),
        (TAGS, LOGITS, "LogSoftmax", "its labels exclude one another.*type --task multiclass --activation softmax$"),
        (ILL, seen([-3], [-2]), "LogSoftmax", "ends in the logarithm of a softmax.* return both outputs .* --activation softmax$"),
        (stated(ILL, "none"), seen([-3], [-2]), "LogSoftmax", "ends in the logarithm of a softmax"),
        (ILL, seen([-3], [-2]), "LogSigmoid", "logarithm of a sigmoid.* expected logits or probabilities.* leave the log-sigmoid out$"),
        (TAGS, LOGITS, "LogSigmoid", "logarithm of a sigmoid"),
        (PETS, LOGITS, "LogSigmoid", "logarithm of a sigmoid"),
        (stated(TAGS, "none"), INSIDE, "Linear", "the graph ends in a linear layer, which makes no probabilities.* Type --activation sigmoid$"),
        (stated(PETS, "none"), SUMMING, "Linear", "the graph ends in a linear layer.* Type --activation softmax$"),
        (stated(ILL, "none"), seen([0.5], [1.5]), "Linear", r"the outputs are no probabilities: expected outputs in \[0, 1\]. Type --activation sigmoid$"),
        (TAGS, SUMMING, "Softmax", "its labels exclude one another.*type --task multiclass --activation none"),
        (stated(TAGS, "none"), SUMMING, "Softmax", "its labels exclude one another"),
        (stated(PETS, "none"), INSIDE, None, r"rows in \[0, 1\] that sum to 1. Type --activation softmax$"),
        (stated(PAIR, "none"), LOGITS, None, "Type --activation softmax$"),
        (stated(SPELLED, "none"), seen([[0.2, 0.7, 0.3]]), None, "Type --activation softmax$"),
        (stated(ILL, "none"), seen([0.5], [1.5]), None, r"expected outputs in \[0, 1\]. Type --activation sigmoid$"),
        (stated(TAGS, "none"), LOGITS, None, "Type --activation sigmoid$"),
    ],
)  # fmt: skip
def test_what_contradicts_is_an_error_that_names_the_flag(task, rows, ending, message):
    with pytest.raises(RecipeError, match=message):
        check_activation(task, rows, ending)


def test_few_or_close_outputs_in_0_to_1_are_only_noted():
    (note,) = activation_notes(ILL, CLOSE)
    assert "then type --activation none" in note
    for task, rows, ending in (
        (ILL, CLOSE, "LogSoftmax"),
        (ILL, LOGITS, None),
        (POINTS, CLOSE, None),
        (PETS, INSIDE, None),
    ):
        assert activation_notes(task, rows, ending) == ()
    (shares,) = activation_notes(POINTS, CLOSE, "Softmax")
    assert "If they are classes, type --task multiclass" in shares


@pytest.mark.parametrize(("task", "rows"), [(ILL, SPREAD), (PETS, SUMMING), (SPELLED, STEPS)])
def test_a_guess_by_the_range_is_a_note_where_the_activation_was_said(task, rows):
    check_activation(task, rows, None, stated=True)
    (note,) = activation_notes(task, rows)
    assert note.endswith(f"a second {task.activation} changes its answers; then type --activation none")
    assert activation_notes(task, rows, "Linear") == ()


@pytest.mark.parametrize(("task", "rows", "ending"), [(ILL, SPREAD, "Sigmoid"), (PETS, SUMMING, "Softmax"),
                                                      (PETS, INSIDE, "Sigmoid")])  # fmt: skip
def test_what_the_graph_shows_is_an_error_whatever_was_said(task, rows, ending):
    with pytest.raises(RecipeError):
        check_activation(task, rows, ending, stated=True)
