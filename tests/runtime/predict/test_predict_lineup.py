"""Strategies over real tiny graphs: a grey picture of 4 x 4, whose columns go through one matrix."""

from __future__ import annotations

import io
import itertools
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.tiny_models import (
    IMAGE,
    MULTICLASS,
    REGRESSION,
    SIDE,
    STEPS,
    TABLE,
    TOKENS,
    WRITER,
    contract_of,
    sealed,
)  # fmt: skip

import truecopy
from truecopy.artifact import compose
from truecopy.contract import Views
from truecopy.engine import Running
from truecopy.errors import OutputError, StrategyError, Unsupported
from truecopy.intake import ImageIntake
from truecopy.pixels import Plan
from truecopy.predict import Failure, Strategy
from truecopy.predict.model import Model

replace = msgspec.structs.replace
PICTURE = (np.arange(16, dtype=np.uint8).reshape(4, 4) ** 2).astype(np.uint8)
MATRICES = [np.random.default_rng(seed).normal(size=(SIDE, 3)).astype(np.float32) * 4 for seed in range(3)]


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three members of one recipe; the second one has its labels in another order."""
    folder = tmp_path_factory.mktemp("members")
    tasks = [MULTICLASS, replace(MULTICLASS, labels=("high", "low", "middle")), MULTICLASS]
    return [
        sealed(folder / f"{seed}.onnx", IMAGE, task, weights=MATRICES[seed])
        for seed, task in enumerate(tasks)
    ]


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


# One decode, one canvas


def counting(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    counts = {"decode": 0, "frame": 0, "tensor": 0}

    def counted(owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def call(*arguments: Any, **more: Any) -> Any:
            counts[name] += 1
            return original(*arguments, **more)

        monkeypatch.setattr(owner, name, call)

    counted(ImageIntake, "decode")
    counted(Plan, "frame")
    counted(Plan, "tensor")
    return counts


def test_what_members_and_views_share_is_made_once(members, monkeypatch):
    model = truecopy.load(members, strategy=Strategy(["horizontal_flip", "rotate_180"]))
    counts = counting(monkeypatch)
    assert model(PICTURE).passes == 9
    assert counts == {"decode": 1, "frame": 1, "tensor": 3}


def test_members_of_other_recipes_share_what_they_can(tmp_path, members, monkeypatch):
    """Another scale shares the canvas, another size the decoded picture, another colour nothing."""
    scaled = tmp_path / "scaled.onnx"
    steps = (STEPS[0], replace(STEPS[1], chain=(("div", 128.0),)))  # type: ignore[type-var]
    data, contract = contract_of(IMAGE, MULTICLASS, weights=MATRICES[1])
    scaled.write_bytes(compose(data, replace(contract, steps=steps), ()))
    turned = tmp_path / "turned.onnx"
    given = replace(IMAGE, orientation="apply")
    turned.write_bytes(compose(data, replace(contract, input=given), ()))
    model = truecopy.load([members[0], scaled, turned])
    counts = counting(monkeypatch)
    file = io.BytesIO()
    from PIL import Image

    Image.fromarray(PICTURE).save(file, "PNG")
    file.seek(0)
    result = model(file)  # a stream is read once, though two members decode it
    assert counts == {"decode": 2, "frame": 2, "tensor": 3}
    assert result.source == "<stream>"


def test_a_sight_can_be_looked_at_by_several_strategies(members, monkeypatch):
    model = truecopy.load(members)
    tta = model.under(Strategy(["horizontal_flip"]), members=(0,))
    counts = counting(monkeypatch)
    sight = model.sight(PICTURE)
    assert counts["decode"] == 1
    first = tta.lineup.viewer.sight(PICTURE, None)
    assert np.array_equal(tta.answer(first).probabilities, tta(PICTURE).probabilities)
    one, again = model.answer(sight), model.answer(sight.fresh())
    assert np.array_equal(one.probabilities, again.probabilities)
    assert (counts["frame"], counts["tensor"]) == (4, 6)


# Many items


STRATEGIES = [
    Strategy(["horizontal_flip", "brightness"]),
    Strategy(["rotate_270"], "voting", "hard_voting"),
    Strategy(["contrast:1.5"], "max", "soft_voting", [1, 2, 3]),
    Strategy(["vertical_flip", "rotate_90"], adaptive={"confidence": 0.7}),
    Strategy(adaptive={"margin": 0.5}),
]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_streams_and_calls_agree_bit_for_bit(members, strategy):
    model = truecopy.load(members, strategy=strategy)
    rng = np.random.default_rng(1)
    pictures = [rng.integers(0, 256, (4, 4), dtype=np.uint8) for _ in range(30)]
    alone = [model(picture) for picture in pictures]
    many = model.predict(pictures)
    assert all(
        np.array_equal(one.probabilities, two.probabilities) for one, two in zip(alone, many, strict=True)
    )
    assert [one.passes for one in alone] == [two.passes for two in many]


class Elsewhere:
    """A real session that says it runs on another device: items come in batches."""

    def __init__(self, session: Any, calls: list[int]) -> None:
        self._session, self._calls = session, calls
        self.running = Running("cuda:0", "FakeExecutionProvider", "0")
        self.inputs, self.outputs = session.inputs, session.outputs

    def run(self, feeds: Any) -> Any:
        self._calls.append(len(next(iter(feeds.values()))))
        return self._session.run(feeds)


def on_gpu(model: Model) -> tuple[Model, list[int]]:
    calls: list[int] = []
    for seat in model._seats:
        seat.session = Elsewhere(seat.session, calls)  # type: ignore[assignment]
    return model, calls


def test_on_a_gpu_the_views_go_in_one_call(members):
    model, calls = on_gpu(truecopy.load(members[:2], strategy=Strategy(["horizontal_flip", "rotate_90"])))
    model(PICTURE)
    assert calls == [3, 3]
    calls.clear()
    model.predict([PICTURE] * 12)
    assert calls == [15, 15, 15, 15, 6, 6]  # 32 looks are 5 items


@settings(deadline=None, max_examples=40)
@given(
    pictures=st.lists(hnp.arrays(np.uint8, (4, 4)), min_size=1, max_size=12),
    strategy=st.sampled_from(STRATEGIES),
)
def test_batches_say_what_single_items_say(members, pictures, strategy):
    alone = truecopy.load(members, strategy=strategy).predict(pictures)
    batched, _ = on_gpu(truecopy.load(members, strategy=strategy))
    for one, two in zip(alone, batched.predict(pictures), strict=True):
        assert (one.passes, one.source) == (two.passes, two.source)
        assert np.allclose(one.probabilities, two.probabilities, atol=1e-6)


def test_items_that_need_more_go_on_together(members):
    strategy = Strategy(["horizontal_flip"], adaptive={"confidence": 0.99})
    model, calls = on_gpu(truecopy.load(members[:2], strategy=strategy))
    rng = np.random.default_rng(2)
    results = model.predict([rng.integers(0, 256, (4, 4), dtype=np.uint8) for _ in range(20)])
    assert calls[0] == 20
    assert sum(calls) == sum(result.passes for result in results)
    assert calls == sorted(calls, reverse=True)


@pytest.mark.parametrize("gpu", [False, True])
def test_one_bad_item_changes_no_other(members, gpu):
    model = truecopy.load(members, strategy=Strategy(["horizontal_flip"], adaptive={"margin": 0.9}))
    if gpu:
        model, _ = on_gpu(model)
    results = model.predict([PICTURE, b"no picture", PICTURE.T], on_error="yield")
    assert [isinstance(result, Failure) for result in results] == [False, True, False]
    assert np.allclose(results[2].probabilities, model(PICTURE.T).probabilities, atol=1e-6)


def test_sequences_of_members_with_other_lengths_are_an_output_error(tmp_path):
    from tests.tiny_models import PADDED, TAGS

    follows = 9 * np.eye(6, 3, 1, np.float32)
    free = sealed(tmp_path / "free.onnx", TOKENS, TAGS, weights=follows)
    padded = sealed(tmp_path / "padded.onnx", PADDED, TAGS, weights=follows)
    with pytest.raises(OutputError, match="the looks at one item have no common steps"):
        truecopy.load([free, padded])([1, 2])
