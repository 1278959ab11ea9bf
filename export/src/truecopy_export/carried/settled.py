"""What the user said, what the file says, and which of the two is used."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from truecopy.errors import CheckpointError, RecipeError
from truecopy_export.recipes import Labels

from .carried import Carried

_NOTHING = Carried()
_FROM_FOLDER = "as the folder of --arch says"


@dataclass(frozen=True)
class Said:
    """What was typed; None where nothing was."""

    architecture: str | None = None
    arguments: Mapping[str, object] = field(default_factory=dict)
    recipe: str | None = None
    labels: Labels | None = None
    task: str | None = None


@dataclass(frozen=True)
class Settled:
    """What is used. task: what the file says, where the user said nothing. notes: what came from the file, for people."""

    architecture: str | None
    arguments: Mapping[str, object]
    recipe: str
    labels: Labels | None
    task: Mapping[str, Any] | None
    notes: tuple[str, ...]


def settle(
    said: Said,
    carried: Carried,
    where: str,
    *,
    whole: bool,
    alike: Collection[str] = (),
    folder: Carried = _NOTHING,
) -> Settled:
    """The user's word, else the file's. where: the file's name. whole: the network is in the file. alike: spellings for
    --arch of published networks that have exactly the names and sizes of the weights. folder: what a typed hf:FOLDER says,
    where neither the user nor the file does.

    Raises:
        CheckpointError: no architecture, or one that the file contradicts.
        RecipeError: no recipe; labels or a task that the file contradicts.
    """
    notes: list[str] = []
    architecture, arguments = (
        _no_architecture(said, where) if whole else _architecture(said, carried, where, notes, alike)
    )
    return Settled(
        architecture,
        arguments,
        _recipe(said, carried, folder, where, notes),
        _labels(said, carried, folder, where, notes),
        _task(said, carried, folder, where, notes),
        tuple(notes),
    )


def _no_architecture(said: Said, where: str) -> tuple[None, Mapping[str, object]]:
    if said.architecture is not None or said.arguments:
        raise CheckpointError(
            "the file holds the whole network",
            got=f"--arch {said.architecture}" if said.architecture else "--arch-arg",
            where=where,
            fix="Leave --arch and --arch-arg out",
        )
    return None, {}


def _architecture(
    said: Said, carried: Carried, where: str, notes: list[str], alike: Collection[str]
) -> tuple[str, Mapping[str, object]]:
    own = carried.architecture
    if said.architecture is None:
        if carried.architecture_refusal is not None:
            raise carried.architecture_refusal
        if own is None:
            raise CheckpointError(
                "the checkpoint holds weights, and which network they belong to is not known",
                got=None if carried.hub is None else f"{carried.hub!r}, for which a hub would be asked",
                where=where,
                fix="Say --arch timm:NAME, torchvision:NAME, hf:FOLDER or python:package.module:callable; "
                f"truecopy inspect {where} shows what is in the file",
            )
        notes.append(f"architecture: {own}, as the file says")
        return own, {**carried.arguments, **said.arguments}
    if own is not None and _library(own) == _library(said.architecture) and not _same(own, said.architecture):
        if said.architecture in alike and own not in alike:
            # What the weights are outweighs what a script's argument says of them.
            notes.append(
                f"architecture: {said.architecture}, as typed: the weights have its names and sizes; the file names {own}"
            )
            return said.architecture, {**carried.arguments, **said.arguments}
        raise CheckpointError(
            "--arch contradicts the checkpoint, which names its network",
            expected=own,
            got=said.architecture,
            where=where,
            fix=f"Leave --arch out, or say --arch {own}; if what the file says is wrong, save its state dict alone",
        )
    own_arguments = carried.arguments if own is not None and _same(own, said.architecture) else {}
    return said.architecture, {**own_arguments, **said.arguments}


def _library(architecture: str) -> str:
    return architecture.partition(":")[0]


def _same(one: str, other: str) -> bool:
    """A folder may be written in several ways."""
    if one != other and _library(one) == _library(other) == "hf":
        return Path(one.partition(":")[2]).resolve() == Path(other.partition(":")[2]).resolve()
    return one == other


def _recipe(said: Said, carried: Carried, folder: Carried, where: str, notes: list[str]) -> str:
    if said.recipe is not None:
        if carried.recipe is not None and not _same(carried.recipe, said.recipe):
            notes.append(f"recipe: {said.recipe}, as typed; the file's own ({carried.recipe}) is not used")
        return said.recipe
    if carried.recipe is None and folder.recipe is not None:
        notes.append(f"recipe: {folder.recipe}, {_FROM_FOLDER}")
        return folder.recipe
    if carried.recipe is None:
        raise RecipeError(
            "the file does not say how its pictures were prepared",
            where=where,
            fix="Say --recipe python:package.module:object (the validation transform itself), timm, torchvision:WEIGHTS, "
            "hf:FOLDER, keras:APPLICATION or steps.yaml",
        )
    notes.append(f"recipe: {carried.recipe}, as the file says")
    return carried.recipe


def _labels(said: Said, carried: Carried, folder: Carried, where: str, notes: list[str]) -> Labels | None:
    own = carried.labels
    if said.labels is None:
        if own is None and carried.labels_refusal is None and folder.labels is not None:
            notes.append(f"labels: {len(folder.labels.labels)}, {folder.labels.source}, {_FROM_FOLDER}")
            return folder.labels
        if own is not None:
            notes.append(f"labels: {len(own.labels)}, {own.source}")
        return own
    if carried.labels_refusal is not None:
        notes.append(f"labels: as typed; the file's own are not used: {carried.labels_refusal.what}")
    if own is None or own.labels in (said.labels.labels, said.labels.label_ids):
        return said.labels
    if len(own.labels) != len(said.labels.labels):
        # The typed ones are held against the outputs later; the file's table may be of something else.
        notes.append(
            f"labels: {len(said.labels.labels)} as typed; the file has {len(own.labels)} ({own.source})"
        )
        return said.labels
    for names in (said.labels.label_ids or (), said.labels.labels):
        _check_places(names, own, where)
    pairs = zip(own.labels, said.labels.labels, strict=True)
    first = next(f"{file!r} is now {typed!r}" for file, typed in pairs if file != typed)
    notes.append(f"labels: as typed; the file calls them otherwise ({first}, {own.source})")
    return said.labels


def _check_places(names: Sequence[str], own: Labels, where: str) -> None:
    """Raises:
    RecipeError: one of `names` is, but for case and white space, the file's name of another output.
    """
    places: dict[str, set[int]] = {}
    for place, name in enumerate(own.labels):
        places.setdefault(_folded(name), set()).add(place)
    for place, name in enumerate(names):
        if place not in places.get(_folded(name), {place}):
            raise RecipeError(
                "the labels stand in another order than in the checkpoint",
                expected=f"{own.labels[place]!r} at place {place} ({own.source})",
                got=f"{name!r}, which the checkpoint has at {min(places[_folded(name)])}",
                where=where,
                fix="Leave --labels out, or sort them as the checkpoint does; if what the file says is wrong, save its "
                "state dict alone",
            )


def _folded(name: str) -> str:
    return name.strip().casefold()


def _task(
    said: Said, carried: Carried, folder: Carried, where: str, notes: list[str]
) -> Mapping[str, Any] | None:
    own = carried.task
    if own is None and said.task is None and folder.task is not None:
        notes.append(f"task: {folder.task['kind']}, {_FROM_FOLDER}")
        return folder.task
    if own is None and said.task == "multilabel" and _pipeline_is_softmax(said, carried, folder):
        notes.append(
            "task: multilabel, as typed; the folder has no problem_type, and its own pipeline (transformers) answers with "
            "softmax: its scores are others than these, which are a sigmoid for each label"
        )
    if own is None or said.task == own["kind"]:
        return None if said.task is not None else own
    if said.task is not None:
        raise RecipeError(
            "--task contradicts the checkpoint",
            expected=f"{own['kind']}, as the file says",
            got=said.task,
            where=where,
            fix="Leave --task out; if what the file says is wrong, correct it there",
        )
    notes.append(f"task: {own['kind']}, as the file says")
    return own


def _pipeline_is_softmax(said: Said, carried: Carried, folder: Carried) -> bool:
    """Source: transformers 5.23 `pipelines/image_classification.py` postprocess; with one label it is a sigmoid."""
    library = _library(carried.architecture or said.architecture or "")
    task = carried.task or folder.task
    labels = said.labels or carried.labels or folder.labels
    return library == "hf" and task is None and labels is not None and len(labels.labels) > 1
