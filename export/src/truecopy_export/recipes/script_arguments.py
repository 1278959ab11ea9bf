"""The validation transform of a well-known training script, built anew from the arguments that its checkpoint holds.

Source: timm 1.0.31 `data/config.py` resolve_data_config, as pytorch-image-models train.py calls it for its validation
loader; pytorch/vision references/classification/presets.py ClassificationPresetEval and train.py load_data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from truecopy.errors import RecipeError

from .circumstances import Circumstances
from .library import import_library
from .recipe import Recipe
from .timm import TIMM_READERS, pretrained_config
from .torchvision.readers import READERS
from .walk import read_transform

SPELLINGS = ("timm:arguments", "torchvision:arguments")
_IMAGENET = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}


def read_script_arguments(
    spelling: str,
    arguments: Mapping[str, Any] | None,
    module: Any,
    architecture: str | None,
    circumstances: Circumstances,
) -> Recipe:
    """spelling: one of `SPELLINGS`. arguments: the checkpoint's `args`. module, architecture: the network.

    Raises:
        RecipeError: no arguments, or arguments that do not say enough.
    """
    circumstances.only()
    if not arguments:
        raise RecipeError(
            f"--recipe {spelling} reads the arguments of the training script, and the checkpoint holds none",
            fix="Give the validation transform itself: --recipe python:package.module:object",
        )
    try:
        if spelling == "timm:arguments":
            transform = _of_timm(arguments, module, architecture)
            return read_transform(transform, "timm train.py arguments", circumstances, TIMM_READERS)
        transform = _of_torchvision(arguments)
        return read_transform(transform, "torchvision train.py arguments", circumstances, READERS)
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, RecipeError):
            raise
        raise RecipeError(
            "the arguments of the training script cannot be used",
            got=f"{type(error).__name__}: {error}",
            fix="Give the validation transform itself: --recipe python:package.module:object",
        ) from error


def _of_timm(arguments: Mapping[str, Any], module: Any, architecture: str | None) -> Callable[[Any], Any]:
    data = import_library("timm.data", RecipeError)
    config = data.resolve_data_config(dict(arguments), pretrained_cfg=pretrained_config(module, architecture))
    if config["crop_mode"] != "center":
        raise RecipeError(
            "timm's training script left the crop mode out of its validation loader, and validate.py does not",
            got=f"crop mode {config['crop_mode']!r}",
            fix="Give the transform that the model was validated with: --recipe python:package.module:object",
        )
    transform: Callable[[Any], Any] = data.create_transform(**config, is_training=False)
    return transform


def _of_torchvision(arguments: Mapping[str, Any]) -> Callable[[Any], Any]:
    torch = import_library("torch", RecipeError)
    backend = str(arguments.get("backend") or "PIL").lower()
    if backend not in ("pil", "tensor"):
        raise RecipeError("the script's --backend", expected="pil or tensor", got=repr(backend))
    version = "torchvision.transforms.v2" if arguments.get("use_v2") else "torchvision.transforms"
    library = import_library(version, RecipeError)
    mode = import_library("torchvision.transforms.functional", RecipeError).InterpolationMode
    to_tensor = [library.PILToTensor()]
    return library.Compose(  # type: ignore[no-any-return]
        [
            *(to_tensor if backend == "tensor" else []),
            library.Resize(
                arguments["val_resize_size"],
                interpolation=mode(arguments.get("interpolation") or "bilinear"),
                antialias=True,
            ),
            library.CenterCrop(arguments["val_crop_size"]),
            *(to_tensor if backend == "pil" else []),
            library.ToDtype(torch.float, scale=True)
            if arguments.get("use_v2")
            else library.ConvertImageDtype(torch.float),
            library.Normalize(**_IMAGENET),
        ]
    )
