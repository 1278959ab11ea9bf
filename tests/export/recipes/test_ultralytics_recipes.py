"""Live objects of Ultralytics: what becomes which step, the same bits, and what is refused in which words."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image
from torchvision import transforms

from truecopy.contract import CenterCrop, GraphInput, PadTo, Resize, SwapRB, Values
from truecopy.errors import RecipeError
from truecopy.pixels import Plan, decode
from truecopy_export.recipes import Recipe, import_recipe
from truecopy_export.recipes.circumstances import Circumstances
from truecopy_export.recipes.ultralytics import read_ultralytics

augment = pytest.importorskip("ultralytics.data.augment")
SIZES = [(97, 83), (33, 640), (300, 21), (64, 64), (1, 37), (53, 1), (1, 1)]


def read(transform: object, **options: str) -> Recipe:
    options = {"decoder": "opencv", **options}
    return read_ultralytics(transform, "python:mine", Circumstances("horizontal", options=options))


def refusal(transform: object, **options: str) -> str:
    with pytest.raises(RecipeError) as caught:
        read(transform, **options)
    return str(caught.value)


def noise(width: int, height: int) -> Image.Image:
    random = np.random.default_rng(width * 1000 + height)
    return Image.fromarray(random.integers(0, 256, (height, width, 3), dtype=np.uint8))


def tensor(recipe: Recipe, picture: Image.Image) -> np.ndarray:
    graph_input = GraphInput(
        name="images", dtype="float32", layout="NCHW", shape=("batch", 3, "height", "width")
    )
    plan = Plan.compile(recipe.input, recipe.steps, graph_input)
    return plan.tensor(plan.canvas(decode(picture, recipe.input)))


def same_bits(left: np.ndarray, right: np.ndarray) -> bool:
    return (
        left.dtype == right.dtype == np.float32
        and left.shape == right.shape
        and left.tobytes() == right.tobytes()
    )


def fit(size: tuple[int, int], *, no_upscale: bool = False) -> Resize:
    return Resize(
        rule="scale_fit",
        size=size,
        no_upscale=no_upscale,
        kernel="cv2",
        filter="bilinear",
        area_for_downscale=False,
    )


@pytest.mark.parametrize(
    "options", [{}, {"scaleup": False}, {"center": False}, {"scale_fill": True}, {"padding_value": 7}]
)
@pytest.mark.parametrize("size", SIZES)
def test_a_letterbox_has_the_bits_of_the_predictor(size: tuple[int, int], options: dict[str, object]):
    letter_box = augment.LetterBox((64, 96), **options)
    bgr = letter_box(image=cv2.cvtColor(np.asarray(noise(*size)), cv2.COLOR_RGB2BGR))
    expected = np.ascontiguousarray(bgr[:, :, ::-1].transpose(2, 0, 1)).astype(np.float32) / np.float32(255)
    recipe = read(letter_box)
    assert recipe.original is not None
    assert same_bits(recipe.original(noise(*size)), expected)
    assert same_bits(tensor(recipe, noise(*size)), expected)


def test_a_letterbox_is_a_fit_and_a_pad():
    recipe = read(augment.LetterBox(64, scaleup=False))
    assert recipe.steps == (
        fit((64, 64), no_upscale=True),
        PadTo(size=(64, 64), position="letterbox", fill=114),
        Values(chain=(("div", 255.0),)),
    )
    assert any("predictor goes on after LetterBox" in note for note in recipe.notes)


def test_a_letterbox_that_does_not_centre_stands_at_the_top_left():
    assert read(augment.LetterBox(64, center=False)).steps[1] == PadTo(
        size=(64, 64), position="top_left", fill=114
    )


def test_a_letterbox_whose_size_depends_on_the_picture_is_refused():
    assert "auto=False can be expressed" in refusal(augment.LetterBox(auto=True))


def test_a_letterbox_leaves_no_channel_order_open():
    assert "no option 'color'" in refusal(augment.LetterBox(), color="bgr")


@pytest.mark.parametrize("color", ["rgb", "bgr"])
@pytest.mark.parametrize("size", SIZES)
def test_a_crop_of_arrays_has_the_librarys_bits(size: tuple[int, int], color: str):
    transform = transforms.Compose([augment.CenterCrop((48, 64)), augment.ToTensor()])
    pixels = np.asarray(noise(*size))
    expected = transform(pixels if color == "rgb" else np.ascontiguousarray(pixels[:, :, ::-1])).numpy()
    recipe = read(transform, color=color)
    assert recipe.original is not None
    assert same_bits(np.asarray(recipe.original(noise(*size))), expected)
    assert same_bits(tensor(recipe, noise(*size)), expected)


def test_a_crop_takes_the_largest_square_first():
    recipe = read(transforms.Compose([augment.CenterCrop(64), augment.ToTensor()]), color="bgr")
    assert recipe.steps == (
        SwapRB(),
        CenterCrop(rule="short_square", offset="floor", pad_before="floor", fill=0),
        Resize(rule="exact", size=(64, 64), kernel="cv2", filter="bilinear", area_for_downscale=False),
        Values(chain=(("div", 255.0),)),
    )


def test_the_letterbox_of_classification_ends_in_the_same_bits():
    transform = transforms.Compose([augment.ClassifyLetterBox((48, 64)), augment.ToTensor()])
    recipe = read(transform, color="rgb")
    assert recipe.steps[:2] == (fit((48, 64)), PadTo(size=(48, 64), position="letterbox", fill=114))
    assert same_bits(tensor(recipe, noise(97, 83)), transform(np.asarray(noise(97, 83))).numpy())


def test_torchvisions_normalize_may_follow():
    parts = [augment.ToTensor(), transforms.Normalize((0.5, 0.4, 0.3), (0.2, 0.3, 0.4))]
    recipe = read(transforms.Compose(parts), color="rgb")
    assert recipe.steps == (
        Values(chain=(("div", 255.0), ("sub", (0.5, 0.4, 0.3)), ("div", (0.2, 0.3, 0.4)))),
    )
    assert "Put ToTensor before it" in refusal(transforms.Compose(parts[::-1]), color="rgb")


def test_a_to_tensor_that_turns_the_channels_is_seen():
    """Up to 8.3 Ultralytics' ToTensor reverses the channels, in 8.4 it does not."""

    class ToTensor(augment.ToTensor):
        def __call__(self, im: np.ndarray) -> object:
            return super().__call__(np.ascontiguousarray(im[:, :, ::-1]))

    ToTensor.__module__, ToTensor.__qualname__ = "ultralytics.data.augment", "ToTensor"
    assert read(ToTensor(), color="rgb").steps == (SwapRB(), Values(chain=(("div", 255.0),)))


