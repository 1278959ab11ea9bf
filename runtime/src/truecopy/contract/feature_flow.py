"""What a block of features makes of its columns, as far as the document alone tells: text or numbers, how many."""

from __future__ import annotations

from dataclasses import dataclass, replace

from truecopy.errors import ContractError

from .column_cells import can_be
from .float32_constants import check_float32
from .tables import (
    Cell,
    ColumnDtype,
    FeatureBlock,
    Impute,
    MinMax,
    OneHot,
    Ordinal,
    Standard,
    TableInput,
    TableStep,
)


@dataclass(frozen=True)
class Features:
    """Between two steps of a chain. text: the values are texts. width: columns. computed: no longer the given cells.

    dtypes, fills: of each column, what its cells are and what has been put into empty ones.
    """

    text: bool
    width: int
    dtypes: tuple[ColumnDtype, ...] = ()
    fills: tuple[tuple[Cell, ...], ...] = ()
    computed: bool = False


def widths(table: TableInput) -> tuple[int, ...]:
    """How many features each block makes.

    Raises:
        ContractError: a block names an unknown column, mixes text and numbers, or has a step that does not fit; names
            the JSON path.
    """
    dtypes = {column.name: column.dtype for column in table.columns}
    return tuple(
        _block_width(block, dtypes, f"$.input.features[{index}]")
        for index, block in enumerate(table.features)
    )


def _block_width(block: FeatureBlock, dtypes: dict[str, ColumnDtype], where: str) -> int:
    unknown = [name for name in block.columns if name not in dtypes]
    if unknown:
        raise ContractError(f"no column {unknown[0]!r} in `$.input.columns`", where=f"`{where}.columns`")
    texts = {dtypes[name] == "text" for name in block.columns}
    if len(texts) > 1:
        raise ContractError(
            "a block takes text columns or number columns, not both", where=f"`{where}.columns`"
        )
    columns = tuple(dtypes[name] for name in block.columns)
    state = Features(texts.pop(), len(columns), columns, ((),) * len(columns))
    for index, step in enumerate(block.chain):
        try:
            state = _after(step, state)
            # What is imputed before an encoder stays a cell: nothing is computed with it.
            encoded = any(isinstance(later, OneHot | Ordinal) for later in block.chain[index + 1 :])
            if block.dtype == "float32" and not encoded:
                check_float32(step)
        except ContractError as error:
            raise ContractError.of(error, where=f"`{where}.chain[{index}]{error.where or ''}`") from error
    if state.text:
        raise ContractError(
            "a text column must become numbers",
            where=f"`{where}.chain`",
            fix="End it with one_hot or ordinal",
        )
    return state.width


def _after(step: TableStep, state: Features) -> Features:
    match step:
        case Impute(fill=fill, missing=missing):
            _check_count("values of fill", len(fill), state.width)
            _check_cells((*fill, missing), state)
            fills = zip(state.fills, fill, strict=True) if state.fills else ()
            return replace(state, fills=tuple((*before, one) for before, one in fills))
        case Standard():
            _check_numbers("standard", state)
            _check_given("means", step.mean, state)
            _check_given("scales", step.scale, state)
            return replace(state, computed=True)
        case MinMax():
            _check_numbers("min_max", state)
            _check_given("scales", step.scale, state)
            _check_given("values of min", step.min, state)
            return replace(state, computed=True)
        case OneHot(categories=categories):
            _check_categories(categories, state)
            return Features(text=False, width=_one_hot_width(step, state), computed=True)
        case Ordinal(categories=categories):
            _check_categories(categories, state)
            return replace(state, text=False, computed=True)


def _one_hot_width(step: OneHot, state: Features) -> int:
    _check_count("entries of drop", len(step.drop), state.width)
    pairs = list(zip(step.drop, step.categories, strict=True))
    for place, known in pairs:
        if place is not None and place >= len(known):
            raise ContractError(f"`drop` is {place}, and there are {len(known)} categories")
    made = sum(len(known) - (place is not None) for place, known in pairs)
    if not made:
        raise ContractError("no category is left")
    return made


def _check_given(what: str, numbers: tuple[float, ...] | None, state: Features) -> None:
    if numbers is not None:
        _check_count(what, len(numbers), state.width)


def _check_categories(categories: tuple[tuple[Cell | None, ...], ...], state: Features) -> None:
    if state.computed:
        raise ContractError(
            "categories are read from columns, and computed numbers arrive",
            fix="Put it first, or behind impute alone",
        )
    _check_count("lists of categories", len(categories), state.width)
    for place, known in enumerate(categories):
        if not known:
            raise ContractError("a column has no categories")
        if len(set(known)) != len(known):
            raise ContractError("a category stands twice")
        _check_cells(known, state)
        _check_possible(known, place, state)


def _check_possible(known: tuple[Cell | None, ...], place: int, state: Features) -> None:
    """A category is a cell of the column, or was put into an empty one."""
    dtype, fills = state.dtypes[place], state.fills[place]
    for index, cell in enumerate(known):
        if cell is not None and cell not in fills and not can_be(cell, dtype):
            raise ContractError(
                "no cell of the column can be this category",
                expected=f"{dtype}",
                got=repr(cell),
                where=f".categories[{place}][{index}]",
            )


def _check_cells(cells: tuple[Cell | None, ...], state: Features) -> None:
    wrong = [cell for cell in cells if cell is not None and isinstance(cell, str) != state.text]
    if wrong:
        kind = "text" if state.text else "numbers"
        raise ContractError(f"the columns hold {kind}", got=repr(wrong[0]))


def _check_numbers(what: str, state: Features) -> None:
    if state.text:
        raise ContractError(f"{what} takes numbers, and text arrives", fix="Put one_hot or ordinal before it")


def _check_count(what: str, found: int, width: int) -> None:
    if found != width:
        raise ContractError(f"wrong number of {what}", expected=str(width), got=str(found))
