"""From a checkpoint file to the network with the right weights, its recipe, labels and task."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from truecopy.contract import Checkpoint as CheckpointRecord
from truecopy.contract.resize import PassOrder
from truecopy.errors import CheckpointError, RecipeError

from .architectures import Built, build
from .carried import Carried, Said, Settled, carried_by, carried_by_spelling, settle
from .checkpoints import Checkpoint, Choice, choose_weights, load_into, read_checkpoint, recognise
from .checkpoints.fitting.known_networks import known_as
from .checkpoints.formats import NETWORKS
from .exporter import Trained
from .findings import Findings
from .graph.eager import eager
from .graph.network import Answering
from .networks import Opened, open_network
from .paths import size_of, stored_name
from .progress import Progress
from .recipes import Labels, Recipe, Takes, check_class_names, import_recipe, read_labels


@dataclass(frozen=True)
class Source:
    """What was typed about a checkpoint; None where nothing was."""

    path: Path
    architecture: str | None
    arguments: Mapping[str, object]
    recipe: str | None
    recipe_input: Takes
    recipe_options: Mapping[str, str]
    pass_order: PassOrder
    ema: str
    labels: str | None
    labels_sort: Literal["string", "natural"] | None
    task: str | None = None
    answer: str | None = None
    unsafe_pickle: bool = False


@dataclass(frozen=True)
class Loaded:
    """task: what the file says about it, where nothing was typed."""

    trained: Trained
    recipe: Recipe
    labels: Labels | None
    task: Mapping[str, Any] | None


def read_source(source: Source, progress: Progress) -> Loaded:
    """Read checkpoint, architecture, recipe and labels; say what was found and taken.

    Raises:
        CheckpointError: the file is refused, or weights and architecture do not fit.
        RecipeError: recipe, labels or task cannot be taken, or contradict the checkpoint.
    """
    progress.stage(f"read {source.path.name}")
    kind = recognise(source.path)
    if kind in NETWORKS:
        return _of_network(source, open_network(source.path, kind), progress)
    return _of_weights(source, read_checkpoint(source.path, unsafe_pickle=source.unsafe_pickle), progress)


def _of_network(source: Source, opened: Opened, progress: Progress) -> Loaded:
    if source.ema not in ("auto", "raw"):
        raise CheckpointError(
            f"--ema {source.ema} names a field, and the file holds one whole network",
            where=opened.name,
            fix="Leave --ema out",
        )
    settled = _settled(source, opened.carried, opened.name, whole=True)
    findings = Findings(
        opened.name, size_of(source.path), opened.sha256, opened.format, opened.carried, settled=settled.notes
    )
    _tell(findings, progress)
    record = CheckpointRecord(
        name=stored_name(opened.name),
        sha256=opened.sha256,
        weights="raw",
        field=opened.format,
        counter=None,
        raw_to_ema_distance=None,
    )
    trained = Trained(opened.network, {}, opened.architecture, record, source.answer, findings)
    recipe = _recipe(source, settled, opened.carried, None)
    return Loaded(trained, recipe, _labels(source, settled, opened.carried, opened.name), settled.task)


def _of_weights(source: Source, checkpoint: Checkpoint, progress: Progress) -> Loaded:
    choice = choose_weights(checkpoint, source.ema)
    carried = carried_by(checkpoint)
    whole = source.architecture is None and choice.taken.field in checkpoint.modules
    alike = known_as(choice.taken.tensors)
    settled = _settled(source, carried, checkpoint.name, whole=whole, alike=alike)
    size = size_of(source.path)
    findings = Findings(
        checkpoint.name, size, checkpoint.sha256, checkpoint.format, carried, choice.report, settled.notes
    )
    _tell(findings, progress)
    labels = _labels(source, settled, carried, checkpoint.name)
    try:
        built = _built(checkpoint, choice, settled, progress)
        # The set that was chosen comes first: what to type about a misfit is said of it, not of the one beside it.
        for line in load_into(built.module, built.fitted(choice.taken), f"{checkpoint.name} -> {built.name}"):
            progress.say(line)
    except CheckpointError as error:
        if source.architecture is not None or settled.architecture is None:
            raise
        raise _named_by_file(error, checkpoint.name, settled.architecture) from error
    recipe = _recipe(source, settled, carried, built)
    others: dict[str, Answering] = {}
    for kind, weights in (("raw", choice.raw), ("ema", choice.ema)):
        if weights is not None and choice.raw is not None and choice.ema is not None:
            other = copy.deepcopy(built.module)
            load_into(other, built.fitted(weights), checkpoint.name)
            others[kind] = eager(other).answering
    trained = Trained(
        eager(built.module),
        others,
        built.name,
        _record(checkpoint, choice),
        source.answer or built.answer,
        findings,
    )
    return Loaded(trained, recipe, labels, settled.task)


def _named_by_file(error: CheckpointError, name: str, architecture: str) -> CheckpointError:
    """The same words, and that nobody typed the architecture."""
    where = f"{error.where or name} (the file itself names {architecture})"
    return type(error).of(error, where=where, fix=error.fix or "Say --arch, the network that was trained")


def _built(checkpoint: Checkpoint, choice: Choice, settled: Settled, progress: Progress) -> Built:
    """The architecture by its name, or the module that the file itself held."""
    if settled.architecture is None:
        module = checkpoint.modules[choice.taken.field]
        return Built(module, f"module {type(module).__module__}.{type(module).__qualname__}")
    progress.stage(f"build {settled.architecture}")
    return build(settled.architecture, settled.arguments)


def _settled(
    source: Source, carried: Carried, where: str, *, whole: bool, alike: tuple[str, ...] = ()
) -> Settled:
    labels = None if source.labels is None else read_labels(source.labels, sort=source.labels_sort)
    said = Said(source.architecture, source.arguments, source.recipe, labels, source.task)
    folder = Carried() if whole else carried_by_spelling(source.architecture, source.arguments)
    return settle(said, carried, where, whole=whole, alike=alike, folder=folder)


def _tell(findings: Findings, progress: Progress) -> None:
    progress.say(f"format: {findings.kind}")
    for line in (*findings.weights, *findings.settled):
        progress.say(line)


def _recipe(source: Source, settled: Settled, carried: Carried, built: Built | None) -> Recipe:
    return import_recipe(
        settled.recipe,
        module=None if built is None else built.module,
        architecture=None if built is None else built.name,
        arguments=carried.training,
        pass_order=source.pass_order,
        recipe_input=source.recipe_input,
        options=source.recipe_options,
    )


def _labels(source: Source, settled: Settled, carried: Carried, where: str) -> Labels | None:
    """Of the outputs, typed or the file's; numbers have names of their own."""
    kind = source.task or (settled.task or {}).get("kind")
    if kind == "regression" and source.labels is None:
        return None
    if settled.labels is not None:
        if kind not in ("sequence", "regression"):
            check_class_names(
                settled.labels
            )  # the same is asked of the finished task; here nothing long has begun
        return settled.labels
    if carried.labels_refusal is not None:
        raise carried.labels_refusal
    raise RecipeError(
        "there are no labels",
        expected="--labels FILE or FOLDER, or labels in the checkpoint itself (class_to_idx, id2label)",
        got=", ".join(f"{name} {value}" for name, value in carried.facts[:8]) or "neither",
        where=where,
        fix="--labels labels.txt (one per line, in the order of the outputs)",
    )


def _record(checkpoint: Checkpoint, choice: Choice) -> CheckpointRecord:
    taken = choice.taken
    distance = choice.ema.distance if choice.ema is not None else None
    return CheckpointRecord(
        name=stored_name(checkpoint.name),
        sha256=checkpoint.sha256,
        weights=taken.kind,
        field=taken.field,
        counter=taken.counter,
        raw_to_ema_distance=distance,
    )
