"""The outputs of a given graph with the shapes that they really have; no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx

from truecopy.contract import GraphOutput
from truecopy.engine import Session
from truecopy.errors import OutputError, RecipeError
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
            f"the graph has {len(names)} outputs", got=", ".join(names), where=where, fix="Say --answer NAME"
        )
    name = answer or names[0]
    if name not in names:
        raise RecipeError(f"no output {name!r}", expected=f"one of {', '.join(names)}", where=where)
    fed, runs = _runs(session, signature)
    found = runs[0][name]
    if found.dtype not in _FLOATS:
        raise RecipeError(f"the answer {name!r} is {found.dtype}", expected=", ".join(_FLOATS), where=where)
    outputs = []
    for key in names:
        dtype: Any = str(getattr(runs[0][key], "dtype", ""))  # sequences and maps have none
        if dtype in _DTYPES:
            axes = named_axes(key, [run[key].shape for run in runs], fed, signature.inputs[0])
            outputs.append(GraphOutput(name=key, dtype=dtype, shape=axes))
    return tuple(outputs), name


def _runs(
    session: Session, signature: Signature
) -> tuple[list[tuple[int, ...]], list[Mapping[str, np.ndarray]]]:
    """The graph on one or two batches of noise, every free axis of another size in each; the shapes fed first."""
    fixed = signature.inputs[0].batch
    lengths = signature.lengths or (None,)
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
