"""The outputs of a given graph with the shapes that they really have; no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx

from truecopy.contract import GraphOutput
from truecopy.engine import Session
from truecopy.errors import OutputError, RecipeError
from truecopy_export.counted import counted
from truecopy_export.signature import Signature

from .axes import named_axes

_DTYPES = ("float32", "float16", "float64", "int64", "int32", "bool")
_FLOATS = ("float32", "float16", "float64")


def foreign_outputs(
    model: onnx.ModelProto, session: Session, signature: Signature, answer: str | None, where: str
) -> tuple[tuple[GraphOutput, ...], str]:
    """The outputs of a type that the contract names, and the name of the answer.

    Raises:
        RecipeError: several and nobody said which, no such output, or an answer that is no floating point.
        OutputError: the graph does not run on noise of its own input's shape.
    """
    names = [value.name for value in model.graph.output]
    if answer is None and len(names) != 1:
        raise RecipeError(
            f"the graph has {counted(len(names), 'output')}",
            got=", ".join(names),
            where=where,
            fix="Say --answer NAME (in Python: answer=...)",
        )
    name = answer or names[0]
    if name not in names:
        raise RecipeError(f"no output {name!r}", expected=f"one of {', '.join(names)}", where=where)
    fed, runs = _runs(session, signature)
    _check_answer(name, runs[0], where)
    outputs = []
    for key in names:
        dtype: Any = str(getattr(runs[0][key], "dtype", ""))  # sequences and maps have none
        if dtype in _DTYPES:
            axes = named_axes(key, [run[key].shape for run in runs], fed, signature.inputs[0])
            outputs.append(GraphOutput(name=key, dtype=dtype, shape=axes))
    return tuple(outputs), name


def _check_answer(name: str, made: Mapping[str, Any], where: str) -> None:
    """The answer is an array of floating-point numbers.

    Raises:
        RecipeError: another type, a sequence or a map among them; names the outputs that are.
    """
    found = made[name]
    if isinstance(found, np.ndarray) and str(found.dtype) in _FLOATS:
        return
    if isinstance(found, list | dict):
        maps = isinstance(found, list) and any(isinstance(one, dict) for one in found)
        what = "a sequence of maps" if maps else "a sequence" if isinstance(found, list) else "a map"
        raise RecipeError(
            f"output {name!r} is {what}, and the answer is an array of numbers",
            expected=", ".join(_FLOATS),
            where=where,
            fix="For scikit-learn convert with zipmap=False: to_onnx(model, ..., options={'zipmap': False})",
        )
    floats = [key for key, one in made.items() if str(getattr(one, "dtype", "")) in _FLOATS]
    raise RecipeError(
        f"the answer {name!r} is {found.dtype}, decided already"
        if floats
        else f"the answer {name!r} is {found.dtype}",
        expected=", ".join(_FLOATS),
        got=None if floats else "no output of floating point",
        where=where,
        fix=f"Outputs of floating point: {', '.join(floats)}. Say --answer {floats[0]} (in Python: answer={floats[0]!r})"
        if floats
        else "Convert the network so that it gives its scores or probabilities; for scikit-learn with "
        "options={'zipmap': False}",
    )


def _runs(
    session: Session, signature: Signature
) -> tuple[list[tuple[int, ...]], list[Mapping[str, np.ndarray]]]:
    """The graph on one or two batches of noise, every free axis of another size in each; the shapes fed first."""
    fixed = signature.inputs[0].batch
    lengths = signature.extents or (None,)
    tried = [(fixed or 1, lengths[0])]
    # A graph that says any batch and runs on one only is told apart by `check_stability`.
    second = (fixed or 2, lengths[-1])
    if second not in tried:
        tried.append(second)
    fed: list[tuple[int, ...]] = []
    runs: list[Mapping[str, np.ndarray]] = []
    for batch, length in tried:
        arrays = signature.probe(batch, length)
        feeds = dict(zip((one.name for one in signature.inputs), arrays, strict=True))
        try:
            runs.append(session.run(feeds))
        except OutputError:
            if not runs:
                raise
            break
        fed.append(tuple(arrays[0].shape))
    return fed, runs
