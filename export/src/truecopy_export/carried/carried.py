"""What a file says beside its weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from truecopy_export.recipes import Labels


@dataclass(frozen=True)
class Carried:
    """None or empty where the file says nothing. Each is used unless the user says otherwise.

    architecture: a spelling for --arch; `arguments`: its --arch-arg. recipe: a spelling for --recipe.
    training: the training script's arguments, which a recipe must not contradict. task: `kind` and its fields.
    facts: (what, in words) for people: epoch, best accuracy, hyper-parameters.
    """

    architecture: str | None = None
    arguments: Mapping[str, object] = field(default_factory=dict)
    recipe: str | None = None
    training: Mapping[str, Any] | None = None
    labels: Labels | None = None
    task: Mapping[str, Any] | None = None
    facts: tuple[tuple[str, str], ...] = ()
