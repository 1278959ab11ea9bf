"""Strategies over real tiny graphs: a grey picture of 4 x 4, whose columns go through one matrix."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from tests.three_members import MATRICES, PICTURE
from tests.tiny_models import (
    IMAGE,
    MULTICLASS,
    REGRESSION,
    TABLE,
    TOKENS,
    WRITER,
    contract_of,
    sealed,
)  # fmt: skip

import truecopy
from truecopy.artifact import compose
from truecopy.contract import Views
from truecopy.errors import StrategyError, Unsupported
from truecopy.predict import Strategy

replace = msgspec.structs.replace


def probabilities(matrix: np.ndarray, picture: np.ndarray) -> np.ndarray:
    logits = (picture / np.float32(255)).mean(0, dtype=np.float32) @ matrix
    powers = np.exp(logits - logits.max())
    made: np.ndarray = powers / powers.sum()
    return made


def expected(*looks: tuple[int, np.ndarray]) -> np.ndarray:
    """The mean of (member, picture) pairs, in the first member's order of labels."""
    orders = ([0, 1, 2], [1, 2, 0], [0, 1, 2])
    return np.mean([probabilities(MATRICES[one], seen)[orders[one]] for one, seen in looks], axis=0)


def test_views_of_one_member_are_averaged(members):
    model = truecopy.load(members[0], strategy=Strategy(["horizontal_flip", "rotate_90"]))
    result: Any = model(PICTURE)
    seen = (PICTURE, PICTURE[:, ::-1], np.rot90(PICTURE, -1))
    assert np.allclose(result.probabilities, expected(*((0, one) for one in seen)), atol=1e-6)
    assert result.passes == 3
    assert [(look.member, look.view) for look in result.looks] == [(0, "identity"), (0, "horizontal_flip"), (0, "rotate_90")]  # fmt: skip
    assert np.allclose([look.row for look in result.looks], [probabilities(MATRICES[0], one) for one in seen], atol=1e-6)  # fmt: skip


def test_members_are_averaged_by_the_names_of_their_labels(members):
    model = truecopy.load(members)
    result: Any = model(PICTURE)
    assert np.allclose(result.probabilities, expected(*((one, PICTURE) for one in range(3))), atol=1e-6)
    assert result.labels == MULTICLASS.labels
    assert result.passes == 3
    assert len(model.contracts) == 3
    assert repr(model) == "<truecopy.Model multiclass, 3 classes, fp32, cpu, 3 passes>"


def test_every_member_looks_before_anyone_looks_again(members):
    model = truecopy.load(members[:2], strategy=Strategy(["vertical_flip"], weights=[3, 1]))
    result: Any = model(PICTURE)
    assert [(look.member, look.view) for look in result.looks] == [(0, "identity"), (1, "identity"), (0, "vertical_flip"), (1, "vertical_flip")]  # fmt: skip
    each = [expected((one, PICTURE), (one, PICTURE[::-1])) for one in range(2)]
    assert np.allclose(result.probabilities, 0.75 * each[0] + 0.25 * each[1], atol=1e-6)


def test_one_pass_has_no_looks(members):
    result: Any = truecopy.load(members[0])(PICTURE)
    assert (result.passes, result.looks) == (1, ())
    assert "looks" not in result.to_dict(probabilities=True)


def test_looks_are_written_with_the_probabilities(members):
    result: Any = truecopy.load(members[0], strategy=Strategy(["rotate_180"]))(PICTURE)
    assert "looks" not in result.to_dict()
    looks = result.to_dict(probabilities=True)["looks"]
    assert [(one["member"], one["view"], len(one["row"])) for one in looks] == [(0, "identity", 3), (0, "rotate_180", 3)]  # fmt: skip
    assert not result.looks[1].row.flags.writeable


def with_views(path: Path, views: Views, given: Any = IMAGE, task: Any = MULTICLASS, **more: Any) -> Path:
    data, contract = contract_of(given, task, **more)
    path.write_bytes(compose(data, replace(contract, views=views), ()))
    return path


def test_a_view_that_moves_labels_is_read_so(tmp_path):
    """On the flipped picture `low` stands for `high` and the other way."""
    views = Views(forbidden=(), relabel={"horizontal_flip": (2, 1, 0)})
    path = with_views(tmp_path / "m.onnx", views, weights=MATRICES[0])
    result: Any = truecopy.load(path, strategy=Strategy(["horizontal_flip"]))(PICTURE)
    flipped = probabilities(MATRICES[0], PICTURE[:, ::-1])[[2, 1, 0]]
    assert np.allclose(result.probabilities, (probabilities(MATRICES[0], PICTURE) + flipped) / 2, atol=1e-6)


