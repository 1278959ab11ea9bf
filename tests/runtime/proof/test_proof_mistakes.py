from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from truecopy.contract import (
    CenterCrop,
    Contract,
    GraphInput,
    Grayscale,
    Pad,
    PadTo,
    Resize,
    ResizeBox,
    Step,
    SwapRB,
    Values,
)
from truecopy.contract.flow import flow
from truecopy.pixels import Plan, decode
from truecopy.proof.mistakes import Mistake, mistakes
from truecopy.proof.wrong_scale import values_last

replace = msgspec.structs.replace

RESIZE = Resize(rule="short", size=10, kernel="pillow", filter="bilinear", pass_order="pillow13")
SQUASH = replace(RESIZE, rule="exact", size=(8, 6))
CROP = CenterCrop(size=(8, 6), offset="half_even", pad_before="floor", fill=0)
IMAGENET = Values(chain=(("div", 255.0), ("sub", (0.485, 0.456, 0.406)), ("div", (0.229, 0.224, 0.225))))
CAFFE = Values(chain=(("sub", (103.939, 116.779, 123.68)),))
TENSORFLOW = Resize(rule="exact", size=(8, 6), kernel="tf", filter="bilinear", antialias=False)
DINO = (
    Values(chain=(("mul", 1 / 255),)),
    Resize(rule="exact", size=(8, 6), kernel="torch_f32", filter="bicubic", antialias=True),
    Values(chain=IMAGENET.chain[1:]),
)
CLASSIC = (RESIZE, CROP, IMAGENET)


@pytest.fixture(scope="session")
def with_steps(digits_contract: Contract) -> Callable[..., Contract]:
    """The digits' contract with other steps and a graph that takes what they make."""

    def made(*steps: Step, color: str = "RGB", size: tuple[Any, Any] = (8, 6), **policy: Any) -> Contract:
        spec = replace(digits_contract.input, color=color, **policy)
        channels = flow(steps, spec.channels).channels
        taken = GraphInput(name="input", dtype="float32", layout="NCHW", shape=("batch", channels, *size))
        graph = replace(digits_contract.graph, inputs=(taken,))
        return replace(digits_contract, input=spec, steps=steps, graph=graph)

    return made


def names(contract: Contract, subject: str | None = None) -> list[str]:
    return [m.name for m in mistakes(contract) if subject in (None, m.subject)]


def one(contract: Contract, name: str) -> Mistake:
    (found,) = (m for m in mistakes(contract) if m.name.startswith(name))
    return found


def tensor(contract: Contract, steps: tuple[Step, ...]) -> np.ndarray:
    picture = decode(
        Image.fromarray(np.random.default_rng(5).integers(0, 256, (13, 9, 3), np.uint8)), contract.input
    )
    plan = Plan.compile(contract.input, steps, contract.graph.inputs[0])
    return plan.tensor(plan.canvas(picture))


def test_the_classic_recipe_has_the_classic_mistakes(with_steps) -> None:
    assert names(with_steps(*CLASSIC)) == [
        "BGR instead of RGB",
        "0..255 instead of ImageNet mean/std",
        "0..1 instead of ImageNet mean/std",
        "-1..1 instead of ImageNet mean/std",
        "Pillow bicubic instead of Pillow bilinear",
        "OpenCV bilinear instead of Pillow bilinear",
        "Pillow nearest instead of Pillow bilinear",
        "squash instead of crop",
        "EXIF turn applied instead of ignored",
        "grey instead of colour",
    ]


def test_bgr_is_the_tensor_of_the_picture_with_its_channels_exchanged(with_steps) -> None:
    contract = with_steps(SQUASH, Values(chain=(("div", 255.0),)))
    bgr = tensor(contract, one(contract, "BGR").steps)
    assert np.array_equal(bgr, tensor(contract, contract.steps)[::-1])


def test_a_contract_that_swaps_is_made_not_to_swap(with_steps) -> None:
    contract = with_steps(SwapRB(), SQUASH, CAFFE)
    assert one(contract, "RGB instead of BGR").steps == (SQUASH, CAFFE)


def test_constants_of_another_scale_follow_the_channels(with_steps) -> None:
    contract = with_steps(SwapRB(), SQUASH, CAFFE)
    wrong = one(contract, "ImageNet mean/std")
    assert wrong.name == "ImageNet mean/std instead of its own scale"
    (*_, values) = wrong.steps
    assert values.chain[1] == ("sub", (0.406, 0.456, 0.485))
    right = tensor(contract, (SQUASH, IMAGENET))
    assert np.array_equal(tensor(contract, wrong.steps), right[::-1])


@pytest.mark.parametrize(
    "chain",
    [
        (("div", 127.5), ("sub", 1.0)),
        (("div", 255.0), ("sub", 0.5), ("div", 0.5)),
        (("mul64", 1 / 127.5), ("sub", (1.0, 1.0, 1.0))),
        (("sub", 127.5), ("mul", 1 / 127.5)),
    ],
)
def test_one_scale_in_other_words_is_no_mistake(chain, with_steps) -> None:
    assert names(with_steps(SQUASH, Values(chain=chain)), "scale") == [
        "0..255 instead of -1..1",
        "0..1 instead of -1..1",
        "ImageNet mean/std instead of -1..1",
    ]


