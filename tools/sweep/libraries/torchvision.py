"""torchvision: the preset of every classification entry, and compositions of v1 and v2, on PIL pictures and on tensors.

torch sums bilinear without antialias in another order when it is limited to one thread: run these with its default.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import torch
import torchvision
from PIL import Image
from tools.sweep.case import Case, Original
from torchvision import tv_tensors
from torchvision.transforms import InterpolationMode, v2
from torchvision.transforms import functional as functional_v1

from truecopy_export.recipes import Recipe, import_recipe, installed_pass_order
from truecopy_export.recipes.circumstances import Takes

LIBRARY = "torchvision"
VERSIONS = ("torch", "torchvision", "pillow")
Make: TypeAlias = Callable[[], Any]

v1 = torchvision.transforms
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_INPUTS: tuple[Takes, ...] = ("pil", "tensor")
_SIZES: tuple[Any, ...] = (96, (64, 150))


def cases() -> Iterator[Case]:
    """Every preset on both inputs, then what no preset declares."""
    for name, entry in weights().items():
        yield from _on(_INPUTS, name, entry.transforms)
    yield from itertools.chain(_resizes(), _reframings(), _conversions(), _grey(), _refused())


def weights() -> dict[str, Any]:
    """Name -> weights entry, where the preset is one for classification.

    `list_models` lists the models of every task and the quantized ones; entries that several models share count once.
    """
    entries = itertools.chain.from_iterable(
        torchvision.models.get_model_weights(model) for model in torchvision.models.list_models()
    )
    named = {f"{type(entry).__name__}.{entry.name}": entry for entry in entries}
    return {
        name: entry
        for name, entry in sorted(named.items())
        if type(entry.transforms()).__name__ == "ImageClassification"
    }


def _on(inputs: tuple[Takes, ...], name: str, make: Make) -> Iterator[Case]:
    for takes in inputs:
        yield Case(LIBRARY, f"{name} {takes}", partial(_build, make, takes))


def _build(make: Make, takes: Takes) -> tuple[Original, Callable[[], Recipe]]:
    transform = make()

    def original(picture: Image.Image) -> np.ndarray:
        given = functional_v1.pil_to_tensor(picture) if takes == "tensor" else picture
        return np.asarray(transform(given))

    def read() -> Recipe:
        return import_recipe(
            transform,
            module=None,
            architecture=None,
            arguments=None,
            pass_order=installed_pass_order(),
            recipe_input=takes,
        )

    return original, read


def _old(*parts: Any) -> Any:
    """v1 to float32 at the end, from a picture or from an 8-bit tensor."""
    ending = (v2.PILToTensor(), v1.ConvertImageDtype(torch.float32), v1.Normalize(_MEAN, _STD))
    return v1.Compose([*parts, *ending])


def _new(*parts: Any) -> Any:
    ending = (v2.ToDtype(torch.float32, scale=True), v2.Normalize(_MEAN, _STD))
    return v2.Compose([*parts, v2.ToImage(), *ending])


def _resizes() -> Iterator[Case]:
    """Every filter at every stage: on pictures, on 8-bit tensors, on floats before and after Normalize."""
    for mode, size in itertools.product(InterpolationMode, _SIZES):
        name = f"Resize({size}, {mode.value})"
        yield from _on(("pil",), f"v1.{name}", lambda s=size, m=mode: _old(v1.Resize(s, m)))
        yield from _on(("pil",), f"v2.{name}", lambda s=size, m=mode: _new(v2.Resize(s, m)))
    filters = ("nearest", "nearest-exact", "bilinear", "bicubic", "lanczos")
    for mode, size, antialias in itertools.product(filters, _SIZES, (True, False)):
        yield from _on(("tensor",), f"v1.Resize({size}, {mode}, antialias={antialias})",
                       lambda r=(size, mode, antialias): _old(_resize(v1, *r)))  # fmt: skip
        yield from _on(_INPUTS, f"ToImage, v2.Resize({size}, {mode}, antialias={antialias})",
                       lambda r=(size, mode, antialias): _new(v2.ToImage(), _resize(v2, *r)))  # fmt: skip
        yield from _on(_INPUTS, f"floats, v1.Resize({size}, {mode}, antialias={antialias})",
                       lambda r=(size, mode, antialias): v1.Compose([*_old().transforms, _resize(v1, *r)]))  # fmt: skip
        yield from _on(_INPUTS, f"floats, v2.Resize({size}, {mode}, antialias={antialias})",
                       lambda r=(size, mode, antialias): _floats_between(_resize(v2, *r)))  # fmt: skip
    for library in (v1, v2):
        version = "v2" if library is v2 else "v1"
        yield from _on(_INPUTS, f"{version}.Resize(64, max_size=80)",
                       lambda lib=library: _old(lib.Resize(64, max_size=80)))  # fmt: skip


def _resize(library: Any, size: Any, mode: str, antialias: bool) -> Any:
    return library.Resize(size, InterpolationMode(mode), antialias=antialias)


def _floats_between(*parts: Any) -> Any:
    """What newer training code writes: scale, resize the floats, normalise."""
    start, ending = (v2.ToImage(), v2.ToDtype(torch.float32, scale=True)), v2.Normalize(_MEAN, _STD)
    return v2.Compose([*start, *parts, ending])


def _reframings() -> Iterator[Case]:
    for library, size in itertools.product((v1, v2), (133, (400, 90), (91, 500))):
        version = "v2" if library is v2 else "v1"
        yield from _on(
            _INPUTS, f"{version}.CenterCrop({size})", lambda lib=library, s=size: _old(lib.CenterCrop(s))
        )
        yield from _on(
            _INPUTS,
            f"floats, {version}.CenterCrop({size})",
            lambda lib=library, s=size: _floats_between(lib.CenterCrop(s)),
        )
    # torch cannot reflect a picture of one pixel by several: on tensors these modes come after a resize, below.
    for library, mode in itertools.product((v1, v2), ("constant", "edge", "reflect", "symmetric")):
        version = "v2" if library is v2 else "v1"
        for padding, fill in ((3, 7), ((4, 0, 2, 5), 2.9)):
            yield from _on(
                _INPUTS if mode in ("constant", "edge") else ("pil",),
                f"{version}.Pad({padding}, fill={fill}, {mode})",
                lambda lib=library, p=padding, f=fill, m=mode: _old(lib.Pad(p, f, m)),
            )
        yield from _on(
            _INPUTS,
            f"Resize(48), {version}.Pad(5, {mode}), floats, v2.Pad(6, fill=1, {mode})",
            lambda lib=library, m=mode: _new(
                v2.ToImage(), v2.Resize(48), lib.Pad(5, padding_mode=m), *_scaled(), v2.Pad(6, 1, m)
            ),
        )
    colours = {tv_tensors.Image: (9, 8, 7), "others": (9, 8, 7)}
    yield from _on(_INPUTS, "v2.Pad(2, one fill per class)", lambda: _new(v2.Pad(2, dict(colours))))


def _scaled() -> tuple[Any, ...]:
    return v2.ToImage(), v2.ToDtype(torch.float32, scale=True)


def _conversions() -> Iterator[Case]:
    per_class = {tv_tensors.Image: torch.float32, "others": None}
    normalize = v1.Normalize(_MEAN, _STD, inplace=True)
    to_image = v2.ToImage()
    twice = (v2.ToDtype(torch.uint8, scale=True), v2.Resize(77), v2.ToDtype(torch.float32, scale=True))
    made: dict[str, tuple[tuple[Takes, ...], Make]] = {
        "ToTensor": (("pil",), lambda: v1.Compose([v1.ToTensor(), normalize])),
        "ToTensor, Resize, Normalize": (
            ("pil",),
            lambda: v1.Compose([v1.ToTensor(), v1.Resize(60), normalize]),
        ),
        "ToDtype without scale": (_INPUTS, lambda: v2.Compose([to_image, v2.ToDtype(torch.float32)])),
        "ToDtype by class": (_INPUTS, lambda: v2.Compose([to_image, v2.ToDtype(per_class, scale=True)])),
        "ToDtype to uint8 and to float32": (_INPUTS, lambda: v2.Compose([to_image, *twice])),
        "v2.ConvertImageDtype": (_INPUTS, lambda: v2.Compose([v2.PILToTensor(), v2.ConvertImageDtype()])),
        "two Normalize": (_INPUTS, lambda: _old(v1.CenterCrop(64), v2.PILToTensor(), *_scaled(), normalize)),
        "ToPILImage, Resize": (("tensor",), lambda: _old(v1.ToPILImage(), v1.Resize(64))),
        "Sequential": (
            ("tensor",),
            lambda: torch.nn.Sequential(v1.Resize([64]), v1.CenterCrop(60), *_scaled(), normalize),
        ),
    }
    for name, (inputs, make) in made.items():
        yield from _on(inputs, name, make)


def _grey() -> Iterator[Case]:
    one = v1.Normalize([0.13], [0.3])
    ending = (v2.PILToTensor(), v1.ConvertImageDtype(torch.float32))
    for channels in (1, 3):
        grey = v1.Grayscale(channels)
        yield from _on(
            _INPUTS,
            f"Grayscale({channels}), Resize",
            lambda g=grey: v1.Compose([g, v1.Resize(77), *ending, one]),
        )
        yield from _on(
            _INPUTS,
            f"Resize, Grayscale({channels})",
            lambda g=grey: v1.Compose([v1.Resize(77), g, *ending, one]),
        )
        yield from _on(
            _INPUTS, f"v2.Grayscale({channels})", lambda n=channels: _new(v2.Grayscale(n), v2.RGB())
        )


def _refused() -> Iterator[Case]:
    """A few that have no steps, for the table's reasons."""
    yield from _on(("pil",), "GaussianBlur", lambda: _old(v1.GaussianBlur(3, 1.0)))
    yield from _on(("pil",), "RandomResizedCrop", lambda: _old(v1.RandomResizedCrop(64)))
    yield from _on(("tensor",), "ToTensor of a tensor", lambda: v1.Compose([v1.ToTensor()]))
    yield from _on(_INPUTS, "v2.Resize(None, max_size=64)", lambda: _new(v2.Resize(None, max_size=64)))
