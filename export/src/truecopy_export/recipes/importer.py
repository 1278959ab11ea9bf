"""From what was typed after --recipe, or a live transform, to a `Recipe`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from truecopy.contract.resize import PassOrder
from truecopy.errors import RecipeError

from .checkpoint_arguments import check_arguments
from .circumstances import Circumstances, Takes
from .file_decoder import OPTION as DECODER
from .file_decoder import choose_decoder
from .module_transforms import SPELLING as BY_MODULE
from .module_transforms import read_by_opencv, transforms_of
from .python_object import load_object
from .recipe import Recipe
from .script_arguments import SPELLINGS as BY_ARGUMENTS
from .script_arguments import read_script_arguments
from .steps_yaml import read_steps_yaml
from .timm import TIMM_READERS, Variant, read_timm
from .tokens.tokenizers import refuse_tokenizer_file
from .torchvision.readers import read_weights
from .ultralytics import read_ultralytics
from .walk import read_transform

if TYPE_CHECKING:
    import torch

ObjectReader: TypeAlias = Callable[[Any, str, Circumstances], Recipe]

SPELLINGS = (
    "timm, timm:train-size, timm:test-size, timm:arguments, torchvision:WEIGHTS, torchvision:arguments, hf:FOLDER, "
    "keras:APPLICATION, ultralytics:transforms, python:package.module:object or a .yaml file"
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
# Library of an object's class -> the module here, and its function (object, source, circumstances) -> Recipe.
# Imported when met: they import their library.
_OBJECTS: Mapping[str, tuple[str, str]] = {
    "albumentations": ("albumentations.compose", "read_compose"),
    "keras": ("keras.objects", "read_keras_object"),
    "sklearn": ("sklearn.fitted", "read_fitted"),
    "transformers": ("huggingface.processor", "read_processor"),
    "truecopy": ("truecopy_transform", "read_contract"),
    "tokenizers": ("tokens.tokenizers", "refuse_tokenizer"),
    "truecopy_export": ("own_objects", "read_own"),
    "ultralytics": ("ultralytics", "read_ultralytics"),
}
# Spelling before the colon -> the module here, and its function (rest, circumstances) -> Recipe.
_SPELLED: Mapping[str, tuple[str, str]] = {
    "hf": ("huggingface.processor", "read_folder"),
    "keras": ("keras.objects", "read_application"),
}


def import_recipe(
    recipe: str | Path | object,
    *,
    module: torch.nn.Module | None,
    architecture: str | None,
    arguments: Mapping[str, Any] | None,
    pass_order: PassOrder,
    recipe_input: Takes = "pil",
    options: Mapping[str, str] | None = None,
) -> Recipe:
    """Read a recipe.

    recipe: a spelling as after --recipe, or a live transform. module: the model, for `timm` and to tell grey from
    colour. arguments: what the checkpoint says about its training. pass_order: what the original ran under.
    recipe_input: what a torchvision transform takes. options: what the object itself leaves open (--recipe-arg).

    Raises:
        RecipeError: unknown, not expressible (names the part), or contradicted by `arguments`.
    """
    circumstances = Circumstances(pass_order, _input_channels(module), recipe_input, options or {})
    if isinstance(recipe, Path):
        recipe = str(recipe)
    if not isinstance(recipe, str):
        result = read_object(recipe, f"python object {type(recipe).__name__}", circumstances)
    elif recipe in _TIMM:
        circumstances.only(tensor=True)  # the reader of timm says why it takes none
        result = read_timm(_TIMM[recipe], module, architecture, circumstances)
        if not arguments:
            result = replace(result, notes=(*result.notes, _TIMM_NOTE))
    elif recipe == BY_MODULE:
        result = read_object(transforms_of(module), recipe, read_by_opencv(circumstances))
    elif recipe in BY_ARGUMENTS:
        result = read_script_arguments(recipe, arguments, module, architecture, circumstances)
    else:
        result = _read_spelling(recipe, circumstances)
    check_arguments(arguments, result)
    return result


def _read_spelling(recipe: str, circumstances: Circumstances) -> Recipe:
    prefix, colon, rest = recipe.partition(":")
    if recipe.lower().endswith((".yaml", ".yml")):
        circumstances.only()
        return read_steps_yaml(Path(recipe), circumstances.pass_order)
    if prefix == "python" and colon:
        return read_object(load_object(rest, RecipeError), recipe, circumstances)
    if prefix == "torchvision" and colon:
        circumstances.only(tensor=True)
        return read_weights(rest, circumstances)
    if prefix in _SPELLED and colon:
        read: Callable[[str, Circumstances], Recipe] = _function(_SPELLED[prefix])
        return read(rest, circumstances)
    if recipe == "metadata":
        raise RecipeError(
            "--recipe metadata reads what an ONNX file says about itself",
            fix="Type: truecopy attach FILE.onnx",
        )
    refuse_tokenizer_file(recipe)
    raise RecipeError("the recipe is unknown", expected=SPELLINGS, got=repr(recipe))


def read_object(transform: Any, source: str, circumstances: Circumstances) -> Recipe:
    """A live object of any library that has a reader here.

    Raises:
        RecipeError: cannot be expressed exactly; names the part.
    """
    if isinstance(transform, Recipe):
        return transform
    _refuse_data(transform, source)
    if isinstance(transform, list | tuple):
        raise RecipeError(
            f"a {type(transform).__name__} of transforms",
            where=source,
            fix="Wrap it: transforms.Compose([...])",
        )
    library = _library(transform)
    if library not in _OBJECTS and _is_estimator(transform):
        library = "sklearn"  # a class of the user's own: its reader says so
    if library in _OBJECTS:
        read: ObjectReader = _function(_OBJECTS[library])
        return read(transform, source, circumstances)
    inner = getattr(transform, "transforms", None)
    if isinstance(inner, list | tuple) and any(_library(part) == "ultralytics" for part in inner):
        # torchvision's Compose around Ultralytics' own parts, which take arrays.
        return read_ultralytics(transform, source, circumstances)
    circumstances.only(DECODER, tensor=True)
    recipe = read_transform(transform, source, circumstances, TIMM_READERS)
    files = choose_decoder(circumstances, recipe.image.color, default="pillow", torchvision=True)
    return replace(recipe, input=files.input, load=files.load)


def _refuse_data(thing: Any, source: str) -> None:
    """Nothing, or data where the object is wanted that was fitted on them.

    Raises:
        RecipeError: says what a recipe is.
    """
    wanted = (
        "the object that made the network's inputs in the training: a transform of pictures, a fitted scikit-learn "
        "object, a TextRecipe"
    )
    if thing is None:
        raise RecipeError(
            "there is no recipe", expected=wanted, got="None", fix=f"Or a spelling: {SPELLINGS}"
        )
    if type(thing).__name__ in ("DataFrame", "Series", "ndarray", "Tensor"):
        raise RecipeError(
            f"a {type(thing).__name__} is data, and no recipe",
            expected=wanted,
            where=source,
            fix="For a table pass what was fitted on it: recipe=preprocessor, a fitted ColumnTransformer for instance",
        )


def _library(transform: Any) -> str:
    """The library of the object's class or, for a function, the one that defines it."""
    module = (
        transform.__module__
        if callable(transform) and hasattr(transform, "__name__")
        else type(transform).__module__
    )
    return str(module).partition(".")[0]


def _is_estimator(transform: Any) -> bool:
    return any(base.__module__.partition(".")[0] == "sklearn" for base in type(transform).__mro__)


def _function(home: tuple[str, str]) -> Any:
    module, name = home
    return getattr(importlib.import_module(f".{module}", __package__), name)


def _input_channels(module: Any) -> int | None:
    """1 or 3, as the first convolution takes; None where that does not say grey or colour."""
    if module is None:
        return None
    import torch

    first = next((part for part in module.modules() if isinstance(part, torch.nn.Conv2d)), None)
    return first.in_channels if first is not None and first.in_channels in (1, 3) else None
