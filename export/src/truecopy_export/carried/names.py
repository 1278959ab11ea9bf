"""Names that a file holds for its outputs: taken, or why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from truecopy.errors import RecipeError
from truecopy_export.recipes import Labels, read_labels

SAY_LABELS = "Say which are right: --labels FILE, with one label per output"


def labels_of(names: Sequence[object], source: str, where: str, fix: str = SAY_LABELS) -> Labels:
    """`names` in the order of the outputs. source: the place in the file, for people. where: the file.

    Raises:
        RecipeError: one that is no name.
    """
    try:
        found = read_labels(names)  # type: ignore[arg-type]  # it looks at every entry
    except RecipeError as error:
        place = (error.where or "").partition(", ")[2]
        raise RecipeError.of(error, where=", ".join(filter(None, (where, source, place))), fix=fix) from error
    return Labels(found.labels, found.label_ids, source, found.notes)


def read_or_refused(read: Callable[[], Labels | None]) -> tuple[Labels | None, RecipeError | None]:
    """(labels, why not): what cannot be taken matters only where nobody says the labels."""
    try:
        return read(), None
    except RecipeError as error:
        return None, error
