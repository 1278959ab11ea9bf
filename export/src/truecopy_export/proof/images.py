"""The images of a proof, and their labels where folders or a table say them."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from truecopy.errors import ProofError
from truecopy.jobs.images import find_images
from truecopy_export.recipes import Labels


@dataclass(frozen=True)
class ProofImages:
    """paths: sorted. truths: the label index of each, or None. notes: sentences for people."""

    paths: tuple[str, ...]
    truths: tuple[int | None, ...]
    notes: tuple[str, ...]

    @property
    def labelled(self) -> bool:
        return any(truth is not None for truth in self.truths)


def find_proof_images(folder: Path, labels: Labels, table: Path | None = None) -> ProofImages:
    """All images in `folder`; the truth is the class sub-folder's name, or stands in `table`.

    table: CSV or TSV with the columns `file` (path inside the folder) and `label` (a label, a label id or an index).

    Raises:
        ProofError: no images, or names that are no labels.
    """
    if not folder.is_dir():
        raise ProofError(
            "the proof folder is not there", got=str(folder), fix="Name a folder with real images"
        )
    found = find_images([str(folder)])
    if not found.paths:
        raise ProofError("the proof folder holds no images", got=str(folder))
    skipped = (f"{found.skipped} files in {folder} are no images by their name",) if found.skipped else ()
    if table is not None:
        truths = _from_table(table, folder, found.paths, labels)
        return ProofImages(found.paths, truths, skipped)
    names = [Path(os.path.relpath(path, folder)).parts[0] if Path(path).parent != folder else None
             for path in found.paths]  # fmt: skip
    known = _indices(labels)
    classes = {name for name in names if name is not None}
    unknown = sorted(classes - known.keys())
    if classes and len(unknown) == len(classes):
        note = f"sub-folders of {folder} are no labels ({', '.join(unknown[:3])}, …): the proof is unlabelled"
        return ProofImages(found.paths, (None,) * len(names), (*skipped, note))
    if unknown:
        raise ProofError(
            f"{len(unknown)} class folders are no labels: {', '.join(unknown[:5])}",
            expected="folders named by labels or label ids",
            where=str(folder),
            fix="Rename them, or give --proof-labels",
        )
    return ProofImages(found.paths, tuple(None if name is None else known[name] for name in names), skipped)


def _indices(labels: Labels) -> Mapping[str, int]:
    """Names that say one index: labels that stand once, and label ids. A name that could say two says neither."""
    places: dict[str, set[int]] = {}
    for names in (labels.labels, labels.label_ids or ()):
        for index, name in enumerate(names):
            places.setdefault(name, set()).add(index)
    return {name: index for name, (index, *others) in places.items() if not others}


def _from_table(table: Path, folder: Path, paths: tuple[str, ...], labels: Labels) -> tuple[int | None, ...]:
    named = {*labels.labels, *(labels.label_ids or ())}
    numbers = {str(i): i for i in range(len(labels.labels)) if str(i) not in named}
    known = {**numbers, **_indices(labels)}
    try:
        text = table.read_text(encoding="utf-8-sig")
        delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
        rows = list(csv.DictReader(text.splitlines(), delimiter=delimiter, restval=""))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ProofError(f"cannot read the proof labels: {error}", where=str(table)) from error
    if not rows or not {"file", "label"} <= rows[0].keys():
        raise ProofError("the proof labels have no columns `file` and `label`", where=str(table))
    truths: dict[str, int] = {}
    for number, row in enumerate(rows, 2):
        if row["label"] not in known:
            raise ProofError(
                "a proof label is no label of the model",
                expected="a label that stands once, a label id or an index",
                got=repr(row["label"]),
                where=f"{table}:{number}",
            )
        truths[os.path.normpath(folder / row["file"])] = known[row["label"]]
    missing = sorted(truths.keys() - {os.path.normpath(path) for path in paths})
    if missing:
        raise ProofError(
            f"{len(missing)} labelled images are not in the folder: {missing[0]}", where=str(table)
        )
    return tuple(truths.get(os.path.normpath(path)) for path in paths)
