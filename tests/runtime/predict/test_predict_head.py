from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from truecopy.contract import Multiclass
from truecopy.errors import OutputError
from truecopy.predict.heads import activate, decide


def task(count: int = 3, **changes: Any) -> Multiclass:
    fields: dict[str, Any] = {
        "activation": "softmax",
        "labels": tuple(f"label {i}" for i in range(count)),
        "label_ids": None,
        "labels_source": "-",
        "threshold": None,
        "temperature": 1.0,
    }
    return Multiclass(**{**fields, **changes})


def rows(*values: float) -> np.ndarray:
    return np.array([values], np.float32)


@pytest.mark.parametrize("temperature", [1.0, 0.5, 2.5])
def test_softmax_is_the_textbook_one_in_float32(temperature: float) -> None:
    answer = np.random.default_rng(0).normal(scale=9, size=(20, 50)).astype(np.float32)
    got = activate(task(50, temperature=temperature), answer)
    assert got.dtype == np.float32
    for row, made in zip(answer, got, strict=True):
        exponentials = [math.exp(float(x) / temperature) for x in row]
        expected = [e / math.fsum(exponentials) for e in exponentials]
        assert made == pytest.approx(expected, rel=2e-5, abs=1e-9)
        assert float(made.sum()) == pytest.approx(1.0, abs=1e-6)


def test_the_largest_value_is_subtracted_so_that_large_logits_do_not_overflow() -> None:
    assert activate(task(), rows(1000, 999, -1000))[0] == pytest.approx([0.7310586, 0.2689414, 0], abs=1e-6)
    assert activate(task(), rows(3.4e38, 0, -3.4e38)).tolist() == [[1, 0, 0]]


def test_a_higher_temperature_is_less_certain_and_keeps_the_order() -> None:
    hot, cold = (activate(task(temperature=t), rows(1, 3, 2))[0] for t in (5.0, 1.0))
    assert hot.max() < cold.max()
    assert np.argsort(hot).tolist() == np.argsort(cold).tolist()


@pytest.mark.parametrize(("bad", "activation"), [(math.nan, "softmax"), (math.inf, "softmax"),
                                                (math.nan, "none"), (math.inf, "none"), (-math.inf, "none")])  # fmt: skip
def test_nan_and_infinity_are_errors(bad: float, activation: str) -> None:
    with pytest.raises(OutputError, match="the graph answered with NaN or infinity: expected finite numbers"):
        activate(task(activation=activation), rows(0, bad, 1))


def test_a_class_of_minus_infinity_cannot_be() -> None:
    """A mask in the graph: its probability is 0, as `torch.softmax` says, and the others share the rest."""
    assert activate(task(), rows(0, -math.inf, 0)).tolist() == [[0.5, 0, 0.5]]
    with pytest.raises(
        OutputError, match="rules every outcome out: expected a finite number, got -infinity only"
    ):
        activate(task(), rows(-math.inf, -math.inf, -math.inf))


@pytest.mark.parametrize("temperature", [1e-38, 1e-300])
def test_a_temperature_that_overflows_is_an_error_and_no_nan(temperature: float) -> None:
    with pytest.raises(OutputError, match=f"divided by the temperature {temperature} is no number"):
        activate(task(temperature=temperature), rows(0, 10, 1))


def test_float16_answers_become_float32_before_the_softmax() -> None:
    answer = np.array([[1, 2, 3.5]], np.float16)
    assert np.array_equal(activate(task(), answer), activate(task(), answer.astype(np.float32)))


def test_activation_none_takes_the_answer_as_it_is_in_memory_of_its_own() -> None:
    answer = rows(0.25, 0.5, 0.25)
    got = activate(task(activation="none"), answer)
    assert np.array_equal(got, answer)
    assert not np.shares_memory(got, answer)


def test_rows_do_not_depend_on_their_neighbours() -> None:
    answer = np.random.default_rng(1).normal(size=(9, 7)).astype(np.float32)
    together = activate(task(7), answer)
    assert all(np.array_equal(activate(task(7), answer[i : i + 1])[0], together[i]) for i in range(9))


def test_ties_go_to_the_lower_index() -> None:
    result = decide(task(5), np.array([0.1, 0.3, 0.1, 0.3, 0.2], np.float32), "x", (), 1)
    assert (result.index, result.label) == (1, "label 1")
    assert [score.index for score in result.top] == [1, 3, 4, 0, 2]


@pytest.mark.parametrize(("threshold", "accepted"), [(None, True), (0.5, True), (0.50001, False), (0.0, True), (1.0, False)])  # fmt: skip
def test_a_confidence_that_reaches_the_threshold_is_accepted(threshold: float | None, accepted: bool) -> None:
    row = np.array([0.5, 0.25, 0.25], np.float32)
    assert decide(task(threshold=threshold), row, "x", (), 1).accepted is accepted


@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.7, 1 / 3, 0.9999])
def test_a_threshold_is_reached_by_the_float32_of_the_same_number(threshold: float) -> None:
    """float32(0.7) is 0.69999999 in float64: compared there, 0.7 would not reach 0.7."""
    row = np.array([threshold, 0, 0], np.float32)
    below = np.nextafter(row, np.float32(-1))
    assert decide(task(threshold=threshold), row, "x", (), 1).accepted
    assert not decide(task(threshold=threshold), below, "x", (), 1).accepted


def test_labels_may_repeat_and_the_index_tells_them_apart() -> None:
    result = decide(task(2, labels=("crane", "crane")), np.array([0.25, 0.75], np.float32), "x", (), 1)
    assert [(score.label, score.index) for score in result.top] == [("crane", 1), ("crane", 0)]
