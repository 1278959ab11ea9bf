"""Does the recipe agree with what the checkpoint says that it was trained with?

Source of the names: timm `train.py` (img_size, input_size, in_chans, mean, std, interpolation, crop_pct) and
torchvision `references/classification/train.py` (val_resize_size, val_crop_size, interpolation).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any, Literal, TypeAlias

import numpy as np

from truecopy.contract import CenterCrop, ImageInput, Resize, Values
from truecopy.errors import RecipeError

from .recipe import Recipe

Numbers: TypeAlias = tuple[float, ...]
Compare: TypeAlias = Callable[[Any, Recipe], str | None]
Field: TypeAlias = Literal[
    "img_size", "input_size", "val_crop_size", "val_resize_size", "crop_pct", "crop_mode", "interpolation", "in_chans",
    "mean", "std",
]  # fmt: skip


def check_arguments(arguments: Mapping[str, Any] | None, recipe: Recipe) -> None:
    """Refuse a recipe that the checkpoint's own arguments contradict; what they leave open is no contradiction.

    A field in `recipe.overrules` may differ: a person wrote down that it does.

    Raises:
        RecipeError: lists field, value of the checkpoint and value of the recipe.
    """
    if not isinstance(recipe.input, ImageInput):
        return  # all of these fields are about pictures
    contradictions: dict[Field, str] = {}
    for name, compare in _COMPARE.items():
        stated = (arguments or {}).get(name)
        # timm's parser stores None and '' for "not given".
        found = None if stated is None or stated == "" else compare(stated, recipe)
        if found is not None and name not in recipe.overrules:
            contradictions[name] = f"{name}: checkpoint {stated!r}, recipe {found}"
    if contradictions:
        raise RecipeError(
            f"the checkpoint's arguments contradict the recipe {recipe.source.partition(' sha256:')[0]}",
            got="; ".join(contradictions.values()),
            fix="Pass the transform that the model was validated with (--recipe python:package.module:object); "
            "if the arguments are out of date, state the steps in a file (--recipe steps.yaml) with the line "
            f"overrules: [{', '.join(contradictions)}]",
        )


def _canvas(stated: Any, recipe: Recipe) -> str | None:
    numbers = _numbers(stated)
    canvas = recipe.made.size
    if numbers is None or canvas is None:
        return None
    height, width = numbers[-2:] if len(numbers) > 1 else numbers * 2
    return None if (height, width) == canvas else f"{canvas[0]} x {canvas[1]}"


def _channels(stated: Any, recipe: Recipe) -> str | None:
    return None if stated == recipe.made.channels else str(recipe.made.channels)


def _resize_size(stated: Any, recipe: Recipe) -> str | None:
    numbers, resize = _numbers(stated), _resize(recipe)
    if numbers is None:
        return None
    if resize is None:
        return "no resize"
    size = resize.size if isinstance(resize.size, tuple) else (resize.size,)
    return None if {*numbers} == {*size} else f"{resize.size}"


def _crop_pct(stated: Any, recipe: Recipe) -> str | None:
    """Source: timm `transforms_imagenet_eval`: the resize goes to floor(crop / crop_pct)."""
    resize, canvas = _resize(recipe), recipe.made.size
    if resize is None or canvas is None or not isinstance(stated, Real) or not stated:
        return None
    wanted = {math.floor(side / float(stated)) for side in canvas}
    size = resize.size if isinstance(resize.size, tuple) else (resize.size,)
    return None if wanted == {*size} else f"resize {resize.size} to crop {canvas[0]} x {canvas[1]}"


def _interpolation(stated: Any, recipe: Recipe) -> str | None:
    resize = _resize(recipe)
    name = str(getattr(stated, "value", stated)).lower()
    return None if resize is None or name == resize.filter else repr(resize.filter)


def _crop_mode(stated: Any, recipe: Recipe) -> str | None:
    """Source: timm `transforms_imagenet_eval`; only its own modes are told apart."""
    resize = _resize(recipe)
    if resize is None or not any(isinstance(step, CenterCrop) for step in recipe.steps):
        return None
    cover = resize.rule == "short" or resize.fit == "cover"
    mode = "center" if cover else "squash" if resize.rule == "exact" else "border"
    return None if stated == mode else repr(mode)


def _mean(stated: Any, recipe: Recipe) -> str | None:
    return _same(stated, _mean_std(recipe)[0])


def _std(stated: Any, recipe: Recipe) -> str | None:
    return _same(stated, _mean_std(recipe)[1])


def _same(stated: Any, found: Numbers | None) -> str | None:
    numbers = _numbers(stated)
    if numbers is None or found is None:
        return None
    length = max(len(numbers), len(found))
    wanted, given = (
        np.asarray(values * length if len(values) == 1 else values, np.float32) for values in (numbers, found)
    )
    return None if np.array_equal(wanted, given) else f"{list(found)}"


def _mean_std(recipe: Recipe) -> tuple[Numbers | None, Numbers | None]:
    """Of values scaled to 0..1 and normalised once; other chains say neither."""
    last = recipe.steps[-1]
    chain = last.chain if isinstance(last, Values) else ()
    if [op for op, _ in chain] not in (["div", "sub", "div"], ["mul", "sub", "div"]):
        return None, None
    scale, mean, std = (constant if isinstance(constant, tuple) else (constant,) for _, constant in chain)
    return (mean, std) if scale in ((255.0,), (1.0 / 255,)) else (None, None)


def _resize(recipe: Recipe) -> Resize | None:
    return next((step for step in recipe.steps if isinstance(step, Resize)), None)


def _numbers(stated: Any) -> Numbers | None:
    values = tuple(stated) if isinstance(stated, list | tuple) else (stated,)
    real = all(isinstance(value, Real) and not isinstance(value, bool) for value in values)
    return tuple(float(value) for value in values) if values and real else None


_COMPARE: Mapping[Field, Compare] = {
    "img_size": _canvas,
    "input_size": _canvas,
    "val_crop_size": _canvas,
    "val_resize_size": _resize_size,
    "crop_pct": _crop_pct,
    "crop_mode": _crop_mode,
    "interpolation": _interpolation,
    "in_chans": _channels,
    "mean": _mean,
    "std": _std,
}
