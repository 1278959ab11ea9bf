"""One decode, one canvas, one tensor for all that share it."""

from __future__ import annotations

import io
from typing import Any

import msgspec
import numpy as np
import pytest
from tests.three_members import MATRICES, PICTURE
from tests.tiny_models import (
    IMAGE,
    MULTICLASS,
    STEPS,
    contract_of,
)  # fmt: skip

import truecopy
from truecopy.artifact import compose
from truecopy.errors import Unsupported
from truecopy.intake import ImageIntake
from truecopy.pixels import Plan
from truecopy.predict import Strategy

replace = msgspec.structs.replace


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
    assert np.array_equal(tta.answer(sight).probabilities, tta(PICTURE).probabilities)
    assert counts["decode"] == 2  # the second one is that of the call
    one, again = model.answer(sight), model.answer(sight.fresh())
    assert np.array_equal(one.probabilities, again.probabilities)
    assert (counts["frame"], counts["tensor"]) == (4, 6)


def test_a_sight_is_seen_by_the_members_and_views_of_who_answers(members):
    """View 1 of one strategy is another view elsewhere, and member 0 another member."""
    model = truecopy.load(members, strategy=Strategy(["horizontal_flip"]))
    sight = model.sight(PICTURE)
    model.answer(sight)
    for other in (model.under(Strategy(["rotate_90", "vertical_flip"]), members=(2, 1)), model.under(Strategy(), members=(1,))):  # fmt: skip
        assert np.array_equal(other.answer(sight).probabilities, other(PICTURE).probabilities)


def test_a_sight_of_another_way_of_reading_is_refused(tmp_path, members):
    turned = tmp_path / "turned.onnx"
    data, contract = contract_of(IMAGE, MULTICLASS)
    turned.write_bytes(compose(data, replace(contract, input=replace(IMAGE, orientation="apply")), ()))
    sight = truecopy.load(members).sight(PICTURE)
    with pytest.raises(
        Unsupported, match=r"this picture was decoded for other models: .* Read it with this model"
    ):
        truecopy.load(turned).answer(sight)


def test_on_a_cpu_the_tensors_of_one_view_are_held_at_a_time(members):
    views = ["horizontal_flip", "vertical_flip", "rotate_90", "rotate_180"]
    model = truecopy.load(members, strategy=Strategy(views))
    sight: Any = model.sight(PICTURE)
    held = []
    original = sight.item

    class Watching(type(sight)):  # type: ignore[misc]
        __slots__ = ()

        def item(self, member: int, view: int) -> Any:
            made = original.__func__(self, member, view)
            held.append(len(self._tensors))
            return made

    sight.__class__ = Watching
    model.answer(sight)
    assert set(held) == {1}
    assert len(held) == 15
