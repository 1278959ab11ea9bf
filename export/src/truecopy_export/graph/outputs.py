"""What a module answers with, as tensors with names: the outputs of the graph."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from truecopy.errors import CheckpointError, RecipeError
from truecopy_export.counted import counted


def named_outputs(answer: Any, alone: str) -> dict[str, torch.Tensor]:
    """The tensors of an answer: one by itself is called `alone`, those of a tuple `output_0` and so on, those of a mapping
    (a Hugging Face ModelOutput is one), a named tuple or a dataclass by their keys. What is None is left out.

    Raises:
        CheckpointError: anything else, or nothing.
    """
    parts = _parts(answer, alone)
    if parts is None or not all(isinstance(part, torch.Tensor) for part in parts.values()) or not parts:
        wrong = [f"{name}: {type(part).__name__}" for name, part in (parts or {}).items()
                 if not isinstance(part, torch.Tensor)]  # fmt: skip
        raise CheckpointError(
            "the network does not answer with tensors",
            expected="a tensor, or a tuple or dict of tensors",
            got=f"{type(answer).__name__}{' with ' + ', '.join(wrong[:4]) if wrong else ''}",
            fix="Wrap it in a module that returns the tensors only, and name that with --arch python:...",
        )
    return parts


def _parts(answer: Any, alone: str) -> dict[str, Any] | None:
    if isinstance(answer, torch.Tensor):
        return {alone: answer}
    if isinstance(answer, Mapping):
        return {str(name): part for name, part in answer.items() if part is not None}
    if dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        named = {field.name: getattr(answer, field.name) for field in dataclasses.fields(answer)}
        return {name: part for name, part in named.items() if part is not None}
    if isinstance(answer, tuple | list):
        names = getattr(answer, "_fields", None) or [f"output_{index}" for index in range(len(answer))]
        return {str(name): part for name, part in zip(names, answer, strict=True) if part is not None}
    return None


def choose_answer(outputs: Mapping[str, Any], answer: str | None) -> str:
    """The name of the output that is read.

    Raises:
        RecipeError: several and nobody said which, or no such output.
    """
    if answer is None:
        if len(outputs) == 1:
            return next(iter(outputs))
        raise RecipeError(
            f"the network has {counted(len(outputs), 'output')}",
            got=", ".join(outputs),
            fix="Say --answer NAME (in Python: answer=...)",
        )
    if answer not in outputs:
        raise RecipeError(f"no output {answer!r}", expected=f"one of {', '.join(outputs)}")
    return answer


class Flat(nn.Module):  # type: ignore[misc]
    """A module whose answer is the tuple of its named outputs, in their order, for the tracer."""

    def __init__(self, inner: nn.Module, names: tuple[str, ...], alone: str) -> None:
        super().__init__()
        self.inner, self._names, self._alone = inner, names, alone

    def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        outputs = named_outputs(self.inner(*inputs), self._alone)
        return tuple(outputs[name] for name in self._names)
