"""What a run with these settings should be told of them: one line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .asked import Asked
from .setting import Setting
from .settings_file import SettingsFile

# What an early exit was tuned for.
_LOOKS = ("checkpoint", "tta.augmentations", "tta.aggregation", "ensemble.checkpoints", "ensemble.aggregation",
          "ensemble.weights")  # fmt: skip


def notes_on(settings: Sequence[Setting], strategy: str, asked: Asked, file: SettingsFile) -> tuple[str, ...]:
    """What of the file gives way without being overridden by its own name, or was meant for other looks than these."""
    if file.path is None:
        return ()
    return tuple(f"{file.path}: {told}" for told in _notes(settings, strategy, asked, file))


def _notes(settings: Sequence[Setting], strategy: str, asked: Asked, file: SettingsFile) -> Iterator[str]:
    if file.said.strategy == "accelerate" and strategy != "accelerate" and asked.strategy is None:
        yield f"`accelerate` is not used: --device {asked.device}"
    unused = [setting.name for setting in settings if setting.source == "not used"]
    if unused:
        yield f"not used by strategy {strategy!r}: {', '.join(unused)}"
    from_file = {setting.name for setting in settings if setting.source == "file"}
    typed = [setting.name for setting in settings if setting.name in _LOOKS and setting.source == "argument"]
    if "adaptive" in from_file and typed:
        yield (
            f"`adaptive` is the file's, and {', '.join(typed)} of this call: a value that was tuned for other looks may "
            "stop too early; `truecopy tune` finds one for these"
        )
