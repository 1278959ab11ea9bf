"""What is run, decided once: call before file before artifact before default. `inspect --config` shows what this says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from truecopy.contract.view_names import expand
from truecopy.engine import available_cores, check_device_name
from truecopy.errors import DeviceError, StrategyError
from truecopy.predict.strategy import Adaptive, Strategy

from .asked import Asked
from .member_names import member_names
from .members import find_members
from .notes import notes_on
from .setting import Setting, Source, decide
from .settings_file import SettingsFile, read_settings
from .strategy_names import ALL_GPUS, WITH_MEMBERS, WITH_VIEWS, strategy_name

_SPREADS = (None, "auto", "cuda", ALL_GPUS)
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Settled:
    """Everything that `truecopy.load` needs, and `settings`: each with where it came from and what it overrode.

    notes: lines that everyone should see who runs it: what of the file is not used.
    """

    members: tuple[Path, ...]
    strategy: Strategy
    name: str
    device: str
    threads: int
    settings: tuple[Setting, ...]
    notes: tuple[str, ...] = ()


def settle(asked: Asked) -> Settled:
    """Decide every setting, and find the artifacts; nothing is loaded.

    Raises:
        StrategyError: settings that contradict one another, or something that is missing; says what to write.
        CheckpointError: a checkpoint without its artifact, or other weights than `use_ema` asks for.
        ArtifactError: another precision than asked for, or no FP16 variant.
        DeviceError: no device has such a name.
    """
    asked = replace(asked, models=member_names(asked.models))
    file = read_settings(asked.config) if asked.config is not None else SettingsFile()
    name = strategy_name(asked, file.strategy)
    looks, many = name.value in WITH_VIEWS, name.value in WITH_MEMBERS
    members = find_members(asked, file, name)
    strategy, of_strategy = _strategy(asked, file, len(members.paths), looks=looks, many=many)
    device = _device(asked, file, name)
    threads = decide("threads", asked.threads, file.said.threads, available_cores())
    stated = (name, *members.settings, *of_strategy, device, threads)
    rows = tuple(row for row in stated if row is not None)
    return Settled(
        members.paths,
        strategy,
        name.value,
        device.value,
        _value(threads),
        rows,
        notes_on(rows, name.value, asked, file),
    )


def _strategy(
    asked: Asked, file: SettingsFile, count: int, *, looks: bool, many: bool
) -> tuple[Strategy, tuple[Setting | None, ...]]:
    tta = file.said.tta
    views = decide("tta.augmentations", asked.views, tta.augmentations, None, used=looks)
    if looks and views is None:
        raise StrategyError(
            "test-time augmentation without its views",
            where=file.where("tta") if file.path else None,
            fix="Write tta: {augmentations: [horizontal_flip]}, or --tta horizontal_flip",
        )
    view_merge = decide("tta.aggregation", asked.view_merge, tta.aggregation, "mean", used=looks)
    member_merge, weights = _of_members(asked, file, count, many=many)
    adaptive = decide("adaptive", asked.adaptive, file.adaptive, None, used=looks or many)
    rows = (views, view_merge, member_merge, weights, adaptive)
    seen = _checked(file, views, lambda: expand(_value(views, ())))
    exit_early = _checked(file, adaptive, lambda: Adaptive.of(_value(adaptive)))
    strategy = _checked(
        file,
        weights or member_merge,
        lambda: Strategy(
            seen,
            _value(view_merge, "mean"),
            _value(member_merge, "soft_voting"),
            _value(weights),
            exit_early,
        ),
    )
    return strategy, rows


def _of_members(
    asked: Asked, file: SettingsFile, count: int, *, many: bool
) -> tuple[Setting | None, Setting | None]:
    """Merge and weights. Weights belong to the models beside which they were written, and to `weighted` alone."""
    said = file.said.ensemble
    merge = _member_merge(asked, file, many=many)
    weighted = many and _value(merge) == "weighted"
    if weighted and asked.weights is None and said.weights is not None and asked.models:
        raise StrategyError(
            "the weights of the file are for its own checkpoints, and this call names others",
            where=file.where("ensemble.weights"),
            fix="Add --weights, one number a model, or --ensemble-aggregation soft_voting",
        )
    if weighted and asked.weights is None and said.weights is None:
        # As many numbers as there are models.
        numbers = [str(number) for number in range(count, 0, -1)]
        typed = merge is not None and merge.source == "argument"
        raise StrategyError(
            "`weighted` needs weights",
            expected=f"{count} numbers, one a model",
            where=None if typed else file.where("ensemble.aggregation"),
            fix=f"Add --weights {','.join(numbers)}" if typed else f"Write weights: [{', '.join(numbers)}]",
        )
    stated = None if said.weights is None else list(said.weights)
    weights = decide(
        "ensemble.weights", asked.weights, stated, None, used=weighted or asked.weights is not None
    )
    if weighted and weights is not None and len(weights.value) != count:
        raise StrategyError(
            "weights and members differ in number",
            expected=f"{count}, one a member",
            got=f"{len(weights.value)}",
            where=file.where("ensemble.weights") if weights.source == "file" else None,
            fix="Give one weight for each model, in the order of the models",
        )
    return merge, weights


def _member_merge(asked: Asked, file: SettingsFile, *, many: bool) -> Setting | None:
    """How members are merged. A soft vote with weights has a name of its own, whoever wrote them."""
    said = file.said.ensemble
    merge = decide("ensemble.aggregation", asked.member_merge, said.aggregation, "soft_voting", used=many)
    if merge is None or not many:
        return merge
    written = () if merge.source == "default" else ((merge.source, merge.value), *merge.shadowed)
    if asked.weights is not None:
        soft = merge.source != "argument" or merge.value == "soft_voting"
        return replace(merge, value="weighted", source="argument", shadowed=written) if soft else merge
    if said.weights is None or merge.source == "argument":
        return merge
    if merge.value == "hard_voting":
        raise StrategyError(
            "weights go with `weighted`, not with 'hard_voting'",
            where=file.where("ensemble.weights"),
            fix="Leave one of the two out",
        )
    return merge if merge.value == "weighted" else Setting(merge.name, "weighted", "inferred", written)


def _device(asked: Asked, file: SettingsFile, name: Setting) -> Setting:
    said = file.said.device
    if name.value != "accelerate":
        setting = decide("device", asked.device, said, "auto") or Setting("device", "auto", "default")
        _checked(file, setting, lambda: check_device_name(setting.value))
        return setting
    by_call = name.source == "argument" or asked.device is not None
    beside = asked.device if by_call else said
    if beside not in _SPREADS:
        raise StrategyError(
            f"`accelerate` takes all GPUs, and the device is {beside!r}",
            where=None if by_call else file.where("device"),
            fix="Leave the device out, or take strategy: standard",
        )
    written: tuple[tuple[Source, Any], ...] = () if said is None else (("file", said),)
    if by_call:
        return Setting("device", ALL_GPUS, "argument", written)
    if said == ALL_GPUS:
        return Setting("device", ALL_GPUS, "file")
    return Setting("device", ALL_GPUS, "inferred", written)


def _checked(file: SettingsFile, setting: Setting | None, make: Callable[[], Made]) -> Made:
    """`make()`, and where it stands in the file if what it refuses stands there."""
    try:
        return make()
    except (StrategyError, DeviceError) as error:
        if setting is None or setting.source != "file":
            raise
        raise type(error).of(error, where=file.where(setting.name)) from error


def _value(setting: Setting | None, otherwise: Any = None) -> Any:
    return otherwise if setting is None or setting.source == "not used" else setting.value
