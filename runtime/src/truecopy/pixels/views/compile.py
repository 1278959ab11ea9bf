"""From names of views to views that run: all that the contract alone forbids is refused here."""

from __future__ import annotations

from functools import partial
from typing import cast

import numpy as np

from truecopy.contract.document import Contract, ImageInput
from truecopy.contract.flow import flow, geometry_of
from truecopy.contract.kind import kind_of
from truecopy.contract.steps import CenterCrop, Step, SwapRB
from truecopy.contract.tasks import Sequence
from truecopy.contract.view_names import (
    FIVE_CROP,
    IDENTITY,
    SCALE,
    TONES,
    base_of,
    canonical,
    is_forbidden,
    parameter_of,
)
from truecopy.errors import StrategyError
from truecopy.limits import DEFAULT_LIMITS, Limits
from truecopy.pixels.budget import check_pixels
from truecopy.pixels.frame import Frame, Operation
from truecopy.pixels.passes import Size
from truecopy.pixels.plan import last_crop
from truecopy.pixels.raster import Array, size_of

from .corners import corner_crop
from .tones import blend_table, brightness, contrast
from .turns import TURN, Turn
from .view import View
from .zoom import enlarged, zoom


def compile_views(
    names: tuple[str, ...], contract: Contract, limits: Limits = DEFAULT_LIMITS
) -> tuple[View, ...]:
    """One `View` a name, in this order. names: as `expand` gives them. limits: of pixels, on the way to a view.

    Raises:
        StrategyError: the contract forbids a view, or its task, steps or graph have no such view.
    """
    return tuple(_compiled(canonical(name), contract, limits) for name in names)


def _compiled(name: str, contract: Contract, limits: Limits) -> View:
    if name == IDENTITY:
        return View(name, _canvas)
    image = contract.input
    if not isinstance(image, ImageInput):
        raise StrategyError(
            f"the view {name!r} is one of a picture, and this model takes none",
            got=f"input.kind {kind_of(image)!r}",
            where="`$.input.kind`",
            fix="Leave views out (--tta); members of an ensemble need none",
        )
    _check_forbidden(name, contract)
    geometry = geometry_of(contract.steps)
    base = base_of(name)
    if base in TONES:
        return _tone(name, geometry, image)
    _check_text(name, contract)
    if base == FIVE_CROP:
        return _corner(name, geometry, image)
    if base == SCALE:
        return _zoom(name, geometry, image, limits)
    _check_square(name, contract)
    return View(name, partial(_turned, turn=TURN[name]))


def _check_forbidden(name: str, contract: Contract) -> None:
    for index, entry in enumerate(contract.views.forbidden):
        if is_forbidden(name, (entry,)):
            raise StrategyError(
                f"this model forbids the view {name!r}: what it shows has another meaning",
                where=f"`$.views.forbidden[{index}]` = {entry!r}",
                fix="Leave it out",
            )


def _check_text(name: str, contract: Contract) -> None:
    if isinstance(contract.task, Sequence):
        raise StrategyError(
            f"the view {name!r} moves the picture, and this model reads a text from it: turned or cut, it is another one",
            expected=f"{' or '.join(TONES)}",
            where="`$.task.kind` = 'sequence'",
            fix="Leave it out",
        )


def _check_square(name: str, contract: Contract) -> None:
    """A quarter turn exchanges the sides; a graph that fixes one takes the canvas back only where both are the same."""
    if name not in ("rotate_90", "rotate_270"):
        return
    height, width = contract.graph.main_input.size
    if height != width and (isinstance(height, int) or isinstance(width, int)):
        raise StrategyError(
            f"the view {name!r} exchanges height and width, and the graph takes one size",
            expected="a square input",
            got=f"{height} x {width} (height x width)",
            where="`$.graph.inputs[0].shape`",
            fix="Leave it out, or take rotate_180",
        )


