"""From a checked configuration and the stored weights to a Keras model with every weight in its place."""

from __future__ import annotations

import contextlib
import hashlib
import math
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

from truecopy.errors import CheckpointError

from .values import MAX_VALUES
from .weights import Stored

# `meta` is torch's device without memory.
Loading = Callable[[], Any]
_SAVE = "Save it once more, with the Keras that made it: model.save('x.keras')"


class Unloadable(CheckpointError):
    """Keras does not take the file, or takes it for another network: one of another version may."""


def load_whole(keras: ModuleType, load: Loading, stored: Stored, where: str, fix: str = _SAVE) -> Any:
    """The model that `load` gives, on the CPU.

    It is first built without memory: a configuration of one line can ask for terabytes. fix: where Keras cannot load it.

    Raises:
        Unloadable: Keras cannot load it.
        CheckpointError: it asks for more than the file holds, or a weight is not from the file.
    """
    with keras.device("meta"), _shapes_alone():
        _check_size(_loaded(load, where, fix), stored, where)
    with keras.device("cpu"), _shapes_alone():
        model = _loaded(load, where, fix)
        _check_weights(model, stored, where)
    return model


@contextlib.contextmanager
def _shapes_alone() -> Iterator[None]:
    """Shapes between layers are found without memory; where that fails, Keras would compute with 83 items of any size.

    Source: keras/src/backend/torch/core.py `compute_output_spec`, which then turns to DEFAULT_DEVICE (keras 3.15.1).
    """
    core: Any = sys.modules.get("keras.src.backend.torch.core")
    before = getattr(core, "DEFAULT_DEVICE", None)
    if before is None:
        yield
        return
    try:
        core.DEFAULT_DEVICE = "meta"
        yield
    finally:
        core.DEFAULT_DEVICE = before


def _loaded(load: Loading, where: str, fix: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load()
    except Exception as error:  # Keras raises many kinds
        raise Unloadable(
            "Keras cannot load the model",
            expected="a model that this Keras can read",
            got=reason(error),
            where=where,
            fix=fix,
        ) from error


def reason(error: Exception) -> str:
    """The sentences of Keras's message that say why; they stand at the end, after the whole configuration."""
    text = str(error).strip()
    text = text.rpartition("Exception encountered:")[2] or text
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"{type(error).__name__}: {' '.join(lines[:2])}"[:400]


def layers_of(model: Any) -> Iterator[Any]:
    """Every layer and operation, those of nested models among them."""
    for layer in [*model.layers, *getattr(model, "operations", [])]:
        yield layer
        if hasattr(layer, "layers"):
            yield from layers_of(layer)


def _check_size(model: Any, stored: Stored, where: str) -> None:
    asked = sum(math.prod(variable.shape) for variable in _numbers(model))
    held = sum(array.size for array in stored.arrays.values())
    if asked > held:
        raise CheckpointError(
            "the configuration asks for more weights than the file holds",
            expected=f"{held} numbers",
            got=f"{asked} numbers",
            where=where,
            fix=_SAVE,
        )
    for layer in layers_of(model):
        for node in getattr(layer, "_inbound_nodes", ()):
            for tensor in node.output_tensors:
                values = math.prod(axis or 1 for axis in tensor.shape[1:])
                if values > MAX_VALUES:
                    raise CheckpointError(
                        f"layer {layer.name!r} makes more values of one item than fit into memory",
                        expected=f"at most {MAX_VALUES}",
                        got=str(tuple(tensor.shape)),
                        where=where,
                    )


def _check_weights(model: Any, stored: Stored, where: str) -> None:
    """Keras skips some parts that it does not find and leaves them as they were made; here each comes from the file.

    Raises:
        CheckpointError: a weight that no array of the file has.
    """
    held = Counter(_mark(array) for array in stored.arrays.values() if array.dtype.kind == "f")
    for variable in _numbers(model):
        mark = _mark(variable.value.detach().numpy())
        if not held[mark]:
            raise CheckpointError(
                "a weight of the model is not in the file",
                expected=f"{variable.path} {tuple(variable.shape)}",
                got="no array with these numbers: Keras left what it had made itself",
                where=where,
                fix=_SAVE,
            )
        held[mark] -= 1


def _numbers(model: Any) -> list[Any]:
    """The weights; not the state of random number generators, and counters."""
    return [variable for variable in model.variables if "float" in str(variable.dtype)]


def _mark(array: np.ndarray) -> tuple[tuple[int, ...], bytes]:
    return array.shape, hashlib.sha256(np.ascontiguousarray(array, dtype=np.float32).tobytes()).digest()
