"""Laws that hold for every composition the vocabulary allows."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.vocabulary import steps

from truecopy.contract import CenterCrop, GraphInput, Grayscale, Pad, PadTo, Resize, ResizeBox, Step, Values
from truecopy.contract.codec import convert
from truecopy.contract.flow import flow
from truecopy.errors import InputError
from truecopy.limits import Limits
from truecopy.pixels import Picture, Plan
from truecopy.pixels.geometry import center_crop, pad, pad_to, swap_rb
from truecopy.pixels.grey import grayscale
from truecopy.pixels.kernels import FAST
from truecopy.pixels.literal import LITERAL
from truecopy.pixels.sizes import output_size
from truecopy.pixels.values import apply_chain

SIDE = st.integers(1, 24)
# Numbers as recipes have them: no chain leaves float32 with them.
NUMBER = st.floats(-300, 300, width=32).map(lambda x: x if abs(x) > 1e-2 else 0.0)
LIMITS = Limits(max_pixels=200_000)
EXAMPLES = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


@st.composite
def cases(draw):
    """(steps, uint8 picture (h, w, c))"""
    channels = draw(st.sampled_from([1, 3]))
    made = draw(steps(channels, pixels=SIDE, margin=st.integers(0, 6), number=NUMBER))
    seed = draw(st.integers(0, 1000))
    shape = draw(SIDE), draw(SIDE), channels
    return made, np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def plan_of(made: tuple[Step, ...], channels: int, image_input) -> Plan:
    after = flow(made, channels).channels
    graph_input = GraphInput(name="x", dtype="float32", layout="NCHW", shape=("n", after, "h", "w"))
    spec = image_input(color="RGB" if channels == 3 else "L")
    return Plan.compile(spec, made, graph_input, limits=LIMITS)


def picture_of(pixels: np.ndarray) -> Picture:
    return Picture(Image.fromarray(pixels if pixels.shape[2] == 3 else pixels[:, :, 0]), "<array>", ())


def resized(pixels: np.ndarray, step: Resize) -> np.ndarray:
    size = output_size(step, *pixels.shape[:2])
    if size == pixels.shape[:2] and step.filter != "mitchellcubic":
        return pixels.astype(np.float32) if step.makes_floats else pixels
    # OpenCV's bicubic is OpenCV's own call; its literal form is within one level (test_pixels_opencv_kernel).
    kernels = FAST if (step.kernel, step.filter) == ("cv2", "bicubic") else LITERAL
    return np.asarray(kernels.resize[step.kernel](pixels, size, step))


def one_step(pixels: np.ndarray, step: Step) -> np.ndarray:
    """One step on its own, by the literal kernels."""
    match step:
        case Resize():
            return resized(pixels, step)
        case ResizeBox():
            return np.asarray(LITERAL.resize_box(pixels, step))
        case CenterCrop():
            return center_crop(pixels, step)
        case Pad():
            return pad(pixels, step)
        case PadTo():
            return pad_to(pixels, step)
        case Grayscale():
            return grayscale(pixels, step.method, step.channels)
        case Values():
            return apply_chain(pixels.astype(np.float32), step.chain)
        case _:
            return swap_rb(pixels)


@EXAMPLES
@given(cases())
def test_any_steps_come_back_from_json_as_they_were(case):
    made, _ = case
    text = json.dumps(msgspec.to_builtins(made))
    assert convert(json.loads(text), tuple[Step, ...]) == made


@EXAMPLES
@given(cases())
def test_a_plan_is_its_steps_one_by_one_and_leaves_the_picture_alone(image_input, case):
    made, pixels = case
    plan, picture, before = plan_of(made, pixels.shape[2], image_input), picture_of(pixels), pixels.copy()
    try:
        tensor = plan.tensor(plan.canvas(picture))
    except InputError:
        return  # a side without pixels, or too many: another test's matter
    expected = pixels
    for step in made:
        expected = one_step(expected, step)
    with np.errstate(all="ignore"):
        expected = expected.astype(np.float32).transpose(2, 0, 1)
    assert tensor.shape == expected.shape
    # As bits: 0.0 is not -0.0, and a NaN is itself.
    assert np.array_equal(tensor.view(np.uint32), np.ascontiguousarray(expected).view(np.uint32))
    assert np.array_equal(picture.pixels(), before)


def _may_leave_its_size(step):
    """transformers' thumbnail cuts the longer side of the picture, so the other one can stay above what was asked."""
    return isinstance(step, Resize) and step.rule == "thumbnail" and step.size[0] != step.size[1]


def test_a_thumbnail_that_leaves_its_size_is_refused_where_the_graph_takes_one_size(image_input):
    made = (Resize(rule="thumbnail", size=(1, 3), kernel="pillow", filter="nearest", pass_order="horizontal"),
            PadTo(size=(1, 3), position="floor", fill=0), Values(chain=()))  # fmt: skip
    graph_input = GraphInput(name="input", dtype="float32", layout="NCHW", shape=("batch", 1, 1, 3))
    plan = Plan.compile(image_input(color="L"), made, graph_input)
    with pytest.raises(InputError, match="lead this picture to a size that the graph does not take"):
        plan.canvas(picture_of(np.zeros((3, 4, 1), np.uint8)))


@EXAMPLES
@given(cases())
def test_shape_and_dtype_are_those_that_the_document_tells(image_input, case):
    made, pixels = case
    told = flow(made, pixels.shape[2])
    plan = plan_of(made, pixels.shape[2], image_input)
    try:
        canvas = plan.canvas(picture_of(pixels))
    except InputError:
        return
    geometry = made[:-1] if isinstance(made[-1], Values) else made
    assert canvas.dtype == flow(geometry, pixels.shape[2]).dtype
    tensor = plan.tensor(canvas)
    assert (tensor.dtype, tensor.shape[0], tensor.flags.c_contiguous) == (np.float32, told.channels, True)
    if any(_may_leave_its_size(step) for step in made):
        return
    if told.size is not None:
        assert tensor.shape[1:] == told.size
    if told.at_most is not None:
        assert tensor.shape[1] <= told.at_most[0]
        assert tensor.shape[2] <= told.at_most[1]