def test_moved_labels_of_a_member_whose_labels_stand_elsewhere(tmp_path, members):
    """relabel speaks of the member's own labels; both orders are undone."""
    task = replace(MULTICLASS, labels=("high", "low", "middle"))
    views = Views(forbidden=(), relabel={"horizontal_flip": (2, 0, 1)})
    path = with_views(tmp_path / "m.onnx", views, task=task, weights=MATRICES[1])
    result: Any = truecopy.load([members[0], path], strategy=Strategy(["horizontal_flip"]))(PICTURE)
    own = np.empty(3)
    own[[2, 0, 1]] = probabilities(MATRICES[1], PICTURE[:, ::-1])  # output i stands for label relabel[i]
    look = next(look for look in result.looks if (look.member, look.view) == (1, "horizontal_flip"))
    assert np.allclose(look.row, own[[1, 2, 0]], atol=1e-6)


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        (
            Strategy(weights=[1, 1, 1]),
            "weights and members differ in number: expected 2, one a member, got 3",
        ),
        (Strategy(["horizontal_flip"]), "this model forbids the view 'horizontal_flip'.*views.forbidden"),
    ],
)
def test_a_strategy_that_cannot_be_is_refused_at_load(tmp_path, members, strategy, message):
    path = with_views(tmp_path / "m.onnx", Views(forbidden=("horizontal_flip",), relabel={}))
    with pytest.raises(StrategyError, match=message):
        truecopy.load([members[0], path], strategy=strategy)


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        (Strategy(["rotate_180"], "voting"), "numbers are averaged: 'voting' is for classes: expected mean - at `view_merge`"),
        (Strategy(["rotate_180"], "max"), "numbers are averaged: 'max' is for classes"),
        (Strategy(member_merge="hard_voting"), "numbers are averaged: 'hard_voting' is for classes: expected soft_voting or weighted"),
        (Strategy(["rotate_180"], adaptive={"margin": 0.1}), "numbers have no confidence"),
    ],
)  # fmt: skip
def test_numbers_are_only_averaged(tmp_path, strategy, message):
    path = sealed(tmp_path / "m.onnx", IMAGE, REGRESSION)
    with pytest.raises(StrategyError, match=message):
        truecopy.load(path, strategy=strategy)


def test_numbers_are_averaged_in_their_units(tmp_path):
    """Members may be trained on targets of other scales: what is averaged is francs and rooms."""
    plain = sealed(tmp_path / "plain.onnx", TABLE, replace(REGRESSION, undo=()))
    scaled = sealed(tmp_path / "scaled.onnx", TABLE, REGRESSION)
    rows = [{"age": 41, "city": "Bern", "bmi": 27.5, "remark": None}, {"age": 20, "city": "Chur", "bmi": 20, "remark": ""}]  # fmt: skip
    both = truecopy.load([plain, scaled]).predict(rows)
    alone = [truecopy.load(path).predict(rows) for path in (plain, scaled)]
    for mean, one, other in zip(both, *alone, strict=True):
        assert mean.passes == 2
        unclipped = [look.row for look in mean.looks]
        assert np.array_equal(mean.numbers[1:], np.mean(unclipped, axis=0)[1:])
        assert one.numbers[1] != other.numbers[1]


def test_early_exit_needs_more_than_one_pass(members):
    with pytest.raises(
        StrategyError, match="one pass cannot stop early: got `adaptive` with one member and one view"
    ):
        truecopy.load(members[0], strategy=Strategy(adaptive={"confidence": 0.9}))


def test_members_take_one_kind_of_input(tmp_path, members):
    rows = sealed(tmp_path / "rows.onnx", TABLE, MULTICLASS)
    with pytest.raises(
        StrategyError, match=r"members take different inputs: expected image, got table - at .*rows\.onnx"
    ):
        truecopy.load([members[0], rows])


def test_members_of_tables_read_the_same_columns(tmp_path):
    one = sealed(tmp_path / "one.onnx", TABLE, MULTICLASS)
    columns = (*TABLE.columns[:3], replace(TABLE.columns[3], name="note"))
    other = sealed(tmp_path / "other.onnx", replace(TABLE, columns=columns), MULTICLASS)
    with pytest.raises(StrategyError, match="tables of different columns: expected age, city, bmi, remark, got age, city, bmi, note"):  # fmt: skip
        truecopy.load([one, other])


def test_views_are_for_pictures_and_generated_text_has_one_author(tmp_path):
    rows = sealed(tmp_path / "rows.onnx", TABLE, MULTICLASS)
    with pytest.raises(StrategyError, match="view 'horizontal_flip' is one of a picture"):
        truecopy.load(rows, strategy=Strategy(["horizontal_flip"]))
    writers = [sealed(tmp_path / f"{name}.onnx", TOKENS, WRITER, weights=9 * np.eye(6, 6, shift, np.float32))
               for name, shift in (("a", 1), ("b", 2))]  # fmt: skip
    with pytest.raises(
        StrategyError, match="texts that are generated token by token are not merged: got 2 members"
    ):
        truecopy.load(writers)


def test_other_outputs_belong_to_one_pass(members):
    model = truecopy.load(members[0], strategy=Strategy(["rotate_180"]))
    with pytest.raises(Unsupported, match=r"takes many passes: no other output belongs to it: got outputs=\('hidden',\). Ask one model, with one view"):  # fmt: skip
        model(PICTURE, outputs=("hidden",))


# Early exit


def test_an_item_stops_where_it_is_settled(members):
    full = truecopy.load(members, strategy=Strategy(["horizontal_flip", "vertical_flip"]))
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (4, 4), dtype=np.uint8) for _ in range(40)]
    counts = set()
    for by, value in itertools.product(("confidence", "margin"), (0.5, 0.7, 0.9)):
        early = full.under(Strategy(["horizontal_flip", "vertical_flip"], adaptive={by: value}))
        for picture in pictures:
            said, all_looks = early(picture), full(picture).looks
            sure = [full.lineup.merged([look.row for look in all_looks[:count]]) for count in range(1, 10)]
            two = [np.sort(row)[::-1][:2] for row in sure]
            measure = [row[0] if by == "confidence" else row[0] - row[1] for row in two]
            stops = next((count for count, one in enumerate(measure, 1) if one >= value), 9)
            assert said.passes == stops == len(said.looks)
            assert np.array_equal(said.probabilities, sure[stops - 1])
            counts.add(stops)
    assert len(counts) > 3


def test_a_value_of_one_asks_all_and_of_none_the_first(members):
    ensemble = truecopy.load(members)
    assert ensemble.under(Strategy(adaptive={"margin": 0})).predict([PICTURE])[0].passes == 1
    assert ensemble.under(Strategy(adaptive={"confidence": 1})).predict([PICTURE])[0].passes == 3