@pytest.mark.parametrize("kernel", ["tf", "tf_v1"])
def test_another_kernel_takes_the_place_of_a_float_one(kernel: str, with_steps) -> None:
    antialias = False if kernel == "tf" else msgspec.UNSET
    contract = with_steps(replace(TENSORFLOW, kernel=kernel, antialias=antialias), IMAGENET)
    own = "TensorFlow bilinear" if kernel == "tf" else "TensorFlow 1 bilinear"
    assert names(contract, "resizer") == [
        f"{name} instead of {own}" for name in ("Pillow bilinear", "Pillow bicubic", "OpenCV bilinear", "Pillow nearest")
    ]  # fmt: skip
    for mistake in mistakes(contract):
        assert tensor(contract, mistake.steps).shape == (3, 8, 6)


def test_where_numbers_are_resized_a_resizer_of_pixels_comes_before_the_scale(with_steps) -> None:
    contract = with_steps(*DINO)
    pillow = one(contract, "Pillow bicubic")
    assert [type(step) for step in pillow.steps] == [Resize, Values]
    assert pillow.steps[1].chain == (("mul", 1 / 255), *IMAGENET.chain[1:])


def test_values_before_a_swap_are_the_reversed_values_after_it(with_steps) -> None:
    steps = (IMAGENET, SwapRB(), Values(chain=(("add", (1.0, 2.0, 3.0)),)))
    contract = with_steps(SQUASH, *steps)
    moved = values_last((SQUASH, *steps))
    assert [type(step) for step in moved] == [Resize, SwapRB, Values]
    assert np.array_equal(
        tensor(contract, moved).view(np.uint32), tensor(contract, contract.steps).view(np.uint32)
    )


def test_a_squash_is_mistaken_for_a_crop_and_padding_for_both(with_steps) -> None:
    pad = PadTo(size=(8, 6), position="letterbox", fill=114)
    fit = replace(RESIZE, rule="scale_fit", size=(8, 6), no_upscale=False)
    assert names(with_steps(SQUASH, IMAGENET), "size") == ["crop instead of squash"]
    assert names(with_steps(fit, pad, IMAGENET), "size") == [
        "squash instead of padding",
        "crop instead of padding",
    ]
    assert names(with_steps(CROP, IMAGENET), "size") == ["squash instead of crop"]
    box = ResizeBox(size=(8, 6), filter="lanczos", pass_order="horizontal")
    contract = with_steps(box, IMAGENET)
    assert names(contract, "size") == ["squash instead of crop"]
    assert one(contract, "squash").steps[0].filter == "lanczos"


def test_a_squash_leaves_the_other_steps_where_they_were(with_steps) -> None:
    pad = Pad(top=1, bottom=0, left=0, right=0, mode="edge", fill=0)
    grey = Grayscale(method="cv2", channels=3)
    contract = with_steps(pad, grey, RESIZE, SwapRB(), CROP, IMAGENET)
    assert one(contract, "squash").steps == (grey, SQUASH, SwapRB(), IMAGENET)


def test_without_a_size_there_is_neither_squash_nor_crop(with_steps) -> None:
    assert names(with_steps(RESIZE, IMAGENET, size=("height", "width")), "size") == []


def test_without_a_resize_there_is_no_other_resizer(with_steps) -> None:
    contract = with_steps(IMAGENET, size=("height", "width"))
    assert names(contract, "resizer") == names(contract, "size") == []


def test_one_channel_has_no_order_and_no_imagenet_but_may_be_inverted(with_steps) -> None:
    contract = with_steps(SQUASH, Values(chain=(("div", 255.0),)), color="L")
    assert names(contract, "channels") == []
    assert names(contract, "scale") == ["0..255 instead of 0..1", "-1..1 instead of 0..1"]
    assert names(contract, "colour") == ["inverted instead of as it is"]
    inverted = tensor(contract, one(contract, "inverted").steps)
    assert np.allclose(inverted, 1 - tensor(contract, contract.steps), atol=1e-6)


def test_the_other_orientation_is_the_mistake(with_steps) -> None:
    for own, other in (("ignore", "apply"), ("apply", "ignore")):
        (mistake,) = (
            m for m in mistakes(with_steps(*CLASSIC, orientation=own)) if m.subject == "orientation"
        )
        assert mistake.input.orientation == other
        assert mistake.steps == CLASSIC


def test_a_grey_contract_is_not_made_grey(with_steps) -> None:
    grey = Grayscale(method="pillow", channels=3)
    assert names(with_steps(grey, *CLASSIC), "colour") == []


geometries = st.lists(
    st.sampled_from(
        [
            RESIZE,
            SQUASH,
            CROP,
            TENSORFLOW,
            DINO[1],
            SwapRB(),
            Values(chain=(("div", 255.0),)),
            PadTo(size=(20, 20), position="top_left", fill=(1, 2, 3)),
            Pad(top=1, bottom=2, left=0, right=3, mode="reflect", fill=0),
            ResizeBox(size=(8, 6), filter="box", pass_order="horizontal"),
            Grayscale(method="pillow", channels=3),
        ]
    ),
    max_size=5,
)


@settings(deadline=None)
@given(steps=geometries, values=st.sampled_from([IMAGENET, CAFFE, Values(chain=())]))
def test_a_mistake_of_any_contract_is_another_contract_that_holds(steps, values, with_steps) -> None:
    steps = (*steps, values)
    try:
        flow(steps, 3)
    except ValueError:
        return
    contract = with_steps(*steps, size=("height", "width"))
    found = mistakes(contract)
    assert len({m.name for m in found}) == len(found)
    for mistake in found:
        assert (mistake.input, mistake.steps) != (contract.input, contract.steps)
        made = flow(mistake.steps, mistake.input.channels)
        assert (made.dtype, made.channels) == ("float32", 3)
