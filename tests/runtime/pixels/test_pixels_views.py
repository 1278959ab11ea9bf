"""Views made from a contract: what they see, what is shared, what is refused before anything runs."""

from __future__ import annotations

from dataclasses import replace as copy_of
from typing import Any

import msgspec
import numpy as np
import pytest

from truecopy.contract import CenterCrop, Ctc, Grayscale, PadTo, Resize, Sequence, SwapRB, Values, Views
from truecopy.contract.view_names import CORNERS, expand
from truecopy.errors import InputError, StrategyError, TooLarge
from truecopy.limits import Limits
from truecopy.pixels import Plan, decode
from truecopy.pixels.raster import as_array, as_image
from truecopy.pixels.views import compile_views
from truecopy.pixels.views.tones import contrast

GREY = Grayscale(method="pillow", channels=3)
READING = Sequence(
    activation="softmax", labels=("_", "a"), labels_source="-", layout="NTC", decoding=Ctc(blank=0, collapse=True), joiner=""
)  # fmt: skip
FLOATS = Values(chain=(("div", 255.0),))
ALL = expand(
    ["horizontal_flip", "vertical_flip", "rotate_180", "brightness", "contrast", "five_crop", "scale:1.5"]
)


@pytest.fixture
def picture(pixels, image_input):
    return lambda height, width: decode(pixels(height, width, 3), image_input(), color="RGB")


def with_views(contract, **fields: Any):
    stated = {"forbidden": (), "relabel": {}, **fields}
    return msgspec.structs.replace(contract, views=Views(**stated))


def only(name: str, contract):
    return compile_views(expand([name]), contract)[1]


def refusal(name: str, contract) -> StrategyError:
    with pytest.raises(StrategyError) as caught:
        compile_views(expand([name]), contract)
    return caught.value


def test_identity_sees_the_canvas_itself_made_once(contract, picture):
    plan = Plan.of(contract)
    (view,) = compile_views(("identity",), contract)
    frame = plan.frame(picture(60, 41))
    assert view.name == "identity"
    assert view.of(frame) is frame.canvas is frame.canvas
    assert np.array_equal(frame.canvas, plan.canvas(picture(60, 41)))


def test_every_view_has_its_name_its_order_and_the_shape_of_the_canvas(contract, picture):
    plan = Plan.of(contract)
    views = compile_views(ALL, contract)
    assert tuple(view.name for view in views) == ALL
    frame = plan.frame(picture(60, 41))
    seen = [view.of(frame) for view in views]
    assert {(one.shape, str(one.dtype)) for one in seen} == {((24, 20, 3), "uint8")}
    assert len({one.tobytes() for one in seen}) == len(ALL)
    assert all(np.array_equal(plan.tensor(one), plan.tensor(one.copy())) for one in seen)


def test_the_picture_is_resized_once_for_all_views(contract, picture, monkeypatch):
    from truecopy.pixels.kernels import FAST, Kernels

    resized: list[object] = []

    def counting(raster, size, step):
        resized.append(size)
        return FAST.resize["pillow"](raster, size, step)

    plan = Plan.of(contract, kernels=Kernels(resize={"pillow": counting}, resize_box=FAST.resize_box))
    frame = plan.frame(picture(60, 41))
    for view in compile_views(ALL, contract):
        view.of(frame)
    assert len(resized) == 1


def test_corners_are_cut_before_what_follows_the_crop(
    contract_with, image_input, picture, crop_step, imagenet
):
    contract = contract_with(image_input(), crop_step(24, 20), SwapRB(), GREY, imagenet)
    given = picture(40, 33)
    frame = Plan.of(contract).frame(given)
    whole = as_array(given.raster)
    for corner, rows, columns in zip(
        CORNERS, (slice(24), slice(24), slice(-24, None), slice(-24, None)), (slice(20), slice(-20, None)) * 2,
        strict=True,
    ):  # fmt: skip
        seen = only(f"five_crop:{corner}", contract).of(frame)
        bgr = whole[rows, columns, ::-1]
        assert np.array_equal(seen[:, :, 0], np.asarray(as_image(bgr.copy()).convert("L")))


def test_a_canvas_in_bgr_order_has_the_contrast_of_its_rgb_picture(
    contract_with, image_input, picture, crop_step, imagenet
):
    swapped = contract_with(image_input(), crop_step(24, 20), SwapRB(), imagenet)
    back = contract_with(image_input(), SwapRB(), crop_step(24, 20), SwapRB(), imagenet)
    for contract, order in ((swapped, slice(None, None, -1)), (back, slice(None))):
        frame = Plan.of(contract).frame(picture(40, 33))
        theirs = contrast(frame.canvas[:, :, order].copy(), 2.0, bgr=False)[:, :, order]
        assert np.array_equal(only("contrast:2", contract).of(frame), theirs)


