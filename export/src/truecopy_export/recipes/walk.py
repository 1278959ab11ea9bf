"""Walk a live transform part by part; what is not in the table of readers is refused by name and place.

A part is told by its library and class name, so nothing is imported here that the transform has not imported
itself; a subclass may do anything and is refused.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn, TypeAlias

from truecopy.errors import RecipeError

from .circumstances import Circumstances
from .library import import_library
from .reading import Reading
from .recipe import TRAINING, Recipe

Reader: TypeAlias = Callable[[Any, Reading], None]

EXPRESSIBLE = (
    "Resize, CenterCrop, Pad, Grayscale, RGB, ToTensor, PILToTensor, ToImage, ToPILImage, ToDtype(torch.float32), "
    "ConvertImageDtype(torch.float32), Normalize, Identity"
)
_RANDOM = frozenset(
    {
        "AugMix",
        "AugMixAugment",
        "AutoAugment",
        "ColorJitter",
        "CutMix",
        "ElasticTransform",
        "GaussianNoise",
        "MixUp",
        "RandAugment",
        "ScaleJitter",
        "TrivialAugmentWide",
    }
)


def read_transform(
    transform: Any, source: str, circumstances: Circumstances, readers: Mapping[str, Reader]
) -> Recipe:
    """Steps of a live transform; `readers` says which parts are known.

    With `circumstances.takes == "tensor"` it is given `pil_to_tensor` of the decoded picture.

    Raises:
        RecipeError: names the part that cannot be expressed exactly, by class and position.
    """
    reading = Reading(circumstances.pass_order, circumstances.channels, circumstances.takes)
    for where, part in _parts(transform):
        reader = readers.get(spelling(part))
        try:
            if reader is None:
                _refuse(part)
            _refuse_patched(part)
            reader(part, reading)
        except RecipeError as error:
            raise RecipeError.of(error, where=where) from error
    if circumstances.takes == "pil":
        return reading.finish(transform, source)
    reading.note("the transform is given uint8 tensors, not PIL pictures")
    return reading.finish(_on_tensor(transform), source)


def _on_tensor(transform: Any) -> Callable[[Any], Any]:
    functional = import_library("torchvision.transforms.functional", RecipeError)
    return lambda image: transform(functional.pil_to_tensor(image))


def spelling(part: object) -> str:
    """`v1.Resize`, `v2.Resize`, `timm.ResizeKeepRatio`, `torch.Sequential`; else the full name of the class."""
    kind = type(part)
    for prefix, short in (
        ("torchvision.transforms.v2.", "v2"),
        ("torchvision.transforms.", "v1"),
        ("timm.data.", "timm"),
        ("torch.nn.", "torch"),
    ):
        if kind.__module__.startswith(prefix):
            return f"{short}.{kind.__name__}"
    return f"{kind.__module__}.{kind.__qualname__}"


def _parts(transform: Any, position: str = "") -> Iterator[tuple[str, Any]]:
    """Every part with its place: `step 2 of Compose: Resize`, nested `step 2.1 of Compose: Resize`."""
    match spelling(transform):
        case "v1.Compose" | "v2.Compose":
            inner = list(transform.transforms)
        case "torch.Sequential":
            inner = list(transform)
        case _:
            yield f"{position}{_name(transform)}", transform
            return
    place = position.rpartition(" of ")[0]
    outer = position[len(place) :] or f" of {_name(transform)}: "
    for number, part in enumerate(inner, start=1):
        yield from _parts(part, f"{place}.{number}{outer}" if place else f"step {number}{outer}")


def _refuse_patched(part: object) -> None:
    """A part is read by its attributes, so what it does must be what its class does."""
    own = getattr(part, "__dict__", {})
    hooks = [name for name in ("_forward_hooks", "_forward_pre_hooks") if own.get(name)]
    patched = [name for name in ("forward", "__call__", "transform") if callable(own.get(name))] + hooks
    if patched:
        raise RecipeError(
            f"{_name(part)} was changed after it was made, and its attributes no longer say what it does",
            got=", ".join(patched),
            fix="Pass a transform without hooks and patched methods",
        )


def _name(part: object) -> str:
    return str(getattr(part, "__name__", None) or type(part).__name__)


def _refuse(part: object) -> NoReturn:
    name = _name(part)
    if name.startswith("Random") or name in _RANDOM:
        raise RecipeError(f"{name} is random: {TRAINING}")
    if name in ("FiveCrop", "TenCrop"):
        raise RecipeError(
            f"{name} makes several pictures of one",
            fix="Leave it out here; views belong to prediction (--tta five_crop)",
        )
    if isinstance(part, functools.partial):
        raise RecipeError(
            f"a partial of {_name(part.func)} cannot be read",
            fix=f"Write it with torchvision's own classes: Resize for resize, and so on ({EXPRESSIBLE})",
        )
    if name == "Lambda" or inspect.isroutine(part):
        raise RecipeError(
            f"the code inside {name} cannot be read",
            fix="For a table pass a fitted scikit-learn object; for pictures write it with torchvision's own classes, "
            "or write the steps in a steps.yaml; for texts pass it as TextRecipe(input, encode=...)",
        )
    inner = getattr(part, "transforms", None)
    if not isinstance(inner, list | tuple) and spelling(inner) in ("v1.Compose", "v2.Compose"):
        raise RecipeError(f"{name} is not known, but holds a Compose", fix="Pass its `.transforms`")
    raise RecipeError(
        f"{name} ({spelling(part)}) cannot be expressed exactly", expected=f"one of {EXPRESSIBLE}"
    )
