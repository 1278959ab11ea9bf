"""A Keras preprocessing as one object: the loader, its arguments, and what follows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias, get_args

from truecopy.errors import RecipeError
from truecopy_export.recipes.circumstances import Circumstances

Load: TypeAlias = Literal["load_img", "image_dataset_from_directory", "smart_resize", "tf.image.resize"]
Decoder: TypeAlias = Literal["pillow", "tensorflow"]
LOADS: tuple[str, ...] = get_args(Load)

_YES_NO = ("keep_aspect_ratio", "crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias")
_ANSWERS: Mapping[str, tuple[str, ...]] = {
    "color_mode": ("rgb", "grayscale"),
    "decoder": get_args(Decoder),
    **dict.fromkeys(_YES_NO, ("true", "false")),
}


@dataclass(frozen=True)
class KerasPipeline:
    """What a user of Keras has in pieces.

    load: the function that resizes: `keras.utils.load_img`, `keras.utils.image_dataset_from_directory`,
    `keras.preprocessing.image.smart_resize`, `tf.image.resize`. size: its target, (height, width).
    interpolation, keep_aspect_ratio, crop_to_aspect_ratio, pad_to_aspect_ratio, antialias, color_mode: as that
    function takes them (`method` of tf.image.resize is `interpolation` here). None: left out in the call, so the
    installed library's own default.
    decoder: how files become the array that `smart_resize` or `tf.image.resize` takes, `pillow` (load_img) or
    `tensorflow` (tf.io.decode_image); the other two loaders have their own.
    then: what the pixels go through as float32, in order: `preprocess_input` functions, preprocessing layers, a
    Sequential of them.
    """

    load: Load
    size: tuple[int, int] | None = None
    interpolation: str | None = None
    keep_aspect_ratio: bool | None = None
    crop_to_aspect_ratio: bool | None = None
    pad_to_aspect_ratio: bool | None = None
    antialias: bool | None = None
    color_mode: str | None = None
    decoder: Decoder | None = None
    then: tuple[Any, ...] = ()


def typed_pipeline(circumstances: Circumstances, then: tuple[Any, ...]) -> KerasPipeline:
    """The pipeline that --recipe-arg spells: load=load_img size=224x224 interpolation=nearest ...

    Raises:
        RecipeError: `load` is missing; an option is unknown or malformed.
    """
    names = [field.name for field in fields(KerasPipeline) if field.name != "then"]
    circumstances.only(*names)
    if circumstances.options.get("load") is None:
        raise RecipeError(
            "a preprocess_input function does not say how pictures are resized",
            expected=" or ".join(f"--recipe-arg load={name}" for name in LOADS),
            fix="Type the one that the training or validation code calls, with its arguments, for example "
            "--recipe-arg load=load_img --recipe-arg size=224x224 --recipe-arg interpolation=nearest",
        )
    circumstances.choose("load", LOADS)
    given = {name: _answer(name, circumstances) for name in names if name in circumstances.options}
    return KerasPipeline(**given, then=then)


def _answer(name: str, circumstances: Circumstances) -> Any:
    if name == "size":
        return _size(circumstances.options[name])
    if name not in _ANSWERS:
        return circumstances.options[name]
    answer = circumstances.choose(name, _ANSWERS[name])
    return answer == "true" if name in _YES_NO else answer


def _size(text: str) -> tuple[int, int]:
    height, times, width = text.partition("x")
    if not (times and height.isdecimal() and width.isdecimal()):
        raise RecipeError(
            "option size of the recipe", expected="HEIGHTxWIDTH, for example 224x224", got=repr(text)
        )
    return int(height), int(width)
