"""What a file says beside its weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from truecopy.errors import CheckpointError, RecipeError
from truecopy_export.recipes import Labels


@dataclass(frozen=True)
class Carried:
    """None or empty where the file says nothing. Each is used unless the user says otherwise.

    architecture: a spelling for --arch; `arguments`: its --arch-arg. hub: the network's name where only a hub knows it, so
    that it is not used.
    architecture_refusal: why an architecture that is there cannot be taken, for where nobody says one. recipe: a spelling for --recipe. training: the training script's arguments, which a recipe must not
    contradict. labels_refusal: why labels that are there cannot be taken, for where nobody says which are right. task:
    `kind` and its fields. facts: (what, in words) for people: epoch, best accuracy, hyper-parameters.
    """

    architecture: str | None = None
    arguments: Mapping[str, object] = field(default_factory=dict)
    recipe: str | None = None
    training: Mapping[str, Any] | None = None
    labels: Labels | None = None
    task: Mapping[str, Any] | None = None
    facts: tuple[tuple[str, str], ...] = ()
    labels_refusal: RecipeError | None = None
    hub: str | None = None
    architecture_refusal: CheckpointError | None = None
