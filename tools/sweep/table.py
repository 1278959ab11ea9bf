"""What the sweep found, by library."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.table import Table

_DISTRIBUTION = {"huggingface": "transformers"}
_VERDICTS = ("exact", "bounded", "refused", "broken", "different")


@dataclass(frozen=True)
class Row:
    """One library. judgements: as `tools.sweep.judge.Judgement`. mutations: name, applies, caught."""

    library: str
    versions: dict[str, str]
    pictures: list[str]
    counts: dict[str, int]
    judgements: list[dict[str, Any]] = field(repr=False)
    mutations: list[dict[str, Any]]
    error: str


def row(library: str, path: Path, error: str) -> Row:
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    head = lines[0] if lines else {"versions": {}, "pictures": []}
    judgements = [line for line in lines[1:] if "verdict" in line]
    counts = Counter(judgement["verdict"] for judgement in judgements)
    mutations = [line for line in lines[1:] if "mutation" in line]
    return Row(library, head["versions"], head["pictures"], dict(counts), judgements, mutations, error)


def table(rows: list[Row], kernels: str) -> Table:
    pillow = {each.versions.get("pillow", "?") for each in rows}
    made = Table(
        title=f"recipes against their libraries: {kernels} kernels, Pillow {'/'.join(sorted(pillow))}"
    )
    for column in ("library", "version", "recipes", "distinct", *_VERDICTS, "pictures"):
        made.add_column(column, no_wrap=True, justify="left" if column in ("library", "remarks") else "right")
    for each in rows:
        distinct = {judgement["steps"] for judgement in each.judgements if judgement["steps"]}
        counts = [str(each.counts.get(verdict, 0)) for verdict in _VERDICTS]
        version = each.versions.get(_DISTRIBUTION.get(each.library, each.library), "?")
        made.add_row(each.library, version, str(len(each.judgements)), str(len(distinct)), *counts,
                     str(len(each.pictures)))  # fmt: skip
    total = Counter[str]()
    for each in rows:
        total.update(each.counts)
    made.add_section()
    recipes = sum(len(each.judgements) for each in rows)
    made.add_row("total", "", str(recipes), "", *(str(total[verdict]) for verdict in _VERDICTS), "")
    return made


def remarks(rows: list[Row]) -> Iterator[str]:
    """Why recipes are refused, broken, bounded or different: each reason once, with its count."""
    for each in rows:
        if each.error:
            yield f"{each.library}: {each.error}"
        reasons = Counter(
            f"{judgement['verdict']}: {_general(judgement)}"
            for judgement in each.judgements
            if judgement["verdict"] != "exact"
        )
        for reason, count in reasons.most_common():
            yield f"{each.library}: {count} x {reason}"


def _general(judgement: dict[str, Any]) -> str:
    """The reason without the numbers of one case."""
    if judgement["verdict"] in ("different", "bounded"):
        return f"{judgement['name']}: {judgement['reason']}"
    return re.sub(r"\d+", "N", judgement["reason"])[:300]


def mutation_table(rows: list[Row]) -> Table:
    made = Table(title="wrong on purpose: distinct recipes that notice")
    for column in ("mutation", *(each.library for each in rows), "all"):
        made.add_column(column, overflow="fold")
    names = dict.fromkeys(mutation["mutation"] for each in rows for mutation in each.mutations)
    for name in names:
        found = [next((m for m in each.mutations if m["mutation"] == name), None) for each in rows]
        cells = [f"{m['caught']}/{m['applies']}" if m else "-" for m in found]
        caught, applies = (sum(m[key] for m in found if m) for key in ("caught", "applies"))
        made.add_row(name, *cells, f"{caught}/{applies}")
    return made
