"""Fitted scalers of the target: the steps that undo them.

Source: scikit-learn 1.9.1 `preprocessing/_data.py` and `_function_transformer.py`, `inverse_transform`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from truecopy.contract import Undo, UndoLog1p, UndoMinMax, UndoStandard
from truecopy.errors import RecipeError

from .cells import finite
from .refusals import unfitted

_READ = "StandardScaler, MinMaxScaler, FunctionTransformer(numpy.log1p, inverse_func=numpy.expm1) or a Pipeline of them"


def read_undo(objects: Sequence[object]) -> tuple[Undo, ...]:
    """objects: fitted on the target, in the order in which they are undone. A Pipeline is undone from its end.

    Raises:
        RecipeError: not fitted, or not expressible exactly; names the part.
    """
    return tuple(step for part in objects for step in _undo(part))


def _undo(part: Any) -> Iterator[Undo]:
    if part is None or (isinstance(part, str) and part == "passthrough"):
        return
    name = type(part).__name__
    if type(part).__module__.partition(".")[0] != "sklearn":
        raise RecipeError(f"{name} is no class of scikit-learn: its code cannot be read", expected=_READ)
    match name:
        case "Pipeline":
            for _, step in reversed(part.steps):
                yield from _undo(step)
        case "FunctionTransformer":
            yield from _undo_function(part)
        case "StandardScaler":
            yield from _undo_standard(part)
        case "MinMaxScaler":
            _check_fitted(part, "scale_")
            yield UndoMinMax(min=_numbers(part.min_, "min_"), scale=_numbers(part.scale_, "scale_"))
        case _:
            raise RecipeError(
                f"{name} of the target cannot be undone exactly",
                expected=_READ,
                fix="Train on targets scaled with one of those",
            )


def _undo_standard(part: Any) -> Iterator[Undo]:
    _check_fitted(part, "n_features_in_")
    mean = _numbers(part.mean_, "mean_") if part.with_mean else None
    scale = _numbers(part.scale_, "scale_") if part.with_std else None
    if mean is not None or scale is not None:
        yield UndoStandard(mean=mean, scale=scale)


def _check_fitted(part: Any, attribute: str) -> None:
    if not hasattr(part, attribute):
        raise unfitted(part)


def _undo_function(part: Any) -> Iterator[Undo]:
    if part.func is None and part.inverse_func is None:
        return
    if part.func is not np.log1p:
        name = getattr(part.func, "__name__", type(part.func).__name__)
        raise RecipeError(
            f"the code inside FunctionTransformer({name}) of the target cannot be read",
            expected=_READ,
            fix="For a logarithm train on numpy.log1p(y)",
        )
    if part.inverse_func is not np.expm1:
        name = getattr(part.inverse_func, "__name__", str(part.inverse_func))
        raise RecipeError(
            f"the inverse_func {name} is not that of FunctionTransformer(log1p)",
            expected="numpy.expm1",
            fix="Give it inverse_func=numpy.expm1",
        )
    yield UndoLog1p()


def _numbers(values: Any, what: str) -> tuple[float, ...]:
    return tuple(finite(value, f"{what} of the target's scaler") for value in values)