def test_a_quarter_turn_of_any_canvas_exchanges_its_sides_where_the_graph_takes_any(
    contract_with, image_input, graph_input, picture, crop_step, imagenet
):
    contract = contract_with(
        image_input(), crop_step(24, 20), imagenet, graph=graph_input("batch", 3, "height", "width")
    )
    frame = Plan.of(contract).frame(picture(40, 33))
    assert only("rotate_90", contract).of(frame).shape == (20, 24, 3)


def test_a_small_picture_fails_in_its_corners_only_and_is_named(
    contract_with, image_input, picture, crop_step, imagenet
):
    contract = contract_with(image_input(), crop_step(24, 20), imagenet)
    small = copy_of(picture(23, 40), name="small.png")
    frame = Plan.of(contract).frame(small)
    assert frame.canvas.shape == (24, 20, 3)
    with pytest.raises(InputError, match=r"at least 24 x 20 \(height x width\), got 23 x 40 - at small\.png"):
        only("five_crop:top_left", contract).of(frame)


def test_a_picture_of_another_size_than_the_graph_takes_is_refused_by_its_name(
    contract_with, image_input, picture, imagenet
):
    contract = contract_with(image_input(), PadTo(size=(24, 20), position="floor", fill=0), imagenet)
    frame = Plan.of(contract).frame(copy_of(picture(25, 20), name="tall.png"))
    with pytest.raises(InputError, match=r"a size that the graph does not take: .* - at tall\.png"):
        frame.canvas  # noqa: B018 - the property raises


@pytest.mark.parametrize(("given", "kind"), [("TABLE", "table"), ("TOKENS", "tokens")])
def test_a_model_of_something_else_than_pictures_has_no_views(given, kind):
    tiny = pytest.importorskip("tests.tiny_models")
    task = tiny.REGRESSION if kind == "table" else tiny.TAGS
    contract = tiny.contract_of(getattr(tiny, given), task)[1]
    assert [view.name for view in compile_views(("identity",), contract)] == ["identity"]
    assert str(refusal("horizontal_flip", contract)) == (
        f"the view 'horizontal_flip' is one of a picture, and this model takes none: got input.kind {kind!r} - at "
        "`$.input.kind`. Leave views out (--tta); members of an ensemble need none"
    )


@pytest.mark.parametrize("name", ["horizontal_flip", "rotate_180", "scale:1.5", "five_crop"])
def test_a_text_that_is_read_from_a_picture_is_neither_turned_nor_cut(contract, name):
    reading = msgspec.structs.replace(contract, task=READING)
    error = refusal(name, reading)
    assert error.what.endswith(
        "moves the picture, and this model reads a text from it: turned or cut, it is another one"
    )
    assert (error.expected, error.where) == ("brightness or contrast", "`$.task.kind` = 'sequence'")
    assert [view.name for view in compile_views(expand(["brightness"]), reading)][1] == "brightness:0.9"


@pytest.mark.parametrize(
    ("forbidden", "name", "entry"),
    [
        (("rotate_90", "horizontal_flip"), "horizontal_flip", 1),
        (("brightness",), "brightness:1.2", 0),
        (("brightness:0.9",), "brightness", 0),
        (("five_crop",), "five_crop:top_left", 0),
        (("scale",), "scale:1.5", 0),
    ],
)
def test_a_view_that_the_contract_forbids_is_refused_with_the_field(contract, forbidden, name, entry):
    error = refusal(name, with_views(contract, forbidden=forbidden))
    assert error.what.startswith("this model forbids the view")
    assert error.where == f"`$.views.forbidden[{entry}]` = {forbidden[entry]!r}"
    assert error.fix == "Leave it out"


def test_views_beside_a_forbidden_one_are_allowed(contract):
    stated = with_views(contract, forbidden=("brightness:0.9", "five_crop:top_left"))
    assert len(compile_views(expand(["brightness:1.1", "five_crop:top_right"]), stated)) == 3


