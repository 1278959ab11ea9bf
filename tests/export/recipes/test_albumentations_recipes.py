"""Live albumentations pipelines: what becomes which step, the same bits, and what is refused in which words."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
import pytest
from PIL import Image

from truecopy.contract import CenterCrop, GraphInput, Grayscale, Pad, PadTo, Resize, Values
from truecopy.errors import RecipeError, UnreadableInput
from truecopy.pixels import Plan, decode
from truecopy_export.recipes import Recipe
from truecopy_export.recipes.albumentations.compose import read_compose
from truecopy_export.recipes.circumstances import Circumstances

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
A = pytest.importorskip("albumentations")
ToTensorV2 = pytest.importorskip("albumentations.pytorch").ToTensorV2
TRAINING = "this is the training transform; pass the validation one"
OPENCV: Mapping[str, str] = {"decoder": "opencv"}


def read(*parts: object, channels: int | None = None, options: Mapping[str, str] = OPENCV) -> Recipe:
    return read_compose(
        A.Compose(list(parts)), "python:mine", Circumstances("horizontal", channels, options=options)
    )


def refusal(*parts: object, **circumstances: object) -> str:
    with pytest.raises(RecipeError) as caught:
        read(*parts, **circumstances)
    return str(caught.value)


def noise(width: int, height: int) -> Image.Image:
    random = np.random.default_rng(width * 1000 + height)
    return Image.fromarray(random.integers(0, 256, (height, width, 3), dtype=np.uint8))


def differing(recipe: Recipe, picture: Image.Image) -> int:
    """How many values the plan and the library have differently."""
    assert recipe.original is not None
    graph_input = GraphInput(
        name="input", dtype="float32", layout="NCHW", shape=("batch", recipe.made.channels, "height", "width")
    )
    plan = Plan.compile(recipe.input, recipe.steps, graph_input)
    expected = np.ascontiguousarray(recipe.original(picture.convert(recipe.input.color)))
    actual = plan.tensor(plan.canvas(decode(picture, recipe.input)))
    assert expected.dtype == np.float32
    assert expected.shape == actual.shape
    return int((expected.view(np.uint32) != actual.view(np.uint32)).sum())


def exact(size: tuple[int, int], filter_: str, *, area: bool = False) -> Resize:
    return Resize(rule="exact", size=size, kernel="cv2", filter=filter_, area_for_downscale=area)


def test_the_usual_validation_pipeline_becomes_three_steps():
    recipe = read(A.SmallestMaxSize(256), A.CenterCrop(224, 192), A.Normalize(), ToTensorV2())
    assert recipe.steps[:2] == (
        Resize(rule="scale_short", size=256, kernel="cv2", filter="bilinear", area_for_downscale=False),
        CenterCrop(size=(224, 192), offset="floor", pad_before="floor", fill=0),
    )
    assert isinstance(recipe.steps[2], Values)
    assert [op for op, _ in recipe.steps[2].chain] == ["sub", "mul"]


@pytest.mark.parametrize("size", [(97, 83), (33, 640), (300, 21), (1, 37), (53, 1), (1, 1)])
@pytest.mark.parametrize("area", [None, "image"])
def test_the_pipeline_and_the_steps_make_the_same_bits(size: tuple[int, int], area: str | None):
    picture = noise(*size)
    for resize in (
        A.Resize(64, 48, area_for_downscale=area),
        A.LongestMaxSize(64, area_for_downscale=area),
        A.LongestMaxSize(max_size_hw=(48, 64), area_for_downscale=area),
    ):
        recipe = read(
            resize, A.PadIfNeeded(64, 64, fill=7.0), A.CenterCrop(48, 48), A.Normalize(), ToTensorV2()
        )
        assert differing(recipe, picture) == 0


@pytest.mark.parametrize(
    ("constant", "name"),
    [(cv2.INTER_NEAREST, "nearest"), (cv2.INTER_AREA, "area"), (cv2.INTER_CUBIC, "bicubic")],
)
def test_interpolation_constants_are_filters_of_opencv(constant: int, name: str):
    recipe = read(A.Resize(48, 64, interpolation=constant, area_for_downscale="image_mask"), A.Normalize())
    assert recipe.steps[0] == exact((48, 64), name, area=True)


def test_opencvs_exact_variants_are_refused():
    assert "got 5 - at step 1 of Compose: Resize" in refusal(
        A.Resize(48, 64, interpolation=cv2.INTER_LINEAR_EXACT), A.Normalize()
    )


def test_both_sides_of_max_size_hw_are_the_rule_of_a_letterbox():
    recipe = read(A.LongestMaxSize(max_size_hw=(48, 64)), A.Normalize())
    assert recipe.steps[0] == Resize(
        rule="scale_fit",
        size=(48, 64),
        no_upscale=False,
        kernel="cv2",
        filter="bilinear",
        area_for_downscale=False,
    )
    assert "both sides, can be expressed" in refusal(A.LongestMaxSize(max_size_hw=(48, None)), A.Normalize())
    assert "max_size=... can be expressed" in refusal(A.SmallestMaxSize(max_size_hw=(48, 64)), A.Normalize())


@pytest.mark.parametrize(
    ("border", "mode"),
    [
        (cv2.BORDER_CONSTANT, "constant"),
        (cv2.BORDER_REPLICATE, "edge"),
        (cv2.BORDER_REFLECT, "symmetric"),
        (cv2.BORDER_REFLECT_101, "reflect"),
    ],
)
def test_border_modes_are_numpys_and_their_bits_too(border: int, mode: str):
    recipe = read(A.PadIfNeeded(40, 61, border_mode=border, position="top_left"), A.Pad((1, 2), border_mode=border),
                  A.Normalize())  # fmt: skip
    assert recipe.steps[0] == PadTo(size=(40, 61), position="top_left", fill=0, mode=mode)
    assert recipe.steps[1] == Pad(top=2, bottom=2, left=1, right=1, mode=mode, fill=0)
    assert differing(recipe, noise(7, 3)) == 0


@pytest.mark.parametrize(
    ("fill", "levels"),
    [(127.5, 128), (128.5, 128), (300.0, 255), ((1, 2, 3), (1, 2, 3)), ((10.5, 11.5, 0.4), (10, 12, 0))],
)
def test_a_fill_is_rounded_as_opencv_does(fill: object, levels: object):
    recipe = read(A.PadIfNeeded(20, 21, fill=fill), A.Normalize())
    assert recipe.steps[0] == PadTo(size=(20, 21), position="floor", fill=levels)
    assert differing(recipe, noise(7, 3)) == 0


def test_a_crop_that_pads_becomes_two_steps():
    crop = A.CenterCrop(40, 20, pad_if_needed=True, pad_position="top_left", fill=9.0)
    recipe = read(crop, A.Normalize(), ToTensorV2())
    assert recipe.steps[:2] == (
        PadTo(size=(40, 20), position="top_left", fill=9),
        CenterCrop(size=(40, 20), offset="floor", pad_before="floor", fill=0),
    )
    assert differing(recipe, noise(33, 31)) == 0


def test_a_crop_that_does_not_pad_is_noted_unless_the_size_is_known():
    note = "albumentations refuses a picture smaller than its CenterCrop; here it is padded with 0"
    assert note in read(A.CenterCrop(40, 20), A.Normalize()).notes
    assert read(A.Resize(64, 64), A.CenterCrop(40, 20), A.Normalize()).notes == ()


@pytest.mark.parametrize(
    "normalize",
    [
        {},
        {"mean": 0.5, "std": 0.5},
        {"mean": 0.5, "std": (0.1, 0.2, 0.3)},
        {"mean": (123.675, 116.28, 103.53), "std": (58.395, 57.12, 57.375), "max_pixel_value": 1.0},
        {"max_pixel_value": 254.0},
    ],
)
def test_normalize_has_the_librarys_bits_for_every_level(normalize: Mapping[str, object]):
    levels = Image.fromarray(np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16, 1), 3, axis=2))
    assert differing(read(A.Normalize(**normalize), ToTensorV2()), levels) == 0


@pytest.mark.parametrize("way", ["image", "image_per_channel", "min_max", "min_max_per_channel"])
def test_normalizations_that_measure_the_picture_are_refused(way: str):
    assert "Normalize measures every picture for itself" in refusal(A.Normalize(normalization=way))


def test_a_normalize_with_other_arithmetic_is_refused():
    """As albumentationsx does it on numbers: `x * denominator - mean * denominator`."""
    other = A.Normalize()
    other.apply = lambda image: image * other.denominator - other.mean_np * other.denominator
    assert "does not subtract and then multiply" in refusal(other)


def test_to_float_divides_and_leaves_numbers_alone():
    recipe = read(A.ToFloat(), A.ToFloat(max_value=7.0), ToTensorV2())
    assert recipe.steps == (Values(chain=(("div", 255.0),)),)
    assert differing(recipe, noise(9, 5)) == 0


def test_grey_is_opencvs_in_one_or_three_channels():
    recipe = read(A.Resize(8, 8), A.ToGray(3, p=1.0), A.Normalize(), ToTensorV2())
    assert recipe.steps[1] == Grayscale(method="cv2", channels=3)
    assert differing(recipe, noise(33, 21)) == 0
    single = read(A.Resize(8, 8), A.ToGray(1, p=1.0), A.Normalize(mean=0.5, std=0.5), channels=1)
    assert single.input.color == "RGB"
    assert differing(single, noise(33, 21)) == 0
    assert "the method of ToGray" in refusal(A.ToGray(method="average", p=1.0), A.Normalize())


def test_a_model_of_one_channel_decodes_grey():
    recipe = read(A.Resize(8, 8), A.Normalize(mean=0.5, std=0.5), ToTensorV2(), channels=1)
    assert recipe.input.color == "L"
    assert differing(recipe, noise(33, 21)) == 0


def test_a_recipe_of_one_channel_does_not_fit_a_model_of_three():
    assert "disagree about colour" in refusal(A.ToGray(1, p=1.0), A.ToFloat(), channels=3)


def test_the_decoder_is_never_guessed():
    words = refusal(A.Resize(8, 8), A.Normalize(), options={})
    assert "--recipe-arg decoder=opencv (cv2.imread, which applies the EXIF turn)" in words
    assert "--recipe-arg decoder=pillow (PIL.Image.open, which ignores it)" in words
    assert "expected one of opencv, pillow" in refusal(A.Normalize(), options={"decoder": "tf"})
    assert "no option 'size'" in refusal(A.Normalize(), options={**OPENCV, "size": "8"})


def test_opencv_reads_files_with_their_turn_and_pillow_without(tmp_path):
    file = tmp_path / "turned.png"
    exif = Image.Exif()
    exif[0x0112] = 6
    noise(5, 3).save(file, exif=exif)
    by_opencv = read(A.Normalize())
    assert (by_opencv.input.decoder, by_opencv.input.orientation) == ("opencv", "apply")
    assert by_opencv.load is not None
    assert by_opencv.load(str(file)).size == (3, 5)
    by_pillow = read(A.Normalize(), options={"decoder": "pillow"})
    assert (by_pillow.input.decoder, by_pillow.input.orientation, by_pillow.load) == (
        "pillow",
        "ignore",
        None,
    )


def test_a_file_that_opencv_cannot_read_is_an_error_with_its_name(tmp_path):
    file = tmp_path / "empty.png"
    file.write_bytes(b"")
    load = read(A.Normalize()).load
    assert load is not None
    with pytest.raises(UnreadableInput, match=r"empty\.png"):
        load(str(file))


@pytest.mark.parametrize(
    "part",
    [
        lambda: A.RandomCrop(8, 8),
        lambda: A.HorizontalFlip(p=0.5),
        lambda: A.Resize(8, 8, p=0.5),
        lambda: A.OneOf([A.NoOp()]),
        lambda: A.PadIfNeeded(8, 8, position="random"),
        lambda: A.LongestMaxSize([8, 16]),
        lambda: A.CropNonEmptyMaskIfExists(8, 8),
        lambda: A.Sequential([A.Resize(8, 8)], p=0.5),
    ],
)
def test_training_transforms_are_refused_in_these_words(part):
    assert TRAINING in refusal(part(), A.Normalize())


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (lambda: A.HorizontalFlip(p=1.0), "HorizontalFlip cannot be expressed exactly"),
        (lambda: A.Lambda(image=lambda image, **_: image, p=1.0), "the code inside Lambda cannot be read"),
        (lambda: A.Crop(0, 0, 8, 8), "CenterCrop can be expressed"),
        (lambda: A.PadIfNeeded(None, None, 8, 8), "pad_height_divisor=8"),
        (lambda: A.PadIfNeeded(8, 8, position="bottom_right"), "got 'bottom_right'"),
        (lambda: A.PadIfNeeded(8, 8, border_mode=cv2.BORDER_WRAP), "the border mode"),
    ],
)
def test_what_no_step_does_is_refused_by_name_and_place(part, words: str):
    message = refusal(A.NoOp(), part(), A.Normalize())
    assert words in message
    assert "step 2 of Compose" in message


def test_the_end_must_be_numbers_and_a_tensor_must_be_last():
    assert "ends in 8-bit pixels" in refusal(A.Resize(8, 8), ToTensorV2())
    assert "Put ToTensorV2 last" in refusal(ToTensorV2(), A.Normalize())
    assert "'cv2' takes 8-bit pixels" in refusal(A.Normalize(), A.Resize(8, 8))


def test_parts_that_never_run_and_nested_pipelines_are_read():
    recipe = read(A.HorizontalFlip(p=0.0), A.Compose([A.Sequential([A.Resize(8, 8)], p=1.0)]), A.ToFloat())
    assert recipe.steps == (exact((8, 8), "bilinear"), Values(chain=(("div", 255.0),)))
    assert recipe.notes == ("HorizontalFlip never changes the picture (p=0.0)",)
    assert "step 1.2 of Compose: Blur" in refusal(A.Compose([A.Resize(8, 8), A.Blur()]), A.Normalize())


def test_a_class_of_ones_own_is_not_read():
    class Resize(A.Resize):
        pass

    assert "is no class of albumentations" in refusal(Resize(8, 8), A.Normalize())
