"""Tracks of single columns to the blocks of the contract: neighbours that go through the same steps are one block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from msgspec import structs

from truecopy.contract import (
    FeatureBlock,
    Impute,
    MinMax,
    OneHot,
    Ordinal,
    Standard,
    TableStep,
)
from truecopy.errors import RecipeError

from .tracks import FLOAT32, TableReading, Track, Tracks

Chain = tuple[TableStep, ...]


@dataclass(frozen=True)
class _Block:
    columns: tuple[str, ...]
    text: bool
    dtype: Literal["float64", "float32"]
    chain: Chain
    width: int


def blocks(tracks: Tracks, reading: TableReading) -> tuple[FeatureBlock, ...]:
    """Raises:
    RecipeError: a column arrives as text, or nothing arrives.
    """
    made: list[_Block] = []
    for track in tracks:
        block = _single(track, reading)
        joined = _joined(made[-1], block) if made else None
        if joined is None:
            made.append(block)
        else:
            made[-1] = joined
    for block in made:
        if not block.width:
            names = ", ".join(map(repr, block.columns))
            reading.note(f"column {names} has one category, and that is dropped: it makes no feature")
    full = tuple(
        FeatureBlock(columns=block.columns, dtype=block.dtype, chain=block.chain)
        for block in made
        if block.width
    )
    if not full:
        raise RecipeError("the object makes no features")
    return full


def _single(track: Track, reading: TableReading) -> _Block:
    name = reading.names[track.column]
    text = reading.dtype(track.column) == "text"
    if text and not track.encoded:
        raise RecipeError(
            f"column {name!r} leaves the object as text, and a network takes numbers",
            fix="Encode it with OneHotEncoder or OrdinalEncoder, or drop it",
        )
    dtype: Literal["float64", "float32"] = (
        "float32" if (track.arithmetic or track.dtype) == FLOAT32 else "float64"
    )
    return _Block((name,), text, dtype, track.chain, track.width)


def _joined(left: _Block, right: _Block) -> _Block | None:
    """Both in one block, or None where they differ in more than the numbers of each column."""
    alike = (left.text, left.dtype, len(left.chain)) == (right.text, right.dtype, len(right.chain))
    if not alike:
        return None
    chain = []
    for one, other in zip(left.chain, right.chain, strict=True):
        step = _joined_step(one, other)
        if step is None:
            return None
        chain.append(step)
    columns = (*left.columns, *right.columns)
    return _Block(columns, left.text, left.dtype, tuple(chain), left.width + right.width)


def _joined_step(one: TableStep, other: TableStep) -> TableStep | None:
    match one, other:
        case Impute(), Impute():
            same = (one.strategy, one.missing, type(one.missing)) == (
                other.strategy, other.missing, type(other.missing)
            )  # fmt: skip
            return structs.replace(one, fill=(*one.fill, *other.fill)) if same else None
        case Standard(), Standard():
            same = (one.mean is None, one.scale is None) == (other.mean is None, other.scale is None)
            joined = Standard(mean=_both(one.mean, other.mean), scale=_both(one.scale, other.scale))
            return joined if same else None
        case MinMax(), MinMax():
            joined_min_max = structs.replace(
                one, scale=(*one.scale, *other.scale), min=(*one.min, *other.min)
            )
            return joined_min_max if one.clip == other.clip else None
        case OneHot(), OneHot():
            joined_one_hot = structs.replace(
                one, categories=(*one.categories, *other.categories), drop=(*one.drop, *other.drop)
            )
            return joined_one_hot if one.unknown == other.unknown else None
        case Ordinal(), Ordinal():
            joined_ordinal = structs.replace(one, categories=(*one.categories, *other.categories))
            like = structs.replace(other, categories=joined_ordinal.categories)
            return joined_ordinal if joined_ordinal == like else None
    return None


def _both(one: tuple[float, ...] | None, other: tuple[float, ...] | None) -> tuple[float, ...] | None:
    return None if one is None or other is None else (*one, *other)
