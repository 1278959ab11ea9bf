"""Settings as a file of their own: the `inference:` section that runs what was settled, wherever it is written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from truecopy.predict.strategy import Strategy

from .settings_file import SECTION
from .settle import Settled
from .strategy_names import WITH_MEMBERS, WITH_VIEWS

# Kept where somebody stated them; what was a default then is decided anew where the file is read.
_STATED = ("use_ema", "precision", "device", "threads")


def settings_text(settled: Settled, strategy: Strategy, path: str | os.PathLike[str], remark: str) -> str:
    """YAML that `load_config` reads: the members of `settled` under `strategy`.

    path: of the file itself; members are named from its folder. remark: one line, stands first as a comment.
    """
    folder = Path(path).parent.absolute()
    names = [os.path.relpath(member.absolute(), folder) for member in settled.members]
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
