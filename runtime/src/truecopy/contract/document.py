"""The contract document, version 1. Field by field with units and reasons: `docs/format.md`."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

from .steps import Level, Step
from .tasks import Task

# `$` of Python also stands before a last line feed: the length shuts that out.
Sha256: TypeAlias = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", max_length=64)]
Count: TypeAlias = Annotated[int, Meta(ge=0)]
Share: TypeAlias = Annotated[float, Meta(ge=0.0, le=1.0)]
Difference: TypeAlias = Annotated[float, Meta(ge=0.0)]
Name: TypeAlias = Annotated[str, Meta(min_length=1)]
Axis: TypeAlias = Annotated[int, Meta(ge=1)] | Name
ViewName: TypeAlias = Name


class AlphaOver(Struct, frozen=True, forbid_unknown_fields=True):
    """Composite transparency over a colour, R, G, B."""

    over: tuple[Level, Level, Level]


class ImageInput(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="image"
):
    """How bytes become the 8-bit picture that the steps receive.

    decoder `pillow`: `PIL.Image.open(...).convert(color)`. `opencv`: `cv2.imdecode`, its own grey and 16-bit.
    `torchvision`: `torchvision.io.decode_image`, the pixels of Pillow for the formats that it reads.
    alpha `key_over_white`: an alpha channel is dropped, but pixels of the one colour that stands for transparency (tRNS,
    a GIF's index) turn white (transformers' `load_image` followed by `convert_to_rgb`).
    orientation `ignore` or `apply` the EXIF turn. depth16: 16-bit grey is clipped to 255 (Pillow) or shifted right by 8
    (OpenCV). cmyk: the conversion of Pillow or OpenCV. frame: of an animated file.
    """

    decoder: Literal["pillow", "opencv", "torchvision"]
    color: Literal["RGB", "L"]
    orientation: Literal["ignore", "apply"]
    alpha: Literal["drop", "key_over_white"] | AlphaOver
    depth16: Literal["clip", "shift"]
    cmyk: Literal["pillow", "opencv"]
    frame: Annotated[int, Meta(ge=0, le=0)]

    @property
    def channels(self) -> int:
        return 3 if self.color == "RGB" else 1


class GraphInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One input of the graph; a symbolic axis is a name, a fixed one a number. The first axis is the batch."""

    name: Name
    dtype: Literal["float32", "float16"]
    layout: Literal["NCHW", "NHWC"]
    shape: tuple[Axis, Axis, Axis, Axis]

    @property
    def channels(self) -> int | str:
        return self.shape[1 if self.layout == "NCHW" else 3]

    @property
    def size(self) -> tuple[int | str, int | str]:
        """(height, width)"""
        return self.shape[2:] if self.layout == "NCHW" else self.shape[1:3]

    @property
    def batch(self) -> int | None:
        """The fixed batch size, or None where the batch is free."""
        return self.shape[0] if isinstance(self.shape[0], int) else None


class GraphOutput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    dtype: Literal["float32", "float16"]
    shape: tuple[Axis, ...]

    @property
    def classes(self) -> int | None:
        """Numbers per image, where they are one row: (batch, n), also (batch, n, 1, 1); else None."""
        wide = [axis for axis in self.shape[1:] if axis != 1]
        if len(self.shape) < 2 or len(wide) > 1 or not all(isinstance(axis, int) for axis in wide):
            return None
        return int(wide[0]) if wide else 1


class Graph(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The graph's signature. sha256: of the file's bytes without metadata; `answer` names the output to read."""

    inputs: Annotated[tuple[GraphInput, ...], Meta(min_length=1, max_length=1)]
    outputs: Annotated[tuple[GraphOutput, ...], Meta(min_length=1)]
    answer: Name
    precision: Literal["fp32", "fp16", "int8"]
    opset: Annotated[int, Meta(ge=1)]
    sha256: Sha256


class Views(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Test-time views: those that change the meaning, and what a view does to the label order.

    relabel: view name -> for each output of the view, the label index that it stands for.
    """

    forbidden: tuple[ViewName, ...]
    relabel: dict[ViewName, tuple[Count, ...]]


class Checkpoint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which weights of which file. `raw_to_ema_distance`: relative L2; null where there is only one set."""

    name: Name
    sha256: Sha256
    weights: Literal["raw", "ema"]
    field: Name
    counter: Count | None
    raw_to_ema_distance: Difference | None


class Provenance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the file comes from; `created` is UTC, ISO 8601."""

    checkpoint: Checkpoint | None
    architecture: str | None
    recipe: str
    parent: Sha256 | None
    versions: dict[str, str]
    created: Annotated[
        str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", max_length=20)
    ]


class TensorDifference(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Original against copy, over all values of all proof images. `max_abs`: the largest difference, tensor units."""

    differing_values: Count
    max_abs: Difference | UnsetType = UNSET


class Bound(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far the original's tensors may be from these, and why they are not the same bits everywhere.

    levels: of 255, on the canvas. tensor: the same in tensor units; measured over the proof images for a decoder, stated
    for instruction sets. source: `decoder` or `cpu`.
    """

    source: Literal["decoder", "cpu"]
    levels: Difference
    tensor: Difference


class OutputDifference(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    max_abs_over_max_logit: Difference


class Decisions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    flips: Count
    max_probability_delta: Share


class Accuracy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Top-1 on the `images` that have a label: of the original and of the copy; raw and EMA where both exist."""

    original: Share | None
    truecopy: Share
    raw: Share | None = None
    ema: Share | None = None
    images: Count | None = None


class Proof(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was compared at export. Null: not compared (`level` says why).

    subject: SHA-256 of what was proven, `subject_sha256` of the contract; null in documents that do not say.
    bound: absent where the original makes the same tensors on every CPU.
    """

    level: Literal["bit-exact", "bounded", "self-consistent", "unproven"]
    images: Count
    labelled: bool
    provider: Name
    arithmetic: Literal["fp32", "fp16", "int8"]
    isa: Name
    tensor: TensorDifference | None
    output: OutputDifference | None
    decisions: Decisions | None
    accuracy: Accuracy | None
    subject: Sha256 | None = None
    bound: Bound | UnsetType = UNSET


class Contract(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that a model file says about itself. `requires`: the lowest runtime that knows every field."""

    truecopy: Annotated[int, Meta(ge=1)]
    requires: Annotated[str, Meta(pattern=r"^[0-9]{1,9}\.[0-9]{1,9}(\.[0-9]{1,9})?$")]
    input: ImageInput
    steps: Annotated[tuple[Step, ...], Meta(max_length=64)]
    graph: Graph
    task: Task
    views: Views
    provenance: Provenance
    proof: Proof
