"""Settings as a file of their own: the `inference:` section that runs what was settled, wherever it is written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from truecopy.artifact import replacing
from truecopy.errors import StrategyError
from truecopy.predict.strategy import Strategy

from .asked import Asked
from .settings_file import SECTION
from .settle import Settled, settle
from .strategy_names import WITH_MEMBERS, WITH_VIEWS

# Kept where somebody stated them; what was a default then is decided anew where the file is read.
_STATED = ("use_ema", "precision", "device", "threads")


def write_settings(settled: Settled, strategy: Strategy, path: str | os.PathLike[str], remark: str) -> None:
    """Write `settings_text`; the file gets its name only after it was read again as the same members and strategy.

    Raises:
        StrategyError: it would be read as something else; nothing is written.
        OSError: it cannot be written.
    """
    with replacing(path) as temporary:
        temporary.write_text(settings_text(settled, strategy, path, remark), "utf-8")
        again = settle(Asked(config=os.fspath(temporary)))
        wanted, got = _told(settled, strategy), _told(again, again.strategy)
        if wanted != got:
            raise StrategyError(
                "the settings would be read as something else",
                expected=wanted,
                got=got,
                where=os.fspath(path),
                fix="Name another place for them",
            )


def settings_text(settled: Settled, strategy: Strategy, path: str | os.PathLike[str], remark: str) -> str:
    """YAML that `load_config` reads: the members of `settled` under `strategy`.

    path: of the file itself; members are named from its folder. remark: one line, stands first as a comment.
    """
    names = [_from(Path(path), member) for member in settled.members]
    section: dict[str, Any] = {"strategy": settled.name}
    if settled.name not in WITH_MEMBERS:
        section["checkpoint"] = names[0]
    for setting in settled.settings:
        if setting.name in _STATED and setting.source in {"argument", "file"}:
            section[setting.name] = setting.value
    if settled.name in WITH_VIEWS:
        section["tta"] = {
            "augmentations": list(strategy.views[1:]),
            "aggregation": strategy.view_merge,
        }
    if settled.name in WITH_MEMBERS:
        section["ensemble"] = {"checkpoints": names, "aggregation": strategy.member_merge}
        if strategy.weights is not None:
            section["ensemble"]["weights"] = list(strategy.weights)
    if strategy.adaptive is not None:
        section["adaptive"] = strategy.adaptive.to_dict()
    return f"# {remark}\n" + yaml.safe_dump({SECTION: section}, sort_keys=False, allow_unicode=True)


def _from(path: Path, member: Path) -> str:
    """The name of `member` from the folder of `path`: by the folders that links lead to, since `..` goes up from there.

    A model that is a link itself stays one.
    """
    return os.path.relpath(member.parent.resolve() / member.name, path.parent.resolve())


def _told(settled: Settled, strategy: Strategy) -> str:
    return f"{strategy!r} of {', '.join(str(member.resolve()) for member in settled.members)}"
