"""From what was typed after --recipe, or a live transform, to a `Recipe`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from truecopy.contract.steps import PassOrder
from truecopy.errors import RecipeError

from .checkpoint_arguments import check_arguments
from .python_object import load_object
from .recipe import Recipe
from .steps_yaml import read_steps_yaml
from .timm import TIMM_READERS, Variant, read_timm
from .torchvision import read_weights
from .walk import read_transform

if TYPE_CHECKING:
    import torch

SPELLINGS = (
    "timm, timm:train-size, timm:test-size, torchvision:WEIGHTS, python:package.module:object or a .yaml file"
)
_TIMM: Mapping[str, Variant] = {
    "timm": None,
    "timm:train-size": "train-size",
    "timm:test-size": "test-size",
}
_TIMM_NOTE = (
    "this is timm's configuration for its own pretrained weights; the checkpoint does not say how it was trained. "
    "Labelled proof images (class folders or --proof-labels) tell whether it fits"
)
_NOT_READ_YET = {
    "albumentations": "a .yaml file of steps, if it resizes with Pillow's kernel",
    "keras": "a .yaml file of steps",
    "transformers": "a .yaml file of steps, or its torchvision equivalent as python:package.module:object",
}


def import_recipe(
    recipe: str | Path | object,
    *,
    module: torch.nn.Module | None,
    architecture: str | None,
    arguments: Mapping[str, Any] | None,
    pass_order: PassOrder,
    recipe_input: Literal["pil", "tensor"] = "pil",
) -> Recipe:
    """Read a recipe.

    recipe: a spelling as after --recipe, or a live transform. module: the model, for `timm` and to tell grey from
    colour. arguments: what the checkpoint says about its training. pass_order: what the original ran under.

    Raises:
        RecipeError: unknown, not expressible (names the part), or contradicted by `arguments`.
    """
    if recipe_input != "pil":
        raise RecipeError(
            f"recipe input {recipe_input!r} is not read yet; the nearest thing: 'pil', a transform that takes "
            "a PIL picture"
        )
    channels = _input_channels(module)
    if isinstance(recipe, Path):
        recipe = str(recipe)
    if not isinstance(recipe, str):
        result = _read_object(recipe, f"python object {type(recipe).__name__}", pass_order, channels)
    elif recipe in _TIMM:
        result = read_timm(_TIMM[recipe], module, architecture, pass_order, channels)
        if not arguments:
            result = replace(result, notes=(*result.notes, _TIMM_NOTE))
    elif recipe.startswith("torchvision:"):
        result = read_weights(recipe.removeprefix("torchvision:"), pass_order, channels)
    elif recipe.startswith("python:"):
        found = load_object(recipe.removeprefix("python:"), RecipeError)
        result = _read_object(found, recipe, pass_order, channels)
    elif recipe.lower().endswith((".yaml", ".yml")):
        result = read_steps_yaml(Path(recipe), pass_order)
    else:
        raise _unknown(recipe)
    check_arguments(arguments, result)
    return result


def _read_object(transform: object, source: str, pass_order: PassOrder, channels: int | None) -> Recipe:
    library = type(transform).__module__.partition(".")[0]
    if library in _NOT_READ_YET:
        raise RecipeError(
            f"{type(transform).__name__} of {library} is not read yet; the nearest thing: {_NOT_READ_YET[library]}"
        )
    if isinstance(transform, list | tuple):
        raise RecipeError(
            f"a {type(transform).__name__} of transforms",
            where=source,
            fix="Wrap it: transforms.Compose([...])",
        )
    return read_transform(transform, source, pass_order, channels, TIMM_READERS)


def _unknown(recipe: str) -> RecipeError:
    if recipe.startswith("hf:"):
        return RecipeError(f"{recipe} is not read yet; the nearest thing: {_NOT_READ_YET['transformers']}")
    return RecipeError("the recipe is unknown", expected=SPELLINGS, got=repr(recipe))


def _input_channels(module: Any) -> int | None:
    """1 or 3, as the first convolution takes; None where that does not say grey or colour."""
    if module is None:
        return None
    import torch

    first = next((part for part in module.modules() if isinstance(part, torch.nn.Conv2d)), None)
    return first.in_channels if first is not None and first.in_channels in (1, 3) else None
