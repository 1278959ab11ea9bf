"""A table written by hand: `input: {kind: table, ...}` in a YAML file, every field as in the contract.

Only `missing` may be left out: a feature that is still missing is an error then.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from truecopy.contract import TableInput
from truecopy.contract.codec import convert
from truecopy.contract.feature_flow import widths
from truecopy.errors import ContractError, RecipeError

from .recipe import Recipe

_NO_ORIGINAL = "the table's steps are as the recipe says, with no fitted object beside them to compare"


class _Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    input: TableInput


def read_table_document(value: dict[str, Any], path: Path, source: str) -> Recipe:
    """The document as it was parsed.

    Raises:
        RecipeError, ContractError: names the path in the document.
    """
    written = {**value, "input": {"missing": "error", **value["input"]}}
    document: _Document = convert(written, _Document, "recipe", f"{path.name}:$")
    return table_recipe(document.input, source)


def table_recipe(table: TableInput, source: str) -> Recipe:
    """A `TableInput` of the user's own.

    Raises:
        RecipeError: its blocks and columns do not fit one another; names the JSON path.
    """
    try:
        checked: TableInput = convert(msgspec.to_builtins(table), TableInput, "recipe", "$.input")
        widths(checked)
    except ContractError as error:
        raise RecipeError.of(error) from error
    return Recipe(checked, (), None, source, (_NO_ORIGINAL,))
