"""The contract document, version 1. Field by field with units and reasons: `docs/format.md`."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from truecopy.errors import ContractError

from .fields import Count, Difference, Name, Sha256
from .graph import Graph
from .kind import kind_of
from .proof import Proof
from .steps import Level, Step
from .tables import TableInput
from .tasks import Task
from .tokens import TokensInput

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


Input: TypeAlias = ImageInput | TableInput | TokensInput


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


class Contract(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that a model file says about itself. `requires`: the lowest runtime that knows every field.

    steps: of a picture; none for tables and tokens, whose `input` says all.
    """

    truecopy: Annotated[int, Meta(ge=1)]
    requires: Annotated[str, Meta(pattern=r"^[0-9]{1,9}\.[0-9]{1,9}(\.[0-9]{1,9})?$")]
    input: Input
    steps: Annotated[tuple[Step, ...], Meta(max_length=64)]
    graph: Graph
    task: Task
    views: Views
    provenance: Provenance
    proof: Proof

    @property
    def image(self) -> ImageInput:
        """`input`, of a model of pictures.

        Raises:
            ContractError: the model takes something else.
        """
        if not isinstance(self.input, ImageInput):
            kind = kind_of(self.input)
            raise ContractError(
                "this is for models of pictures", got=f"input.kind {kind!r}", where="`$.input.kind`"
            )
        return self.input
