"""Names of the outputs, in their order: from a file, a folder of class folders, a list or a class_to_idx."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence, Set, ValuesView
from dataclasses import dataclass
from numbers import Number
from pathlib import Path
from typing import Literal, TypeAlias, cast

from truecopy.contract.strict_yaml import read_bounded, utf8
from truecopy.errors import RecipeError
from truecopy_export.counted import counted
from truecopy_export.paths import stored_name

MAX_BYTES = 16 * 1024 * 1024
# Controls (C0, C1), line and paragraph separators, and the marks that embed, override or isolate a direction. What scripts
# need (joiners, the plain direction marks) stays.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
Sort: TypeAlias = Literal["string", "natural"] | None


@dataclass(frozen=True)
class Labels:
    """labels: one per output. label_ids: unique, of the same length, or None. source: for `task.labels_source`."""

    labels: tuple[str, ...]
    label_ids: tuple[str, ...] | None
    source: str
    notes: tuple[str, ...] = ()


def read_labels(source: str | Path | Sequence[str] | Mapping[str, int], *, sort: Sort = None) -> Labels:
    """Labels of a text file (one per line), a TSV file with a `name` column, a JSON list, a folder of class
    folders, a list, or a class_to_idx mapping. `sort` is for folders whose two usual orders differ.

    Raises:
        RecipeError: not readable as any of these, or an order that is not certain (a set).
    """
    if isinstance(source, Mapping):
        return _from_class_to_idx(source)
    if not isinstance(source, str | Path):
        return _checked(_in_order(source), None, "list")
    path = Path(source)
    if path.is_dir():
        return _from_folder(path, sort)
    data = read_bounded(path, "the labels", "the file of labels", MAX_BYTES, RecipeError)
    text = utf8(data, "the labels are not UTF-8", path.name, RecipeError)
    where = f"file {stored_name(path.name)} sha256:{hashlib.sha256(data).hexdigest()}"
    if path.suffix == ".json":
        return _from_json(text, path, where)
    if path.suffix == ".csv":
        raise RecipeError(
            "labels in a .csv file are not read",
            where=path.name,
            fix="Save one label per line, or a .tsv file (tabs) with a `name` column",
        )
    lines = _lines(text, path)
    if path.suffix == ".tsv" or ("\t" in lines[0] and "name" in lines[0].split("\t")):
        return _from_table(lines, path, where)
    return _checked(tuple(lines), None, where)


def _in_order(source: object) -> tuple[object, ...]:
    """The entries of a list, tuple, array or another thing with an order of its own.

    Raises:
        RecipeError: it has none.
    """
    if isinstance(source, Set | ValuesView):
        raise RecipeError(
            "labels need the order of the outputs, and a set has no order",
            expected="a list, one label per output",
            got=type(source).__name__,
            fix="Give the training's list; labels=sorted([...]) only if sorting is what the training did",
        )
    listed = isinstance(source, Iterable) and not isinstance(source, bytes | bytearray)
    if not listed or getattr(source, "ndim", 1) != 1:  # a data frame would give the names of its columns
        raise RecipeError(
            "these are no labels",
            expected="a list of texts, a class_to_idx, or the name of a file",
            got=repr(source)[:80],
            fix="For example: labels=['cat', 'dog']",
        )
    return tuple(cast("Iterable[object]", source))


def check_labels(labels: Labels, classes: int) -> tuple[str, ...]:
    """Notices about `labels` for a model with `classes` outputs.

    Raises:
        RecipeError: the numbers differ.
    """
    if len(labels.labels) != classes:
        raise RecipeError(
            f"{counted(len(labels.labels), 'label')} for {counted(classes, 'output')}",
            where=labels.source.partition(" sha256:")[0],
            fix="Give one label per output, in the order of the outputs (--labels FILE; in Python labels=[...])",
        )
    places: dict[str, list[str]] = {}
    for index, label in enumerate(labels.labels):
        places.setdefault(label, []).append(str(index))
    return tuple(
        f"{label!r} stands at {', '.join(at[:-1])} and {at[-1]}"
        for label, at in places.items()
        if len(at) > 1
    )


def check_class_names(labels: Labels) -> None:
    """Labels that people read: white space alone is a token of a text, and no class. This is the one place that keeps
    control characters out of every table, page and terminal that shows a class.

    Raises:
        RecipeError: names the label and its place.
    """
    for kind, values in (("label", labels.labels), ("label_id", labels.label_ids or ())):
        for index, value in enumerate(values):
            if not _is_name(value):
                raise _no_name(kind, value, labels.source, index)
            if _UNSEEN.search(value):
                raise RecipeError(
                    f"a {kind} holds characters that are not seen but change how it is shown",
                    expected="no control characters, line breaks or marks that turn the direction of writing",
                    got=ascii(value)[:80],
                    where=f"{labels.source}, place {index}",
                    fix="Give its name without them: --labels FILE, with one label per output",
                )


def natural_key(name: str) -> list[int | str]:
    """Source: timm `utils/misc.py` natural_key."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name.lower())]


