"""The metadata that OpenVINO's Model API writes into ONNX files: keys `model_info NAME`, values as plain text.

It is read as the library's ONNXRuntimeAdapter runs it, in NumPy and OpenCV; its OpenVINO adapter resizes by another
kernel. Source: openvino-model-api 0.4.7 `adapters/utils.py` (setup_python_preprocessing_pipeline, InputTransform,
resize functions), `adapters/onnx_adapter.py`, `models/image_model.py`, `models/parameters.py`, `models/types.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from truecopy.contract import CenterCrop, GraphInput, PadTo, Resize, Step, SwapRB, Values
from truecopy.contract.resize import AnyFilter
from truecopy.contract.steps import ChainOp, Constant
from truecopy.errors import RecipeError
from truecopy_export.recipes.circumstances import Circumstances
from truecopy_export.recipes.file_decoder import OPTION, choose_decoder
from truecopy_export.recipes.labels import Labels, read_labels
from truecopy_export.recipes.reading import constant
from truecopy_export.recipes.recipe import Recipe, checked_steps

from .text import MAX_CHARACTERS, MetadataRecipe

_PREFIX = "model_info"
_FILTERS: Mapping[str, AnyFilter] = {"LINEAR": "bilinear", "CUBIC": "bicubic", "NEAREST": "nearest"}
# They change neither the tensor nor the order of the answers.
_HARMLESS = frozenset(
    {
        "confidence_threshold",
        "hierarchical_config",
        "hierarchical_postproc",
        "iou_threshold",
        "label_ids",
        "label_info",
        "model_name",
        "optimization_config",
        "orig_height",
        "orig_width",
        "otx_version",
        "output_raw_scores",
        "task_type",
        "topk",
    }
)
_READ = frozenset(
    {
        "interpolation_mode",
        "labels",
        "mean_values",
        "model_type",
        "pad_value",
        "resize_type",
        "reverse_input_channels",
        "scale_values",
    }
)
# Key -> the values that leave the preprocessing as it is read here; any other is refused.
_ONLY: Mapping[str, tuple[str, ...]] = {
    "embedded_processing": ("", "NO", "False", "None"),
    "hierarchical": ("", "NO", "False", "None"),
    "input_dtype": ("u8",),
    "intensity_mode": ("none",),
    "intensity_repeat_channels": ("", "NO", "False", "None"),
    "layout": ("", "NCHW", "NHWC"),
    "multilabel": ("", "NO", "False", "None"),
    "path_to_labels": ("", "None"),
}


def is_model_api(metadata: Mapping[str, str]) -> bool:
    return any(key.split()[:1] == [_PREFIX] for key in metadata)


def read_model_api(
    metadata: Mapping[str, str], graph_input: GraphInput, circumstances: Circumstances
) -> MetadataRecipe:
    """Resize, channel order, `(x - mean_values) / scale_values`.

    option decoder: `opencv` or `pillow`. option color: the channel order of the array that the model was given.

    Raises:
        RecipeError: no classification, a value that cannot be expressed exactly, or a key that is not known.
    """
    circumstances.only(OPTION, "color")
    info = {key.split()[1]: value for key, value in metadata.items() if _is_parameter(key)}
    _check_known(info)
    size = _fixed_size(graph_input)
    steps: tuple[Step, ...] = (*_resize(info, size), *_order(info, circumstances), Values(chain=_chain(info)))
    files = choose_decoder(circumstances, "RGB")
    notes = (
        "preprocessing as Model API's ONNXRuntimeAdapter does it; there is no live object to compare with",
    )
    source = f"OpenVINO Model API metadata: {info['model_type'][:40]}, resize_type {info.get('resize_type', 'standard')}"
    recipe = Recipe(files.input, checked_steps(steps, files.input), None, source, notes, load=files.load)
    # It applies softmax where the answers are no probabilities already: the file does not say which they are.
    return MetadataRecipe(recipe, _labels(info), None)


def _is_parameter(key: str) -> bool:
    words = key.split()
    return len(words) == 2 and words[0] == _PREFIX


def _check_known(info: Mapping[str, str]) -> None:
    kind = info.get("model_type", "")
    if kind.lower() != "classification":
        raise RecipeError(
            f"the file is a Model API model of type {kind[:40]!r}: Truecopy does no detection",
            expected="model_type 'Classification'",
        )
    for key, value in info.items():
        if len(value) > MAX_CHARACTERS:
            raise RecipeError(f"metadata {_PREFIX} {key!r} is too long", expected=f"at most {MAX_CHARACTERS}")
        if key in _ONLY and value not in _ONLY[key]:
            raise RecipeError(
                f"`{_PREFIX} {key}` cannot be expressed",
                expected=" or ".join(repr(allowed) for allowed in _ONLY[key] if allowed),
                got=repr(value[:40]),
            )
        # The others of `intensity_...` count in modes that are refused.
        if key not in _HARMLESS | _READ | _ONLY.keys() and not key.startswith("intensity_"):
            raise RecipeError(
                f"`{_PREFIX} {key[:60]}` is not known here",
                got=repr(value[:40]),
                fix="Write the steps by hand: --recipe steps.yaml",
            )


def _fixed_size(graph_input: GraphInput) -> tuple[int, int]:
    height, width = graph_input.size
    if not isinstance(height, int) or not isinstance(width, int):
        raise RecipeError(
            "Model API resizes to the size of the graph, and this graph takes any",
            expected="a fixed height and width",
            got=f"{height!r} x {width!r}",
        )
    return height, width


def _resize(info: Mapping[str, str], size: tuple[int, int]) -> tuple[Step, ...]:
    kind = info.get("resize_type", "standard")
    mode = info.get("interpolation_mode", "LINEAR")
    if mode not in _FILTERS:
        raise RecipeError(
            f"`{_PREFIX} interpolation_mode`", expected=f"one of {', '.join(_FILTERS)}", got=repr(mode[:40])
        )
    match kind:
        case "standard":
            return (_to(size, _FILTERS[mode]),)
        case "crop" if size[0] == size[1]:
            square = CenterCrop(rule="short_square", offset="floor", pad_before="floor", fill=0)
            # crop_resize_ocv does not look at interpolation_mode.
            return square, _to(size, "bilinear")
        case "crop":
            raise RecipeError(
                f"`{_PREFIX} resize_type` crop to a size that is no square takes height / width for width / height",
                expected="a square",
                got=f"{size[0]} x {size[1]}",
            )
        case "fit_to_window_letterbox":
            fit = Resize(rule="scale_fit", size=size, no_upscale=False, kernel="cv2", filter=_FILTERS[mode],
                         area_for_downscale=False)  # fmt: skip
            return fit, PadTo(size=size, position="floor", fill=_pad_value(info))
        case "fit_to_window":
            raise RecipeError(
                f"`{_PREFIX} resize_type` fit_to_window resizes by a factor, which OpenCV samples at other places than a "
                "resize to that size",
                fix="fit_to_window_letterbox can be expressed",
            )
        case _:
            raise RecipeError(
                f"`{_PREFIX} resize_type`",
                expected="standard, crop or fit_to_window_letterbox",
                got=repr(kind[:40]),
            )


def _to(size: tuple[int, int], filter_: AnyFilter) -> Resize:
    return Resize(rule="exact", size=size, kernel="cv2", filter=filter_, area_for_downscale=False)


def _pad_value(info: Mapping[str, str]) -> int:
    value = info.get("pad_value", "") or "0"
    if not value.isascii() or not value.isdigit() or int(value[:6]) > 255 or len(value) > 6:
        raise RecipeError(
            f"`{_PREFIX} pad_value`", expected="a whole number of 0 to 255", got=repr(value[:40])
        )
    return int(value)


def _order(info: Mapping[str, str], circumstances: Circumstances) -> tuple[Step, ...]:
    """Source: BooleanValue.from_str: only `YES` and `True` are true."""
    given = circumstances.choose("color", ("rgb", "bgr"))
    if given is None:
        raise RecipeError(
            "Model API takes arrays, and the file does not say in which channel order",
            expected="--recipe-arg color=bgr (the array of cv2.imread as it is) or --recipe-arg color=rgb",
            fix="Type the one that the validation code passes",
        )
    reverse = info.get("reverse_input_channels") in ("YES", "True")
    return (SwapRB(),) if reverse != (given == "bgr") else ()


def _chain(info: Mapping[str, str]) -> tuple[tuple[ChainOp, Constant], ...]:
    """Without mean or scale it computes in float64 and rounds at the end.

    That is the same float32: a level minus 0 is exact, and a float64 quotient of two float32 rounds to their quotient.
    """
    chain: list[tuple[ChainOp, Constant]] = []
    for op, key in (("sub", "mean_values"), ("div", "scale_values")):
        numbers = _numbers(info.get(key, ""), key)
        if numbers:
            chain.append(
                ("sub" if op == "sub" else "div", constant(numbers, "std" if op == "div" else "mean"))
            )
    return tuple(chain)


def _numbers(text: str, key: str) -> list[float]:
    words = [] if text == "None" else text[:1000].split()
    try:
        numbers = [float(word) for word in words]
    except ValueError as error:
        raise RecipeError(
            f"`{_PREFIX} {key}`", expected="numbers with spaces between", got=repr(text[:80])
        ) from error
    if len(numbers) not in (0, 1, 3):
        raise RecipeError(f"`{_PREFIX} {key}`", expected="three numbers", got=repr(text[:80]))
    return numbers


def _labels(info: Mapping[str, str]) -> Labels | None:
    """Names are separated by spaces: one that had a space would be two, and the count would not fit."""
    text = info.get("labels", "")
    if text in ("", "None"):
        return None
    return replace(read_labels(text.split()), source=f"Model API metadata `{_PREFIX} labels`")
