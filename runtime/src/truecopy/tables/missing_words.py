"""Words that may stand for a missing cell: in the text of a CSV file nobody can tell them from a category.

`pandas.read_csv` makes NaN of each of them, so what training saw as missing would arrive as a category here.
"""

from __future__ import annotations

from collections.abc import Mapping

from truecopy.contract.tables import Cell, FeatureBlock, Impute, OneHot, Ordinal, TableInput

from .cells import Mistyped, Reader

# Source: pandas, `pandas/_libs/parsers.pyx`, STR_NA_VALUES, without the empty text.
MISSING_WORDS = frozenset({
    "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL",
    "NaN", "None", "n/a", "nan", "null",
})  # fmt: skip


def refusing_words(reader: Reader, taken: frozenset[str]) -> Reader:
    """`reader` of a text cell, but a word for a missing cell is an error; `taken` are those that the column knows."""
    refused = MISSING_WORDS - taken

    def read(text: str) -> Cell | None:
        if text in refused:
            raise Mistyped(
                "a category, or an empty cell for a missing one",
                "Leave the cell empty if it is missing; where it is a category, pass the row as a dict",
                what="holds a word for a missing cell",
            )
        return reader(text)

    return read


def known_texts(spec: TableInput) -> Mapping[str, frozenset[str]]:
    """By column: the categories that its encoders list, and the texts that its imputers read as a missing cell."""
    known: dict[str, set[str]] = {}
    for block in spec.features:
        for place, name in enumerate(block.columns):
            known.setdefault(name, set()).update(_texts(block, place))
    return {name: frozenset(texts) for name, texts in known.items()}


def _texts(block: FeatureBlock, place: int) -> list[str]:
    found: list[object] = []
    for step in block.chain:
        if isinstance(step, OneHot | Ordinal):
            found += step.categories[place]
        elif isinstance(step, Impute):
            found.append(step.missing)
    return [one for one in found if isinstance(one, str)]
