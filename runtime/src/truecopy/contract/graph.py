"""The graph's signature: what goes in, what comes out, which output is the answer."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

from .built import typed
from .fields import Axis, Name, Sha256

Layout: TypeAlias = Literal["NCHW", "NHWC", "NF", "NT"]
Feed: TypeAlias = Literal["ids", "mask", "zeros"]
_AXES = {"NCHW": 4, "NHWC": 4, "NF": 2, "NT": 2}
_DTYPES = {
    "NCHW": ("float32", "float16"),
    "NHWC": ("float32", "float16"),
    "NF": ("float32", "float16", "float64"),
    "NT": ("int64", "int32", "float32", "bool"),
}


class GraphInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One input of the graph; a symbolic axis is a name, a fixed one a number. The first axis is the batch.

    layout: `NCHW`, `NHWC` for pictures, `NF` for rows of features, `NT` for sequences. feed: what a sequence's input
    takes: its `ids`, the `mask` (1 for an id, 0 for padding), or `zeros` (token type ids); absent elsewhere.
    """

    name: Name
    dtype: Literal["float32", "float16", "float64", "int64", "int32", "bool"]
    layout: Layout
    shape: Annotated[tuple[Axis, ...], Meta(min_length=2, max_length=4)]
    feed: Feed | UnsetType = UNSET

    @typed
    def __post_init__(self) -> None:
        if len(self.shape) != _AXES[self.layout]:
            raise ValueError(f"layout {self.layout} has {_AXES[self.layout]} axes, not {len(self.shape)}")
        if self.dtype not in _DTYPES[self.layout]:
            raise ValueError(
                f"layout {self.layout} takes {', '.join(_DTYPES[self.layout])}, not {self.dtype}"
            )
        if (self.feed is not UNSET) != (self.layout == "NT"):
            raise ValueError("`feed` belongs to layout NT, and only there")

    @property
    def channels(self) -> int | str:
        return self.shape[1 if self.layout == "NCHW" else 3]

    @property
    def size(self) -> tuple[int | str, int | str]:
        """(height, width) of a picture."""
        height, width = self.shape[2:] if self.layout == "NCHW" else self.shape[1:3]
        return height, width

    @property
    def batch(self) -> int | None:
        """The fixed batch size, or None where the batch is free."""
        return self.shape[0] if isinstance(self.shape[0], int) else None


class GraphOutput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    dtype: Literal["float32", "float16", "float64", "int64", "int32", "bool"]
    shape: tuple[Axis, ...]

    @property
    def classes(self) -> int | None:
        """Numbers per item, where they are one row: (batch, n), also (batch, n, 1, 1) or (batch,); else None."""
        wide = [axis for axis in self.shape[1:] if axis != 1]
        if not self.shape or len(wide) > 1 or not all(isinstance(axis, int) for axis in wide):
            return None
        return int(wide[0]) if wide else 1


class Graph(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The graph's signature. sha256: of the file's bytes without metadata; `answer` names the output to read.

    Two inputs have two names, and so have two outputs: values go in and come out by name.
    """

    inputs: Annotated[tuple[GraphInput, ...], Meta(min_length=1, max_length=8)]
    outputs: Annotated[tuple[GraphOutput, ...], Meta(min_length=1)]
    answer: Name
    precision: Literal["fp32", "fp16", "int8"]
    opset: Annotated[int, Meta(ge=1)]
    sha256: Sha256

    @typed
    def __post_init__(self) -> None:
        for field, ends in (("inputs", self.inputs), ("outputs", self.outputs)):
            names = [one.name for one in ends]
            if len(set(names)) != len(names):
                twice = next(name for name in names if names.count(name) > 1)
                raise ValueError(f"name {twice!r} stands twice in `{field}`")

    @property
    def answer_output(self) -> GraphOutput:
        """The output to read."""
        return next(output for output in self.outputs if output.name == self.answer)

    @property
    def main_input(self) -> GraphInput:
        """The input that takes the picture, the features or the ids; the others go beside it."""
        return next((one for one in self.inputs if one.feed == "ids"), self.inputs[0])
