"""The finished task, held against the contract's own rules before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from truecopy.contract import GraphOutput, Task
from truecopy.contract.agreement import check_answer
from truecopy.contract.codec import convert
from truecopy.errors import ContractError, RecipeError


def checked_task(document: Mapping[str, Any], answer: GraphOutput, source: str) -> Task:
    """`document`, the JSON form of a task, as the contract's type; it reads this answer.

    Raises:
        RecipeError: the contract would refuse it; names the field and what to do.
    """
    try:
        task: Task = convert(dict(document), Task, "task", "$.task")
        check_answer(task, answer)
    except ContractError as error:
        where = " of ".join(part for part in (error.where, source) if part)
        raise RecipeError.of(error, where=where) from error
    return task


def number(value: Any) -> Any:
    """255 as 255.0: the document keeps whole numbers and others apart. What is no number stays what it is."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def numbers(value: Any) -> Any:
    """The same for each entry of a list."""
    return [number(one) for one in value] if isinstance(value, list | tuple) else value


def plain(value: Any) -> Any:
    """Numbers and arrays of NumPy, pandas and torch as plain numbers and lists, inside lists and mappings too.

    Everything else, a live scaler among it, stays what it is. float32 0.3 is 0.30000001192092896: its own value.
    """
    if isinstance(value, Mapping):
        return {plain(name): plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, tuple):
        return tuple(plain(one) for one in value)
    if isinstance(value, type) or not callable(getattr(value, "tolist", None)):
        return value
    made = value.tolist()
    return made if type(made) is type(value) else plain(made)  # longdouble gives itself
