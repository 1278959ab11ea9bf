from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image

import truecopy
from truecopy.contract import CenterCrop, Contract, GraphInput, GraphOutput, Pad, Resize, SwapRB, Values
from truecopy.errors import OutputError, UnreadableInput
from truecopy.pixels import Plan, decode
from truecopy.proof.explain import explain, explained
from truecopy.proof.explanation import Explanation, percent
from truecopy.proof.shown import BOX, fitted, numbers, shown

replace = msgspec.structs.replace

RESIZE = Resize(rule="short", size=12, kernel="pillow", filter="bilinear", pass_order="horizontal")
CROP = CenterCrop(size=(10, 8), offset="half_even", pad_before="floor", fill=0)
SCALE = Values(chain=(("div", 255.0), ("sub", 0.5)))
LABELS = ("red", "green", "blue")


@pytest.fixture
def photo() -> np.ndarray:
    """Rows, columns and channels all differ."""
    rows, columns = np.mgrid[0:17, 0:23]
    return np.stack([rows * 15, columns * 11, rows * columns // 2], axis=2).astype(np.uint8)


@pytest.fixture
def explains(digits_contract: Contract, member, fake_session) -> Callable[..., Explanation]:
    """Explain `source` by a contract of other steps; the graph answers with the means of the three channels."""

    def made(source: Any, *steps, color="RGB", shape=("batch", 3, 10, 8), layout="NCHW", dtype="float32", answer=None, **policy):  # fmt: skip
        channels = 1 if color == "L" else 3
        taken = GraphInput(name="input", dtype=dtype, layout=layout, shape=shape)
        given = GraphOutput(name="logits", dtype="float32", shape=("batch", 3))
        contract = replace(
            digits_contract,
            input=replace(digits_contract.input, color=color, **policy),
            steps=steps,
            graph=replace(digits_contract.graph, inputs=(taken,), outputs=(given,)),
            task=replace(digits_contract.task, labels=LABELS),
        )
        axes = (2, 3) if layout == "NCHW" else (1, 2)

        def means(fed: np.ndarray) -> np.ndarray:
            rows = fed.astype(np.float32).mean(axis=axes) * 5
            return rows if channels == 3 else np.repeat(rows, 3, axis=1)

        return explained(member(contract), fake_session(answer or means), source, "m.onnx")

    return made


def encoded(pixels: np.ndarray, orientation: int | None) -> bytes:
    image, file = Image.fromarray(pixels), io.BytesIO()
    exif = image.getexif()
    if orientation is not None:
        exif[0x0112] = orientation
    image.save(file, "PNG", exif=exif)
    return file.getvalue()


def test_every_stage_of_the_digits_is_shown_with_its_numbers(digits: Path, digit_images) -> None:
    made = explain(digits, digit_images[0], device="cpu")
    assert [stage.name for stage in made.stages] == ["decoded", "step 0", "step 1", "tensor"]
    assert made.stages[1].words.startswith("resize rule=short size=28")
    assert [(s.numbers.height, s.numbers.width, s.numbers.dtype) for s in made.stages] == [
        (8, 8, "uint8"),
        (28, 28, "uint8"),
        (26, 26, "uint8"),
        (26, 26, "float32"),
    ]
    tensor = truecopy.preprocess(digit_images[0], made.contract)
    last = made.stages[-1].numbers
    assert (last.low, last.high) == (float(tensor.min()), float(tensor.max()))
    assert last.means == (float(tensor.mean(dtype=np.float64)),)
    assert made.stages[-1].words.endswith("NCHW float32")


def test_the_answer_is_the_model_s_own(digits: Path, digit_images) -> None:
    for image in digit_images[:3]:
        answer, own = explain(digits, image, device="cpu").answer, truecopy.load(digits, device="cpu")(image)
        assert (answer.label, answer.confidence, answer.source) == (own.label, own.confidence, image)


def test_the_means_stand_in_the_order_of_the_channels(explains, photo) -> None:
    made = explains(Image.fromarray(photo), RESIZE, CROP, SCALE)
    expected = photo.reshape(-1, 3).mean(axis=0)
    assert made.stages[0].numbers.means == pytest.approx(tuple(expected))


def test_a_distance_is_the_mean_difference_over_the_range(explains, photo) -> None:
    made = explains(Image.fromarray(photo), RESIZE, CROP, SCALE)
    signature = made.contract.graph.inputs[0]

    def tensor(spec, steps):
        plan = Plan.compile(spec, steps, signature)
        return plan.tensor(plan.canvas(decode(Image.fromarray(photo), spec))).astype(np.float64)

    own = tensor(made.contract.input, made.contract.steps)
    assert len(made.fed) == 10
    for fed in made.fed:
        wrong = tensor(fed.mistake.input, fed.mistake.steps)
        assert fed.moved == pytest.approx(np.abs(wrong - own).mean() / (own.max() - own.min()), rel=1e-5)
        assert fed.differing == np.mean(wrong != own)
        assert fed.label_changes == (wrong.mean(axis=(1, 2)).argmax() != made.answer.index)
    assert {fed.label_changes for fed in made.fed} == {True, False}


def test_bgr_answers_with_the_mirrored_label(explains, photo) -> None:
    made = explains(Image.fromarray(photo), RESIZE, CROP, SCALE)
    bgr = made.fed[0]
    assert bgr.mistake.name == "BGR instead of RGB"
    assert bgr.answer is not None
    assert {made.answer.label, bgr.answer.label} in ({"red", "blue"}, {"green"})
    assert bgr.answer.confidence == pytest.approx(made.answer.confidence)


@pytest.mark.parametrize("policy", ["ignore", "apply"])
def test_a_file_with_a_turn_shows_what_the_other_policy_does(policy: str, explains, photo) -> None:
    made = explains(encoded(photo, 6), RESIZE, CROP, SCALE, orientation=policy)
    (turned,) = (fed for fed in made.fed if fed.mistake.subject == "orientation")
    assert turned.moved is not None
    assert turned.moved > 0.05
    assert (made.stages[0].numbers.height > made.stages[0].numbers.width) == (policy == "apply")


@pytest.mark.parametrize("policy", ["ignore", "apply"])
@pytest.mark.parametrize("orientation", [None, 1])
def test_a_file_without_a_turn_says_so(policy: str, orientation, explains, photo) -> None:
    made = explains(encoded(photo, orientation), RESIZE, CROP, SCALE, orientation=policy)
    assert tuple(o.reason for o in made.left_out if o.name.startswith("EXIF")) == (
        "no EXIF turn in this file",
    )


@pytest.mark.parametrize(
    ("shape", "layout", "dtype"),
    [
        (("batch", 10, 8, 3), "NHWC", "float32"),
        ((4, 3, 10, 8), "NCHW", "float32"),
        ((1, 3, 10, 8), "NCHW", "float16"),
        (("batch", 3, "height", "width"), "NCHW", "float32"),
    ],
)
def test_every_signature_of_a_graph_is_explained_alike(shape, layout, dtype, explains, photo) -> None:
    usual = explains(Image.fromarray(photo), RESIZE, CROP, SCALE)
    made = explains(Image.fromarray(photo), RESIZE, CROP, SCALE, shape=shape, layout=layout, dtype=dtype)
    assert [fed.mistake.name for fed in made.fed] == [fed.mistake.name for fed in usual.fed]
    assert [fed.label_changes for fed in made.fed] == [fed.label_changes for fed in usual.fed]
    assert [fed.moved for fed in made.fed] == pytest.approx([fed.moved for fed in usual.fed], rel=5e-3)
    for one, other in zip(made.stages, usual.stages, strict=True):
        assert one.numbers.means == pytest.approx(other.numbers.means, abs=1e-3)


def test_a_mistake_that_changes_this_photo_s_size_or_nothing_is_left_out_with_its_reason(explains) -> None:
    grey = Image.new("RGB", (23, 17), (90, 90, 90))
    made = explains(grey, RESIZE, CROP, SCALE)
    reasons = {out.name: out.reason for out in made.left_out}
    assert (
        reasons["BGR instead of RGB"] == reasons["squash instead of crop"] == "the same tensor for this photo"
    )
    flat = [fed.moved for fed in made.fed]
    assert flat == [None] * 4, "one single value has no range to measure by"


def test_a_canvas_that_the_graph_does_not_take_is_left_out(explains, photo) -> None:
    # Twelve rows make ten columns of these: the resize leads nowhere but by its own rounding.
    made = explains(
        Image.fromarray(photo[:12, :10]), Pad(top=0, bottom=0, left=0, right=0, mode="edge", fill=0), SCALE,
        shape=("batch", 3, 12, "width"), orientation="ignore",
    )  # fmt: skip
    assert made.stages[-1].numbers.width == 10
    turned = explains(encoded(photo[:12, :10], 6), SCALE, shape=("batch", 3, 12, "width"))
    (reason,) = (out.reason for out in turned.left_out if out.name.startswith("EXIF"))
    assert "a size that the graph does not take" in reason


def test_a_graph_that_fails_on_a_mistake_is_told_and_flagged(explains, photo) -> None:
    def answer(fed: np.ndarray) -> np.ndarray:
        rows = fed.mean(axis=(2, 3))
        return np.where(np.abs(fed).max() > 9, np.nan, rows)

    made = explains(Image.fromarray(photo), RESIZE, CROP, SCALE, answer=answer)
    (broken,) = (fed for fed in made.fed if fed.answer is None)
    assert broken.mistake.name.startswith("0..255")
    assert broken.failure == "the graph answered with NaN or infinity"
    assert broken.label_changes
    assert json.loads(json.dumps(made.to_dict(), allow_nan=False)) == made.to_dict()


def test_a_graph_that_fails_on_the_photo_itself_is_an_error(explains, photo) -> None:
    with pytest.raises(OutputError):
        explains(
            Image.fromarray(photo), RESIZE, CROP, SCALE, answer=lambda fed: np.full((len(fed), 3), np.nan)
        )


def test_a_broken_photo_is_an_input_error(explains) -> None:
    with pytest.raises(UnreadableInput):
        explains(b"no picture", RESIZE, CROP, SCALE)


def test_float_canvases_between_scales_are_stages_too(explains, photo) -> None:
    tf = Resize(rule="exact", size=(10, 8), kernel="tf", filter="bilinear", antialias=False)
    steps = (Values(chain=(("div", 255.0),)), tf, SwapRB(), Values(chain=(("sub", 0.5),)))
    made = explains(Image.fromarray(photo), *steps)
    assert [stage.numbers.dtype for stage in made.stages] == ["uint8"] + ["float32"] * 4
    assert made.stages[1].numbers.high <= 1.0
    assert made.stages[2].numbers.means == pytest.approx(made.stages[3].numbers.means[::-1])


def test_of_very_many_steps_the_first_and_the_last_are_shown(explains, photo) -> None:
    pads = tuple(Pad(top=1, bottom=0, left=0, right=0, mode="edge", fill=0) for _ in range(200))
    made = explains(Image.fromarray(photo), *pads, CROP, SCALE)
    assert made.hidden == 189
    assert [stage.name for stage in made.stages] == [
        "decoded",
        *(f"step {i}" for i in range(11)),
        "step 200",
        "tensor",
    ]


def test_the_steps_of_a_contract_without_geometry_are_decoded_and_tensor(explains, photo) -> None:
    made = explains(Image.fromarray(photo), SCALE, shape=("batch", 3, "height", "width"))
    assert [stage.name for stage in made.stages] == ["decoded", "tensor"]


def test_pixels_are_shown_as_they_are_and_enlarged_as_squares(photo) -> None:
    pixels = photo[:14, :21]
    seen = np.asarray(shown(pixels, 0, 255))
    assert seen.shape == (224, 336, 3)
    assert np.array_equal(seen[8::16, 8::16], pixels)


def test_numbers_are_shown_between_black_and_white() -> None:
    values = np.array([[-2.0, -1.0, 0.0], [1.0, 2.0, np.nan]], np.float32)[:, :, np.newaxis]
    seen = np.asarray(shown(values, -1.0, 1.0))[56::112, 56::112, 0]
    assert seen.tolist() == [[0, 0, 128], [255, 255, 0]]
    assert set(np.unique(shown(np.full((2, 2, 1), 7, np.float32), 7, 7))) == {128}


@pytest.mark.parametrize("size", [(1, 1), (3000, 1), (1, 3000), (336, 224), (337, 224), (640, 480), (8, 8)])
def test_a_shown_picture_fills_the_box_along_one_side(size) -> None:
    made = fitted(Image.new("L", size))
    assert made.mode == "RGB"
    assert made.width <= BOX[0]
    assert made.height <= BOX[1]
    assert made.width == BOX[0] or made.height == BOX[1]


def test_numbers_beyond_floats_are_null_in_json() -> None:
    values = np.array([[[1.0], [np.inf]]], np.float32)
    assert numbers(values).to_dict() == {
        "height": 1,
        "width": 2,
        "channels": 1,
        "dtype": "float32",
        "min": 1.0,
        "max": None,
        "mean": [None],
    }


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0 %"),
        (0.00123, "0.12 %"),
        (0.0412, "4.1 %"),
        (0.5, "50.0 %"),
        (0.99999, "99.9 %"),
        (1.0, "100.0 %"),
        (44.6, "4,460 %"),
        (float("inf"), "infinitely many %"),
    ],
)
def test_a_share_in_percent(share: float, words: str) -> None:
    assert percent(share) == words
