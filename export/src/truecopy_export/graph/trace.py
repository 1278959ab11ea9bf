"""Turn a network into ONNX bytes: one file, free batch, stable names, no local paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from truecopy.contract import GraphInput, GraphOutput
from truecopy.errors import CheckpointError
from truecopy_export.counted import counted
from truecopy_export.signature import Signature

from .axes import named_axes
from .clean import clean
from .eager import by_dynamo
from .feed_names import required_arguments
from .names import check_names
from .network import Answering, ToOnnx
from .outputs import choose_answer, named_outputs
from .prepare import plain_attention

OUTPUT = "logits"
# Two batches: an axis that goes with them is the batch.
_BATCHES = (2, 3)
_DTYPES = {
    torch.float32: "float32",
    torch.float16: "float16",
    torch.float64: "float64",
    torch.int64: "int64",
    torch.int32: "int32",
    torch.bool: "bool",
}


@dataclass(frozen=True)
class Traced:
    """graph: the model's bytes without metadata; the rest for the contract. answer: the output to read."""

    graph: bytes
    inputs: tuple[GraphInput, ...]
    outputs: tuple[GraphOutput, ...]
    answer: str
    opset: int

    @property
    def answer_output(self) -> GraphOutput:
        return next(output for output in self.outputs if output.name == self.answer)


def trace(
    module: Answering,
    signature: Signature,
    answer: str | None = None,
    alone: str = OUTPUT,
    to_onnx: ToOnnx = by_dynamo,
) -> Traced:
    """Export `module` for inputs of this signature. alone: what a single output is called.

    Raises:
        CheckpointError: the module does not answer with tensors that have a row for each item, or cannot be exported;
            names the operator.
        RecipeError: several outputs, and `answer` names none of them.
    """
    examples = _examples(signature)
    answers = [_forward(module, example, signature, alone) for example in examples]
    name = choose_answer(answers[0], answer)
    outputs = _outputs(answers, examples, signature, name)
    names = tuple(answers[0])
    check_names(tuple(one.name for one in signature.inputs), names)
    proto = clean(to_onnx(module, examples[0], signature.inputs, names, alone))
    opset = next(entry.version for entry in proto.opset_import if entry.domain in ("", "ai.onnx"))
    return Traced(proto.SerializeToString(deterministic=True), signature.inputs, outputs, name, opset)


def _examples(signature: Signature) -> list[tuple[torch.Tensor, ...]]:
    """What is traced with, and, where an axis is free, the same with every free axis another size."""
    fixed = signature.inputs[0].batch
    if fixed is not None:
        return [tensors(signature.probe(fixed, length, seed=0)) for length in signature.extents or (None,)]
    lengths = signature.extents or (None,)
    return [
        tensors(signature.probe(batch, length, seed=0))
        for batch, length in zip(_BATCHES, (lengths[0], lengths[-1]), strict=True)
    ]


def tensors(arrays: tuple[np.ndarray, ...]) -> tuple[torch.Tensor, ...]:
    return tuple(torch.from_numpy(np.ascontiguousarray(array)) for array in arrays)


def shapes(inputs: tuple[torch.Tensor, ...]) -> str:
    return " and ".join(str(tuple(one.shape)) for one in inputs)


def _forward(
    module: Answering, example: tuple[torch.Tensor, ...], signature: Signature, alone: str
) -> Mapping[str, torch.Tensor]:
    try:
        with plain_attention():
            answer = module(*example)
    except CheckpointError:  # the network itself says why
        raise
    except Exception as error:  # the module is the user's own code
        wanted = required_arguments(module)
        if isinstance(error, TypeError) and len(wanted) > len(example) == 1 and not signature.ids:
            raise CheckpointError(
                "the network takes several inputs",
                expected="one tensor",
                got=", ".join(wanted),
                fix="Wrap the network in a module of one input, and export that",
            ) from error
        raise CheckpointError(
            f"the network does not run on {signature.noun}s of shape {shapes(example)}: {_why(error)}",
            fix=_too_few_rows(signature)
            if isinstance(error, IndexError) and signature.ids
            else _belongs(signature),
        ) from error
    return named_outputs(answer, alone)


def _why(error: Exception) -> str:
    """TorchScript's interpreter puts its own traceback before the reason. Without a full stop: one follows."""
    text = str(error).strip()
    if "Traceback of TorchScript" in text:
        text = text.splitlines()[-1].strip()
    return text.rstrip(".")


def _belongs(signature: Signature) -> str:
    fed = ", ".join(one.name for one in signature.inputs)
    match signature.noun:
        case "image":
            return "Do recipe (size, channels) and network belong together?"
        case "row":
            return "Does the network take as many features as the recipe makes?"
        case _:
            return (
                f"forward() was given {fed}. Where it takes a mask, too, the recipe says so: feeds: [ids, mask] in YAML, "
                'TextRecipe(input, feeds=("ids", "mask")) in Python'
            )


def _too_few_rows(signature: Signature) -> str:
    """An embedding of torch says only that an index is out of range."""
    return (
        f"The recipe makes {counted(signature.ids, 'id')}, 0 to {signature.ids - 1}: does the embedding have fewer rows? "
        "Its num_embeddings must be at least the size of the vocabulary, or `ids` of the recipe; an embedding of places "
        "must be as long as the longest sequence (max_length)"
    )


def _outputs(
    answers: list[Mapping[str, torch.Tensor]],
    examples: list[tuple[torch.Tensor, ...]],
    signature: Signature,
    answer: str,
) -> tuple[GraphOutput, ...]:
    """Every output of a type that the contract names; the answer is floating point and has a row for each item."""
    sizes = [tuple(example[0].shape) for example in examples]
    axes = {
        name: named_axes(name, [tuple(one[name].shape) for one in answers], sizes, signature.inputs[0])
        for name in answers[0]
    }
    found = answers[0][answer]
    if found.ndim < 1 or (signature.inputs[0].batch or "batch") not in axes[answer]:
        raise CheckpointError(
            f"the answer is not one row per {signature.noun}",
            expected="(batch, classes)",
            got=str(tuple(found.shape)),
            fix="squeeze() without an axis and a mean over the batch are the usual places",
        )
    if not found.is_floating_point() or found.dtype not in _DTYPES:
        raise CheckpointError(
            "the answer is no floating-point tensor",
            got=str(found.dtype),
            fix="Answer with the numbers of all classes, not with argmax",
        )
    outputs = []
    for name, tensor in answers[0].items():
        if tensor.dtype in _DTYPES:
            dtype: Any = _DTYPES[tensor.dtype]
            outputs.append(GraphOutput(name=name, dtype=dtype, shape=axes[name]))
    return tuple(outputs)