@pytest.mark.parametrize("name", ["rotate_90", "rotate_270"])
@pytest.mark.parametrize("size", [(24, 20), (24, "w"), ("h", 20)])
def test_a_quarter_turn_under_a_graph_of_another_shape_is_refused(
    contract_with, image_input, graph_input, crop_step, imagenet, name, size
):
    contract = contract_with(image_input(), crop_step(24, 20), imagenet, graph=graph_input("batch", 3, *size))
    assert str(refusal(name, contract)) == (
        f"the view {name!r} exchanges height and width, and the graph takes one size: expected a square input, "
        f"got {size[0]} x {size[1]} (height x width) - at `$.graph.inputs[0].shape`. Leave it out, or take rotate_180"
    )


@pytest.mark.parametrize("name", ["brightness:1.2", "contrast:0.5", "scale:1.5"])
def test_tones_and_zoom_want_pixels_of_8_bits(contract_with, image_input, crop_step, imagenet, name):
    floats = Resize(rule="short", size=28, kernel="torch_f32", filter="bilinear", antialias=True)
    contract = contract_with(image_input(), SwapRB(), floats, crop_step(24, 20), imagenet)
    assert str(refusal(name, contract)) == (
        f"the view {name!r} is defined on 8-bit pixels, and the canvas of this model is made of floats: got resize makes "
        "floats - at `$.steps[1]`. Leave it out; flips, rotations and five_crop move pixels of any kind"
    )


def test_turns_and_corners_move_floats_too(contract_with, image_input, picture, crop_step, imagenet):
    floats = Resize(rule="short", size=28, kernel="torch_f32", filter="bilinear", antialias=True)
    contract = contract_with(image_input(), FLOATS, floats, crop_step(24, 20), imagenet)
    frame = Plan.of(contract).frame(picture(60, 41))
    seen = only("horizontal_flip", contract).of(frame)
    assert seen.dtype == np.float32
    assert np.array_equal(seen, frame.canvas[:, ::-1])
    assert only("five_crop:top_left", contract).of(frame).shape == (24, 20, 3)


def test_five_crop_without_a_crop_is_refused(contract_with, image_input, resize_step, imagenet):
    contract = contract_with(image_input(), resize_step("exact", (24, 20)), imagenet)
    assert str(refusal("five_crop", contract)) == (
        "the view 'five_crop:top_left' takes the corners of what the last center_crop is given, and these steps do not end "
        "in one: expected a center_crop with `size`, followed by swap_rb and grayscale only - at `$.steps`. Leave five_crop "
        "out, or take scale:1.15"
    )


def test_five_crop_of_a_crop_by_rule_or_with_geometry_behind_it_is_refused(
    contract_with, image_input, resize_step, crop_step, imagenet
):
    square = CenterCrop(rule="short_square", offset="floor", pad_before="floor", fill=0)
    exact = resize_step("exact", (24, 20))
    for steps in ((square, exact), (crop_step(30, 30), exact), (exact, SwapRB())):
        assert "do not end in one" in str(
            refusal("five_crop", contract_with(image_input(), *steps, imagenet))
        )


def test_five_crop_of_pictures_that_have_the_size_already_is_refused(
    contract_with, image_input, resize_step, crop_step, imagenet
):
    contract = contract_with(image_input(), resize_step("exact", (24, 20)), crop_step(24, 20), imagenet)
    error = refusal("five_crop", contract)
    assert "changes nothing: the last center_crop is given pictures of its own size" in error.what
    assert error.where == "`$.steps[1].size`"


def test_a_zoom_that_adds_no_pixel_is_refused(contract):
    assert str(refusal("scale:1.02", contract)) == (
        "the view 'scale:1.02' changes nothing: the canvas is too small for this factor: got 24 x 20 (height x width) - at "
        "`$.steps`. Take a larger factor"
    )


def test_five_crop_of_pictures_that_are_always_too_small_is_refused(
    contract_with, image_input, resize_step, crop_step, imagenet
):
    contract = contract_with(image_input(), resize_step("exact", (20, 30)), crop_step(24, 20), imagenet)
    error = refusal("five_crop", contract)
    assert "has no corners to take" in error.what
    assert (error.expected, error.got) == ("at least 24 x 20 (height x width)", "20 x 30")


def test_a_brightness_that_changes_no_level_is_refused(contract):
    assert str(refusal("brightness:1.003", contract)) == (
        "the view 'brightness:1.003' changes no pixel, and would count identity twice. Take a factor further from 1"
    )


def test_the_picture_on_the_way_to_a_zoom_meets_the_limits(contract, picture):
    frame = Plan.of(contract).frame(picture(60, 41))
    *_, view = compile_views(expand(["scale:2"]), contract, Limits(max_pixels=4 * 24 * 20 - 1))
    with pytest.raises(TooLarge, match=r"the picture that a `scale` view would make .* at most 1919 pixels"):
        view.of(frame)
