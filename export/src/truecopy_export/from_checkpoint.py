"""From a checkpoint file to the network with the right weights, its recipe and its labels."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from truecopy.contract import Checkpoint as CheckpointRecord
from truecopy.contract.resize import PassOrder
from truecopy.errors import RecipeError

from .architectures import build
from .checkpoints import Checkpoint, Choice, choose_weights, load_into, read_checkpoint
from .exporter import Trained
from .progress import Progress
from .recipes import Labels, Recipe, Takes, import_recipe, read_labels


@dataclass(frozen=True)
class Source:
    """What was typed about a checkpoint. labelled: False for numbers, which have names of their own."""

    path: Path
    architecture: str
    arguments: Mapping[str, object]
    recipe: str
    recipe_input: Takes
    recipe_options: Mapping[str, str]
    pass_order: PassOrder
    ema: str
    labels: str | None
    labels_sort: Literal["string", "natural"] | None
    labelled: bool = True
    answer: str | None = None


def read_source(source: Source, progress: Progress) -> tuple[Trained, Recipe, Labels | None]:
    """Read checkpoint, architecture, recipe and labels; say what was found and taken.

    Raises:
        CheckpointError: the file is refused, or weights and architecture do not fit.
        RecipeError: the recipe or the labels cannot be taken, or contradict the checkpoint.
    """
    progress.stage(f"read {source.path.name}")
    checkpoint = read_checkpoint(source.path)
    choice = choose_weights(checkpoint, source.ema)
    for line in choice.report:
        progress.say(line)
    labels = _labels(source, checkpoint)
    progress.stage(f"build {source.architecture}")
    built = build(source.architecture, source.arguments)
    recipe = import_recipe(
        source.recipe,
        module=built.module,
        architecture=built.name,
        arguments=checkpoint.arguments,
        pass_order=source.pass_order,
        recipe_input=source.recipe_input,
        options=source.recipe_options,
    )
    others = {}
    for kind, weights in (("raw", choice.raw), ("ema", choice.ema)):
        if weights is not None and choice.raw is not None and choice.ema is not None:
            others[kind] = copy.deepcopy(built.module)
            load_into(others[kind], weights, checkpoint.name)
    for line in load_into(built.module, choice.taken, f"{checkpoint.name} -> {built.name}"):
        progress.say(line)
    trained = Trained(built.module, others, built.name, _record(checkpoint, choice), source.answer)
    return trained, recipe, labels


def _labels(source: Source, checkpoint: Checkpoint) -> Labels | None:
    if source.labels is not None:
        return read_labels(source.labels, sort=source.labels_sort)
    if not source.labelled:
        return None
    if checkpoint.class_to_idx is None:
        raise RecipeError(
            "there are no labels",
            expected="--labels FILE or FOLDER, or a class_to_idx in the checkpoint",
            got=f"top-level keys {', '.join(map(repr, list(checkpoint.content)[:8]))}",
            where=checkpoint.name,
            fix="--labels labels.txt (one per line, in the order of the outputs)",
        )
    return read_labels(checkpoint.class_to_idx)


def _record(checkpoint: Checkpoint, choice: Choice) -> CheckpointRecord:
    taken = choice.taken
    distance = choice.ema.distance if choice.ema is not None else None
    return CheckpointRecord(
        name=checkpoint.name,
        sha256=checkpoint.sha256,
        weights=taken.kind,
        field=taken.field,
        counter=taken.counter,
        raw_to_ema_distance=distance,
    )
