"""Turn a sequence of library calls on one picture into steps. Knows stages, not libraries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from PIL import Image

from truecopy.contract import CenterCrop, Pad, Resize, Step, Values
from truecopy.contract.resize import PassOrder
from truecopy.contract.steps import ChainOp, Constant
from truecopy.errors import RecipeError

from .recipe import Recipe, checked_steps, pillow_input


class Reading:
    """A transform, read so far.

    stage: what the next part receives: `picture` (PIL), `bytes` (uint8 tensor) or `numbers` (float32 tensor).
    """

    def __init__(self, pass_order: PassOrder, channels: int | None) -> None:
        """channels: 1 or 3, what the model takes, where that is known."""
        self.pass_order = pass_order
        self.stage: Literal["picture", "bytes", "numbers"] = "picture"
        self.color: Literal["RGB", "L"] | None = None
        self._channels = channels
        self._geometry: list[Step] = []
        self._chain: list[tuple[ChainOp, Constant]] = []
        self._notes: list[str] = []

    def note(self, sentence: str) -> None:
        if sentence not in self._notes:
            self._notes.append(sentence)

    def geometry(self, step: Resize | CenterCrop | Pad) -> None:
        if self.stage != "picture":
            raise RecipeError(
                "geometry after the conversion to a tensor runs torch's tensor kernels, not Pillow's, and they "
                "are not in the contract yet",
                fix="Put it before ToTensor, PILToTensor or ToImage, and validate the model with that",
            )
        self._geometry.append(step)

    def grey(self) -> None:
        if self.stage != "picture" or self._geometry or self.color == "RGB":
            raise RecipeError("the conversion to grey can only be read as the first step", fix="Put it first")
        self.color = "L"
        self.note("Grayscale stands first: pictures are decoded as grey")

    def rgb(self) -> None:
        if self.stage != "picture" or self.color == "L":
            raise RecipeError("grey repeated over three channels cannot be expressed", fix="Leave RGB out")
        self.color = "RGB"

    def to_bytes(self) -> None:
        if self.stage == "picture":
            self.stage = "bytes"

    def to_numbers(self, *scale: tuple[ChainOp, Constant]) -> None:
        """Become float32; `scale` is what happens to the 0..255. Numbers stay as they are."""
        if self.stage != "numbers":
            self.stage = "numbers"
            self._chain.extend(scale)

    def normalize(self, mean: Any, std: Any) -> None:
        if self.stage != "numbers":
            raise RecipeError(
                "Normalize stands before the conversion to float32",
                fix="Put ToTensor, or ToImage and ToDtype(torch.float32, scale=True), before it",
            )
        self._chain += [("sub", constant(mean, "mean")), ("div", constant(std, "std"))]

    def finish(self, original: Callable[[Image.Image], Any], source: str) -> Recipe:
        if self.stage != "numbers":
            found = "a picture" if self.stage == "picture" else "a uint8 tensor"
            raise RecipeError(
                f"the transform ends in {found}, the graph takes float32",
                where=source,
                fix="End it with ToTensor, or with ToImage and ToDtype(torch.float32, scale=True)",
            )
        color = self._decide_color(source)
        image = pillow_input(color)
        steps = checked_steps((*self._geometry, Values(chain=tuple(self._chain))), image)
        return Recipe(image, steps, original, source, tuple(self._notes))

    def _decide_color(self, source: str) -> Literal["RGB", "L"]:
        several = any(isinstance(value, tuple) and len(value) == 3 for _, value in self._chain)
        single = any(op == "sub" and not isinstance(value, tuple) for op, value in self._chain)
        if self.color is None and self._channels is None and single and not several:
            raise RecipeError(
                "one mean fits a grey picture and a colour one",
                where=source,
                fix="Put Grayscale first, or give Normalize three values",
            )
        wanted: Literal["RGB", "L"] = "L" if self._channels == 1 else "RGB"
        if self.color is not None and self._channels is not None and self.color != wanted:
            raise RecipeError(
                "the recipe and the model disagree about colour",
                expected=f"{self._channels} channels for the model",
                got=f"{1 if self.color == 'L' else 3} of the recipe",
                where=source,
            )
        if several and (self.color or wanted) == "L":
            raise RecipeError(
                "Normalize has 3 values, the picture has 1 channel",
                where=source,
                fix="Give Normalize one mean and one std",
            )
        if self.color is None and wanted == "L":
            self.note("the model takes one channel: pictures are decoded as grey")
        return self.color or wanted


def constant(values: Any, name: str) -> Constant:
    """One number, or one per channel, as the shortest decimals that are these float32."""
    array = np.asarray(values, dtype=np.float32)
    if array.size == 0 or (array.ndim and array.shape[0] != array.size) or not np.isfinite(array).all():
        raise RecipeError(f"{name} of Normalize", expected="one finite number per channel", got=repr(values))
    numbers = tuple(float(str(number)) for number in array.reshape(-1))
    if name == "std" and 0.0 in numbers:
        raise RecipeError("std of Normalize is zero", got=repr(values))
    return numbers[0] if len(numbers) == 1 else numbers
