"""torch.onnx's exporter for a live module: torch.export, then the graph."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator

import onnx
import torch
from torch import nn

from truecopy.contract import GraphInput
from truecopy.errors import CheckpointError

from .lost import restore_lost
from .names import make_room
from .network import Answering, Network
from .outputs import Flat
from .prepare import plain_attention, prepare
from .recurrence import fresh_recurrence
from .stopped import what_stopped
from .weight_dtypes import dtype_note

OPSET = 20


def eager(module: nn.Module) -> Network:
    """A live module, copied and prepared; the one given is left as it is.

    Raises:
        AmbiguousEma: an AveragedModel that never averaged anything.
        CheckpointError: more weights than one ONNX file holds, or a module that cannot be copied.
    """
    cast = dtype_note(module)
    return Network(prepare(module), by_dynamo, notes=() if cast is None else (cast,))


def by_dynamo(
    answering: Answering,
    example: tuple[torch.Tensor, ...],
    inputs: tuple[GraphInput, ...],
    names: tuple[str, ...],
    alone: str,
) -> onnx.ModelProto:
    """`ToOnnx` of a prepared module: torch.onnx with dynamo=True.

    Raises:
        CheckpointError: torch cannot export it.
    """
    module = answering if names == (alone,) else Flat(answering, names, alone)
    free = [{index: axis for index, axis in enumerate(one.shape) if isinstance(axis, str)} for one in inputs]
    # A *args module has one argument, which is the tuple of all.
    dynamic = (tuple(free),) if isinstance(module, Flat) else tuple(free)
    try:
        with quiet(), plain_attention(), fresh_recurrence():
            program = torch.onnx.export(
                module,
                example,
                dynamo=True,
                opset_version=OPSET,
                input_names=[one.name for one in inputs],
                output_names=list(names),
                dynamic_shapes=dynamic if any(free) else None,
                external_data=False,
                verbose=False,
            )
    except Exception as error:  # torch raises many kinds; the innermost one says why
        cause: BaseException = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
        raise CheckpointError(
            f"torch.onnx cannot export this network: {type(cause).__name__}: {lines[0] if lines else ''}",
            where=what_stopped(error) or None,
            fix="Python in forward() that depends on the values or on the batch size is the usual reason",
        ) from error
    restore_lost(program.model)
    make_room(program.model.graph, names)
    return program.model_proto


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """torch.onnx prints and logs much that a person cannot use."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    try:
        logger.setLevel(logging.ERROR)
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
