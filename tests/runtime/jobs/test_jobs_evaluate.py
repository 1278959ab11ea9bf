"""Strategies over labelled items: the same numbers as a plain loop, and who is compared with whom."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import truecopy
from truecopy.contract.feature_flow import widths
from truecopy.errors import InputError, StrategyError
from truecopy.jobs.contenders import Contender, contender_of, contenders
from truecopy.jobs.evaluate import evaluate
from truecopy.jobs.labelled import LabelledItem
from truecopy.predict import Strategy

tiny = pytest.importorskip("tests.tiny_models")

VIEWS = ("identity", "horizontal_flip", "vertical_flip")
WEIGHTS = np.random.default_rng(5).normal(size=(2, 4, 3)).astype(np.float32) * 4


def pictures(folder: Path, count: int = 12, classes: int = 3) -> list[LabelledItem]:
    random = np.random.default_rng(1)
    items = []
    for number in range(count):
        path = folder / f"{number:02d}.png"
        Image.fromarray(random.integers(0, 256, (4, 4), np.uint8)).save(path)
        items.append(LabelledItem(str(path), path.name, number % classes))
    return items


@pytest.fixture
def members(tmp_path: Path) -> list[str]:
    return [
        str(tiny.sealed(tmp_path / f"m{number}.onnx", tiny.IMAGE, tiny.MULTICLASS, weights=WEIGHTS[number]))
        for number in range(2)
    ]


def loaded(paths, strategy: Strategy | None = None, threads: int = 1) -> truecopy.Model:
    return truecopy.load(paths, device="cpu", strategy=strategy, threads=threads)


def right(paths, strategy: Strategy, items) -> list[float]:
    model = loaded(paths, strategy)
    return [float(model(item.source).index == item.truth) for item in items]


@pytest.mark.parametrize("workers", [1, 3])
def test_every_strategy_scores_as_if_it_were_loaded_alone(members, tmp_path: Path, workers) -> None:
    items = pictures(tmp_path)
    given = Strategy(VIEWS, weights=(0.7, 0.3), adaptive={"confidence": 0.7})
    model = loaded(members, given)
    names = ("standard", "tta", "ensemble", "tta_ensemble", "adaptive")
    found = evaluate(model, items, contenders(names, given, 2), paths=members, workers=workers)
    alone = {
        "standard": (members[:1], Strategy()),
        "tta": (members[:1], Strategy(VIEWS)),
        "ensemble": (members, Strategy(weights=(0.7, 0.3))),
        "tta_ensemble": (members, Strategy(VIEWS, weights=(0.7, 0.3))),
        "adaptive": (members, given),
    }
    first = np.array(right(*alone["standard"], items))
    for score in found.scores:
        expected = np.array(right(*alone[score.name], items))
        assert score.quality.accuracy == expected.mean()
        assert (
            score.gains == ()
            if score.name == "standard"
            else score.gains[0].gain == (expected - first).mean()
        )
        assert len(score.worst) == len(items) - expected.sum()
    passes = {score.name: score.passes for score in found.scores}
    assert [passes[name] for name in names[:4]] == [1, 3, 2, 6]
    assert 1 <= passes["adaptive"] < 6
    assert found.scores[0].ratio == 1
    assert all(score.seconds > 0 for score in found.scores)
    assert (found.items, found.failed, found.labels) == (12, (), ("low", "middle", "high"))


def test_members_that_decode_in_different_ways_are_measured_all_the_same(members, tmp_path: Path) -> None:
    items = pictures(tmp_path)
    other = tiny.replace(tiny.IMAGE, decoder="opencv", depth16="shift", cmyk="opencv")
    paths = [
        members[0],
        str(tiny.sealed(tmp_path / "cv.onnx", other, tiny.MULTICLASS, weights=WEIGHTS[1])),
    ]
    model = loaded(paths)
    found = evaluate(model, items, contenders(("standard", "ensemble"), Strategy(), 2), paths=paths)
    accuracies = [score.quality.accuracy for score in found.scores]
    assert accuracies == [np.mean(right(some, Strategy(), items)) for some in (paths[:1], paths)]


def test_one_strategy_alone_is_a_stream(members, tmp_path: Path) -> None:
    items = pictures(tmp_path)
    model = loaded(members[1], threads=2)
    found = evaluate(model, items, [contender_of(model.strategy, 1)], paths=members[1:], data="photos")
    (score,) = found.scores
    assert (score.name, score.models, score.passes, score.gains) == ("standard", (members[1],), 1, ())
    assert score.quality.accuracy == np.mean(right(members[1], Strategy(), items))
    assert (found.models, found.data, found.task, found.device) == (
        (members[1],),
        "photos",
        "multiclass",
        "cpu",
    )
    assert found.throughput == pytest.approx(1 / score.seconds)


def test_of_an_ensemble_each_member_alone_is_told(members, tmp_path: Path) -> None:
    items = pictures(tmp_path)
    for strategy in (Strategy(), Strategy(VIEWS)):
        model = loaded(members, strategy)
        (score,) = evaluate(model, items, [contender_of(strategy, 2)], paths=members).scores
        assert [one.name for one in score.singles] == members
        assert [one.values for one in score.singles] == [
            (np.mean(right(path, Strategy(), items)),) for path in members
        ]
    early = Strategy(adaptive={"margin": 0.5})
    (score,) = evaluate(loaded(members, early), items, [contender_of(early, 2)], paths=members).scores
    assert score.singles == ()


def test_an_item_that_cannot_be_read_is_a_failure_and_counts_for_nobody(members, tmp_path: Path) -> None:
    items = pictures(tmp_path, 5)
    (tmp_path / "01.png").write_bytes(b"no picture")
    names = ("standard", "ensemble")
    compared = (contenders(names, Strategy(), 2), [contender_of(Strategy(), 2)])
    for contest in compared:
        found = evaluate(loaded(members), items, contest, paths=members)
        assert (found.items, found.answered) == (5, 4)
        ((name, error),) = found.failed
        assert name == "01.png"
        assert "01.png" in error
        assert all(score.quality.items == 4 for score in found.scores)


def test_where_nothing_can_be_answered_there_is_nothing_to_measure(members, tmp_path: Path) -> None:
    item = LabelledItem(str(tmp_path / "no.png"), "no.png", 0)
    with pytest.raises(InputError, match=r"none of the 1 items could be answered: got no\.png: .* - at here"):
        evaluate(loaded(members), [item], [contender_of(Strategy(), 2)], paths=members, data="here")
    with pytest.raises(InputError, match="there are no labelled items"):
        evaluate(loaded(members), [], [contender_of(Strategy(), 2)], paths=members)


def test_the_worst_mistakes_are_the_surest_and_say_both(members, tmp_path: Path) -> None:
    items = pictures(tmp_path)
    model = loaded(members[0])
    (score,) = evaluate(model, items, [contender_of(Strategy(), 1)], paths=members[:1]).scores
    results = [(model(item.source), item) for item in items]
    wrong = [(one.confidence, one.label, item) for one, item in results if one.index != item.truth]
    wrong.sort(key=lambda row: -row[0])
    assert len(wrong) > 1
    assert [(one.confidence, one.said, one.name, one.source) for one in score.worst] == [
        (confidence, said, item.name, item.source) for confidence, said, item in wrong
    ]
    assert [one.true for one in score.worst] == [("low", "middle", "high")[item.truth] for *_, item in wrong]


def test_top_k_is_told_for_the_ks_asked_for(members, tmp_path: Path) -> None:
    items = pictures(tmp_path)
    model = loaded(members[0])
    contest = [contender_of(Strategy(), 1)]
    (score,) = evaluate(model, items, contest, paths=members[:1], top=(2, 3)).scores
    two = np.mean([item.truth in [one.index for one in model(item.source).top_k(2)] for item in items])
    assert score.quality.top_k == {2: two, 3: 1.0}


def test_numbers_are_measured_in_their_units(tmp_path: Path) -> None:
    path = str(tiny.sealed(tmp_path / "m.onnx"))
    model = loaded(path)
    rows = [{"age": age, "city": "Bern", "bmi": 25.0, "remark": None} for age in (20.0, 40.0, 60.0)]
    said = [model(row).numbers for row in rows]
    items = [
        LabelledItem(row, f"{place}", (one[0] + 3 * place, one[1] - place))
        for place, (row, one) in enumerate(zip(rows, said, strict=True))
    ]
    found = evaluate(model, items, [contender_of(Strategy(), 1)], paths=[path])
    (score,) = found.scores
    assert [one.mae for one in score.quality.quantities] == pytest.approx([3, 1])
    assert found.labels == ("price", "rooms")
    assert [one.name for one in score.worst] == ["2", "1"]
    # Of 6 CHF and 2 rooms there is no mean: each is twice its quantity's own.
    assert score.worst[0].confidence == pytest.approx(2)
    assert score.worst[0].true == f"price {items[2].truth[0]:.6g} CHF, rooms {items[2].truth[1]:.6g}"


def test_sets_of_labels_are_right_as_a_whole(tmp_path: Path) -> None:
    path = str(tiny.sealed(tmp_path / "m.onnx", tiny.TOKENS, tiny.MULTILABEL))
    model = loaded(path)
    found = [frozenset(one.index for one in model(text).found) for text in ("a", "ab", "dc")]
    truths = [found[0], found[1] ^ {0}, found[2] ^ {1, 2}]
    items = [LabelledItem(text, text, truth) for text, truth in zip(("a", "ab", "dc"), truths, strict=True)]
    (score,) = evaluate(model, items, [contender_of(Strategy(), 1)], paths=[path]).scores
    assert score.quality.subset_accuracy == pytest.approx(1 / 3)
    assert score.quality.hamming_loss == pytest.approx(3 / 9)
    assert {one.name for one in score.worst} == {"ab", "dc"}
    labels = ("red", "green", "blue")
    by_name = {one.name: one for one in score.worst}
    assert by_name["ab"].true == (", ".join(labels[i] for i in sorted(truths[1])) or "none")
    row = model("dc").probabilities
    sure = max(float(row[i]) if i in found[2] else float(1 - row[i]) for i in (1, 2))
    assert by_name["dc"].confidence == pytest.approx(sure)


def test_texts_are_right_letter_for_letter(tmp_path: Path) -> None:
    path = str(tiny.sealed(tmp_path / "m.onnx", tiny.TOKENS, tiny.WRITER))
    model = loaded(path)
    said = [model(text).text for text in ("a", "b")]
    items = [LabelledItem("a", "first", said[0]), LabelledItem("b", "second", said[1] + "x")]
    (score,) = evaluate(model, items, [contender_of(Strategy(), 1)], paths=[path]).scores
    assert (score.quality.exact, score.quality.edits) == (0.5, 1)
    (mistake,) = score.worst
    assert (mistake.said, mistake.true) == (said[1], said[1] + "x")
    assert score.passes == np.mean([model(text).passes for text in ("a", "b")])


def test_each_quantity_has_its_own_gain_and_more_than_0_is_better(tmp_path: Path) -> None:
    paths = []
    for seed in range(2):
        weights = np.random.default_rng(seed).normal(size=(sum(widths(tiny.TABLE)), 2)).astype(np.float32)
        paths.append(str(tiny.sealed(tmp_path / f"m{seed}.onnx", weights=weights)))
    rows = [{"age": age, "city": "Bern", "bmi": 25.0, "remark": None} for age in (20.0, 40.0, 60.0, 30.0)]
    first, both = ([loaded(some)(row).numbers for row in rows] for some in (paths[0], paths))
    # The first is right about the price, the ensemble about the rooms.
    items = [
        LabelledItem(row, "", (float(one[0]), float(two[1])))
        for row, one, two in zip(rows, first, both, strict=True)
    ]
    contest = contenders(("standard", "ensemble"), Strategy(), 2)
    found = evaluate(loaded(paths), items, contest, paths=paths)
    apart = np.abs(np.array(first) - np.array(both)).mean(axis=0)
    price, rooms = found.scores[1].gains
    assert (price.gain, rooms.gain) == pytest.approx((-apart[0], apart[1]))
    assert price.low <= price.gain <= price.high < 0 < rooms.low <= rooms.gain <= rooms.high
    headlines = found.scores[1].headlines
    assert [(one.quantity, one.unit) for one in headlines] == [("price", "CHF"), ("rooms", "")]
    assert [one.value for one in headlines] == pytest.approx([apart[0], 0], abs=1e-6)
    assert [*found.cautions()] == [
        f"ensemble, {name}: 4 items differ from standard: too few for an interval to mean much"
        for name in ("price", "rooms")
    ]
    singles = found.scores[1].singles
    assert singles[0].values == pytest.approx((0, apart[1]))


def test_what_was_found_is_plain_json(members, tmp_path: Path) -> None:
    items = pictures(tmp_path, 4, classes=1)
    given = Strategy(VIEWS)
    found = evaluate(
        loaded(members, given), items, contenders(("standard", "tta"), given, 2), paths=members, notes=("x",)
    )
    document = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert [one["name"] for one in document["strategies"]] == ["standard", "tta"]
    assert document["strategies"][1]["views"] == list(VIEWS)
    (first,), (second,) = (one["headlines"] for one in document["strategies"])
    value = np.mean(right(members[0], Strategy(), items))
    assert first == {"name": "accuracy", "value": value, "quantity": "", "unit": None, "gain": None}
    assert second["gain"].keys() == {"gain", "low", "high", "level", "rounds", "differing"}
    assert [one["models"] for one in document["strategies"]] == [members[:1], members[:1]]
    assert (document["items"], document["answered"], document["timed"]) == (4, 4, 4)
    assert document["notes"] == ["x"]


def test_labels_that_repeat_are_told_apart(tmp_path: Path) -> None:
    cranes = tiny.replace(tiny.MULTICLASS, labels=("crane", "crane", "owl"))
    for ids, labels in ((None, ("crane (#0)", "crane (#1)", "owl")),
                        (("n1", "n2", "n3"), ("crane (n1)", "crane (n2)", "owl"))):  # fmt: skip
        task = tiny.replace(cranes, label_ids=ids)
        path = str(tiny.sealed(tmp_path / "m.onnx", tiny.IMAGE, task))
        items = pictures(tmp_path, 3)
        found = evaluate(loaded(path), items, [contender_of(Strategy(), 1)], paths=[path])
        assert found.labels == labels


@pytest.mark.parametrize(
    ("given", "members", "name"),
    [
        (Strategy(), 1, "standard"),
        (Strategy(VIEWS), 1, "tta"),
        (Strategy(), 2, "ensemble"),
        (Strategy(VIEWS), 2, "tta_ensemble"),
        (Strategy(VIEWS, adaptive={"margin": 0.5}), 1, "adaptive"),
    ],
)
def test_a_strategy_has_the_name_of_what_it_takes(given, members, name) -> None:
    assert contender_of(given, members) == Contender(name, given, tuple(range(members)))


@pytest.mark.parametrize(
    ("names", "members", "message"),
    [
        (("tta",), 2, r"`tta` takes views, and none is given\. Add --tta horizontal_flip"),
        (("standard", "ensemble"), 1, r"`ensemble` takes several models, and one is given\. Name the others"),
        (("adaptive",), 2, r"nothing says when\. Add --adaptive confidence=0.95"),
        (("standart",), 1, r"there is no strategy 'standart': expected one of .*\. Nearest: standard"),
        (("standard", "standard"), 1, "'standard' stands twice"),
        ((), 1, "there is nothing to compare"),
    ],
)
def test_what_cannot_be_compared_says_what_to_add(names, members, message) -> None:
    with pytest.raises(StrategyError, match=message):
        contenders(names, Strategy(), members)
