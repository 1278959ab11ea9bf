"""Labels of a Hugging Face config: `id2label` in the order of the outputs, or timm's `label_names`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from truecopy.errors import RecipeError
from truecopy_export.checkpoints.tensor_files.huggingface_folder import CONFIG
from truecopy_export.recipes import Labels

from .names import labels_of

_CORRECT = f"Correct {CONFIG}"


def names_in(config: Mapping[str, Any], where: str) -> Labels | None:
    """None where there are none, or placeholders only (LABEL_0, LABEL_1, ...).

    Raises:
        RecipeError: numbers that are not 0 to n-1, or `label2id` that says otherwise.
    """
    table = config.get("id2label")
    listed = config.get("label_names")  # of timm
    if table is None and isinstance(listed, list):
        return labels_of(listed, f"{CONFIG} label_names", where, _CORRECT) if listed else None
    if table is None:
        return None
    if not isinstance(table, dict) or not table:
        raise RecipeError(
            "id2label of the config",
            expected='{"0": "NAME", "1": "NAME", ...}',
            got=repr(table)[:80],
            where=where,
            fix=_CORRECT,
        )
    for place in range(len(table)):
        if str(place) not in table:
            wrong = next((key for key in table if not _is_place(key, len(table))), "")
            raise RecipeError(
                "id2label does not number the outputs",
                expected=f"0 to {len(table) - 1}, each once",
                got=f"{wrong!r:.80} and no {str(place)!r}",
                where=where,
                fix=f"{_CORRECT}: one name for each output",
            )
    names = [table[str(place)] for place in range(len(table))]
    if all(name == f"LABEL_{place}" for place, name in enumerate(names)):
        return None
    _check_backwards(config.get("label2id"), names, where)
    return labels_of(names, f"{CONFIG} id2label", where, _CORRECT)


def _is_place(key: str, count: int) -> bool:
    return key.isascii() and key.isdigit() and str(int(key[:9])) == key and int(key) < count


def _check_backwards(table: Any, names: list[Any], where: str) -> None:
    """A name that stands twice has one number in `label2id`, which is one of its places."""
    if not table:
        return
    if not isinstance(table, dict):
        raise RecipeError("label2id of the config", expected="an object", got=repr(table)[:80], where=where)
    for name, place in table.items():
        number = int(place) if isinstance(place, str) and _is_place(place, len(names)) else place
        if not isinstance(number, int) or not 0 <= number < len(names) or names[number] != name:
            there = names[number] if isinstance(number, int) and 0 <= number < len(names) else None
            raise RecipeError(
                "id2label and label2id contradict one another",
                expected=f"{name!r} at {place!r:.20} (label2id)",
                got="no such output" if there is None else f"{there!r} (id2label)",
                where=where,
                fix=f"{_CORRECT}: label2id is not needed",
            )
    lost = next((name for name in names if name not in table), None)
    if lost is not None:
        raise RecipeError(
            "id2label and label2id contradict one another",
            expected=f"{lost!r} in both",
            got="it stands in id2label only",
            where=where,
            fix=f"{_CORRECT}: label2id is not needed",
        )
