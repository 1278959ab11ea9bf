"""What an importer hands over: the steps, and the original that they are held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from PIL import Image

from truecopy.contract import Feed, ImageInput, Input, Step
from truecopy.contract.codec import convert
from truecopy.contract.consistency import check_steps
from truecopy.contract.flow import Flow, flow
from truecopy.contract.kind import kind_of
from truecopy.errors import ContractError, RecipeError

# What every random part is refused with.
TRAINING = "this is the training transform; pass the validation one"


@dataclass(frozen=True)
class Recipe:
    """Preprocessing, ready for the contract.

    original: the live transform; takes the decoded PIL image, already converted to `input.color`, and returns
    float32 channels x height x width. None for hand-written steps.
    source: for `provenance.recipe`. notes: sentences for people. overrules: the checkpoint's arguments that a person
    stated to be wrong. load: how the original reads a file, path to PIL image; None: Pillow, as `input` says.
    other_decoder: names the decoder of `load` where its pixels are not reproduced (TensorFlow's JPEG): the contract says
    `pillow` and the proof measures how far the two are apart. feeds: of tokens, what the module's arguments take, in order.
    """

    input: Input
    steps: tuple[Step, ...]
    original: Callable[[Any], Any] | None = field(compare=False)
    source: str
    notes: tuple[str, ...]
    overrules: tuple[str, ...] = ()
    load: Callable[[str], Image.Image] | None = field(default=None, compare=False)
    other_decoder: str | None = None
    feeds: tuple[Feed, ...] = ("ids",)

    @property
    def made(self) -> Flow:
        """What the steps make of any picture: channels, and the size where it is fixed."""
        return flow(self.steps, self.image.channels)

    @property
    def image(self) -> ImageInput:
        """`input`, of a recipe for pictures.

        Raises:
            RecipeError: it is for something else.
        """
        if not isinstance(self.input, ImageInput):
            kind = kind_of(self.input)
            raise RecipeError("a recipe for pictures is needed", got=f"one for input.kind {kind!r}")
        return self.input


def pillow_input(color: Literal["RGB", "L"]) -> ImageInput:
    """How torchvision, timm and `PIL.Image.open(...).convert(color)` decode a file."""
    return ImageInput(
        decoder="pillow",
        color=color,
        orientation="ignore",
        alpha="drop",
        depth16="clip",
        cmyk="pillow",
        frame=0,
    )


def checked_steps(steps: tuple[Step, ...], image: ImageInput) -> tuple[Step, ...]:
    """`steps`, if a contract may hold them.

    Raises:
        RecipeError: a number out of range, constants that do not fit the channels; names the JSON path.
    """
    try:
        checked: tuple[Step, ...] = convert(msgspec.to_builtins(steps), tuple[Step, ...], "recipe", "$.steps")
        check_steps(checked, image.channels)
    except ContractError as error:
        raise RecipeError.of(error) from error
    return checked
