"""Pictures in class folders: the folder's name is the truth."""

from __future__ import annotations

import os
from collections.abc import Mapping

from truecopy.contract import Contract
from truecopy.errors import InputError, Unsupported
from truecopy.jobs.images import find_images

from .called import FOLDERS
from .item import Labelled, LabelledItem
from .same_file import SameFiles
from .truths import OneLabel, truths_of

_SHOWN = 8


def read_class_folders(folder: str, contract: Contract) -> Labelled:
    """The pictures in the folders of `folder`, each named by a label or a label id of the model; sub-folders included.

    All folders are named one way, by labels or by ids: a label that stands twice has only its id. Files beside the class
    folders have no truth and are left out, with a note, as are folders whose name begins with a dot.

    Raises:
        Unsupported: the task has no one class an item.
        InputError: a folder that is no class of the model, names of both kinds, no class folders, no pictures, or one that
            two links lead to.
    """
    truths = truths_of(contract.task)
    if not isinstance(truths, OneLabel):
        raise Unsupported(
            "class folders say one class an item, and this model answers otherwise",
            expected=f"a CSV manifest with the columns file,{','.join(truths.columns)}",
            got=f"the folder {folder}",
        )
    names, notes = _listed(folder)
    column = [(name, os.path.join(folder, name)) for name in names]  # noqa: PTH118 - a name may hold any bytes
    classes = dict(zip(names, truths.folders.classes(column, FOLDERS), strict=True))
    items: list[LabelledItem] = []
    for name in names:
        found = find_images([os.path.join(folder, name)])  # noqa: PTH118 - a name may hold any bytes
        if found.unreadable:
            raise InputError("a class folder cannot be listed", got=found.unreadable[0], where=folder)
        if found.skipped:
            one = found.skipped == 1
            notes.append(
                f"{name}: 1 file is no image by its name"
                if one
                else f"{name}: {found.skipped} files are no images by their names"
            )
        if not found.paths:
            notes.append(f"{name}: no images in the folder")
        items += [LabelledItem(path, os.path.relpath(path, folder), classes[name]) for path in found.paths]
    if not items:
        raise InputError("the class folders hold no images", where=folder)
    _check_once(items, folder)
    notes += _without_folder(classes, truths)
    return Labelled(tuple(items), tuple(notes))


def _listed(folder: str) -> tuple[list[str], list[str]]:
    """The names of the folders in `folder`, sorted; notes about what else is there."""
    try:
        with os.scandir(folder) as entries:
            inside = sorted((entry.name, entry.is_dir()) for entry in entries)
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise InputError("the folder cannot be read", got=str(error), where=folder) from error
    names = [name for name, is_folder in inside if is_folder and not name.startswith(".")]
    stray = [name for name, is_folder in inside if not is_folder or name.startswith(".")]
    if not names:
        raise InputError(
            "there are no class folders",
            expected="folders named by the model's labels or label ids, with pictures in them",
            got=f"{len(stray)} file{'s' * (len(stray) > 1)}" if stray else "an empty folder",
            where=folder,
            fix="Move the pictures into folders by class, or write a CSV manifest with the columns file,label",
        )
    notes = [f"left out, in no class folder: {_names(stray)}"] if stray else []
    return names, notes


def _check_once(items: list[LabelledItem], folder: str) -> None:
    """No picture stands in two places, as it does where a link leads from one class folder into another.

    Raises:
        InputError: one does.
    """
    seen = SameFiles()
    for item in items:
        first = seen.first(item.source, item.name)
        if first is not None:
            raise InputError(
                "a file stands twice in the class folders",
                got=f"{item.name!r}, the file of {first!r}",
                where=folder,
                fix="It would count twice: remove one of the links to it",
            )


def _without_folder(classes: Mapping[str, int], truths: OneLabel) -> list[str]:
    """classes: of the folders, by their names."""
    found = set(classes.values())
    names = truths.label_ids if len(set(truths.labels)) < len(truths.labels) else truths.labels
    missing = [name for index, name in enumerate(names or truths.labels) if index not in found]
    if not missing:
        return []
    what = "a class without a folder counts" if len(missing) == 1 else "classes without a folder count"
    return [f"{what} as without items: {_names(missing)}"]


def _names(names: list[str]) -> str:
    more = f", ... ({len(names)} in all)" if len(names) > _SHOWN else ""
    return ", ".join(map(repr, names[:_SHOWN])) + more
