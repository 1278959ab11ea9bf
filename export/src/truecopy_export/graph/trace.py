"""Trace a prepared module into ONNX bytes: one file, free batch, stable names, no local paths."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from dataclasses import dataclass

import torch
from torch import nn

from truecopy.contract import GraphInput, GraphOutput
from truecopy.errors import CheckpointError

from .clean import clean
from .prepare import plain_attention

OPSET = 20
INPUT, OUTPUT = "input", "logits"


@dataclass(frozen=True)
class Traced:
    """graph: the model's bytes without metadata; the rest for the contract."""

    graph: bytes
    inputs: tuple[GraphInput, ...]
    outputs: tuple[GraphOutput, ...]
    opset: int


def trace(module: nn.Module, channels: int, size: tuple[int, int]) -> Traced:
    """Export `module` for float32 images (batch, channels, height, width).

    Raises:
        CheckpointError: the module does not answer with one tensor (batch, classes), or cannot be exported; names
            the operator.
    """
    example = torch.randn(2, channels, *size, generator=torch.Generator().manual_seed(0))
    answer = _forward(module, example)
    program = _export(module, example)
    proto = clean(program.model_proto)
    shape: tuple[int | str, ...] = ("batch", *(int(axis) for axis in answer.shape[1:]))
    graph_input = GraphInput(name=INPUT, dtype="float32", layout="NCHW", shape=("batch", channels, *size))
    output = GraphOutput(name=OUTPUT, dtype="float32", shape=shape)
    return Traced(proto.SerializeToString(deterministic=True), (graph_input,), (output,), OPSET)


def _forward(module: nn.Module, example: torch.Tensor) -> torch.Tensor:
    try:
        with plain_attention():
            answer = module(example)
    except Exception as error:  # the module is the user's own code
        raise CheckpointError(
            f"the network does not run on images of shape {tuple(example.shape)}: {error}",
            fix="Do recipe (size, channels) and --arch belong together?",
        ) from error
    if not isinstance(answer, torch.Tensor):
        raise CheckpointError(
            "the network does not answer with one tensor",
            expected="a tensor (batch, classes)",
            got=type(answer).__name__,
            fix="Wrap it in a module that returns the logits only, and name that with --arch python:...",
        )
    if answer.ndim < 2 or len(answer) != len(example):
        raise CheckpointError(
            "the answer is not one row per image", expected="(batch, classes)", got=str(tuple(answer.shape))
        )
    if not answer.is_floating_point():
        raise CheckpointError("the answer is no floating-point tensor", got=str(answer.dtype))
    return answer


def _export(module: nn.Module, example: torch.Tensor) -> torch.onnx.ONNXProgram:
    """torch.onnx's program; it prints and logs much that a person cannot use."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    try:
        logger.setLevel(logging.ERROR)
        with plain_attention(), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            return torch.onnx.export(
                module,
                (example,),
                dynamo=True,
                opset_version=OPSET,
                input_names=[INPUT],
                output_names=[OUTPUT],
                dynamic_shapes=({0: "batch"},),
                external_data=False,
                verbose=False,
            )
    except Exception as error:  # torch raises many kinds; the cause is the last line
        cause = error.__cause__ or error
        lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
        raise CheckpointError(
            f"torch.onnx cannot export this network: {type(cause).__name__}: {lines[0] if lines else ''}",
            fix="Python in forward() that depends on the values or on the batch size is the usual reason",
        ) from error
    finally:
        logger.setLevel(level)
