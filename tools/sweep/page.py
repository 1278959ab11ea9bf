"""docs/sweep.md out of the sweep's JSON files: `python -m tools.sweep.page build/sweep-*.json`."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs" / "sweep.md"
_VERDICTS = ("exact", "bounded", "refused", "broken", "different")
_HEAD = """# Every published recipe, against its own library

Made by `make sweep` (an environment of its own, not in CI). The recipes are enumerated from the installed libraries
themselves; each is read by its importer and replayed on {pictures} pictures: four photographs and pictures made by code,
among them one column, one row, upscaling, odd margins and a banner. *exact*: every value of every tensor has the library's
own bits. *bounded*: within the bound that the kernel states. *refused*: by the importer, with its reason. *broken*: the
library itself fails. What is refused is listed below; nothing is left out. fastai has no importer: its sixteen recipes
are steps written by hand.

CI replays every distinct exact recipe against recorded digests of the libraries' own tensors, without the libraries
(`tests/parity/recipes/test_recorded_recipes.py`).
"""


def main() -> None:
    runs = {
        Path(name).stem.removeprefix("sweep-"): json.loads(Path(name).read_text("utf-8"))
        for name in sys.argv[1:]
    }
    first = next(iter(runs.values()))
    parts = [_HEAD.format(pictures=len(first[0]["pictures"]))]
    for name, rows in runs.items():
        parts += [f"## {_title(name)}\n", *_table(rows)]
    parts += ["## Wrong on purpose\n", _POWER, *_mutations(first)]
    parts += ["## What is refused, and why\n", *_refusals(first)]
    PAGE.write_text("\n".join(parts), encoding="utf-8")


def _title(name: str) -> str:
    """`fast-pillow13` in words; all runs but the first are over distinct recipes."""
    kernels, pillow = name.split("-")
    each = "every name" if name == "fast-pillow13" else "every distinct recipe once"
    return f"{kernels.capitalize()} kernels, Pillow {pillow.removeprefix('pillow')}: {each}"


def _table(rows: list[dict[str, Any]]) -> list[str]:
    lines = [
        f"| library | version | recipes | distinct | {' | '.join(_VERDICTS)} |",
        "|---|---|" + "---:|" * 7,
    ]
    total = Counter[str]()
    for row in rows:
        distinct = len({judgement["steps"] for judgement in row["judgements"] if judgement["steps"]})
        counts = [row["counts"].get(verdict, 0) for verdict in _VERDICTS]
        total.update(row["counts"])
        version = row["versions"].get(
            {"huggingface": "transformers"}.get(row["library"], row["library"]), "?"
        )
        cells = [row["library"], version, len(row["judgements"]), distinct, *counts]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    cells = ["**total**", "", sum(total.values()), "", *(total[verdict] for verdict in _VERDICTS)]
    return [*lines, f"| {' | '.join(map(str, cells))} |", ""]


_POWER = """Distinct recipes of which at least one picture's tensor changes, of those that have the fact at all. A mutation that
changes nothing on these pictures (an even rest, a side that needs no padding) is not noticed, and rightly so.
"""


def _mutations(rows: list[dict[str, Any]]) -> list[str]:
    counted: dict[str, Counter[str]] = {}
    for row in rows:
        for mutation in row["mutations"]:
            counted.setdefault(mutation["mutation"], Counter()).update(
                caught=mutation["caught"], applies=mutation["applies"]
            )
    lines = ["| mutation | noticed | of |", "|---|---:|---:|"]
    lines += [f"| {name} | {counts['caught']} | {counts['applies']} |" for name, counts in counted.items()]
    return [*lines, ""]


def _refusals(rows: list[dict[str, Any]]) -> list[str]:
    lines = ["| library | recipes | reason (N: a number) |", "|---|---:|---|"]
    for row in rows:
        reasons = Counter(
            f"{judgement['verdict']}: {re.sub(r'[0-9]+', 'N', judgement['reason']).split(' - at ')[0][:200]}"
            for judgement in row["judgements"]
            if judgement["verdict"] != "exact"
        )
        lines += [
            f"| {row['library']} | {count} | {reason.replace('|', '/')} |"
            for reason, count in reasons.most_common()
        ]
    return [*lines, ""]


if __name__ == "__main__":
    main()
