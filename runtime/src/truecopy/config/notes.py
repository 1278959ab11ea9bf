"""What a run with these settings should be told of them: one line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .setting import Setting

# What an early exit was tuned for.
_LOOKS = ("checkpoint", "tta.augmentations", "tta.aggregation", "ensemble.checkpoints", "ensemble.aggregation",
          "ensemble.weights")  # fmt: skip


def notes_on(settings: Sequence[Setting], strategy: str, file: str | None) -> tuple[str, ...]:
    """Settings of the file that wait for another strategy, and an early exit of the file for other looks than its own."""
    if file is None:
        return ()
    return tuple(f"{file}: {told}" for told in _notes(settings, strategy))


def _notes(settings: Sequence[Setting], strategy: str) -> Iterator[str]:
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
