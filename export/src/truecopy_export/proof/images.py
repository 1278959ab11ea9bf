"""The images of a proof, and what is right for them, where folders or a table say it."""

from __future__ import annotations

import os
from pathlib import Path

from truecopy.errors import InputError, ProofError
from truecopy.jobs.images import find_images
from truecopy.jobs.labelled import OneLabel, Truth, Truths
from truecopy.jobs.labelled.called import FOLDERS
from truecopy_export.paths import what_stands

from .items import ProofItems
from .truth_table import read_truths


def find_proof_images(folder: Path, truths: Truths, table: Path | None = None) -> ProofItems:
    """All images in `folder`; the truth is the class sub-folder's name, or stands in `table`.

    table: CSV or TSV with the column `file` (path inside the folder) and those of `truths`: `label` (a label, a label id
    or an index; several with `|` between them; a text), or one column for each quantity.

    Raises:
        ProofError: no images, or names that are no labels.
    """
    if not folder.is_dir():
        raise ProofError(
            "the proof folder is not there",
            got=f"{folder}, {what_stands(folder)}",
            fix="Name a folder with real images",
        )
    found = find_images([str(folder)])
    if not found.paths:
        raise ProofError("the proof folder holds no images", got=str(folder))
    skipped = (f"{found.skipped} files in {folder} are no images by their name",) if found.skipped else ()
    if table is not None:
        return ProofItems(found.paths, _from_table(table, folder, found.paths, truths), skipped)
    if not isinstance(truths, OneLabel):
        return ProofItems(found.paths, (None,) * len(found.paths), skipped)
    return _from_folders(folder, found.paths, truths, skipped)


def _from_folders(
    folder: Path, paths: tuple[str, ...], truths: OneLabel, skipped: tuple[str, ...]
) -> ProofItems:
    names = [Path(os.path.relpath(path, folder)).parts[0] if Path(path).parent != folder else None
             for path in paths]  # fmt: skip
    folders = sorted({name for name in names if name is not None})
    if folders and not any(map(truths.folders.kinds_of, folders)):
        note = f"sub-folders of {folder} are no labels ({', '.join(folders[:3])}, …): the proof is unlabelled"
        return ProofItems(paths, (None,) * len(names), (*skipped, note))
    try:
        said = truths.folders.classes([(name, str(folder / name)) for name in folders], FOLDERS)
    except InputError as error:
        raise ProofError.of(
            error, fix=f"{error.fix}. --proof-labels takes a CSV file with the columns file,label"
        ) from error
    classes = dict(zip(folders, said, strict=True))
    return ProofItems(paths, tuple(None if name is None else classes[name] for name in names), skipped)


def _from_table(
    table: Path, folder: Path, paths: tuple[str, ...], truths: Truths
) -> tuple[Truth | None, ...]:
    stated: dict[str, Truth] = {}
    for row, truth in read_truths(table, truths, ("file",)):
        stated[os.path.normpath(folder / row["file"])] = truth
    missing = sorted(stated.keys() - {os.path.normpath(path) for path in paths})
    if missing:
        raise ProofError(
            f"{len(missing)} labelled images are not in the folder: {missing[0]}", where=str(table)
        )
    return tuple(stated.get(os.path.normpath(path)) for path in paths)
