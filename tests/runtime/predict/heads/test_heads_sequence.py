from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from truecopy.contract import Ctc, Plain
from truecopy.errors import OutputError
from truecopy.predict.heads import activate, decide

LOGITS = hnp.arrays(np.float32, st.tuples(st.integers(0, 5), st.just(4)),
                    elements=st.sampled_from([-1e4, 1e4, 0.0, 1.0]) | st.floats(-30, 30, width=32))  # fmt: skip
CTC = Ctc(blank=0, collapse=True)


def probabilities(*best: tuple[int, float], tokens: int = 4) -> np.ndarray:
    """A row for each step: (token, its probability), the rest shared by the others."""
    rows = np.array([[(1 - p) / (tokens - 1)] * tokens for _, p in best], np.float32).reshape(-1, tokens)
    for row, (token, p) in zip(rows, best, strict=True):
        row[token] = p
    return rows


@settings(deadline=None)
@given(LOGITS)
def test_every_step_is_a_softmax_of_its_own(sequence, logits):
    made = activate(sequence("-abc"), logits[np.newaxis])[0]
    assert made.dtype == np.float32
    for row, p in zip(logits.astype(np.float64), made, strict=True):
        e = np.exp(row - row.max())
        assert p == pytest.approx(e / e.sum(), rel=2e-5, abs=1e-37)


def test_log_probabilities_come_out_of_a_softmax_as_they_were(sequence):
    given_ = probabilities((1, 0.5), (3, 0.9))
    assert activate(sequence("-abc"), np.log(given_)[np.newaxis])[0] == pytest.approx(given_, rel=1e-6)


def test_the_text_is_that_of_the_best_tokens(sequence):
    row = probabilities((1, 0.5), (3, 0.9), (2, 0.75))
    result = decide(sequence("-abc"), row, "line 1", ("odd",), 1)
    assert result.text == "acb"
    assert [(t.token, t.index, t.step, t.confidence) for t in result.tokens] == [("a", 1, 0, 0.5), ("c", 3, 1, pytest.approx(0.9)), ("b", 2, 2, 0.75)]  # fmt: skip
    assert (result.confidence, result.finished, result.source, result.warnings) == (
        0.5,
        None,
        "line 1",
        ("odd",),
    )


def test_ties_go_to_the_lower_index(sequence):
    assert decide(sequence("-abc"), np.full((1, 4), 0.25, np.float32), "x", (), 1).text == "-"


def test_words_are_joined_by_what_the_contract_says(sequence):
    task = sequence("-", labels=("le", "chat", "dort"), joiner=" ")
    assert decide(task, np.eye(3, dtype=np.float32), "x", (), 1).text == "le chat dort"


def test_a_ctc_token_has_the_confidence_of_the_best_step_of_its_run(sequence):
    row = probabilities((1, 0.5), (1, 0.75), (0, 0.9), (1, 0.6), (2, 0.9), (2, 0.8))
    result = decide(sequence("-abc", CTC), row, "x", (), 1)
    assert result.text == "aab"
    assert [token.step for token in result.tokens] == [1, 3, 4]
    assert [token.confidence for token in result.tokens] == pytest.approx([0.75, 0.6, 0.9])
    assert result.confidence == pytest.approx(0.6)


def test_a_stop_token_ends_the_text_and_is_left_out(sequence):
    row = probabilities((1, 0.9), (3, 0.8), (0, 0.5), (2, 0.4))
    result = decide(sequence("$abc", Plain(stop=0, ignore=(3,))), row, "x", (), 1)
    assert (result.text, result.finished) == ("a", True)
    assert result.confidence == pytest.approx(0.9)
    assert not decide(sequence("$abc", Plain(stop=0, ignore=())), row[:2], "x", (), 1).finished


@pytest.mark.parametrize("row", [np.empty((0, 4), np.float32), probabilities((0, 0.9), (0, 0.6))])
def test_an_empty_text_is_certain(sequence, row):
    result = decide(sequence("-abc", CTC), row, "x", (), 1)
    assert (result.text, result.tokens, result.confidence) == ("", (), 1.0)


def test_the_best_tokens_of_a_step_can_be_asked_for(sequence):
    row = np.array([[0.1, 0.2, 0.5, 0.2], [1, 0, 0, 0]], np.float32)
    result = decide(sequence("-abc"), row, "x", (), 1)
    assert [(score.label, score.index) for score in result.top_k(0, 3)] == [("b", 2), ("a", 1), ("c", 3)]
    assert not result.probabilities.flags.writeable


def test_a_graph_that_ends_in_probabilities_is_taken_as_it_is(sequence):
    answer = probabilities((1, 0.5))[np.newaxis]
    made = activate(sequence("-abc", activation="none"), answer)
    assert np.array_equal(made, answer)
    assert not np.shares_memory(made, answer)


@pytest.mark.parametrize(("activation", "bad"), [("softmax", math.nan), ("softmax", math.inf), ("none", math.nan), ("none", -math.inf)])  # fmt: skip
def test_nan_and_infinity_in_any_step_are_errors(sequence, activation, bad):
    answer = np.zeros((1, 3, 4), np.float32)
    answer[0, 2, 1] = bad
    with pytest.raises(OutputError, match="the graph answered with NaN or infinity"):
        activate(sequence("-abc", activation=activation), answer)


def test_a_token_may_be_ruled_out_and_a_whole_step_may_not(sequence):
    answer = np.zeros((1, 2, 4), np.float32)
    answer[0, 1, :2] = -np.inf
    assert activate(sequence("-abc"), answer)[0, 1].tolist() == [0, 0, 0.5, 0.5]
    answer[0, 1] = -np.inf
    with pytest.raises(OutputError, match="rules every outcome out"):
        activate(sequence("-abc"), answer)
