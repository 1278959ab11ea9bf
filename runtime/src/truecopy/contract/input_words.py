"""What a model takes, part by part in words, for people. Lists are cut; `truecopy inspect --json` has them whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from .document import Contract, ImageInput
from .feature_flow import widths
from .graph import GraphInput
from .tables import Cell, FeatureBlock, Impute, MinMax, OneHot, Ordinal, Standard, TableInput, TableStep
from .tokens import TextPolicy, TokensInput
from .words import in_words

Said: TypeAlias = tuple[str, str]  # part, words

_SHOWN = 6
_FEEDS = {
    "ids": "takes the ids",
    "mask": "takes the mask: 1 for an id, 0 for padding",
    "zeros": "takes zeros",
}


def item_noun(contract: Contract) -> str:
    """What one item is called: `image`, `row`, `sequence`."""
    match contract.input:
        case ImageInput():
            return "image"
        case TableInput():
            return "row"
        case TokensInput():
            return "sequence"


def graph_input_in_words(tensor: GraphInput) -> str:
    """`ids: int64 (batch, 98) NT, takes the ids`."""
    fed = f", {_FEEDS[tensor.feed]}" if isinstance(tensor.feed, str) else ""
    return f"{tensor.name}: {tensor.dtype} ({', '.join(map(str, tensor.shape))}) {tensor.layout}{fed}"


def input_parts(contract: Contract) -> Iterator[Said]:
    """The input and every step on the way into the graph."""
    match contract.input:
        case ImageInput() as image:
            yield (
                "input",
                f"{image.color} by {image.decoder}, EXIF turn {image.orientation}, alpha {_alpha(image)}",
            )
            for index, step in enumerate(contract.steps):
                yield f"step {index}", in_words(step)
        case TableInput() as table:
            yield from _table(table)
        case TokensInput() as tokens:
            yield from _tokens(tokens)


def _alpha(image: ImageInput) -> str:
    return str(image.alpha)


def _table(table: TableInput) -> Iterator[Said]:
    ends = {"error": "is an error", "pass": "goes to the graph as NaN"}
    yield (
        "input",
        f"a table of {len(table.columns)} columns; a feature that is still missing {ends[table.missing]}",
    )
    yield "columns", _listed([f"{column.name} {column.dtype}" for column in table.columns], most=100)
    begin = 0
    for block, width in zip(table.features, widths(table), strict=True):
        place = f"feature {begin}" if width == 1 else f"features {begin}-{begin + width - 1}"
        yield place, block_in_words(block)
        begin += width
    unread = [name for name in table.names if name not in table.used]
    if unread:
        yield "read by nobody", _listed(unread, most=100)


def block_in_words(block: FeatureBlock) -> str:
    """`age, bmi in float64: impute median: empty becomes 40, 25; standard: minus 40, 25, divided by 10, 5`."""
    chain = "; ".join(table_step_in_words(step, block.columns) for step in block.chain)
    return f"{block_columns_in_words(block)}: {chain or 'as they are'}"


def block_columns_in_words(block: FeatureBlock) -> str:
    """`age, bmi in float64`."""
    return f"{_listed(block.columns, most=2 * _SHOWN)} in {block.dtype}"


def table_step_in_words(step: TableStep, columns: Sequence[str]) -> str:
    """One step of a block over `columns`."""
    match step:
        case Impute():
            missing = "empty" if step.missing is None else _cell(step.missing)
            return f"impute {step.strategy}: {missing} becomes {_cells(step.fill)}"
        case Standard():
            minus = "" if step.mean is None else f"minus {_cells(step.mean)}"
            over = "" if step.scale is None else f"divided by {_cells(step.scale)}"
            return f"standard: {', '.join(filter(None, (minus, over))) or 'as it is'}"
        case MinMax():
            within = "" if step.clip is None else f", within {_cell(step.clip[0])} to {_cell(step.clip[1])}"
            return f"min_max: times {_cells(step.scale)}, plus {_cells(step.min)}{within}"
        case OneHot():
            other = "is an error" if step.unknown == "error" else "is all zeros"
            return f"one_hot: {_categories(step, columns)}; any other {other}"
        case Ordinal():
            other = "is an error" if step.unknown == "error" else f"becomes {_number(step.unknown_value)}"
            empty = any(None in known for known in step.categories)
            missing = f"; empty becomes {_number(step.missing_value)}" if empty else ""
            return f"ordinal: {_categories(step, columns)}; any other {other}{missing}"


def _categories(step: OneHot | Ordinal, columns: Sequence[str]) -> str:
    """`city of 'Bern', 'Basel'`; the one without a column of its own is named."""
    said = []
    for index, known in enumerate(step.categories[:_SHOWN]):
        place = step.drop[index] if isinstance(step, OneHot) else None
        dropped = "" if place is None else f" without {_cell(known[place])}"
        said.append(f"{columns[index]} of {_cells(known)}{dropped}")
    rest = len(step.categories) - len(said)
    return "; ".join(said) + (f"; … {rest} columns more" if rest else "")


def _tokens(tokens: TokensInput) -> Iterator[Said]:
    yield (
        "input",
        f"tokens, ids 0 to {tokens.ids - 1}" + ("" if tokens.text else "; it takes no text, only ids"),
    )
    if tokens.text is not None:
        yield "text", text_policy_in_words(tokens.text)
        yield "vocabulary", f"{len(tokens.text.vocabulary)}: {_cells(tokens.text.vocabulary)}"
    yield "sequence", sequence_in_words(tokens)


def text_policy_in_words(policy: TextPolicy) -> str:
    """`characters in lower case; one that is not in the vocabulary is an error`."""
    lower = ", in lower case" if policy.lowercase else ""
    unknown = policy.unknown
    becomes = "is an error" if unknown is None else f"becomes {unknown} {policy.vocabulary[unknown]!r}"
    return f"split into {policy.split}{lower}; one that is not in the vocabulary {becomes}"


def sequence_in_words(tokens: TokensInput) -> str:
    """`suffix 5; at most 6 ids, a longer one is cut on the left; padded on the right with 0 to 6`."""
    around = [
        f"{name} {_cells(ids)}" for name, ids in (("prefix", tokens.prefix), ("suffix", tokens.suffix)) if ids
    ]
    longer = "is an error" if tokens.truncation is None else f"is cut on the {tokens.truncation}"
    length = (
        "of any length"
        if tokens.max_length is None
        else f"at most {tokens.max_length} ids, a longer one {longer}"
    )
    padding = tokens.padding
    filled = (
        "not padded"
        if padding is None
        else f"padded on the {padding.side} with {padding.value} to {padding.length}"
    )
    return "; ".join((*around, length, filled))


def _cells(cells: Sequence[Cell | None]) -> str:
    return _listed([_cell(cell) for cell in cells], most=_SHOWN)


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return "empty"
    return _number(cell) if isinstance(cell, float) else repr(cell)


def _number(number: float | None) -> str:
    return "NaN" if number is None else f"{number:.6g}"


def _listed(words: Sequence[str], *, most: int) -> str:
    """The first ones, and how many there are."""
    shown = ", ".join(words[:most])
    return shown if len(words) <= most else f"{shown}, … ({len(words)})"
