"""`make strategies`: five folds of a small network on CIFAR-10, and what each strategy costs and buys on the test images.

Training takes about ten minutes of one core, once; the table some minutes. What stands in build/strategies is taken.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import numpy as np
from tools.strategies.artifacts import BUILD, checkpoints, exported, held_out_accuracy
from tools.strategies.measure import Run, measure
from tools.strategies.photographs import FOLDER, TEST
from tools.strategies.table import Row, claims, markdown, row_of

from truecopy.jobs.labelled import LabelledItem, halves, read_labelled
from truecopy.jobs.tune import tune
from truecopy.jobs.tuned import Tuned
from truecopy.predict import Model, Strategy, load

BUDGET = 0.005
TWO = ("identity", "horizontal_flip")
FIVE = (*TWO, "brightness:0.9", "brightness:1.1", "contrast:1.1")


def main() -> int:
    if not FOLDER.is_dir():
        print(f"the photographs are not here: {FOLDER} (CIFAR-10 as class folders)", file=sys.stderr)
        return 1
    print("1. Train five folds")
    paths = checkpoints()
    weights = held_out_accuracy(paths)
    print(f"  accuracy on what each left out: {', '.join(f'{one:.3f}' for one in weights)}")
    print("2. Export and prove them")
    # One core a call, as `truecopy evaluate --compare` runs it: a ratio is one of work, not of how well threads are used.
    model = load([str(path) for path in exported(paths)], threads=1)
    items = read_labelled(str(TEST), model.contract, model.intake)
    print(f"3. Tune the early exit of each strategy on one half of {len(items)} test images", flush=True)
    full = strategies(model, weights, len(items))
    early, tuned = with_early_exit(full[1:], items)
    print("4. Measure", flush=True)
    measure([*full, *early], list(items))
    rows = rows_of(full, early, items)
    print(markdown(rows))
    print(
        "The best fold is the best on these same images: it is picked after the fact, and looks better than it is."
    )
    found = claims(
        {row.name: row for row in rows},
        {run.name: f"{run.name.removesuffix(ADAPTIVE)}{UNSEEN}" for run in early},
    )
    for claim in found:
        print(f"{'holds' if claim.holds else 'FAILS'}: {claim.said}: {claim.found}")
    document = {"rows": [row.to_dict() for row in rows], "tuned": tuned, "held_out": weights}
    (BUILD / "table.json").write_text(json.dumps(document, indent=1))
    return 0 if all(claim.holds for claim in found) else 1


ADAPTIVE, UNSEEN = ", adaptive", ", unseen half"


def strategies(model: Model, weights: list[float], items: int) -> list[Run]:
    """The full ones; standard first."""
    folds = range(len(model.contracts))

    def each(name: str, views: tuple[str, ...]) -> Run:
        return Run.of(name, [model.under(Strategy(views=views), members=(fold,)) for fold in folds], items)

    def together(name: str, strategy: Strategy) -> Run:
        return Run.of(name, [model.under(strategy)], items)

    return [
        each("standard", ("identity",)),
        each("TTA, 2 views", TWO),
        each("TTA, 5 views", FIVE),
        together("ensemble, soft_voting", Strategy()),
        together("ensemble, hard_voting", Strategy(member_merge="hard_voting")),
        together("ensemble, weighted", Strategy(member_merge="weighted", weights=weights)),
        together("TTA, 2 views + ensemble", Strategy(views=TWO)),
        together("TTA, 5 views + ensemble", Strategy(views=FIVE)),
    ]


def with_early_exit(full: list[Run], items: tuple[LabelledItem, ...]) -> tuple[list[Run], dict[str, object]]:
    """Each model of each run under the value that was found for it, and what was found."""
    runs, told = [], {}
    for run in full:
        found: list[Tuned] = [tune(model, items, budget=BUDGET) for model in run.models]
        told[run.name] = [one.to_dict() for one in found]
        print(f"  {run.name}: margin {', '.join(str(one.value) for one in found)}", flush=True)
        models = [model.under(one.adaptive) for model, one in zip(run.models, found, strict=True)]
        runs.append(Run.of(run.name + ADAPTIVE, models, len(items)))
    return runs, told


def rows_of(full: list[Run], early: list[Run], items: tuple[LabelledItem, ...]) -> list[Row]:
    """The full strategies on all images; each early exit, and the full one beside it, on the half that tune did not see."""
    standard = full[0]
    best = int(standard.right.mean(axis=0).argmax())
    unseen = {id(item) for item in halves(items)[1]}
    half = np.array([id(item) in unseen for item in items])
    every = np.ones(len(items), bool)
    rows = [row_of(run, standard, best, every) for run in full]
    rows.insert(1, row_of(standard.only(best, "standard, best fold"), standard, best, every))
    for run, shortened in zip(full[1:], early, strict=True):
        whole = row_of(run, standard, best, half)
        rows += [
            replace(whole, name=run.name + UNSEEN),
            row_of(shortened, standard, best, half, run),
        ]
    return rows


if __name__ == "__main__":
    sys.exit(main())
