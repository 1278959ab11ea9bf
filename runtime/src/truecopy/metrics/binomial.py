"""How large a share may be, when k of n items showed it."""

from __future__ import annotations

import math

import numpy as np

from truecopy.errors import InputError

LEVEL = 0.95

_AT_ONCE = 4096
_NEGLIGIBLE = 1e-18


def upper_bound(k: int, n: int, level: float = LEVEL) -> float:
    """The largest share under which at most `k` of `n` items are seen with a probability of 1 - level or more.

    Clopper and Pearson 1934, one-sided, which is exact: the quantile `level` of Beta(k + 1, n - k). Good to 1e-12 up to a
    million items.

    Raises:
        InputError: no items, k outside 0 to n, or a level outside [0.5, 1).
    """
    if n < 1 or not 0 <= k <= n:
        raise InputError("a share needs items", expected="0 <= k <= n and n >= 1", got=f"k {k}, n {n}")
    _check_level(level)
    if k == n:
        return 1.0
    rest = math.log1p(-level)
    if k == 0:
        return -math.expm1(rest / n)
    # At k / n the tail is a half or more, and it falls with the share.
    low, high = k / n, 1.0
    while True:
        middle = (low + high) / 2
        if not low < middle < high:
            return high
        if _log_tail(k, n, middle) > rest:
            low = middle
        else:
            high = middle


def needed(budget: float, level: float = LEVEL) -> int:
    """The fewest items, none of which may show it, after which the share is at most `budget`: upper_bound(0, n) <= budget.

    Raises:
        InputError: a budget outside (0, 1], or a level outside [0.5, 1).
    """
    _check_level(level)
    if not 0 < budget <= 1:
        raise InputError(
            "no number of items shows a share of 0", expected="above 0, at most 1", got=f"{budget:g}"
        )
    if budget == 1:
        return 1
    count = max(math.ceil(math.log1p(-level) / math.log1p(-budget)), 1)
    # The quotient may be rounded across a whole number.
    while upper_bound(0, count, level) > budget:
        count += 1
    while count > 1 and upper_bound(0, count - 1, level) <= budget:
        count -= 1
    return count


def _check_level(level: float) -> None:
    if not 0.5 <= level < 1:
        raise InputError("a level of confidence", expected="0.5 or more, below 1", got=f"{level:g}")


def _log_tail(k: int, n: int, p: float) -> float:
    """Ln P(X <= k) of Binomial(n, p) for 0 < k < n and p >= k / n: terms from k down, each smaller than the one above."""
    total, last, above = 1.0, 1.0, k
    while above > 0 and last > _NEGLIGIBLE * total:
        places = np.arange(above, max(above - _AT_ONCE, 0), -1, dtype=np.float64)
        terms = last * np.cumprod(places / (n - places + 1) * ((1 - p) / p))
        total += float(terms.sum())
        last, above = float(terms[-1]), above - len(places)
    return _log_term(k, n, p) + math.log(total)


def _log_term(k: int, n: int, p: float) -> float:
    """Ln P(X = k) by differences that stay small, where those of log-factorials of a million lose nine digits.

    Source: Loader 2000, Fast and Accurate Computation of Binomial Probabilities.
    """
    rest = n - k
    return (
        _stirling_error(n) - _stirling_error(k) - _stirling_error(rest)
        - _deviance(k, n * p) - _deviance(rest, n * (1 - p))
        + 0.5 * math.log(n / (2 * math.pi * k * rest))
    )  # fmt: skip


def _stirling_error(n: int) -> float:
    """Ln n! less Stirling's formula."""
    if n < 16:
        return math.lgamma(n + 1) - (n + 0.5) * math.log(n) + n - 0.5 * math.log(2 * math.pi)
    return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / n**2) / n**2) / n**2) / n


def _deviance(count: int, mean: float) -> float:
    """Count * ln(count / mean) + mean - count."""
    off = (mean - count) / count
    logarithm = math.log1p(off) if off > -0.5 else math.log(mean / count)
    return count * (off - logarithm)
