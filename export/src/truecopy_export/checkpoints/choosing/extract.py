"""Take one set of weights out of a checkpoint's content, by the field where it stands."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from truecopy.errors import AmbiguousEma, CheckpointError
from truecopy_export.checkpoints.tensors import sound_tensors
from truecopy_export.checkpoints.unwrap import WRAPPER_KEYS, is_state_dict, state_dict_in, strip_prefixes
from truecopy_export.checkpoints.weights import TOP_LEVEL, Kind, Weights

from .fields import at
from .lists import is_tensor_list, name_list
from .mmcv import TWINS, split_twins

_LIGHTNING = ("pytorch-lightning_version", "current_model_state")


@dataclass(frozen=True)
class Place:
    """Where one set of weights stands.

    names: the field of the state dict that a list without names goes by. part: what to cut out of the set, "" for all.
    """

    field: str
    kind: Kind
    counter: int | None = None
    names: str | None = None
    buffers: bool = False
    part: str = ""


def extract(content: Mapping[str, Any], place: Place, where: str) -> tuple[Weights, tuple[str, ...]]:
    """The cleaned weights at a place, and lines that say what was done to them.

    Raises:
        AmbiguousEma: a list without names that fits in no way, or in more than one.
        CheckpointError: nothing there, a LoRA, or a tensor that cannot be used (it is named).
    """
    field = place.field
    state_dict = _state_dict_at(content, field)
    named: tuple[str, ...] = ()
    if state_dict is None and place.names is not None:
        state_dict, named = _named_list(content, place, where)
    if state_dict is None:
        raise CheckpointError(
            f"There are no weights at {shlex.quote(field)}",
            expected="a state dict",
            got=_described(content),
            where=where,
            fix="Say --ema raw" if field.lower() == "raw" else _fields_with_weights(content),
        )
    _refuse_adapter(state_dict, where)
    lightning = any(key in content for key in _LIGHTNING)
    names, prefix = strip_prefixes(state_dict, lightning=lightning)
    cut = _cut(names, prefix, place.part) if place.part else ""
    if cut:
        field = f"{field}.{prefix}{cut}".removeprefix(f"{TOP_LEVEL}.").removesuffix(".")
        inside = {name[len(cut) :]: value for name, value in names.items() if name.startswith(cut)}
        named = (*named, f"{field}: {len(inside)} of {len(names)} tensors, those under {cut!r}")
        names, prefix = strip_prefixes(inside, lightning=lightning)
    tensors, lines = sound_tensors(
        {name: value for name, value in names.items() if not _is_empty_extra(name, value)},
        f"{where}: {field}",
    )
    if prefix:
        lines = (f"{field}: the prefix {prefix!r} was stripped from all {len(tensors)} names", *lines)
    weights = Weights(tensors, place.kind, field, place.counter, None, prefix, cut.removesuffix("."))
    return weights, (*named, *lines)


def _refuse_adapter(state_dict: Mapping[str, Any], where: str) -> None:
    adapters = [name for name in state_dict if "lora_" in name]
    if 2 * len(adapters) > len(state_dict):
        raise CheckpointError(
            "The checkpoint is a LoRA (an adapter): most of its names hold lora_, the model itself is not in it",
            got=f"{len(adapters)} of {len(state_dict)} names: {', '.join(adapters[:2])}, ...",
            where=where,
            fix="Merge it into its base model (peft: model.merge_and_unload()) and save that state dict",
        )


def _cut(names: Mapping[str, Any], prefix: str, part: str) -> str:
    """The prefix to cut out of names without theirs; "" where the part is all of them.

    The set beside an average may lack the average's wrapper: `model.net` is beside `model_ema.module.net`.
    """
    if prefix.startswith(f"{part}."):
        return ""
    cut = f"{part}.".removeprefix(prefix)
    while cut and not any(name.startswith(cut) for name in names):
        cut = cut.partition(".")[2]
    return cut


def _named_list(
    content: Mapping[str, Any], place: Place, where: str
) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    values = at(content, place.field)
    beside = None if place.names is None else state_dict_in(at(content, place.names))
    if beside is None or not is_tensor_list(values):
        return None, ()
    named = name_list(values, beside, buffers=place.buffers, field=place.field, where=where)
    rest = len(named) - len(values)
    line = f"{place.field}: a list without names; its {len(values)} tensors took those of {place.names}, in order"
    return named, (line + (f"; the other {rest} (buffers, tied or frozen) are from there" if rest else ""),)


def raw_field(content: Mapping[str, Any], where: str) -> str:
    """Where the only set of weights stands in a file without averaged ones.

    Raises:
        AmbiguousEma: more than one wrapper key holds weights.
        CheckpointError: none does.
    """
    wrapped = [key for key in WRAPPER_KEYS if key in content and state_dict_in(content[key]) is not None]
    if len(wrapped) > 1:
        raise AmbiguousEma(
            "More than one set of weights could be meant",
            got=", ".join(wrapped),
            where=where,
            fix="Say which: " + " or ".join(f"--ema {field}" for field in wrapped),
        )
    if wrapped:
        return wrapped[0]
    if is_state_dict(content):
        return TOP_LEVEL
    optimizers = [key for key, value in content.items() if _is_optimizer(value)]
    if _is_optimizer(content):
        optimizers = [TOP_LEVEL]
    what = (
        f"only the state of an optimizer, at {', '.join(optimizers)}"
        if optimizers
        else "none stand under a key that is known"
    )
    raise CheckpointError(
        f"The checkpoint holds no model weights: {what}",
        expected="one of " + ", ".join(WRAPPER_KEYS) + ", or the names of the weights themselves",
        got=_described(content),
        where=where,
        fix='Take the file that the script saved for the model, torch.save(model.state_dict(), "weights.pth")'
        if optimizers
        else "Give the file with the weights, or say where they stand: --ema FIELD",
    )


def _is_optimizer(value: object) -> bool:
    """torch.optim.Optimizer.state_dict(), also a list of them."""
    states = value if isinstance(value, list | tuple) else (value,)
    return bool(states) and all(
        isinstance(one, Mapping) and "param_groups" in one and "state" in one for one in states
    )


def _state_dict_at(content: Mapping[str, Any], field: str) -> Mapping[str, Any] | None:
    parent, _, last = field.rpartition(".")
    if last == TWINS:
        beside = state_dict_in(at(content, parent or TOP_LEVEL))
        twins = None if beside is None else split_twins(beside)
        return None if twins is None else twins[1]
    state_dict = state_dict_in(at(content, field))
    twins = None if state_dict is None else split_twins(state_dict)
    return state_dict if twins is None else twins[0]


def _is_empty_extra(name: str, value: object) -> bool:
    # Module.get_extra_state() of a module that keeps none.
    return name.endswith("_extra_state") and value is None


def _fields_with_weights(content: Mapping[str, Any]) -> str:
    distinct = {id(value): value for value in content.values()}  # one value may stand under many names
    held = {number for number, value in distinct.items() if state_dict_in(value) is not None}
    fields = [key for key, value in content.items() if id(value) in held]
    return "Weights stand at " + ", ".join(fields) if fields else "Leave out --ema"


def _described(content: Mapping[str, Any]) -> str:
    """The first top-level keys, for a message."""
    keys = [repr(key) for key in content]
    return (
        "the keys " + ", ".join(keys[:12]) + (f" and {len(keys) - 12} more" if len(keys) > 12 else "")
        if keys
        else "no keys"
    )
