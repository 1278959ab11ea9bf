"""What `tune` reports is what happens when its value is used."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.tiny_models import BINARY, IMAGE, MULTICLASS, MULTILABEL, REGRESSION, SIDE, sealed

from truecopy.contract import Task
from truecopy.errors import InputError, StrategyError
from truecopy.jobs.labelled import LabelledItem, halves
from truecopy.jobs.tune import tune
from truecopy.jobs.tuned import Half
from truecopy.metrics import upper_bound
from truecopy.predict import Model, Strategy, load
from truecopy.predict.results import same_decision
from truecopy.predict.strategy import Adaptive

TENTH = 0.1  # 29 items without a disagreement hold it
VIEWS = Strategy(views=("horizontal_flip", "brightness"))
TRUTHS = {MULTICLASS: 1, BINARY: 1, MULTILABEL: frozenset({0, 2})}


def weights(seed: int, numbers: int, size: float = 4.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, size, (SIDE, numbers)).astype(np.float32)


@pytest.fixture
def items(tmp_path: Path) -> list[LabelledItem]:
    """80 noisy pictures; each third is said to be the middle one."""
    made = []
    random = np.random.default_rng(0)
    for number in range(80):
        path = tmp_path / f"{number:02d}.png"
        Image.fromarray(random.integers(0, 256, (SIDE, SIDE), dtype=np.uint8)).save(path)
        made.append(LabelledItem(str(path), path.name, number % 3))
    return made


@pytest.fixture
def one(tmp_path: Path) -> Model:
    path = sealed(tmp_path / "one.onnx", IMAGE, MULTICLASS, weights=weights(1, 3))
    return load(path, strategy=VIEWS)


@pytest.fixture
def three(tmp_path: Path) -> Model:
    """Three members that often disagree, under two views each."""
    paths = [
        sealed(
            tmp_path / f"m{seed}.onnx", IMAGE, MULTICLASS, weights=weights(7, 3, 1.5) + weights(seed, 3, 1.0)
        )
        for seed in range(3)
    ]
    return load(paths, strategy=Strategy(views=("horizontal_flip",)))


def really(model: Model, items: tuple[LabelledItem, ...], adaptive: Strategy) -> Half:
    """The same numbers, by running both strategies."""
    full = [model(item.source) for item in items]
    early = [model.under(adaptive)(item.source) for item in items]
    changed = sum(not same_decision(a, b) for a, b in zip(full, early, strict=True))
    return Half(
        items=len(items),
        disagreements=changed,
        share=changed / len(items),
        bound=upper_bound(changed, len(items)),
        passes=float(np.mean([result.passes for result in early])),
        early=float(np.mean([result.passes < len(model.lineup.passes) for result in early])),
        full=float(np.mean([result.index == item.truth for result, item in zip(full, items, strict=True)])),
        adaptive=float(
            np.mean([result.index == item.truth for result, item in zip(early, items, strict=True)])
        ),
    )


@pytest.mark.parametrize("by", ["margin", "confidence"])
@pytest.mark.parametrize("strategy", ["one", "three"])
def test_both_halves_are_what_running_the_adaptive_strategy_gives(
    strategy: str, by, items, request: pytest.FixtureRequest
) -> None:
    model = request.getfixturevalue(strategy)
    tuned = tune(model, items, budget=TENTH, by=by)
    fit, report = halves(items)
    assert tuned.value is not None
    assert tuned.fit == really(model, fit, tuned.adaptive)
    assert tuned.report == really(model, report, tuned.adaptive)
    assert tuned.passes == len(model.lineup.passes)
    assert tuned.fit.bound <= TENTH


@pytest.mark.parametrize("by", ["margin", "confidence"])
def test_no_other_value_within_the_budget_is_cheaper(by, three: Model, items) -> None:
    tuned = tune(three, items[:60], budget=TENTH, by=by)
    assert tuned.fit is not None
    sources = [item.source for item in halves(items[:60])[0]]
    full = three.predict(sources)
    costs, within = set(), []
    for value in np.linspace(0, 1, 31):
        early = three.under(Strategy(views=("horizontal_flip",), adaptive={by: value})).predict(sources)
        costs.add(cost := float(np.mean([result.passes for result in early])))
        changed = sum(not same_decision(a, b) for a, b in zip(full, early, strict=True))
        if upper_bound(changed, len(sources)) <= TENTH:
            within.append(cost)
    assert len(costs) > 4
    assert tuned.fit.passes <= min(within)
    assert tuned.fit.passes < len(three.lineup.passes)


def test_the_adaptive_strategy_keeps_views_merges_and_weights(three: Model, items) -> None:
    strategy = Strategy(views=("horizontal_flip",), view_merge="max", weights=(1, 1, 2))
    tuned = tune(three.under(strategy), items, budget=TENTH)
    assert tuned.value is not None
    assert tuned.adaptive == Strategy(
        views=("horizontal_flip",),
        view_merge="max",
        weights=(1, 1, 2),
        adaptive=Adaptive("margin", tuned.value),
    )


@pytest.mark.parametrize("task", [BINARY, MULTILABEL], ids=["binary", "multilabel"])
def test_tasks_that_decide_by_thresholds_are_tuned_too(task: Task, items, tmp_path: Path) -> None:
    numbers = 1 if task is BINARY else 3
    model = load(sealed(tmp_path / "m.onnx", IMAGE, task, weights=weights(5, numbers)), strategy=VIEWS)
    labelled = [LabelledItem(item.source, item.name, TRUTHS[task]) for item in items]
    tuned = tune(model, labelled, budget=TENTH)
    assert tuned.report is not None
    told = [model.under(tuned.adaptive)(item.source) for item in halves(labelled)[1]]
    assert tuned.report.passes == pytest.approx(np.mean([result.passes for result in told]))
    right = [
        (result.index if task is BINARY else frozenset(one.index for one in result.found)) == TRUTHS[task]
        for result in told
    ]
    assert tuned.report.adaptive == pytest.approx(np.mean(right))


def test_where_a_later_member_always_overrules_nothing_is_gained(items, tmp_path: Path) -> None:
    """The first one says `low`, the second one is surer of `high`: whoever stops early is told otherwise."""
    first, second = np.zeros((2, SIDE, 3), np.float32)
    first[:, 0], second[:, 2] = 5, 50
    paths = [
        sealed(tmp_path / f"{name}.onnx", IMAGE, MULTICLASS, weights=matrix)
        for name, matrix in (("first", first), ("second", second))
    ]
    model = load(paths, strategy=Strategy(weights=(0.3, 0.7)))
    tuned = tune(model, items, budget=TENTH)
    assert (tuned.value, tuned.fit, tuned.report, tuned.holds) == (None, None, None, False)
    assert tuned.adaptive == model.strategy


def test_an_item_that_cannot_be_read_is_named_and_not_counted(one: Model, items, tmp_path: Path) -> None:
    (tmp_path / "00.png").write_bytes(b"no picture")
    tuned = tune(one, items, budget=TENTH)
    assert tuned.fit is not None
    assert tuned.report is not None
    assert tuned.fit.items + tuned.report.items == 79
    assert [name for name, _ in tuned.failed] == ["00.png"]
    assert "not an image" in tuned.failed[0][1] or "no image" in tuned.failed[0][1]


def test_too_few_items_are_refused_before_anything_runs_with_how_many_it_takes(one: Model, items) -> None:
    def unused(_: object) -> None:
        raise AssertionError

    with pytest.raises(InputError) as refused:
        tune(one, items, budget=0.005, going=unused)  # type: ignore[arg-type, return-value]
    assert str(refused.value) == (
        "too few labelled items for at most 0.5 % of disagreement, held by an upper 95 % bound: expected at least "
        "1196: 598 to find the value and 598 to report on, got 80. Give more items, or a larger --max-disagreement"
    )


def test_what_is_left_after_failures_must_be_enough_too(one: Model, items) -> None:
    enough = items[:58]
    assert tune(one, enough, budget=TENTH).failed == ()
    Path(enough[0].source).write_bytes(b"")
    with pytest.raises(InputError, match=r"at least 58: 29 .* got 57"):
        tune(one, enough, budget=TENTH)


def test_one_pass_cannot_be_tuned(one: Model, items) -> None:
    with pytest.raises(StrategyError, match="one pass cannot stop early") as refused:
        tune(one.under(Strategy()), items, budget=TENTH)
    assert refused.value.fix == "Add --tta-augmentations horizontal_flip, or name several models"


def test_a_strategy_that_stops_early_already_is_refused(one: Model, items) -> None:
    adaptive = Strategy(views=VIEWS.views, adaptive={"margin": 0.5})
    with pytest.raises(StrategyError, match=r"stops early already.*\{'margin': 0.5\}.*Leave `adaptive` out"):
        tune(one.under(adaptive), items, budget=TENTH)


def test_numbers_have_nothing_to_stop_by(items, tmp_path: Path) -> None:
    model = load(sealed(tmp_path / "m.onnx", IMAGE, REGRESSION), strategy=VIEWS)
    with pytest.raises(StrategyError, match="numbers have no confidence"):
        tune(model, items, budget=TENTH)


def test_all_that_was_found_is_plain_data(one: Model, items) -> None:
    tuned = tune(one, items, budget=TENTH)
    told = json.loads(json.dumps(tuned.to_dict()))
    assert told["value"] == tuned.value
    assert told["by"] == "margin"
    assert told["fit"]["items"] == 40
    assert set(told) == {"by", "value", "holds", "max_disagreement", "passes", "fit", "report", "failed"}
