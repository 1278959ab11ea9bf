"""A Hugging Face config that names no code, no download and no absurd size; and the class that it means.

Source: transformers 5.23 `models/auto/modeling_auto.py` MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES,
`configuration_utils.py` PreTrainedConfig, `models/timm_wrapper`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from truecopy.errors import CheckpointError
from truecopy_export.recipes.library import import_library

MAX_LABELS = 100_000
# All whole numbers of a config together, but for its labels. CLIP, with a vocabulary, has some 300,000.
MAX_NUMBERS = 1_000_000
_LABELS = frozenset({"id2label", "label2id", "label_names", "num_labels", "num_classes"})
# Key -> what it would do.
_REFUSED: Mapping[str, str] = {
    "auto_map": "code of its own, which is never run here",
    "custom_pipelines": "code of its own, which is never run here",
    "trust_remote_code": "code of its own, which is never run here",
    "quantization_config": "quantised weights; Truecopy makes int8 itself, with its own proof",
}
# What says how the network is run, and changes no answer: it is run in float32, with plain attention, for its logits.
_RUNNING = frozenset(
    {
        "attn_implementation", "dtype", "experts_implementation", "name_or_path", "output_attentions",
        "output_hidden_states", "return_dict", "torch_dtype", "torchscript", "use_cache",
    }
)  # fmt: skip
_TIMM = "timm_wrapper"
_TIMM_LOADS = (
    "checkpoint_path",
    "features_only",
    "pretrained",
    "pretrained_cfg",
    "pretrained_cfg_overlay",
)


def screened(config: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The config without what says how it is run.

    Raises:
        CheckpointError: it names code, a download, quantised weights, or numbers that no network of pictures has.
    """
    numbers = 0
    for key, value in _entries(config):
        if key in _REFUSED and value:
            raise CheckpointError(
                f"the config names {_REFUSED[key]}",
                got=f"{key}: {str(value)[:80]}",
                where=where,
                fix="Where the class is of transformers itself, take the entry out; else save the state dict, and name the "
                "class with --arch python:package.module:callable",
            )
        if key == "use_pretrained_backbone" and value:
            raise CheckpointError(
                "the config would download a backbone", got=f"{key}: {str(value)[:80]}", where=where
            )
        if key not in _LABELS:
            numbers += sum(_whole_numbers(value))
    if numbers > MAX_NUMBERS:
        raise CheckpointError(
            "the config holds numbers that no network of pictures has",
            expected=f"at most {MAX_NUMBERS} all together, without its labels",
            got=f"{float(numbers):g}" if numbers < 10**300 else "more than 1e300",
            where=where,
            fix="Are its sizes and numbers of layers right?",
        )
    _check_count(config, where)
    return _without_running(config)


def class_of(config: Mapping[str, Any], where: str) -> tuple[str, str]:
    """(model_type, name of the class) of an image classifier of transformers itself.

    Raises:
        CheckpointError: none, or a class that answers something else.
    """
    names = import_library(
        "transformers.models.auto.modeling_auto", CheckpointError
    ).MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES
    model_type = config.get("model_type")
    if model_type is None and "pretrained_cfg" in config:
        return _timm(config, where)
    if not isinstance(model_type, str) or model_type not in names:
        close = difflib.get_close_matches(str(model_type), list(names), n=3)
        raise CheckpointError(
            "transformers has no image classifier of this model type",
            got=f"model_type {model_type!r}",
            where=where,
            fix=f"Nearest: {', '.join(close)}" if close else "Install the transformers that it was saved by",
        )
    if model_type == _TIMM:
        return _timm(config, where)
    known = (names[model_type],) if isinstance(names[model_type], str) else tuple(names[model_type])
    return model_type, _named_class(config.get("architectures"), model_type, known, where)


def _named_class(said: Any, model_type: str, known: tuple[str, ...], where: str) -> str:
    stated = said if isinstance(said, list) else [said]
    if said is None or not stated:
        if len(known) == 1:
            return known[0]
        raise CheckpointError(
            f"the config does not say which classifier of {model_type} it is",
            expected=" or ".join(f'"architectures": ["{name}"]' for name in known),
            where=where,
        )
    if len(stated) == 1 and stated[0] in known:
        return str(stated[0])
    raise CheckpointError(
        "the folder holds no image classifier of transformers",
        expected=" or ".join(known),
        got=", ".join(str(name)[:80] for name in stated[:4]),
        where=where,
        fix="A base model was never fine-tuned to classify: give the folder that the fine-tuning saved",
    )


def _timm(config: Mapping[str, Any], where: str) -> tuple[str, str]:
    """A folder of timm, or of transformers around timm. timm fetches names with a hub in them."""
    timm = import_library("timm", CheckpointError)
    name, arguments = config.get("architecture"), config.get("model_args") or {}
    if not isinstance(name, str) or "/" in name or ":" in name or not timm.is_model(name):
        raise CheckpointError("timm has no such model", got=f"architecture {name!r:.80}", where=where)
    loads = [key for key in _TIMM_LOADS if key in arguments]
    if not isinstance(arguments, dict) or loads:
        raise CheckpointError(
            "model_args loads weights, or builds no classifier",
            got=f"{loads or arguments!r:.80}",
            where=where,
        )
    return _TIMM, "TimmWrapperForImageClassification"


def _check_count(config: Mapping[str, Any], where: str) -> None:
    for key in _LABELS & config.keys():
        value = config[key]
        count = len(value) if isinstance(value, dict | list) else value
        if count is not None and (
            not isinstance(count, int) or isinstance(count, bool) or not 0 < count <= MAX_LABELS
        ):
            raise CheckpointError(
                f"{key} of the config",
                expected=f"1 to {MAX_LABELS} labels",
                got=f"{count!r:.40}",
                where=where,
            )


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    """Every entry of every object in it. Its depth is bounded where it was read."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            if key not in _LABELS:
                yield from _entries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _entries(inner)


def _whole_numbers(value: Any) -> Iterator[int]:
    """Of an entry itself and of its lists; those of inner objects are entries of their own."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield int(abs(value))
    elif isinstance(value, list):
        for inner in value:
            yield from _whole_numbers(inner)


def _without_running(config: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _without_running(value) if isinstance(value, dict) else value
        for key, value in config.items()
        if key not in _RUNNING and not key.startswith("_")
    }
