"""timm: its data configuration of a model, through the transform object that timm itself builds.

Source: timm 1.0.31 `data/config.py`, `data/transforms_factory.py` (transforms_imagenet_eval), `data/transforms.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from truecopy.contract import CenterCrop
from truecopy.errors import RecipeError

from .circumstances import Circumstances
from .library import import_library
from .reading import Reading
from .recipe import TRAINING, Recipe
from .torchvision.geometry import check_tensor_fill, fill_of, pair_of, resampled
from .torchvision.readers import READERS
from .walk import Reader, read_transform

Variant: TypeAlias = Literal["train-size", "test-size"] | None


def read_timm(
    variant: Variant, module: Any, architecture: str | None, circumstances: Circumstances
) -> Recipe:
    """The validation transform of a timm model.

    Raises:
        RecipeError: no timm configuration, or one with two sizes and no word on which.
    """
    if circumstances.takes == "tensor":
        raise RecipeError(
            "timm's transforms take PIL pictures: they leave an 8-bit tensor unscaled, and cannot normalise it",
            fix="Leave --recipe-input out",
        )
    data = import_library("timm.data", RecipeError)
    config = pretrained_config(module, architecture)
    train, test = (
        data.resolve_data_config(pretrained_cfg=config, use_test_size=use_test) for use_test in (False, True)
    )
    name = str(config.get("architecture") or architecture or "model")
    if variant is None and train != test:
        raise RecipeError(
            f"timm knows two sizes for {name}",
            got=f"train {_size(train)}, test {_size(test)}",
            fix="Type --recipe timm:train-size or --recipe timm:test-size, whichever the model was validated with",
        )
    use_test_size = variant == "test-size"
    transform = data.create_transform(**(test if use_test_size else train), is_training=False)
    source = f"timm {name} use_test_size={use_test_size}"
    return read_transform(transform, source, circumstances, TIMM_READERS)


def pretrained_config(module: Any, architecture: str | None) -> dict[str, Any]:
    """Timm's configuration of a model or of a name.

    Raises:
        RecipeError: neither is timm's.
    """
    config = getattr(module, "pretrained_cfg", None)
    if config is None and module is None and architecture and architecture.startswith("timm:"):
        name = architecture.removeprefix("timm:").split()[0]
        found = import_library("timm.models", RecipeError).get_pretrained_cfg(name)
        config = found.to_dict() if found is not None else None
    if not config:
        raise RecipeError(
            "--recipe timm needs a timm model",
            got=architecture or type(module).__name__,
            fix="Give the validation transform instead: --recipe python:package.module:object",
        )
    return dict(config)


def _size(config: Mapping[str, Any]) -> str:
    height, width = config["input_size"][-2:]
    return f"{height} x {width} at crop_pct {config['crop_pct']}"


def _resize_keep_ratio(part: Any, reading: Reading) -> None:
    if part.random_scale_prob > 0 or part.random_aspect_prob > 0:
        raise RecipeError(f"it scales at random: {TRAINING}")
    if part.longest not in (0.0, 1.0):
        raise RecipeError("`longest` of ResizeKeepRatio", expected="0 or 1", got=repr(part.longest))
    # It calls torchvision's v1 `resize` with its own default of antialias, True.
    reading.geometry(
        resampled(
            reading,
            "v1",
            part.interpolation,
            True,
            rule="ratio",
            size=pair_of(part.size),
            fit="contain" if part.longest == 1.0 else "cover",
        )
    )


def _center_crop_or_pad(part: Any, reading: Reading) -> None:
    if part.padding_mode != "constant":
        raise RecipeError(
            "padding_mode of CenterCropOrPad", expected="'constant'", got=repr(part.padding_mode)
        )
    if reading.stage != "picture":
        check_tensor_fill(part.fill, reading, "v1")
    reading.geometry(
        CenterCrop(size=pair_of(part.size), offset="half_even", pad_before="floor", fill=fill_of(part.fill))
    )


def _maybe_to_tensor(part: Any, reading: Reading) -> None:
    if reading.stage == "picture":
        READERS["v1.ToTensor"](part, reading)


def _to_tensor_unscaled(part: Any, reading: Reading) -> None:
    if str(part.dtype) != "torch.float32" or reading.stage != "picture":
        raise RecipeError("timm's ToTensor", expected="torch.float32 of a picture", got=str(part.dtype))
    reading.to_numbers()


def _sequence(_part: Any, _reading: Reading) -> None:
    raise RecipeError(
        "it makes a sequence of patches (NaFlex), and the contract feeds one picture",
        fix="Build the transform with create_transform(..., naflex=False, patchify=False)",
    )


def _tensorflow(_part: Any, _reading: Reading) -> None:
    raise RecipeError(
        "TensorFlow decodes and resizes inside of this transform, from the file's bytes",
        fix="Build the transform with create_transform(..., tf_preprocessing=False)",
    )


def _to_numpy(_part: Any, _reading: Reading) -> None:
    raise RecipeError(
        "ToNumpy leaves the normalisation to timm's PrefetchLoader",
        fix="Build the transform with create_transform(..., use_prefetcher=False)",
    )


TIMM_READERS: Mapping[str, Reader] = {
    **READERS,
    "timm.CenterCropOrPad": _center_crop_or_pad,
    "timm.CenterCropToSequence": _sequence,
    "timm.MaybePILToTensor": lambda _part, reading: reading.to_bytes(),
    "timm.MaybeToTensor": _maybe_to_tensor,
    "timm.Patchify": _sequence,
    "timm.ResizeKeepRatio": _resize_keep_ratio,
    "timm.ResizeKeepRatioToSequence": _sequence,
    "timm.ResizeToSequence": _sequence,
    "timm.TfPreprocessTransform": _tensorflow,
    "timm.ToNumpy": _to_numpy,
    "timm.ToTensor": _to_tensor_unscaled,
}
