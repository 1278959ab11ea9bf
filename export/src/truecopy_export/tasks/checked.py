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