def _tone(name: str, geometry: tuple[Step, ...], image: ImageInput) -> View:
    _check_8_bit(name, geometry, image)
    factor = float(parameter_of(name))
    if base_of(name) == "brightness":
        if np.array_equal(blend_table(0, factor), np.arange(256)):
            raise StrategyError(
                f"the view {name!r} changes no pixel, and would count {IDENTITY} twice",
                fix="Take a factor further from 1",
            )
        return View(name, partial(_brighter, factor=factor))
    swaps = sum(isinstance(step, SwapRB) for step in geometry)
    return View(name, partial(_stronger, factor=factor, bgr=swaps % 2 == 1))


def _zoom(name: str, geometry: tuple[Step, ...], image: ImageInput, limits: Limits) -> View:
    _check_8_bit(name, geometry, image)
    factor = parameter_of(name)
    size = flow(geometry, image.channels).size
    if size is not None and enlarged(size, factor) == size:
        raise StrategyError(
            f"the view {name!r} changes nothing: the canvas is too small for this factor",
            got=f"{size[0]} x {size[1]} (height x width)",
            where="`$.steps`",
            fix="Take a larger factor",
        )
    return View(name, partial(_closer, factor=factor, limits=limits))


def _corner(name: str, geometry: tuple[Step, ...], image: ImageInput) -> View:
    index = last_crop(geometry)
    if index is None:
        raise StrategyError(
            f"the view {name!r} takes the corners of what the last center_crop is given, and these steps do not end in one",
            expected="a center_crop with `size`, followed by swap_rb and grayscale only",
            where="`$.steps`",
            fix="Leave five_crop out, or take scale:1.15",
        )
    size = cast("Size", cast("CenterCrop", geometry[index]).size)
    given = flow(geometry[:index], image.channels).size
    if given is not None and any(side < wanted for side, wanted in zip(given, size, strict=True)):
        raise StrategyError(
            f"the view {name!r} has no corners to take: the last center_crop is given pictures that are too small",
            expected=f"at least {size[0]} x {size[1]} (height x width)",
            got=f"{given[0]} x {given[1]}",
            where=f"`$.steps[{index}].size`",
            fix="Leave five_crop out, or take scale:1.15",
        )
    if given == size:
        raise StrategyError(
            f"the view {name!r} changes nothing: the last center_crop is given pictures of its own size",
            got=f"{size[0]} x {size[1]} (height x width)",
            where=f"`$.steps[{index}].size`",
            fix="Leave five_crop out, or take scale:1.15",
        )
    return View(name, partial(_cut, crop=partial(corner_crop, corner=parameter_of(name), size=size)))


def _check_8_bit(name: str, geometry: tuple[Step, ...], image: ImageInput) -> None:
    for index, step in enumerate(geometry):
        if flow(geometry[: index + 1], image.channels).dtype != "uint8":
            raise StrategyError(
                f"the view {name!r} is defined on 8-bit pixels, and the canvas of this model is made of floats",
                got=f"{kind_of(step)} makes floats",
                where=f"`$.steps[{index}]`",
                fix="Leave it out; flips, rotations and five_crop move pixels of any kind",
            )


def _canvas(frame: Frame) -> Array:
    return frame.canvas


def _turned(frame: Frame, *, turn: Turn) -> Array:
    return turn(frame.canvas)


def _brighter(frame: Frame, *, factor: float) -> Array:
    return brightness(frame.canvas, factor)


def _stronger(frame: Frame, *, factor: float, bgr: bool) -> Array:
    return contrast(frame.canvas, factor, bgr=bgr)


def _closer(frame: Frame, *, factor: str, limits: Limits) -> Array:
    height, width = enlarged(size_of(frame.canvas), factor)
    check_pixels(height, width, limits, what="the picture that a `scale` view would make", where=frame.name)
    return zoom(frame.canvas, factor)


def _cut(frame: Frame, *, crop: Operation) -> Array:
    return frame.cut(crop)
