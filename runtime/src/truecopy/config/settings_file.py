"""The `inference:` section of a YAML file. Other sections belong to the training and are not looked at."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from truecopy.contract.explain import explain
from truecopy.contract.strict_yaml import line_numbers, parse_yaml, read_bounded, utf8
from truecopy.errors import StrategyError
from truecopy.predict.strategy import MemberMerge, ViewMerge

from .complaints import complaint_of
from .member_names import member_names, one_member
from .setting import Source
from .strategy_names import StrategyName, name_of

MAX_BYTES = 1 << 20
SECTION = "inference"
_ROOT = f"$.{SECTION}"

Words = Annotated[tuple[Annotated[str, Meta(min_length=1)], ...], Meta(min_length=1, max_length=1000)]
Text = Annotated[str, Meta(min_length=1)]


class Tta(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """augmentations: names of views, in the order in which they are looked at."""

    augmentations: Words | None = None
    aggregation: ViewMerge | None = None


class Ensemble(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """checkpoints: artifacts or checkpoints, relative to the file's folder. weights: one for each."""

    checkpoints: Words | None = None
    aggregation: MemberMerge | None = None
    weights: Annotated[tuple[float, ...], Meta(min_length=1)] | None = None


class EarlyExit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the two."""

    confidence: float | None = None
    margin: float | None = None


class Inference(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is left out is not stated: the artifact or the default decides. `checkpoint_path` is `checkpoint`."""

    strategy: StrategyName | None = None
    checkpoint: Text | None = None
    checkpoint_path: Text | None = None
    use_ema: bool | None = None
    device: Text | None = None
    threads: Annotated[int, Meta(ge=1)] | None = None
    precision: Literal["fp32", "fp16", "int8"] | None = None
    tta: Tta = msgspec.field(default_factory=Tta)
    ensemble: Ensemble = msgspec.field(default_factory=Ensemble)
    adaptive: EarlyExit | None = None


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """What a file says, and where. Without a path: nothing is said."""

    path: Path | None = None
    said: Inference = field(default_factory=Inference)
    lines: dict[str, int] = field(default_factory=dict)

    def where(self, name: str) -> str:
        """`inference.yaml:7: $.inference.tta.augmentations`."""
        path = f"{_ROOT}.{name}" if name else _ROOT
        line = self.lines.get(path)
        return f"{self.path}{'' if line is None else f':{line}'}: `{path}`"

    def beside(self, name: str) -> str:
        """A path as the file means it: from its own folder, without `x/../` where that is the same file."""
        joined = (self.path or Path()).parent / name
        short = os.path.normpath(joined)
        return short if os.path.realpath(short) == os.path.realpath(joined) else str(joined)

    @property
    def strategy(self) -> tuple[Source, str] | None:
        """As it is written, else what views and checkpoints say together; None where nothing does."""
        if self.said.strategy is not None:
            return "file", self.said.strategy
        several = self.said.ensemble.checkpoints is not None
        name = name_of(views=self.said.tta.augmentations is not None, members=several)
        return None if name == "standard" else ("inferred", name)

    @property
    def checkpoint(self) -> str | None:
        name = self.said.checkpoint or self.said.checkpoint_path
        return None if name is None else self.beside(name)

    @property
    def checkpoints(self) -> tuple[str, ...] | None:
        names = self.said.ensemble.checkpoints
        return None if names is None else tuple(map(self.beside, names))

    @property
    def members(self) -> tuple[str, ...] | None:
        """`checkpoints`, with the files of patterns.

        Raises:
            StrategyError: a pattern that nothing matches, or commas in a name.
        """
        names = self.said.ensemble.checkpoints
        if names is None:
            return None
        folder = (self.path or Path()).parent
        return tuple(map(self.beside, member_names(names, folder, self.where("ensemble.checkpoints"))))

    @property
    def member(self) -> str | None:
        """`checkpoint`, with the file of a pattern.

        Raises:
            StrategyError: a pattern that nothing matches, or more than one file.
        """
        key = "checkpoint" if self.said.checkpoint is not None else "checkpoint_path"
        name = self.said.checkpoint or self.said.checkpoint_path
        if name is None:
            return None
        return self.beside(one_member(name, (self.path or Path()).parent, self.where(key)))

    @property
    def adaptive(self) -> dict[str, float] | None:
        said = self.said.adaptive
        return None if said is None else {k: v for k, v in msgspec.to_builtins(said).items() if v is not None}


def read_settings(path: str | os.PathLike[str]) -> SettingsFile:
    """Read the section.

    Raises:
        StrategyError: unreadable, longer than 1 MiB, not UTF-8, no strict YAML (a key twice, an alias), no `inference:`
            section, an unknown key (the nearest is named), or a value of another type; names line and path.
    """
    path = Path(path)
    data = read_bounded(path, "the settings", "the file of settings", MAX_BYTES, StrategyError)
    text = utf8(data, "the settings are not UTF-8", str(path), StrategyError)
    document = parse_yaml(text, str(path), StrategyError)
    section = document.get(SECTION) if isinstance(document, dict) else None
    if section is None:
        has = ", ".join(map(str, document)) if isinstance(document, dict) and document else "nothing"
        raise StrategyError(
            f"the file has no section `{SECTION}:`",
            got=has[:200],
            where=str(path),
            fix=f"Write one, for example: {SECTION}: {{strategy: standard, checkpoint: best.onnx}}",
        )
    lines = line_numbers(text)
    said = _converted(_without_nothing(section), SettingsFile(path, lines=lines))
    settings = SettingsFile(path, said, lines)
    if said.checkpoint is not None and said.checkpoint_path is not None:
        raise StrategyError(
            "`checkpoint` and `checkpoint_path` are one setting",
            where=settings.where("checkpoint_path"),
            fix="Write it once",
        )
    return settings


def _without_nothing(value: Any) -> Any:
    """`tta:` with nothing behind it is left out."""
    if not isinstance(value, dict):
        return value
    return {key: _without_nothing(below) for key, below in value.items() if below is not None}


def _converted(section: Any, file: SettingsFile) -> Inference:
    try:
        return msgspec.convert(section, Inference, strict=True)
    except msgspec.ValidationError as error:
        wrong = complaint_of(explain(str(error), section, Inference), section)
        raise StrategyError(
            wrong.what, expected=wrong.expected, got=wrong.got, where=file.where(wrong.path), fix=wrong.fix
        ) from error
