"""What `inspect --config` prints: every setting, its value, where it is from and what it overrode."""

from __future__ import annotations

import json
from typing import Any

from truecopy.config import Asked, Setting
from truecopy.config.members import artifact_settings
from truecopy.limits import DEFAULT_LIMITS
from truecopy.predict.lineup import Lineup
from truecopy.predict.loading import open_artifacts

from .output import console, one_line, print_json
from .strategy_options import settled_of


def print_settings(asked: Asked, *, as_json: bool) -> int:
    """The very settings that a run with the same words would take; refused where it would be refused before any session.

    Raises:
        StrategyError, CheckpointError, ArtifactError, ContractError, DeviceError: as a run would.
    """
    settled = settled_of(asked)
    openeds = open_artifacts(settled.members, DEFAULT_LIMITS)
    names = [opened.artifact.path for opened in openeds]
    Lineup.of([opened.member for opened in openeds], names, settled.strategy)
    settings = (*settled.settings, *artifact_settings(settled.members, settled.settings))
    if as_json:
        rows = [setting.to_dict() for setting in settings]
        print_json({"path": asked.config, "status": "ok", "settings": rows})
        return 0
    from rich.table import Table

    table = Table("setting", title=one_line(asked.config or "no file of settings"), title_justify="left")
    for heading in ("value", "from", "overrode"):
        table.add_column(heading, overflow="fold")
    for setting in settings:
        style = "dim" if setting.source == "not used" else None
        table.add_row(setting.name, _shown(setting.value), setting.source, _overrode(setting), style=style)
    console().print(table)
    return 0


def _overrode(setting: Setting) -> str:
    return "; ".join(f"{source}: {_shown(value)}" for source, value in setting.shadowed)


def _shown(value: Any) -> str:
    """Words as they are, the rest as JSON: `true`, `[0.6, 0.4]`; lists of words with commas."""
    if value is None:
        return "not known"
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return one_line(", ".join(value))
    return one_line(json.dumps(value, ensure_ascii=False))
