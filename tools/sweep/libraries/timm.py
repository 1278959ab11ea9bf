"""timm: the validation transform of every pretrained configuration, and settings that no configuration declares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import timm
from PIL import Image
from timm.data import create_transform, resolve_data_config
from tools.sweep.case import Case, Original

from truecopy_export.recipes import Recipe, import_recipe, installed_pass_order

LIBRARY = "timm"
VERSIONS = ("timm", "torch", "torchvision", "pillow")

_UNDECLARED: dict[str, dict[str, Any]] = {
    **{f"96, {name}": {"interpolation": name} for name in ("nearest", "lanczos", "box", "hamming")},
    **{
        f"{height} x {width}, {mode}, crop_pct {share}": {
            "input_size": (3, height, width),
            "crop_mode": mode,
            "crop_pct": share,
            "interpolation": "bicubic",
        }
        for mode in ("center", "squash", "border")
        for height, width, share in ((150, 97, 0.875), (97, 150, 1.15), (128, 128, 0.5), (64, 96, 1.0))
    },
    "96, crop_border_pixels 3": {"crop_border_pixels": 3},
    "96, use_prefetcher": {"use_prefetcher": True},
    "96, naflex": {"naflex": True, "patchify": True},
}


def cases() -> Iterator[Case]:
    """Every configuration at its training size, then at its test size where that makes a difference."""
    for name in names():
        config = timm.get_pretrained_cfg(name).to_dict()
        train, test = (
            resolve_data_config(pretrained_cfg=config, use_test_size=use_test) for use_test in (False, True)
        )
        yield Case(LIBRARY, name, partial(_build, train))
        if test != train:
            yield Case(LIBRARY, f"{name} use_test_size", partial(_build, test))
    for name, settings in _UNDECLARED.items():
        yield Case(LIBRARY, f"create_transform: {name}", partial(_build, {"input_size": 96, **settings}))


def names() -> list[str]:
    """All that timm has a configuration for: `architecture.tag`, and each architecture by its bare name."""
    return sorted({*timm.list_models(include_tags=True), *timm.list_models(include_tags=False)})


def _build(settings: dict[str, Any]) -> tuple[Original, Callable[[], Recipe]]:
    transform = create_transform(**settings, is_training=False)

    def original(picture: Image.Image) -> np.ndarray:
        return np.asarray(transform(picture))

    def read() -> Recipe:
        return import_recipe(
            transform, module=None, architecture=None, arguments=None, pass_order=installed_pass_order()
        )

    return original, read
