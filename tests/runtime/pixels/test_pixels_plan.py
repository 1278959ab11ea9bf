from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from truecopy.contract import CenterCrop, Pad, PadTo, Resize, ResizeBox, SwapRB, Values
from truecopy.errors import ContractError, InputError, TooLarge
from truecopy.limits import Limits
from truecopy.pixels import Plan, decode
from truecopy.pixels.literal import pillow as resize_reference
from truecopy.pixels.values import value_table

HORIZONTAL = "horizontal"


@pytest.fixture(scope="session")
def plan_of(image_input, graph_input):
    def make(*steps, shape, color="RGB", limits=None, **graph):
        return Plan.compile(
            image_input(color=color), steps, graph_input(*shape, **graph), limits=limits or Limits()
        )

    return make


def picture_of(array, image_input, color="RGB"):
    return decode(Image.fromarray(array), image_input(color=color))


def looked_up(canvas, values, dtype=np.float32):
    table = value_table(values.chain, canvas.shape[2]).astype(dtype)
    return np.stack([table[canvas[..., c], c] for c in range(canvas.shape[2])])


@settings(max_examples=60, deadline=None)
@given(st.integers(8, 60), st.integers(8, 60), st.sampled_from(["bicubic", "nearest"]))
def test_canvas_is_the_steps_in_their_order(
    pixels, image_input, plan_of, resize_step, crop_step, imagenet, h, w, name
):
    source = pixels(h, w, 3)
    plan = plan_of(
        resize_step("short", 16, name=name), crop_step(13, 11), SwapRB(), imagenet, shape=("n", 3, 13, 11)
    )
    size = (int(16 * h / w), 16) if w <= h else (16, int(16 * w / h))
    resized = resize_reference.resize(source, size, resampling=name, pass_order=HORIZONTAL)
    top, left = round((size[0] - 13) / 2), round((size[1] - 11) / 2)
    expected = resized[top : top + 13, left : left + 11, ::-1]
    canvas = plan.canvas(picture_of(source, image_input))
    assert canvas.dtype == np.uint8
    assert np.array_equal(canvas, expected)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("color", ["RGB", "L"])
def test_tensor_is_the_chain_on_the_canvas(pixels, image_input, plan_of, resize_step, dtype, layout, color):
    channels = 3 if color == "RGB" else 1
    values = Values(chain=(("div", 255.0), ("sub", (0.4, 0.5, 0.6)[:channels]), ("div", 0.2)))
    shape = ("n", channels, 5, 9) if layout == "NCHW" else ("n", 5, 9, channels)
    plan = plan_of(resize_step("exact", (5, 9)), values, shape=shape, color=color, dtype=dtype, layout=layout)
    canvas = plan.canvas(picture_of(pixels(7, 4, 3), image_input, color))
    before = canvas.copy()
    tensor = plan.tensor(canvas)
    expected = looked_up(canvas, values, dtype)
    assert (tensor.shape, tensor.dtype) == (plan.shape, plan.dtype) == (shape[1:], np.dtype(dtype))
    assert tensor.flags.c_contiguous
    assert np.array_equal(tensor, expected if layout == "NCHW" else expected.transpose(1, 2, 0))
    assert np.array_equal(canvas, before)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
@pytest.mark.parametrize("color", ["RGB", "L"])
def test_tensor_is_written_into_one_item_of_a_batch(pixels, plan_of, imagenet, dtype, layout, color):
    channels = 3 if color == "RGB" else 1
    values = imagenet if channels == 3 else Values(chain=(("add", 1.0),))
    shape = (channels, 5, 9) if layout == "NCHW" else (5, 9, channels)
    plan = plan_of(values, shape=("n", *shape), color=color, dtype=dtype, layout=layout)
    batch = np.full((3, *shape), 7, plan.dtype)
    canvas = pixels(5, 9, channels)
    item = batch[1]
    assert plan.tensor(canvas, item) is item
    assert np.array_equal(batch[1], plan.tensor(canvas))
    assert (batch[[0, 2]] == 7).all()


