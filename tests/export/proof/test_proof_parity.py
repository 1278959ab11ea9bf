"""What a comparison keeps of every stage and item, for the report."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from truecopy.contract.steps import SwapRB, Values
from truecopy.pixels.raster import as_array
from truecopy_export.proof import compare
from truecopy_export.proof.decoded import decode_apart
from truecopy_export.proof.levels import canvas_apart, levels_of
from truecopy_export.proof.parity import MOST_WORST, Apart, ItemParity, Parity, StageCount

STAGES = ("decode", "canvas", "tensor", "output", "result")


def stages(found):
    return {
        name: (one.items, one.values, one.differing, one.affected)
        for name, one in found.parity.stages.items()
    }


def test_equal_pipelines_are_equal_at_every_stage(both):
    found = both.compare()
    pixels = sum(np.asarray(Image.open(path)).size for path in both.images().sources)
    counted = stages(found)
    assert counted["decode"] == (3, pixels, 0, 0)
    assert counted["canvas"] == counted["tensor"] == (3, 3 * 192, 0, 0)
    assert counted["output"][:2] == (3, 9)
    assert counted["result"] == (3, 3, 0, 0)


def test_a_changed_number_is_found_at_the_tensor_and_not_at_the_canvas(both):
    made = both.original.transform

    def nudged(image):
        tensor = made(image).numpy().copy()
        tensor[0, 0, :5] += np.float32(1e-6)
        return tensor

    counted = stages(both.compare(transform=nudged))
    assert counted["canvas"][1:] == (3 * 192, 0, 0)
    assert counted["tensor"][2:] == (15, 3)


def test_a_changed_pixel_is_found_at_the_canvas_and_measured_in_levels(both):
    made = both.original.transform

    def moved(image):
        tensor = made(image).numpy().copy()
        # One level is 1 / 255 / 0.25 in the tensor.
        tensor[1, 2, 3] += np.float32(3 / 255 / 0.25) * (-1 if tensor[1, 2, 3] > 0 else 1)
        return tensor

    found = both.compare(transform=moved)
    assert stages(found)["canvas"] == (3, 3 * 192, 3, 3)
    assert found.parity.stages["canvas"].largest == 3
    assert stages(found)["decode"][2:] == (0, 0)


def test_numbers_that_are_no_levels_say_nothing_of_the_canvas(both):
    made = both.original.transform
    found = both.compare(transform=lambda image: np.asarray(made(image)) * np.float32(1.01))
    assert found.parity.stages["canvas"].items == 0
    assert found.parity.stages["tensor"].affected == 3


def test_another_decoder_is_found_at_the_first_stage(both):
    def load(path):
        image = Image.open(path).convert("RGB")
        image.putpixel((1, 0), tuple((level + 128) % 256 for level in image.getpixel((1, 0))))
        return image

    original = replace(both.original, load=load)
    found = compare(original, both.member, both.session, both.images(), lambda _: False, lambda *_: None)
    decode = found.parity.stages["decode"]
    assert (decode.differing, decode.affected, decode.largest) == (9, 3, 128)
    assert decode.first == both.images().sources[0]


def test_every_item_has_its_output_difference_and_the_worst_come_first(both):
    calls = []

    def answer(tensors):
        calls.append(None)
        return both.session.run({"input": tensors})["logits"] * (1.001 if len(calls) == 2 else 1.0)

    found = both.compare(answer=answer)
    outputs = found.parity.outputs()
    assert outputs.shape == (3,)
    assert outputs.argmax() == 1
    assert outputs.max() == found.max_output_difference
    worst = found.parity.worst
    assert worst[0].name == both.images().sources[1] == found.worst_case.item
    assert [one.relative(None) for one in worst] == sorted(outputs, reverse=True)
    assert worst[0].theirs.label == worst[0].ours.label


def item(name, *, differing=0, otherwise=False, apart=(0.0,)):
    return ItemParity(name, None, differing, otherwise, np.array(apart), np.ones(len(apart)), 0.0, None, None)


def test_tensors_come_before_decisions_and_decisions_before_outputs():
    parity = Parity()
    for one in (
        item("far", apart=(0.5,)),
        item("flip", otherwise=True),
        item("tensor", differing=1),
        item("equal"),
    ):
        parity.add(one, None)
    assert [one.name for one in parity.worst] == ["tensor", "flip", "far", "equal"]


def test_only_the_worst_few_are_kept_and_the_earlier_of_equals_stays_in_front():
    parity = Parity()
    became = [parity.add(item(str(number), apart=(float(number == 7),)), None) for number in range(9)]
    assert [number for number, worst in enumerate(became) if worst] == [0, 7]
    assert [one.name for one in parity.worst] == ["7", *map(str, range(MOST_WORST - 1))]


def test_quantities_are_relative_to_the_largest_of_all_items():
    parity = Parity()
    parity.add(item("small", apart=(0.1, 0.0)), np.array([1.0, 10.0]))
    parity.add(item("large", apart=(0.1, 4.0)), np.array([2.0, 40.0]))
    assert parity.outputs().tolist() == [0.05, 0.1]


def test_a_stage_names_its_first_and_its_worst_item():
    stage = StageCount()
    for name, found in (("a", Apart(4, 0, 0.0)), ("b", Apart(4, 1, 2.0)), ("c", Apart(4, 2, 7.0))):
        stage.count(name, found)
    assert stage == StageCount(items=3, values=12, differing=3, affected=2, largest=7.0, first="b", worst="c")


@settings(deadline=None, max_examples=40)
@given(
    height=st.integers(1, 150),
    width=st.integers(1, 9),
    mode=st.sampled_from(["RGB", "L"]),
    place=st.floats(0, 0.999),
    array=st.booleans(),
)
def test_one_other_level_anywhere_is_found(height, width, mode, place, array):
    levels = np.random.default_rng(1).integers(0, 200, (height, width, len(mode)), np.uint8)
    levels = levels if mode == "RGB" else levels[:, :, 0]
    ours = Image.fromarray(levels)
    changed = levels.copy()
    changed.reshape(-1)[int(place * levels.size)] += 55
    raster = as_array(ours) if array else ours
    assert decode_apart(raster, Image.fromarray(levels)) == (levels.size, 0, 0.0)
    assert decode_apart(raster, Image.fromarray(changed)) == (levels.size, 1, 55.0)


def test_pictures_of_other_sizes_differ_everywhere():
    small, large = Image.new("RGB", (2, 3)), Image.new("RGB", (2, 4))
    assert decode_apart(small, large) == decode_apart(large, small) == (24, 24, 255.0)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 1000), swapped=st.booleans())
def test_a_tensor_is_turned_back_into_the_levels_it_was_made_of(both, seed, swapped):
    steps = both.member.contract.steps
    if swapped:
        steps = (*steps[:-1], SwapRB(), steps[-1])
    contract = msgspec.structs.replace(both.member.contract, steps=steps)
    levels = np.random.default_rng(seed).integers(0, 256, (8, 8, 3)).astype(np.float32)
    values = (levels[:, :, ::-1] if swapped else levels) / np.float32(255)
    tensor = ((values - np.float32(0.5)) / np.float32(0.25)).transpose(2, 0, 1)
    np.testing.assert_allclose(levels_of(tensor, contract), levels, atol=1e-3)
    assert canvas_apart(tensor, tensor, contract) == (192, 0, 0.0)


def test_a_chain_that_multiplies_by_zero_has_no_way_back(both):
    contract = msgspec.structs.replace(
        both.member.contract, steps=(Values(chain=(("mul", 0.0), ("add", 1.0))),)
    )
    assert levels_of(np.ones((3, 2, 2), np.float32), contract).tolist() == np.zeros((2, 2, 3)).tolist()


def test_the_stages_of_a_report_are_those_of_the_proof(both):
    assert tuple(both.compare().parity.stages) == STAGES


def test_a_pipeline_without_an_original_compares_what_is_behind_the_graph_only(both):
    found = both.compare(transform=None)
    counted = stages(found)
    assert [counted[name][0] for name in STAGES] == [0, 0, 0, 3, 3]
