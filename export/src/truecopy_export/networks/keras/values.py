"""Plain values in a Keras configuration: shapes, numbers and arrays, without a name that anything could be looked up by."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

from truecopy.errors import CheckpointError

from .names import DTYPES

# Values of a tensor between two layers, for one item: 4 GiB in float32.
MAX_VALUES = 1 << 30


class Refusing(Protocol):
    def refuse(self, what: str, got: str, expected: str = ..., fix: str = ...) -> CheckpointError: ...


def check_tensor(value: Mapping[str, Any], checked: Refusing) -> dict[str, Any]:
    """A place in the graph: shape, dtype and which layer it comes from."""
    inner = value.get("config")
    if not isinstance(inner, dict):
        raise checked.refuse(
            "a tensor has no configuration", type(inner).__name__, "shape, dtype and keras_history"
        )
    shape, history, dtype = inner.get("shape"), inner.get("keras_history"), inner.get("dtype")
    sound = (
        isinstance(shape, list)
        and all(axis is None or (isinstance(axis, int) and 0 <= axis <= MAX_VALUES) for axis in shape)
        and math.prod(axis or 1 for axis in shape) <= MAX_VALUES
        and isinstance(history, list)
        and all(isinstance(part, (str, int)) for part in history)
        and dtype in DTYPES
    )
    if not sound:
        raise checked.refuse(
            "a tensor between layers is not sound", str(inner)[:200], "a shape, a dtype and a layer"
        )
    return {
        "class_name": "__keras_tensor__",
        "config": {"shape": shape, "dtype": dtype, "keras_history": history},
    }


def check_array(value: Mapping[str, Any], checked: Refusing) -> dict[str, Any]:
    """An array written out in numbers."""
    inner = value.get("config")
    if not isinstance(inner, dict) or inner.get("dtype") not in DTYPES:
        raise checked.refuse("an array is not of numbers", str(inner)[:120], "numbers")
    _check_numbers(inner.get("value"), checked)
    return {"class_name": value["class_name"], "config": {"value": inner["value"], "dtype": inner["dtype"]}}


def check_plain(value: Any, checked: Refusing, layer: str) -> None:
    """None, numbers, texts and lists or mappings of them, with no object among them."""
    if isinstance(value, dict):
        if "class_name" in value:
            raise checked.refuse(
                f"{layer} has an object where a number should stand", str(value["class_name"])[:80], "numbers"
            )
        for one in value.values():
            check_plain(one, checked, layer)
    elif isinstance(value, list):
        for one in value:
            check_plain(one, checked, layer)


def _check_numbers(value: Any, checked: Refusing) -> None:
    if isinstance(value, list):
        for one in value:
            _check_numbers(one, checked)
    elif not isinstance(value, (int, float)):
        raise checked.refuse("an array is not of numbers", repr(value)[:80], "numbers")
