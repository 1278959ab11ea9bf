"""One number that makes a classifier as sure as it is right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from truecopy.errors import InputError
from truecopy.metrics import ece
from truecopy.metrics.plain import Array, indexes, number, shaped

from .likelihood import confidence_at, log_loss_at, slope_at

LEAST, MOST = 0.01, 100.0


@dataclass(frozen=True, slots=True)
class Temperature:
    """value: by which the logits are divided; a float32, as `predict` divides by one. log_loss, ece: of the temperature
    `before` and of `value`, on these items; a log loss is infinite where the graph rules the truth of one out.
    """

    value: float
    before: float
    items: int
    log_loss_before: float
    log_loss_after: float
    ece_before: float
    ece_after: float

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; what is infinite is null."""
        return {
            "value": self.value,
            "before": self.before,
            "items": self.items,
            "log_loss_before": number(self.log_loss_before),
            "log_loss_after": number(self.log_loss_after),
            "ece_before": self.ece_before,
            "ece_after": self.ece_after,
        }


def fit_temperature(logits: Array, truth: Array, *, before: float = 1.0) -> Temperature:
    """The temperature of the least log loss, between 0.01 and 100.

    logits: float (n, classes), as the graph answers; -infinity is a class that it rules out. truth: whole numbers (n,).
    before: the temperature that the model has.

    The log loss is convex in 1 / temperature, so there is one such value, and the slope says on which side it lies.

    Source: Guo et al. 2017, On Calibration of Modern Neural Networks, section 4.2.

    Raises:
        InputError: nothing to fit on; NaN or +infinity; a class that is true and ruled out; all logits of every item equal;
            or the least log loss lies beyond the range: all items are right, or the answers are no better than chance.
    """
    logits, truth = _checked(logits, truth)
    _check_possible(logits, truth)
    _check_within(logits, truth)
    low, high = math.log(1 / MOST), math.log(1 / LEAST)
    while True:
        middle = (low + high) / 2
        # float32 is what is kept: finer steps are not.
        if high - low < 1e-9:
            break
        if slope_at(logits, truth, math.exp(middle)) < 0:
            low = middle
        else:
            high = middle
    return temperature_at(logits, truth, float(np.float32(math.exp(-middle))), before=before)


def temperature_at(logits: Array, truth: Array, value: float, *, before: float = 1.0) -> Temperature:
    """What a temperature does on these items, fitted on them or on others; arguments as `fit_temperature`.

    Raises:
        InputError: no items; NaN or +infinity; or an item with nothing but -infinity.
    """
    logits, truth = _checked(logits, truth)
    return Temperature(
        value=value,
        before=before,
        items=len(truth),
        log_loss_before=log_loss_at(logits, truth, 1 / before),
        log_loss_after=log_loss_at(logits, truth, 1 / value),
        ece_before=_ece(logits, truth, before),
        ece_after=_ece(logits, truth, value),
    )


def _ece(logits: Array, truth: Array, temperature: float) -> float:
    return ece(confidence_at(logits, truth, 1 / temperature), logits.argmax(axis=1) == truth)


def _checked(logits: Array, truth: Array) -> tuple[Array, Array]:
    logits = shaped("logits", np.asarray(logits), None, None)
    truth = indexes("truth", truth, logits.shape[1], len(logits))
    if np.isnan(logits).any() or np.isposinf(logits).any():
        raise InputError(
            "`logits` holds NaN or +infinity", expected="finite numbers, or -infinity for a mask"
        )
    nothing = np.isneginf(logits).all(axis=1)
    if nothing.any():
        raise InputError(
            "the graph rules every class out",
            expected="a finite logit for every item",
            got=f"-infinity only for {nothing.sum()} of {len(truth)} items, the first is {int(nothing.argmax())}",
            fix="Leave these items out",
        )
    return logits, truth


def _check_possible(logits: Array, truth: Array) -> None:
    ruled_out = np.isneginf(logits[np.arange(len(truth)), truth])
    if ruled_out.any():
        raise InputError(
            "the graph rules the true class out, at any temperature",
            expected="a finite logit for the truth of every item",
            got=f"-infinity for {ruled_out.sum()} of {len(truth)} items, the first is {int(ruled_out.argmax())}",
            fix="Correct the labels of these items, or leave them out",
        )


def _check_within(logits: Array, truth: Array) -> None:
    largest = logits.max(axis=1, keepdims=True)
    level = (logits == largest) | np.isneginf(logits)
    right = int((logits.argmax(axis=1) == truth).sum())
    behind_none = logits[np.arange(len(truth)), truth] == largest[:, 0]
    if level.all():
        raise InputError(
            "every item has the same logit for all classes",
            expected="logits that differ",
            fix="Train the model",
        )
    # Where every truth has the largest logit, what is left of the slope may round to 0.
    if behind_none.all() or slope_at(logits, truth, 1 / LEAST) < 0:
        raise InputError(
            "the best temperature is at the end of the range: the surer, the better",
            expected=f"a temperature above {LEAST:g}",
            got=f"{right} of {len(truth)} items right",
            fix="Give more labelled items, with some that the model gets wrong",
        )
    if slope_at(logits, truth, 1 / MOST) > 0:
        raise InputError(
            "the best temperature is at the end of the range: the answers are no better than chance",
            expected=f"a temperature below {MOST:g}",
            got=f"{right} of {len(truth)} items right",
            fix="Check that the labels are in the order of the model",
        )
