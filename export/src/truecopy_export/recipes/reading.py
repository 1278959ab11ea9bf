"""Turn a sequence of library calls on one picture into steps. Knows stages, not libraries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import numpy as np
from PIL import Image

from truecopy.contract import CenterCrop, Grayscale, Pad, Resize, Step, Values
from truecopy.contract.resize import PassOrder
from truecopy.contract.steps import ChainOp, Constant
from truecopy.errors import RecipeError

from .circumstances import Takes
from .recipe import Recipe, checked_steps, pillow_input

Stage: TypeAlias = Literal["picture", "bytes", "numbers"]
Channels: TypeAlias = Literal[1, 3]


class Reading:
    """A transform, read so far.

    stage: what the next part receives: `picture` (PIL), `bytes` (uint8 tensor) or `numbers` (float32 tensor).
    color: what the files are decoded to, where that is known yet.
    typed: may the tensor be of a class of its own, for parts that go by the class; None: nobody can say.
    """

    def __init__(self, pass_order: PassOrder, channels: int | None, takes: Takes = "pil") -> None:
        """channels: 1 or 3, what the model takes, where that is known. takes: what the transform is given."""
        self.pass_order = pass_order
        self.stage: Stage = "picture" if takes == "pil" else "bytes"
        self.color: Literal["RGB", "L"] | None = None
        self.typed: bool | None = False
        self._model_takes = channels
        self._made: Channels | None = None
        self._steps: list[Step] = []
        self._chain: list[tuple[ChainOp, Constant]] | None = None
        self._notes: list[str] = []

    @property
    def channels(self) -> Channels | None:
        """What the next part receives, where the transform says it."""
        if self._made is None and self.color is not None:
            return 1 if self.color == "L" else 3
        return self._made

    def note(self, sentence: str) -> None:
        if sentence not in self._notes:
            self._notes.append(sentence)

    def geometry(self, step: Resize | CenterCrop | Pad) -> None:
        self._end_chain()
        self._steps.append(step)

    def grey(self, method: Literal["pillow", "torchvision"], channels: Channels) -> None:
        """Become `channels` equal channels. As the first part on a picture, one channel is what the decoder makes."""
        if self.stage == "numbers":
            raise RecipeError(
                "conversions between grey and colour take 8-bit pixels, and numbers arrive",
                fix="Put it before the conversion to float32",
            )
        if self.channels is None and channels == 1 and self.stage == "picture" and not self._steps:
            self.color = "L"
            self.note("Grayscale stands first: pictures are decoded as grey")
        elif self.channels != 1 or channels != 1:
            self.color = self.color or "RGB"
            self._steps.append(Grayscale(method=method, channels=channels))
            self._made = channels

    def rgb(self) -> None:
        """Become three channels: one is repeated, three stay."""
        if self.channels is None:
            self.color = "RGB"
        elif self.channels == 1:
            self.grey("pillow", 3)

    def to_picture(self) -> None:
        if self.stage == "numbers":
            raise RecipeError(
                "numbers cannot be turned back into 8-bit pixels",
                fix="Put it before the conversion to float32",
            )
        self.stage = "picture"

    def to_bytes(self) -> None:
        if self.stage == "picture":
            self.stage = "bytes"

    def to_numbers(self, *scale: tuple[ChainOp, Constant]) -> None:
        """Become float32; `scale` is what happens to the 0..255. Numbers stay as they are."""
        if self.stage != "numbers":
            self.stage = "numbers"
            self._chain = list(scale)

    def normalize(self, mean: Any, std: Any) -> None:
        if self.stage != "numbers":
            raise RecipeError(
                "Normalize stands before the conversion to float32",
                fix="Put ToTensor, or ToImage and ToDtype(torch.float32, scale=True), before it",
            )
        self._chain = [
            *(self._chain or ()), ("sub", constant(mean, "mean")), ("div", constant(std, "std"))
        ]  # fmt: skip

    def finish(self, original: Callable[[Image.Image], Any], source: str) -> Recipe:
        if self.stage != "numbers":
            found = "a picture" if self.stage == "picture" else "a uint8 tensor"
            raise RecipeError(
                f"the transform ends in {found}, the graph takes float32",
                where=source,
                fix="End it with ToTensor, or with ToImage and ToDtype(torch.float32, scale=True)",
            )
        self._end_chain()
        image = pillow_input(self._decide_color(source))
        steps = checked_steps(tuple(self._steps), image)
        return Recipe(image, steps, original, source, tuple(self._notes))

    def _end_chain(self) -> None:
        if self._chain is not None:
            self._steps.append(Values(chain=tuple(self._chain)))
            self._chain = None

    def _decide_color(self, source: str) -> Literal["RGB", "L"]:
        constants = [item for step in self._steps if isinstance(step, Values) for item in step.chain]
        several = any(isinstance(value, tuple) and len(value) == 3 for _, value in constants)
        single = any(op == "sub" and not isinstance(value, tuple) for op, value in constants)
        if self.channels is None and self._model_takes is None and single and not several:
            raise RecipeError(
                "one mean fits a grey picture and a colour one",
                where=source,
                fix="Put Grayscale first, or give Normalize three values",
            )
        if None not in (self.channels, self._model_takes) and self.channels != self._model_takes:
            raise RecipeError(
                "the recipe and the model disagree about colour",
                expected=f"{self._model_takes} channels for the model",
                got=f"{self.channels} of the recipe",
                where=source,
            )
        if several and (self.channels or self._model_takes) == 1:
            raise RecipeError(
                "Normalize has 3 values, the picture has 1 channel",
                where=source,
                fix="Give Normalize one mean and one std",
            )
        if self.channels is None and self._model_takes == 1:
            self.note("the model takes one channel: pictures are decoded as grey")
            return "L"
        return self.color or "RGB"


def constant(values: Any, name: str) -> Constant:
    """One number, or one per channel, as the shortest decimals that are these float32."""
    array = np.asarray(values, dtype=np.float32)
    if array.size == 0 or (array.ndim and array.shape[0] != array.size) or not np.isfinite(array).all():
        raise RecipeError(f"{name} of Normalize", expected="one finite number per channel", got=repr(values))
    numbers = tuple(float(str(number)) for number in array.reshape(-1))
    if name == "std" and 0.0 in numbers:
        raise RecipeError("std of Normalize is zero", got=repr(values))
    return numbers[0] if len(numbers) == 1 else numbers
