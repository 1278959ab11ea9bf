"""`undo`: the scalers of the training targets, in the order in which they are undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from truecopy.errors import RecipeError
from truecopy_export.recipes.python_object import load_object

from .checked import number
from .fields import nearest

# op -> its fields, one number a value each; null where the document may leave one out.
_OPS: Mapping[str, tuple[str, ...]] = {
    "standard": ("mean", "scale"),
    "min_max": ("min", "scale"),
    "log1p": (),
}


def undo_documents(given: Any, width: int, source: str) -> list[dict[str, Any]]:
    """The JSON form of every step: `{op: standard, mean, scale}`, `{op: min_max, min, scale}`, `{op: log1p}`, a fitted
    scaler, or `python:module:object` that is one. One number stands for all `width` values.

    Raises:
        RecipeError: none of these; names the place.
    """
    if given is None:
        return []
    listed = given if isinstance(given, list | tuple) else [given]
    return [
        one
        for index, step in enumerate(listed)
        for one in _documents(step, width, f"{source}, undo[{index}]")
    ]


def _documents(step: Any, width: int, where: str) -> list[dict[str, Any]]:
    if isinstance(step, str) and step.startswith("python:"):
        step = load_object(step.removeprefix("python:"), RecipeError)
    if isinstance(step, str) and step in _OPS and not _OPS[step]:
        step = {"op": step}
    if isinstance(step, Mapping):
        return [_document(step, width, where)]
    if isinstance(step, str | int | float) or step is None:
        raise RecipeError(
            "a step of `undo`",
            expected="{op: standard | min_max | log1p, ...}, a fitted scaler or python:module:object",
            got=repr(step)[:80],
            where=where,
            fix=_nearest_op(step),
        )
    from truecopy_export.recipes.sklearn.targets import read_undo

    try:
        return [msgspec.to_builtins(one) for one in read_undo((step,))]
    except RecipeError as error:
        raise RecipeError.of(
            error, where=f"{where}, the scaler of the target", fix=_fix(step, error)
        ) from error


def _fix(step: Any, error: RecipeError) -> str | None:
    """The preprocessing of the inputs is fitted by the training; the scaler of the target is fitted apart."""
    if not error.what.endswith("is not fitted"):
        return error.fix
    name = type(step).__name__
    return f"Pass the {name} that scaled the targets in the training, after its fit on them: `undo` holds its numbers"


def _nearest_op(given: object) -> str | None:
    close = nearest(given, _OPS).removeprefix(", ")
    return close.capitalize() if close else None


def _document(step: Mapping[str, Any], width: int, where: str) -> dict[str, Any]:
    op = step.get("op")
    if op not in _OPS:
        raise RecipeError(
            "a step of `undo`",
            expected=f"op {', '.join(_OPS)}",
            got=repr(op),
            where=where,
            fix=_nearest_op(op),
        )
    fields = _OPS[str(op)]
    unknown = [name for name in step if name not in ("op", *fields)]
    if unknown:
        raise RecipeError(
            f"op {op!r} has no field {unknown[0]!r}", expected=", ".join(fields) or "no field", where=where
        )
    return {"op": op, **{name: _spread(step.get(name), width) for name in fields}}


def _spread(value: Any, width: int) -> Any:
    if isinstance(value, list | tuple):
        return [number(one) for one in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [number(value)] * width
    return value
