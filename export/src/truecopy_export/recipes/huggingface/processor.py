"""transformers: live image processors of both backends, and folders with a `preprocessor_config.json`.

Source: transformers 5.23 `image_processing_utils.py` BaseImageProcessor, `models/auto/image_processing_auto.py`,
`models/timm_wrapper/image_processing_timm_wrapper.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from PIL import Image

from truecopy.errors import RecipeError
from truecopy_export.recipes.circumstances import Circumstances
from truecopy_export.recipes.library import import_library
from truecopy_export.recipes.recipe import Recipe, checked_steps
from truecopy_export.recipes.timm import TIMM_READERS
from truecopy_export.recipes.tokens.tokenizers import refuse_if_tokenizer
from truecopy_export.recipes.walk import read_transform

from .classes import backend_of, form_of
from .files import OPTION as LOAD
from .files import choose_files
from .reading import Backend, ProcessorReading
from .saved_backend import saved_backend

BACKEND = "backend"
_BACKENDS: tuple[Backend, ...] = ("torchvision", "pil")
_TIMM = "TimmWrapperImageProcessor"


def read_processor(processor: Any, source: str, circumstances: Circumstances) -> Recipe:
    """An image processor, called as `processor(images=picture)["pixel_values"][0]`.

    Raises:
        RecipeError: names the option or the class that cannot be expressed exactly.
    """
    refuse_if_tokenizer(processor, source, circumstances)
    circumstances.only(LOAD)
    return _read(processor, source, circumstances)


def read_folder(folder: str, circumstances: Circumstances) -> Recipe:
    """The processor that AutoImageProcessor builds from a local folder; nothing is downloaded, no remote code runs.

    Raises:
        RecipeError: no such folder; transformers cannot build it; its two backends differ and nobody said which it was.
    """
    circumstances.only(BACKEND, LOAD)
    path = Path(folder)
    if not path.is_dir():
        raise RecipeError(
            "no such folder", expected="hf:FOLDER, with preprocessor_config.json", got=repr(folder)
        )
    chosen = circumstances.choose(BACKEND, _BACKENDS)
    if chosen is not None:
        processor = _build(path, cast("Backend", chosen))
        found = _backend_name(processor)
        if found not in (chosen, "timm"):
            raise RecipeError(
                f"{type(processor).__name__} has no {chosen} backend",
                expected=f"--recipe-arg backend={found}",
                where=folder,
            )
        return _read(processor, _source(path, processor), circumstances)
    # Without torchvision transformers would quietly take the other one.
    import_library("torchvision", RecipeError)
    processors = {type(each): each for each in (_build(path, backend) for backend in _BACKENDS)}
    recipes = {
        _backend_name(each): _read_or_refusal(each, path, circumstances) for each in processors.values()
    }
    return _same([*recipes.values()]) or _settled(recipes, path)


def _same(recipes: list[Recipe | RecipeError]) -> Recipe | None:
    """What all backends make; None where they differ.

    Raises:
        RecipeError: none can be expressed.
    """
    read = [each for each in recipes if isinstance(each, Recipe)]
    if not read:
        raise recipes[0]  # type: ignore[misc]  # all of them are refusals
    if len(read) == len(recipes) and all(
        (each.input, each.steps) == (read[0].input, read[0].steps) for each in read
    ):
        return read[0]
    return None


def _settled(recipes: Mapping[str, Recipe | RecipeError], path: Path) -> Recipe:
    """What the backend makes that the folder means.

    Raises:
        RecipeError: it cannot be expressed, or the folder does not say which it is.
    """
    settled = saved_backend(path)
    if settled is not None and settled[0] in recipes:
        recipe = recipes[settled[0]]
        if isinstance(recipe, RecipeError):
            raise recipe
        return replace(recipe, notes=(*recipe.notes, settled[1]))
    raise RecipeError(
        "transformers has two backends for this folder, and they make different pixels",
        expected="--recipe-arg backend=torchvision (AutoImageProcessor of transformers 5 where torchvision is "
        "installed, and use_fast=True before) or --recipe-arg backend=pil (the class that ends in Pil, and "
        "use_fast=False before)",
        where=str(path),
        fix="Type the one that the validation code uses",
    )


def _read_or_refusal(processor: Any, path: Path, circumstances: Circumstances) -> Recipe | RecipeError:
    try:
        return _read(processor, _source(path, processor), circumstances)
    except RecipeError as error:
        return error


def _source(path: Path, processor: Any) -> str:
    return f"hf:{path.resolve().name} {type(processor).__name__}"


def _build(path: Path, backend: Backend) -> Any:
    auto = import_library("transformers", RecipeError).AutoImageProcessor
    try:
        return auto.from_pretrained(
            str(path), local_files_only=True, trust_remote_code=False, backend=backend
        )
    except Exception as error:  # whatever another library makes of a person's file
        raise RecipeError(
            "transformers cannot build an image processor from the folder",
            got=f"{type(error).__name__}: {' '.join(str(error).split())[:300]}",
            where=str(path),
        ) from error


def _backend_name(processor: Any) -> str:
    return "timm" if type(processor).__name__ == _TIMM else backend_of(type(processor))


def _read(processor: Any, source: str, circumstances: Circumstances) -> Recipe:
    kind = type(processor)
    _check_object(processor, source)
    if circumstances.takes == "tensor":
        raise RecipeError(
            "an image processor is given PIL pictures here", where=source, fix="Leave --recipe-input out"
        )
    if circumstances.channels == 1:
        raise RecipeError(
            "the recipe and the model disagree about colour",
            expected="1 channel for the model",
            got="3 of the image processor",
            where=source,
        )
    if kind.__name__ == _TIMM:
        return _read_timm(processor, source, circumstances)
    try:
        backend, form = backend_of(kind), form_of(kind)
        reading = ProcessorReading(kind.__name__, backend, _options(processor), circumstances)
        for stage in form.stages:
            stage(reading)
        reading.check_all_read(form.ignores)
    except RecipeError as error:
        raise RecipeError.of(error, where=source) from error
    files = choose_files(circumstances, processor)
    steps = checked_steps(tuple(reading.steps), files.input)
    notes = (*reading.notes, f"{kind.__name__}: the {backend} backend of transformers", *files.notes)
    return Recipe(files.input, steps, _original(processor, backend), source, notes, load=files.load)


def _check_object(processor: Any, source: str) -> None:
    if isinstance(processor, type):
        raise RecipeError(
            f"{processor.__name__} is a class, not an image processor",
            where=source,
            fix=f"Pass an object: {processor.__name__}(...) or AutoImageProcessor.from_pretrained(...)",
        )
    if hasattr(processor, "image_processor"):
        raise RecipeError(
            f"{type(processor).__name__} holds an image processor",
            where=source,
            fix="Pass its `.image_processor`",
        )


def _options(processor: Any) -> Mapping[str, Any]:
    """Every option that `preprocess` fills in from the object itself."""
    return {name: getattr(processor, name, None) for name in type(processor).valid_kwargs.__annotations__}


def _read_timm(processor: Any, source: str, circumstances: Circumstances) -> Recipe:
    """It calls the transform that timm builds."""
    recipe = read_transform(processor.val_transforms, source, circumstances, TIMM_READERS)
    files = choose_files(circumstances, processor)
    return replace(
        recipe,
        input=files.input,
        original=_original(processor, "torchvision"),
        notes=(*recipe.notes, *files.notes),
        load=files.load,
    )


def _original(processor: Any, backend: Backend) -> Callable[[Image.Image], np.ndarray[Any, Any]]:
    def original(image: Image.Image) -> np.ndarray[Any, Any]:
        made = processor(images=image, return_tensors="np" if backend == "pil" else "pt")
        numbers = np.asarray(made["pixel_values"][0])
        # Without rescaling and normalising they are 8-bit numbers: the graph takes them as float32.
        return numbers.astype(np.float32) if numbers.dtype == np.uint8 else numbers

    return original