def test_a_flipped_or_turned_canvas_is_looked_up_as_it_lies(pixels, plan_of, imagenet):
    plan = plan_of(imagenet, shape=("n", 3, "h", "w"))
    canvas = pixels(5, 9, 3)
    for view in (canvas[:, ::-1], canvas[::-1], np.rot90(canvas), canvas[1:4, 2:7]):
        assert np.array_equal(plan.tensor(view), looked_up(view, imagenet))


@pytest.mark.parametrize(
    "out",
    [
        np.empty((3, 5, 8), np.float32),
        np.empty((3, 5, 9), np.float64),
        np.empty((5, 9, 3), np.float32).transpose(2, 0, 1),
    ],
)
def test_an_unfit_buffer_is_refused_instead_of_left_empty(pixels, plan_of, imagenet, out):
    plan = plan_of(imagenet, shape=("n", 3, 5, 9))
    with pytest.raises(ValueError, match=r"`out` must be C-contiguous float32 \(3, 5, 9\)"):
        plan.tensor(pixels(5, 9, 3), out)


def test_the_shape_is_open_where_it_depends_on_the_picture(plan_of, resize_step, crop_step, imagenet):
    short = resize_step("short", 8)
    assert plan_of(short, imagenet, shape=("n", 3, "h", "w")).shape == (3, None, None)
    assert plan_of(short, imagenet, shape=("n", 3, 8, "w")).shape == (3, 8, None)
    assert plan_of(short, crop_step(5, 7), imagenet, shape=("n", 3, "h", "w")).shape == (3, 5, 7)
    assert plan_of(imagenet, shape=("n", 5, 7, 3), layout="NHWC").shape == (5, 7, 3)


def test_a_picture_that_does_not_lead_to_the_graphs_size_is_named(
    pixels, image_input, plan_of, resize_step, imagenet
):
    plan = plan_of(resize_step("short", 8), imagenet, shape=("n", 3, 8, 8))
    assert plan.canvas(picture_of(pixels(20, 20, 3), image_input)).shape == (8, 8, 3)
    with pytest.raises(InputError) as caught:
        plan.canvas(picture_of(pixels(20, 40, 3), image_input))
    assert str(caught.value).startswith(
        "the steps lead this picture to a size that the graph does not take: "
        "expected 8 x 8 (height x width), got 8 x 16 - at <PIL image>."
    )


@pytest.mark.parametrize(
    ("steps", "size"),
    [
        ([("short", 8, {})], (1, 5000)),
        ([("ratio", (8, 8), {"fit": "cover"})], (1, 5000)),
    ],
)
def test_a_thin_picture_must_not_grow_beyond_the_limit(
    image_input, plan_of, resize_step, imagenet, steps, size
):
    steps = [resize_step(rule, side, **more) for rule, side, more in steps]
    plan = plan_of(*steps, imagenet, shape=("n", 3, "h", "w"), limits=Limits(max_pixels=10_000))
    with pytest.raises(
        TooLarge,
        match=r"`resize` step would make is too large.*got 40000 x 8 .*= 320000 pixels - at <PIL image>",
    ):
        plan.canvas(decode(Image.new("RGB", size[::-1]), image_input()))


def test_the_picture_between_two_passes_is_limited_too(image_input, plan_of, resize_step, imagenet):
    plan = plan_of(
        resize_step("exact", (8, 8)), imagenet, shape=("n", 3, 8, 8), limits=Limits(max_pixels=10_000)
    )
    with pytest.raises(TooLarge, match="got 8 x 5000 "):
        plan.canvas(decode(Image.new("RGB", (1, 5000)), image_input()))


def test_the_picture_between_the_passes_of_a_box_is_limited_too(image_input, plan_of, imagenet):
    step = ResizeBox(size=(8, 8), filter="bilinear", pass_order="horizontal")
    plan = plan_of(step, imagenet, shape=("n", 3, 8, 8), limits=Limits(max_pixels=10_000))
    with pytest.raises(TooLarge, match=r"`resize_box` step would make.*got 8 x 5000 "):
        plan.canvas(decode(Image.new("RGB", (1, 5000)), image_input()))


