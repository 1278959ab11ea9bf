"""The table of EMA layouts: which trainer keeps its averaged weights where, and how a file is recognised.

Each row was read from the trainer's public source, which is named. Only the rows with `taken=True` are
chosen without being asked; a file of any other row is refused with the `--ema FIELD` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import torch

from .fields import at, expand
from .mmcv import split_twins
from .unwrap import WRAPPER_KEYS, is_averaged_model, is_state_dict, state_dict_in
from .weights import TOP_LEVEL


@dataclass(frozen=True)
class Layout:
    """One row. `ema`, `raw`, `counter` and `mark` are dotted fields; `*` is any one name, the same in all.

    `holds` is what must stand at `ema` for the row to be recognised, `mark` another field that must exist;
    `raw` are alternatives, first found first taken. `swapped`: the usual key holds the average.
    """

    name: str
    ema: str
    raw: tuple[str, ...] = ()
    counter: str | None = None
    mark: str | None = None
    holds: Literal["state dict", "AveragedModel", "list", "twins"] = "state dict"
    swapped: bool = False
    taken: bool = False
    note: str = ""


@dataclass(frozen=True)
class Found:
    """A row recognised in a file, with the fields of that file."""

    layout: Layout
    ema: str
    raw: str | None
    counter: int | None


_RAW = ("state_dict", "model")

# Order matters: a row claims its fields, so the special stands before the general.
LAYOUTS: tuple[Layout, ...] = (
    # mmengine hooks/ema_hook.py: swapped on save, so the key called ema holds the raw weights.
    Layout("mmengine EMAHook", ema="state_dict", raw=("ema_state_dict",), counter="ema_state_dict.steps",
           mark="ema_state_dict.steps", swapped=True, taken=True),
    # lightning callbacks/weight_averaging.py: swapped on save.
    Layout("Lightning WeightAveraging", ema="state_dict", raw=("current_model_state",), counter="averaging_state.n_averaged",
           mark="current_model_state", swapped=True, taken=True),
    # pytorch/vision references/classification/train.py and utils.py (ExponentialMovingAverage is an AveragedModel).
    Layout("torchvision reference script", ema="model_ema", raw=("model",), counter="model_ema.n_averaged",
           mark="model", holds="AveragedModel", taken=True),
    # torch optim/swa_utils.py, saved alone or under a key of the script's own.
    Layout("torch AveragedModel", ema=TOP_LEVEL, counter="n_averaged", holds="AveragedModel", taken=True),
    Layout("torch AveragedModel", ema="*", raw=WRAPPER_KEYS, counter="*.n_averaged", holds="AveragedModel", taken=True),
    # timm utils/checkpoint_saver.py, models/_helpers.py
    Layout("timm", ema="state_dict_ema", raw=_RAW, taken=True),
    # deit main.py, ConvNeXt utils.py; timm reads these keys too.
    Layout("DeiT and ConvNeXt scripts", ema="model_ema", raw=("model", "state_dict"), taken=True),
    # From here on: known, never guessed.
    Layout("mmcv 1.x EMAHook", ema="state_dict", holds="twins",
           note="the averaged and the raw names may stand either way round, by the order of the hooks"),
    Layout("mmcv 1.x EMAHook", ema=TOP_LEVEL, holds="twins",
           note="the averaged and the raw names may stand either way round, by the order of the hooks"),
    Layout("Lightning StochasticWeightAveraging", ema="callbacks.*.average_model_state", raw=("state_dict",),
           counter="callbacks.*.n_averaged", note="BatchNorm statistics were not updated for the average"),
    Layout("a Lightning EMA callback", ema="callbacks.*.ema_state_dict", raw=("state_dict",)),
    Layout("NeMo EMA (2022)", ema="callbacks.*.ema_weights", raw=("state_dict",), holds="list"),
    Layout("NeMo EMA (2022)", ema="ema_weights", raw=("state_dict",), holds="list"),
    Layout("NeMo EMA optimizer", ema="optimizer_states.*.ema", raw=("state_dict",), holds="list",
           note="the sibling file NAME-EMA.ckpt has the average as its state_dict"),
    Layout("torch_ema", ema="shadow_params", raw=WRAPPER_KEYS, holds="list"),
    Layout("torch_ema", ema="*.shadow_params", raw=WRAPPER_KEYS, holds="list"),
    Layout("ema-pytorch", ema="ema_model", raw=("online_model", *WRAPPER_KEYS), counter="step",
           note="older versions never copied the buffers"),
    Layout("ema-pytorch", ema="*.ema_model", raw=("*.online_model", *WRAPPER_KEYS), counter="*.step",
           note="older versions never copied the buffers"),
    Layout("RT-DETR family", ema="ema.module", raw=("model",)),
    Layout("Ultralytics style", ema="ema", raw=WRAPPER_KEYS),
    Layout("super-gradients", ema="ema_net", raw=("net",)),
    Layout("BasicSR", ema="params_ema", raw=("params",)),
    Layout("DINO", ema="teacher", raw=("student",)),
)  # fmt: skip

_UNKNOWN = "no layout known here, but the name says average"
_AVERAGE = re.compile(
    r"((?i:(^|[_.])(ema|swa|avg|averaged?|averaging|shadow|teacher|polyak))|(?<=[a-z])(EMA|Ema|SWA|Swa|Shadow|Teacher))([_.]|$)"
)
# timm's task state: the head of a distillation task, not a second set of weights.
_NOT_WEIGHTS = frozenset({"task_state", "task_state_ema"})


def names_an_average(field: str) -> bool:
    return _AVERAGE.search(field) is not None


def find_layouts(content: Mapping[str, Any]) -> tuple[Found, ...]:
    """Every set of averaged weights in a file, each claimed by the first row that knows it."""
    found: list[Found] = []
    claimed: list[str] = []
    rows = (
        *LAYOUTS,
        *(Layout(_UNKNOWN, ema=key, raw=WRAPPER_KEYS) for key in content if _may_be_average(key)),
    )
    for layout in rows:
        for candidate in _recognise(content, layout):
            if any(_overlap(candidate.ema, field) for field in claimed):
                continue
            found.append(candidate)
            claimed += [candidate.ema, *([] if candidate.raw is None else [candidate.raw])]
    return tuple(found)


def _may_be_average(key: str) -> bool:
    return key not in _NOT_WEIGHTS and "." not in key and names_an_average(key)


def _overlap(field: str, other: str) -> bool:
    return f"{field}.".startswith(f"{other}.") or f"{other}.".startswith(f"{field}.")


def _recognise(content: Mapping[str, Any], layout: Layout) -> Iterator[Found]:
    for field, star in expand(content, layout.ema):
        value = at(content, field)
        # The top level as a whole counts only as a bare state dict, not as the wrapper of one.
        if not _holds(value, layout.holds) or (field == TOP_LEVEL and not is_state_dict(value)):
            continue
        if layout.mark is not None and at(content, layout.mark) is None:
            continue
        alternatives = (raw.replace("*", star) for raw in layout.raw)
        raw = next(
            (r for r in alternatives if r != field and state_dict_in(at(content, r)) is not None), None
        )
        counter = None if layout.counter is None else _count(at(content, layout.counter.replace("*", star)))
        yield Found(layout, field, raw, counter)


def _holds(value: Any, what: str) -> bool:
    if what == "AveragedModel":
        return is_averaged_model(value)
    if what == "list":
        return isinstance(value, list | tuple) and any(isinstance(item, torch.Tensor) for item in value)
    state_dict = state_dict_in(value)
    return state_dict is not None and (what == "state dict" or split_twins(state_dict) is not None)


def _count(value: Any) -> int | None:
    if type(value) is int:
        return value
    if not isinstance(value, torch.Tensor) or value.layout != torch.strided or value.device.type != "cpu":
        return None
    return int(value) if value.numel() == 1 and value.dtype in (torch.int64, torch.int32) else None
