from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from truecopy.contract import Binary, Multilabel, Plain, Quantity, Regression, Sequence


@pytest.fixture(scope="session")
def binary() -> Callable[..., Binary]:
    def made(**changes: Any) -> Binary:
        fields = {"activation": "sigmoid", "labels": ("ham", "spam"), "labels_source": "-", "positive": 1, "threshold": 0.5}  # fmt: skip
        return Binary(**{**fields, **changes})

    return made


@pytest.fixture(scope="session")
def multilabel() -> Callable[..., Multilabel]:
    def made(*thresholds: float, **changes: Any) -> Multilabel:
        fields = {"activation": "sigmoid", "labels": tuple(f"label {i}" for i in range(len(thresholds))),
                  "label_ids": None, "labels_source": "-", "thresholds": thresholds}  # fmt: skip
        return Multilabel(**{**fields, **changes})

    return made


@pytest.fixture(scope="session")
def regression() -> Callable[..., Regression]:
    """Of as many quantities as names: `regression("age", "price", undo=(...))`."""

    def made(
        *names: str, undo: tuple[Any, ...] = (), unit: str | None = None, clip: Any = (None, None)
    ) -> Regression:
        values = tuple(Quantity(name=name, unit=unit, clip=clip) for name in names)
        return Regression(values=values, values_source="-", undo=undo)

    return made


@pytest.fixture(scope="session")
def sequence() -> Callable[..., Sequence]:
    """Tokens are letters: `sequence("-abc", Ctc(blank=0, collapse=True))`."""

    def made(letters: str, decoding: Any = None, **changes: Any) -> Sequence:
        fields = {"activation": "softmax", "labels": tuple(letters), "labels_source": "-", "layout": "NTC",
                  "decoding": decoding or Plain(stop=None, ignore=()), "joiner": ""}  # fmt: skip
        return Sequence(**{**fields, **changes})

    return made