def test_padding_to_a_size_is_limited_by_the_picture_too(image_input, plan_of, imagenet):
    step = PadTo(size=(8_000, 1), position="floor", fill=0)
    plan = plan_of(step, imagenet, shape=("n", 3, "h", "w"), limits=Limits(max_pixels=10_000))
    with pytest.raises(TooLarge, match=r"`pad_to` step would make.*got 8000 x 8000 "):
        plan.canvas(decode(Image.new("RGB", (8_000, 1)), image_input()))


def test_a_side_beyond_the_weights_of_a_kernel_is_refused(image_input, plan_of, imagenet):
    step = Resize(rule="exact", size=(8, 8), kernel="torch_u8", filter="bicubic", antialias=True)
    plan = plan_of(step, imagenet, shape=("n", 3, 8, 8))
    with pytest.raises(
        TooLarge, match=r"a side is too long for kernel 'torch_u8'.*at most 65536 pixels a side"
    ):
        plan.canvas(decode(Image.new("RGB", (1, 65_537)), image_input()))


def test_floats_beyond_the_graphs_dtype_are_refused(image_input, plan_of):
    step = Resize(rule="exact", size=(2, 2), kernel="tf", filter="bilinear", antialias=False)
    plan = plan_of(step, Values(chain=(("mul", 1000.0),)), shape=("n", 3, 2, 2), dtype="float16")
    canvas = plan.canvas(decode(Image.new("RGB", (3, 3), (255, 0, 0)), image_input()))
    with pytest.raises(InputError, match="the steps leave the range of float16 for this picture"):
        plan.tensor(canvas)


def test_padding_is_limited_too(image_input, plan_of, imagenet):
    step = Pad(top=0, bottom=0, left=0, right=60_000, mode="edge", fill=0)
    plan = plan_of(step, imagenet, shape=("n", 3, "h", "w"), limits=Limits(max_pixels=10_000))
    with pytest.raises(TooLarge, match="`pad` step"):
        plan.canvas(decode(Image.new("RGB", (2, 1)), image_input()))


def test_padding_is_a_step(image_input, pixels, plan_of, imagenet):
    step = Pad(top=1, bottom=2, left=3, right=4, mode="constant", fill=(1, 2, 3))
    canvas = plan_of(step, imagenet, shape=("n", 3, "h", "w")).canvas(
        picture_of(pixels(2, 5, 3), image_input)
    )
    assert canvas.shape == (5, 12, 3)
    assert canvas[0, 0].tolist() == [1, 2, 3]


CROP = CenterCrop(size=(5, 7), offset="floor", pad_before="floor", fill=0)


@pytest.mark.parametrize(
    ("steps", "shape", "more", "text"),
    [
        ([CROP], ("n", 3, 5, 7), {}, "the steps must end in numbers"),
        ([CROP, Values(chain=())], ("n", 3, 5, 8), {}, "expected 5 x 8 (height x width), got 5 x 7 - at `$.steps`"),
        ([CROP, Values(chain=())], ("n", 1, 5, 7), {}, "expected 3 channels, got 1"),
        ([CROP, Values(chain=())], ("n", "c", 5, 7), {}, "expected 3 channels, got 'c'"),
        ([CROP, Values(chain=())], ("n", 3, 5, 7), {"limits": Limits(max_pixels=34)}, "`$.steps[0].size`"),
        ([Values(chain=(("mul", 1e39),))], ("n", 3, 5, 7), {}, "leaves the range of float32"),
        ([Values(chain=(("div", 1e-50),))], ("n", 3, 5, 7), {}, "leaves the range of float32"),
        ([Values(chain=(("mul", 300.0),))], ("n", 3, 5, 7), {"dtype": "float16"}, "leaves the range of float16"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_contract_fails_when_it_is_compiled(plan_of, steps, shape, more, text):
    with pytest.raises(ContractError) as caught:
        plan_of(*steps, shape=shape, **more)
    assert text in str(caught.value)


def test_a_plan_is_frozen(plan_of, imagenet):
    with pytest.raises(FrozenInstanceError):
        plan_of(imagenet, shape=("n", 3, "h", "w")).shape = ()