def test_decoder_and_channel_order_are_never_guessed():
    transform = transforms.Compose([augment.CenterCrop(64), augment.ToTensor()])
    assert "--recipe-arg color=bgr (the array of cv2.imread as it is)" in refusal(transform)
    with pytest.raises(RecipeError, match="--recipe-arg decoder=opencv"):
        read_ultralytics(transform, "python:mine", Circumstances("horizontal", options={"color": "rgb"}))


@pytest.mark.parametrize(
    ("transform", "words"),
    [
        (lambda: augment.CenterCrop(64), "ends in 8-bit pixels"),
        (lambda: augment.ToTensor(half=True), "divides in float16"),
        (
            augment.RandomFlip,
            "RandomFlip is random: this is the training transform; pass the validation one",
        ),
        (lambda: augment.LetterBox(interpolation=cv2.INTER_LINEAR_EXACT), "the interpolation"),
        (lambda: augment.LetterBox(padding_value=300), "padding_value of LetterBox"),
        (lambda: augment.ClassifyLetterBox(auto=True), "auto=False can be expressed"),
        (lambda: augment.Compose([]), "cannot be expressed exactly"),
        (lambda: transforms.Compose([augment.ToTensor(), augment.CenterCrop(64)]), "Put ToTensor behind it"),
        (
            lambda: transforms.Compose([transforms.Resize(64), augment.ToTensor()]),
            "step 1 of Compose: Resize",
        ),
    ],
)
def test_what_no_step_does_is_refused_by_name(transform, words: str):
    assert words in refusal(transform())


def test_classify_transforms_are_torchvisions_own_objects():
    transform = augment.classify_transforms(64)
    recipe = import_recipe(transform, module=None, architecture=None, arguments=None, pass_order="horizontal")
    assert recipe.steps[:2] == (
        Resize(rule="short", size=64, kernel="pillow", filter="bilinear", pass_order="horizontal"),
        CenterCrop(size=(64, 64), offset="half_even", pad_before="floor", fill=0),
    )
    picture = noise(97, 83)
    assert same_bits(tensor(recipe, picture), transform(picture).numpy())


def test_the_importer_finds_ultralytics_by_the_class_of_the_object():
    recipe = import_recipe(
        augment.LetterBox(64),
        module=None,
        architecture=None,
        arguments=None,
        pass_order="horizontal",
        options={"decoder": "pillow"},
    )
    assert recipe.input.decoder == "pillow"
    assert recipe.steps[0] == fit((64, 64))