def _from_class_to_idx(mapping: Mapping[str, int]) -> Labels:
    names = sorted(mapping, key=lambda name: mapping[name])
    indices = [mapping[name] for name in names]
    if indices != list(range(len(names))):
        raise RecipeError(
            "class_to_idx does not number the classes",
            expected=f"0 to {len(names) - 1}, each once",
            got=_first_wrong(indices),
            fix="Give the labels in a file (--labels FILE; in Python labels=[...])",
        )
    return _checked(tuple(map(str, names)), None, "checkpoint class_to_idx")


def _from_folder(path: Path, sort: Sort) -> Labels:
    """Source: torchvision `datasets/folder.py` find_classes sorts strings; timm `data/readers` sorts naturally."""
    names = sorted(entry.name for entry in path.iterdir() if entry.is_dir())
    if not names:
        raise RecipeError("a folder of labels holds one folder per class", got="no folders", where=str(path))
    natural = sorted(names, key=natural_key)
    if sort is None and names != natural:
        first = next(i for i, pair in enumerate(zip(names, natural, strict=True)) if pair[0] != pair[1])
        raise RecipeError(
            "the order of the class folders is not certain",
            got=f"{names[first]!r} at {first} sorted as strings (torchvision), "
            f"{natural[first]!r} sorted naturally (timm)",
            where=str(path),
            fix="Type --labels-sort string or --labels-sort natural, whichever the training used",
        )
    order = "natural" if sort == "natural" else "string"
    labels = tuple(natural if sort == "natural" else names)
    return _checked(labels, None, f"folder {path.resolve().name} sorted {order}")


def _from_json(text: str, path: Path, where: str) -> Labels:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise RecipeError("the labels are not valid JSON", got=str(error), where=path.name) from error
    if not isinstance(value, list):
        raise RecipeError(
            "labels in JSON", expected="a list of strings", got=type(value).__name__, where=path.name
        )
    return _checked(tuple(value), None, where)


def _from_table(lines: list[str], path: Path, where: str) -> Labels:
    header = [name.strip() for name in lines[0].split("\t")]
    rows = [[cell.strip() for cell in line.split("\t")] for line in lines[1:]]
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise RecipeError(
                "a row of the labels",
                expected=f"{len(header)} columns",
                got=f"{len(row)}",
                where=f"{path.name}:{number}",
            )
    columns = {name: tuple(row[i] for row in rows) for i, name in enumerate(header)}
    if "name" not in columns:
        raise RecipeError("the labels have no `name` column", got=", ".join(header), where=path.name)
    if "index" in columns and columns["index"] != tuple(map(str, range(len(rows)))):
        raise RecipeError(
            "the `index` column does not number the rows",
            expected=f"0 to {len(rows) - 1} in order",
            got=_first_wrong(columns["index"]),
            where=path.name,
            fix="Sort the rows by index",
        )
    identity = next((name for name in ("wnid", "id") if name in columns), None)
    return _checked(columns["name"], columns[identity] if identity else None, where)


def _first_wrong(indices: Sequence[object]) -> str:
    wrong = next(i for i, index in enumerate(indices) if str(index) != str(i))
    return f"{indices[wrong]!r} at place {wrong}"


def _lines(text: str, path: Path) -> list[str]:
    lines = [line.strip(" \r") for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    for number, line in enumerate(lines, start=1):
        if not line:
            raise RecipeError(
                "an empty line among the labels",
                where=f"{path.name}:{number}",
                fix="Remove it, or name the class: every line is one output. Tokens that are white space go into a JSON list",
            )
    if not lines:
        raise RecipeError("the file of labels is empty", where=path.name)
    return lines


def _is_name(value: str) -> bool:
    return bool(value.strip()) and len(value) <= 1000 and "\t" not in value


def _no_name(kind: str, value: object, source: str, index: int) -> RecipeError:
    return RecipeError(
        f"a {kind}",
        expected="text of 1 to 1000 characters without tabs",
        got=repr(value)[:80],
        where=f"{source}, place {index}",
        fix="Labels are names: write numbers as texts, labels=[str(c) for c in ...]; in JSON with quotes"
        if isinstance(value, Number)
        else None,
    )


def _checked(labels: tuple[object, ...], label_ids: tuple[str, ...] | None, source: str) -> Labels:
    named: tuple[tuple[str, tuple[object, ...]], ...] = (("label", labels), ("label_id", label_ids or ()))
    for name, values in named:
        for index, value in enumerate(values):
            # One character may be a space or a tab: a token of a text.
            if not isinstance(value, str) or (len(value) != 1 and not _is_name(value)):
                raise _no_name(name, value, source, index)
    if label_ids is not None and len(set(label_ids)) != len(label_ids):
        twice = next(value for value in label_ids if label_ids.count(value) > 1)
        raise RecipeError("label ids are unique", got=f"{twice!r} more than once", where=source)
    # A subclass (numpy.str_, an enumeration) becomes the plain text that it holds, whatever its own __str__ says.
    return Labels(tuple(str.__str__(label) for label in labels if isinstance(label, str)), label_ids, source)
