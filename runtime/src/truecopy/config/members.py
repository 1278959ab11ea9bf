"""Which artifacts the models of a call or a file are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from truecopy.artifact import artifact_of, half_of
from truecopy.artifact.neighbours import neighbour
from truecopy.artifact.resolve import CHECKPOINT_SUFFIXES
from truecopy.artifact.variants import HALF
from truecopy.errors import StrategyError

from .asked import Asked
from .setting import Setting, decide
from .settings_file import SettingsFile
from .strategy_names import WITH_MEMBERS


@dataclass(frozen=True, slots=True)
class Members:
    """paths: artifacts in the order of the members. settings: what named them, and what they must be."""

    paths: tuple[Path, ...]
    settings: tuple[Setting | None, ...]


def find_members(asked: Asked, file: SettingsFile, strategy: Setting) -> Members:
    """Find the artifacts of the models that the call names, else the file.

    Raises:
        StrategyError: no model is named, or not as many as the strategy runs; or a file without a strategy that names one
            and several.
        CheckpointError, ArtifactError: what is named has no artifact, or one that is not what was asked for.
    """
    many = strategy.value in WITH_MEMBERS
    named = list(asked.models) or None
    stated = file.members if many and named is None else file.checkpoints
    several = None if stated is None else list(stated)
    if strategy.source == "inferred" and many and named is None and file.checkpoint is not None:
        raise StrategyError(
            "the file names one model and several, and no strategy that says which are run",
            where=file.where("ensemble.checkpoints"),
            fix=f"Add strategy: {strategy.value}, or strategy: standard for `checkpoint` alone",
        )
    single = file.checkpoint if many or named else file.member
    one = decide("checkpoint", named[0] if named else None, single, None, used=not many)
    all_ = decide("ensemble.checkpoints", named, several, None, used=many)
    names = _names(all_ if many else one, file, strategy)
    precision = decide("precision", asked.precision, file.said.precision, None)
    use_ema = decide("use_ema", asked.use_ema, file.said.use_ema, None)
    wanted = None if precision is None else str(precision.value)
    averaged = None if use_ema is None else bool(use_ema.value)
    if strategy.value == "mixed_precision":
        if precision is not None and wanted != HALF:
            raise StrategyError(
                f"`mixed_precision` runs the FP16 variant, and the precision is {wanted}",
                where=file.where("precision") if precision.source == "file" else None,
                fix="Leave the precision out, or take strategy: standard",
            )
        paths = tuple(_half(name, averaged) for name in names)
    else:
        paths = tuple(artifact_of(name, wanted, averaged) for name in names)
    return Members(paths, (one, all_, precision, use_ema))


def artifact_settings(paths: tuple[Path, ...], stated: tuple[Setting, ...]) -> tuple[Setting, ...]:
    """What the artifacts decide where nobody else does: the files themselves, precision and weights.

    Raises:
        ArtifactError, ContractError: one of them cannot be read.
    """
    known = {setting.name for setting in stated}
    contracts = [neighbour(path).contract for path in paths]
    origins = [contract.provenance.checkpoint for contract in contracts]
    rows: dict[str, list[Any]] = {
        "artifacts": [str(path) for path in paths],
        "precision": [contract.graph.precision for contract in contracts],
        "use_ema": [None if origin is None else origin.weights == "ema" for origin in origins],
    }
    return tuple(
        Setting(name, values[0] if len(values) == 1 else values, "artifact")
        for name, values in rows.items()
        if name not in known
    )


def _names(setting: Setting | None, file: SettingsFile, strategy: Setting) -> tuple[str, ...]:
    many = strategy.value in WITH_MEMBERS
    if setting is None and file.checkpoints is not None:
        beside = {"standard": "ensemble", "tta": "tta_ensemble"}.get(strategy.value)
        take = f"--strategy {beside}" if strategy.source == "argument" else f"strategy: {beside}"
        raise StrategyError(
            "no model is named",
            got=f"`ensemble.checkpoints`, which the strategy {strategy.value!r} does not use",
            where=file.where("ensemble.checkpoints"),
            fix=f"{f'Take {take}, or write' if beside else 'Write'} checkpoint: best.onnx",
        )
    if setting is None:
        key = "ensemble" if many else "checkpoint"
        example = "ensemble: {checkpoints: [fold_0.onnx, fold_1.onnx]}" if many else "checkpoint: best.onnx"
        raise StrategyError(
            "an ensemble without its members" if many else "no model is named",
            where=None if file.path is None else file.where(key),
            fix=f"Name {'them' if many else 'it'} first on the command line, or write {example}",
        )
    names = tuple(setting.value) if many else (str(setting.value),)
    if many and len(names) < 2:
        raise StrategyError(
            "an ensemble of one",
            expected="at least two members",
            got=", ".join(names),
            where=file.where("ensemble.checkpoints"),
            fix="Name the others too, or take strategy: standard with `checkpoint`",
        )
    return names


def _half(name: str, use_ema: bool | None) -> Path:
    """Of a checkpoint its FP16 artifact; of an artifact its FP16 variant."""
    if name.lower().endswith(CHECKPOINT_SUFFIXES):
        return artifact_of(name, HALF, use_ema)
    return half_of(artifact_of(name, None, use_ema))
