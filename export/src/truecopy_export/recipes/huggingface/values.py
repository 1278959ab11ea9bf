"""transformers image processors: from 8-bit pixels to the numbers that each class makes.

Source: transformers 5.23 `image_processing_backends.py` (rescale, normalize, rescale_and_normalize),
`image_transforms.py` (rescale, normalize), `models/{efficientnet,mobilevit,layoutlmv2,pp_lcnet,dinov3_vit}`.
"""

from __future__ import annotations

import numpy as np

from truecopy.contract import SwapRB
from truecopy.contract.steps import ChainOp, Constant
from truecopy.errors import RecipeError
from truecopy_export.recipes.reading import constant

from .reading import ProcessorReading
from .sizes import center_crop, resize

Chain = tuple[tuple[ChainOp, Constant], ...]
_UNSCALED = "the processor leaves 8-bit numbers; the graph is fed the same numbers as float32"


def rescale_and_normalize(reading: ProcessorReading) -> None:
    chain = _chain(reading)
    if not chain:
        reading.note(_UNSCALED)
    reading.values(*chain)


def _chain(reading: ProcessorReading) -> Chain:
    """The torchvision backend folds the factor into mean and std, one float32 product each; the PIL one does not."""
    rescales, normalizes = reading.on("do_rescale"), reading.on("do_normalize")
    if rescales and normalizes and reading.backend == "torchvision":
        factor = _factor(reading)
        times = np.float32(1.0 / factor)
        mean, std = (np.asarray(reading.needed(name, "do_normalize"), np.float32) for name in _STATISTICS)
        return ("sub", constant(mean * times, "image_mean")), ("div", _std(std * times))
    return (*(_rescaled(reading) if rescales else ()), *(_normalized(reading) if normalizes else ()))


_STATISTICS = ("image_mean", "image_std")


def _factor(reading: ProcessorReading) -> float:
    factor = float(reading.needed("rescale_factor", "do_rescale"))
    if factor == 0:
        raise RecipeError("rescale_factor is zero")
    return factor


def _rescaled(reading: ProcessorReading) -> Chain:
    """The PIL backend multiplies in float64 and rounds once; torch's float32 product rounds the factor, too."""
    factor = _factor(reading)
    if reading.backend == "pil":
        return (("mul64", factor),)
    return (("mul", constant(factor, "rescale_factor")),)


def _normalized(reading: ProcessorReading) -> Chain:
    mean, std = (reading.needed(name, "do_normalize") for name in _STATISTICS)
    return ("sub", constant(mean, "image_mean")), ("div", _std(std))


def _std(std: object) -> Constant:
    return constant(std, "std")


def efficientnet_values(reading: ProcessorReading) -> None:
    """rescale_offset subtracts 1 after the factor, unfused; include_top divides by std a second time."""
    chain: Chain
    if reading.on("do_rescale") and reading.on("rescale_offset"):
        chain = (*_rescaled(reading), ("sub", 1.0))
        if reading.on("do_normalize"):
            chain = (*chain, *_normalized(reading))
    else:
        reading.option("rescale_offset")
        chain = _chain(reading)
    if reading.on("include_top"):
        if not chain and reading.backend == "torchvision":
            raise RecipeError(
                "torchvision does not normalise 8-bit pixels, and include_top asks for it",
                fix="Switch do_rescale on, or include_top off",
            )
        chain = (*chain, ("div", _std(reading.needed("image_std", "include_top"))))
    reading.values(*chain)


def mobilevit_values(reading: ProcessorReading) -> None:
    """Red and blue change places; there is no normalisation."""
    if reading.on("do_flip_channel_order"):
        reading.steps.append(SwapRB())
    reading.values(*(_rescaled(reading) if reading.on("do_rescale") else ()))


def layoutlmv2_values(reading: ProcessorReading) -> None:
    """Red and blue change places; the model itself scales the 8-bit numbers."""
    reading.steps.append(SwapRB())
    reading.note(_UNSCALED)
    reading.values()


def pp_lcnet_values(reading: ProcessorReading) -> None:
    """Red and blue change places after the normalisation: the same as before it, with mean and std turned around."""
    reading.steps.append(SwapRB())
    reading.values(*((op, _turned(value)) for op, value in _chain(reading)))


def _turned(value: Constant) -> Constant:
    return value[::-1] if isinstance(value, tuple) else value


def dinov3(reading: ProcessorReading) -> None:
    """Rescales first: the resize is torch's float32 one. Normalises last, unfused."""
    rescales, normalizes = reading.on("do_rescale"), reading.on("do_normalize")
    if normalizes and not rescales:
        raise RecipeError(
            f"torchvision does not normalise 8-bit pixels, and {reading.name} has do_rescale off",
            fix="Switch do_rescale on, or do_normalize off",
        )
    if rescales:
        reading.values(*_rescaled(reading))
    resize(reading)
    center_crop(reading)
    if normalizes:
        reading.values(*_normalized(reading))
    elif not rescales:
        reading.note(_UNSCALED)
        reading.values()
