"""Log loss of logits under a temperature, its slope, and how sure the answers are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from truecopy.metrics.plain import Array

# Items at a time, so that a large set is not copied to float64 at once.
_AT_ONCE = 4096


def log_loss_at(logits: Array, truth: Array, sharpness: float) -> float:
    """The mean of -ln of the probability of the truth (n,) when the logits are multiplied by `sharpness`, 1 / temperature.

    By the logarithm of the sum of exponentials, so that a small probability does not become 0.
    """
    total = 0.0
    for behind, own in _behind(logits, truth):
        total += float((np.log(np.exp(behind * sharpness).sum(axis=1)) - own * sharpness).sum())
    return total / len(truth)


def slope_at(logits: Array, truth: Array, sharpness: float) -> float:
    """The derivative of `log_loss_at` by the sharpness: the mean of the expected logit less the true one. It never falls."""
    total = 0.0
    for behind, own in _behind(logits, truth):
        weights = np.exp(behind * sharpness)
        # A class that is ruled out weighs nothing, and 0 * -infinity would be no number.
        expected = (weights * np.where(weights > 0, behind, 0)).sum(axis=1) / weights.sum(axis=1)
        total += float((expected - own).sum())
    return total / len(truth)


def confidence_at(logits: Array, truth: Array, sharpness: float) -> Array:
    """The probability of the most probable class, float64 (n,), when the logits are multiplied by `sharpness`."""
    sums = [np.exp(behind * sharpness).sum(axis=1) for behind, _ in _behind(logits, truth)]
    made: Array = 1 / np.concatenate(sums)
    return made


def _behind(logits: Array, truth: Array) -> Iterator[tuple[Array, Array]]:
    """Blocks of how far each logit, and that of the truth, is behind the largest of its item, float64."""
    for begin in range(0, len(logits), _AT_ONCE):
        block = logits[begin : begin + _AT_ONCE].astype(np.float64)
        block -= block.max(axis=1, keepdims=True)
        yield block, block[np.arange(len(block)), truth[begin : begin + _AT_ONCE]]
