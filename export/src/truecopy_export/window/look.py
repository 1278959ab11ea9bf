"""Look into a checkpoint without making anything of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from truecopy.contract import GraphInput
from truecopy.errors import AmbiguousEma, CheckpointError, RecipeError, TruecopyError
from truecopy_export.carried import Carried, carried_by
from truecopy_export.carried.heads import outputs_of
from truecopy_export.checkpoints import Checkpoint, Choice, choose_weights, read_checkpoint, recognise
from truecopy_export.checkpoints.fitting.known_networks import known_as
from truecopy_export.checkpoints.fitting.misfit_hints import naming_hint
from truecopy_export.checkpoints.formats import NETWORKS
from truecopy_export.findings import Findings
from truecopy_export.networks import Opened, open_network
from truecopy_export.paths import size_of

from .export_line import HUGGINGFACE, export_line
from .held import held_by, weights_in_words


@dataclass(frozen=True)
class Window:
    """findings: the file and what it says. held: (place, words). choice: which weights would be taken; None where the whole
    network is in the file, or where it cannot be told. refusal: why it cannot. line: the export to type, with what a person
    has to fill in in capitals; None where no export of this file would work.
    """

    path: str
    findings: Findings
    held: tuple[tuple[str, str], ...]
    choice: Choice | None
    refusal: TruecopyError | None
    alike: tuple[str, ...]
    line: str | None

    def rows(self) -> list[tuple[str, str]]:
        """The table: what, in words."""
        found, carried = self.findings, self.findings.carried
        rows = [("format", found.kind), ("file", f"{found.bytes:,} bytes, sha256 {found.sha256[:16]}...")]
        rows += [
            (f"holds {place}" if number == 0 else f"      {place}", words)
            for number, (place, words) in enumerate(self.held)
        ]
        rows += [("weights", line) for line in found.weights[:1]]
        rows += [("", line) for line in found.weights[1:]]
        if self.refusal is not None:
            rows.append(("refused", str(self.refusal)))
        rows += [("architecture", _architecture(carried))] if carried.architecture else []
        rows += [("architecture", f"{carried.hub}, for which a hub would be asked")] if carried.hub else []
        if carried.architecture_refusal is not None:
            rows.append(("architecture", f"not taken: {carried.architecture_refusal}"))
        rows += [("names and sizes of", _alike(self.alike))] if self.alike else []
        rows += [("recipe", carried.recipe)] if carried.recipe else []
        rows += [("task", _task(carried))] if carried.task else []
        rows += [("labels", _labels(carried))] if carried.labels else []
        rows += [("labels", f"not taken: {carried.labels_refusal}")] if carried.labels_refusal else []
        shown = {place for place, _ in self.held}
        return rows + [(place, words) for place, words in carried.facts if place not in shown]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        found, carried = self.findings, self.findings.carried
        taken = None if self.choice is None else self.choice.taken
        ema = None if self.choice is None else self.choice.ema
        return {
            "path": self.path,
            "status": "ok" if self.refusal is None else "error",
            **({} if self.refusal is None else {"error": str(self.refusal), "kind": type(self.refusal).__name__}),
            "format": found.format,
            "bytes": found.bytes,
            "sha256": found.sha256,
            "holds": dict(self.held),
            "weights": None
            if taken is None
            else {
                "taken": taken.kind,
                "field": taken.field,
                "tensors": len(taken.tensors),
                "counter": None if ema is None else ema.counter,
                "raw_to_ema_distance": None if ema is None else ema.distance,
                "report": list(found.weights),
            },
            "architecture": carried.architecture,
            "arguments": dict(carried.arguments),
            "alike": list(self.alike),
            "recipe": carried.recipe,
            "task": None if carried.task is None else dict(carried.task),
            "labels": None if carried.labels is None else list(carried.labels.labels),
            "labels_refusal": None if carried.labels_refusal is None else str(carried.labels_refusal),
            "facts": dict(carried.facts),
            "export": self.line,
        }  # fmt: skip


def look_into(path: str, ema: str = "auto") -> Window:
    """What is in the file or folder at `path`.

    Raises:
        CheckpointError: it is no checkpoint, damaged, or would run code.
    """
    kind = recognise(Path(path))
    if kind in NETWORKS:
        return _of_network(path, open_network(Path(path), kind))
    return _of_weights(path, read_checkpoint(path), ema)


def _of_network(path: str, opened: Opened) -> Window:
    findings = Findings(opened.name, size_of(Path(path)), opened.sha256, opened.format, opened.carried)
    given = [("network", opened.architecture)]
    given += [(f"input {one.name}", _shape(one)) for one in opened.network.inputs or ()]
    given += [("note", note) for note in opened.network.notes]
    line = export_line(path, opened.carried, whole=True)
    return Window(path, findings, tuple(given), None, None, (), line)


def _shape(one: GraphInput) -> str:
    return f"{one.dtype} {one.layout} ({', '.join(map(str, one.shape))})"


def _of_weights(path: str, checkpoint: Checkpoint, ema: str) -> Window:
    choice, carried = None, Carried()
    refusal: TruecopyError | None = None
    try:
        carried = carried_by(checkpoint)
        choice = choose_weights(checkpoint, ema)
    except (CheckpointError, RecipeError) as error:
        refusal = error
    size = size_of(Path(path))
    findings = Findings(checkpoint.name, size, checkpoint.sha256, checkpoint.format, carried)
    naming = ""
    if choice is not None:
        taken = weights_in_words(choice.taken.tensors)
        naming = "" if carried.architecture else naming_hint(choice.taken.tensors.keys())
        findings = replace(
            findings, weights=(*choice.report, f"that is: {taken}", *([naming] if naming else []))
        )
    alike = () if choice is None else known_as(choice.taken.tensors)
    if carried.architecture in alike:
        alike = ()
    certain = len(alike) == 1
    own = carried.architecture is not None  # then the number of outputs is the file's too
    outputs = outputs_of(choice.taken.tensors) if choice is not None and certain and not own else None
    line = export_line(
        path,
        carried,
        whole=False,
        architecture=alike[0] if certain else HUGGINGFACE if naming else None,
        arguments={} if outputs is None else {"num_classes": outputs},
        ema="FIELD" if refusal is not None and choice is None else None,
    )
    works = refusal is None or isinstance(refusal, AmbiguousEma)
    held = tuple(held_by(checkpoint.content))
    return Window(path, findings, held, choice, refusal, alike, line if works else None)


def _architecture(carried: Carried) -> str:
    return " ".join(
        [str(carried.architecture), *(f"{key}={value}" for key, value in carried.arguments.items())]
    )


def _task(carried: Carried) -> str:
    return ", ".join(f"{key} {value}" for key, value in (carried.task or {}).items())


def _labels(carried: Carried) -> str:
    labels = carried.labels
    if labels is None:
        return ""
    shown = ", ".join(labels.labels[:6]) + (", ..." if len(labels.labels) > 6 else "")
    return f"{len(labels.labels)} ({labels.source}): {shown}"


def _alike(names: tuple[str, ...]) -> str:
    """Two networks that differ in padding or activation alone have the same state dict."""
    shown = " or ".join(names[:6]) + (", ..." if len(names) > 6 else "")
    return f"{shown}; padding and activation are in no state dict: labelled proof pictures tell"
