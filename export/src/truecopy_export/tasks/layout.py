"""Which axis of a sequence's answer are the items, the steps, the tokens."""

from __future__ import annotations

from typing import Any

from truecopy.contract import GraphOutput
from truecopy.errors import RecipeError
from truecopy_export.counted import counted
from truecopy_export.recipes import Labels

LAYOUTS = ("NTC", "NCT", "TNC", "NC")


def sequence_layout(said: Any, labels: Labels, answer: GraphOutput, source: str, *, blank: bool) -> str:
    """`said`, or what the shape leaves no doubt about: one axis of the vocabulary's size, and one that is the batch.

    blank: the decoding has one, as CTC's, so that it may be what the labels lack.

    Raises:
        RecipeError: no axis has the vocabulary's size, or more than one layout is possible.
    """
    shape, size = answer.shape, len(labels.labels)
    if said is not None:
        if said not in LAYOUTS:
            raise RecipeError(
                "`layout` of a sequence", expected=", ".join(LAYOUTS), got=repr(said), where=source
            )
        if len(said) == len(shape):
            _check_size(shape[said.index("C")], labels, answer, blank)
        return str(said)
    possible = [layout for layout in LAYOUTS if _fits(layout, shape, size)]
    if len(possible) == 1:
        return possible[0]
    if not any(axis == size for axis in shape[1:]):
        _no_axis(labels, answer, blank)
    raise RecipeError(
        "the shape of the answer does not tell which axis are the steps and which the tokens",
        expected=f"one axis of {size}, the size of the vocabulary, and the batch",
        got=f"{answer.name!r} of shape {list(shape)}",
        where=source,
        fix="Say --task-arg layout=NTC, NCT or TNC (N items, T steps, C tokens); in Python a field of the task, "
        "'layout': 'NTC'",
    )


def _fits(layout: str, shape: tuple[int | str, ...], size: int) -> bool:
    """The items' axis is the free batch; where the batch is fixed, it is 1."""
    if len(layout) != len(shape) or shape[layout.index("C")] != size:
        return False
    if "batch" in shape:
        return shape[layout.index("N")] == "batch"
    return shape[layout.index("N")] == 1


def _check_size(axis: int | str, labels: Labels, answer: GraphOutput, blank: bool) -> None:
    if axis != len(labels.labels):
        raise _wrong_size([axis], labels, answer, blank)


def _no_axis(labels: Labels, answer: GraphOutput, blank: bool) -> None:
    sizes: list[int | str] = [axis for axis in answer.shape if isinstance(axis, int) and axis > 1]
    raise _wrong_size(sizes, labels, answer, blank)


def _wrong_size(sizes: list[int | str], labels: Labels, answer: GraphOutput, blank: bool) -> RecipeError:
    size = len(labels.labels)
    missing = "the blank" if blank else "a token (padding, start, stop or unknown)"
    short = (
        f"the vocabulary is one short: {counted(size, 'label')} for {size + 1} outputs"
        if size + 1 in sizes
        else None
    )
    long = (
        f"the vocabulary has one too many: {size} labels for {counted(size - 1, 'output')}"
        if size - 1 in sizes
        else None
    )
    return RecipeError(
        short or long or f"{counted(size, 'label')}, and the answer has no axis of that size",
        expected=f"one token per output, in the order of the outputs{', the blank among them' if blank else ''}",
        got=f"{answer.name!r} of shape {list(answer.shape)}",
        where=labels.source.partition(" sha256:")[0],
        fix=f"Is {missing} missing from the labels? It has a line of its own, at the place of its output"
        if short
        else None,
    )
