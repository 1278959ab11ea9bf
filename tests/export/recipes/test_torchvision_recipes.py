"""Live torchvision transforms: what becomes which step, and what is refused in which words."""

from __future__ import annotations

import functools

import numpy as np
import pytest
import torch
from torch import nn
from torchvision import transforms as v1
from torchvision import tv_tensors
from torchvision.transforms import InterpolationMode, v2
from torchvision.transforms import _presets as presets

from truecopy.contract import CenterCrop, Grayscale, Pad, Resize, Values
from truecopy.errors import RecipeError
from truecopy_export.recipes import Recipe, import_recipe

OLD = "horizontal"
NEW = "pillow13"

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def read(*parts: object, module: nn.Module | None = None, **options: object) -> Recipe:
    transform = parts[0] if len(parts) == 1 else v1.Compose(parts)
    return import_recipe(
        transform, module=module, architecture=None, arguments=None, pass_order=OLD, **options
    )


def refusal(*parts: object, **options: object) -> str:
    with pytest.raises(RecipeError) as caught:
        read(*parts, **options)
    return str(caught.value)


def test_the_usual_validation_transform_becomes_three_steps():
    recipe = read(v1.Resize(256), v1.CenterCrop(224), v1.ToTensor(), v1.Normalize(MEAN, STD))
    assert recipe.steps == (
        Resize(rule="short", size=256, kernel="pillow", filter="bilinear", pass_order=OLD),
        CenterCrop(size=(224, 224), offset="half_even", pad_before="floor", fill=0),
        Values(chain=(("div", 255.0), ("sub", MEAN), ("div", STD))),
    )
    assert recipe.input.color == "RGB"
    assert recipe.original is not None
    assert recipe.source == "python object Compose"


def test_a_pair_is_an_exact_size_and_a_list_of_one_is_the_short_side():
    exact = read(v2.Resize((20, 30), interpolation=InterpolationMode.LANCZOS), v1.ToTensor()).steps[0]
    short = read(v1.Resize([20], interpolation=InterpolationMode.HAMMING), v1.ToTensor()).steps[0]
    assert (exact.rule, exact.size, exact.filter) == ("exact", (20, 30), "lanczos")
    assert (short.rule, short.size, short.filter) == ("short", 20, "hamming")


def test_nearest_exact_is_nearest_on_pictures():
    step = read(v1.Resize(20, interpolation=InterpolationMode.NEAREST_EXACT), v1.ToTensor()).steps[0]
    assert step.filter == "nearest"


def test_v2_scales_by_a_product_and_v1_by_a_quotient():
    assert read(v2.ToImage(), v2.ToDtype(torch.float32, scale=True)).steps[-1].chain == (("mul", 1 / 255),)
    assert read(v2.PILToTensor(), v2.ConvertImageDtype()).steps[-1].chain == (("mul", 1 / 255),)
    assert read(v1.PILToTensor(), v1.ConvertImageDtype(torch.float32)).steps[-1].chain == (("div", 255.0),)


def test_a_conversion_without_scale_is_an_empty_chain():
    assert read(v2.ToImage(), v2.ToDtype(torch.float32)).steps == (Values(chain=()),)


def test_a_second_normalize_lengthens_the_chain():
    chain = read(v1.ToTensor(), v1.Normalize(MEAN, STD), v1.Normalize([0.0], [2.0])).steps[-1].chain
    assert [op for op, _ in chain] == ["div", "sub", "div", "sub", "div"]
    assert chain[-1] == ("div", 2.0)


def test_constants_are_the_shortest_decimals_of_their_float32():
    chain = read(v1.ToTensor(), v1.Normalize(torch.tensor(MEAN), np.array(STD))).steps[-1].chain
    assert chain[1:] == (("sub", MEAN), ("div", STD))


def test_padding_is_left_top_right_bottom():
    step = read(v1.Pad((1, 2, 3, 4), fill=(5, 6, 7)), v1.ToTensor()).steps[0]
    assert step == Pad(left=1, top=2, right=3, bottom=4, mode="constant", fill=(5, 6, 7))
    step = read(v2.Pad((1, 2), padding_mode="reflect"), v1.ToTensor()).steps[0]
    assert step == Pad(left=1, top=2, right=1, bottom=2, mode="reflect", fill=0)
    assert read(v1.Pad(3), v1.ToTensor()).steps[0].top == 3


def test_grey_first_decodes_grey():
    recipe = read(v1.Grayscale(), v1.Resize(8), v1.ToTensor(), v1.Normalize((0.13,), (0.3,)))
    assert recipe.input.color == "L"
    assert recipe.steps[-1].chain == (("div", 255.0), ("sub", 0.13), ("div", 0.3))
    assert "Grayscale stands first: pictures are decoded as grey" in recipe.notes


def test_a_model_of_one_channel_is_fed_grey():
    recipe = read(v1.ToTensor(), v1.Normalize((0.13,), (0.3,)), module=nn.Conv2d(1, 2, 3))
    assert recipe.input.color == "L"
    assert recipe.notes == ("the model takes one channel: pictures are decoded as grey",)
    assert read(v1.ToTensor(), v1.Normalize((0.5,), (0.5,)), module=nn.Conv2d(3, 2, 3)).input.color == "RGB"


def test_one_mean_without_a_telling_model_is_not_certain():
    assert "one mean fits" in refusal(v1.ToTensor(), v1.Normalize((0.1,), (0.3,)), module=nn.Conv2d(64, 2, 3))
    assert refusal(v1.ToTensor(), v1.Normalize((0.13,), (0.3,))) == (
        "one mean fits a grey picture and a colour one - at python object Compose. "
        "Put Grayscale first, or give Normalize three values"
    )


def test_recipe_and_model_must_agree_about_colour():
    assert "expected 3 channels for the model, got 1 of the recipe" in refusal(
        v1.Grayscale(), v1.ToTensor(), module=nn.Conv2d(3, 2, 3)
    )
    assert "Normalize has 3 values, the picture has 1 channel" in refusal(
        v1.Grayscale(), v1.ToTensor(), v1.Normalize(MEAN, STD)
    )


def test_containers_nest():
    inner = v2.Compose([v2.Identity(), nn.Sequential(v1.CenterCrop((3, 5)), nn.Identity())])
    recipe = read(v1.Resize(9), inner, v2.RGB(), v1.ToTensor(), v2.ToPureTensor())
    assert [step.size for step in recipe.steps[:2]] == [9, (3, 5)]


def test_the_weights_preset_is_read_without_a_download():
    recipe = import_recipe(
        "torchvision:MobileNet_V2_Weights.IMAGENET1K_V2",
        module=None,
        architecture=None,
        arguments=None,
        pass_order=NEW,
    )
    assert recipe.source == "torchvision:MobileNet_V2_Weights.IMAGENET1K_V2"
    assert recipe.steps[0] == Resize(
        rule="short", size=232, kernel="pillow", filter="bilinear", pass_order=NEW
    )


def test_grey_later_is_a_step_with_the_formula_of_its_stage():
    later = read(v1.Resize(8), v1.Grayscale(), v1.ToTensor(), v1.Normalize([0.5], [0.5]))
    assert later.input.color == "RGB"
    assert later.steps[1] == Grayscale(method="pillow", channels=1)
    assert later.made.channels == 1
    tensor = read(
        v1.Grayscale(3), v1.ConvertImageDtype(torch.float32), v1.Normalize(MEAN, STD), recipe_input="tensor"
    )
    assert tensor.steps[0] == Grayscale(method="torchvision", channels=3)
    assert tensor.input.color == "RGB"


def test_grey_in_three_channels_is_one_step():
    recipe = read(v2.Grayscale(3), v1.ToTensor(), v1.Normalize(MEAN, STD))
    assert (recipe.input.color, recipe.steps[0]) == ("RGB", Grayscale(method="pillow", channels=3))


def test_decoded_grey_is_repeated_by_rgb_and_by_three_channels():
    for repeat in (v2.RGB(), v1.Grayscale(3)):
        recipe = read(v1.Grayscale(), repeat, v1.ToTensor(), v1.Normalize(MEAN, STD))
        assert (recipe.input.color, recipe.made.channels) == ("L", 3)
    # v1 expands a grey tensor to its own one channel.
    stays = read(v1.Grayscale(), v1.Grayscale(3), v1.ConvertImageDtype(torch.float32), recipe_input="tensor")
    assert stays.made.channels == 1


def test_a_grey_step_and_the_model_must_agree():
    message = refusal(v1.Resize(8), v1.Grayscale(), v1.ToTensor(), module=nn.Conv2d(3, 2, 3))
    assert "expected 3 channels for the model, got 1 of the recipe" in message


def test_antialias_off_is_noted():
    assert read(v1.Resize(8, antialias=False), v1.ToTensor()).notes == (
        "antialias=False has no meaning on PIL pictures: Pillow always filters",
    )


def test_unknown_weights_are_refused():
    assert refusal("torchvision:Nothing_Weights.V1") == (
        "torchvision has no such weights: expected a name as MobileNet_V2_Weights.IMAGENET1K_V1, "
        "got 'Nothing_Weights.V1'"
    )


class Mine(v1.Resize):
    pass


class Preset:
    def __init__(self) -> None:
        self.transforms = v1.Compose([v1.ToTensor()])


RANDOM = "is random: this is the training transform; pass the validation one"


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([v1.RandomResizedCrop(8), v1.ToTensor()], f"RandomResizedCrop {RANDOM} - at step 1 of Compose: RandomResizedCrop"),
        ([v1.Resize(8), v2.RandomHorizontalFlip(0.0)], f"RandomHorizontalFlip {RANDOM} - at step 2 of Compose: RandomHorizontalFlip"),
        ([v1.ColorJitter(), v1.ToTensor()], f"ColorJitter {RANDOM}"),
        ([v1.AutoAugment(), v1.ToTensor()], f"AutoAugment {RANDOM}"),
        ([v1.RandAugment(), v1.ToTensor()], f"RandAugment {RANDOM}"),
        ([v1.TrivialAugmentWide(), v1.ToTensor()], f"TrivialAugmentWide {RANDOM}"),
        ([v1.ToTensor(), v1.RandomErasing()], f"RandomErasing {RANDOM}"),
        ([v1.ToTensor(), v2.ElasticTransform()], f"ElasticTransform {RANDOM} - at step 2 of Compose: ElasticTransform"),
        ([v1.FiveCrop(8), v1.ToTensor()], "FiveCrop makes several pictures of one - at step 1 of Compose: FiveCrop. Leave it out here"),
        ([v1.Lambda(abs), v1.ToTensor()], "the code inside Lambda cannot be read - at step 1 of Compose: Lambda"),
        ([v1.ToTensor(), lambda x: x], "the code inside <lambda> cannot be read - at step 2 of Compose: <lambda>"),
        ([v1.GaussianBlur(3), v1.ToTensor()], "GaussianBlur (v1.GaussianBlur) cannot be expressed exactly: expected one of Resize, CenterCrop"),
        ([Mine(8), v1.ToTensor()], "test_torchvision_recipes.Mine) cannot be expressed exactly: expected one of Resize"),
        ([Preset()], "Preset is not known, but holds a Compose - at Preset. Pass its `.transforms`"),
        ([v1.Resize(8, max_size=8), v1.ToTensor()], "max_size of Resize: expected one number as size, and max_size above it, got size=(8,), max_size=8"),
        ([v2.Resize((8, 9), max_size=20), v1.ToTensor()], "max_size of Resize: expected one number as size, and max_size above it, got size=(8, 9), max_size=20"),
        ([v2.Resize(None, max_size=9), v1.ToTensor()], "size=None of Resize (the long side becomes max_size) cannot be expressed: got max_size=9 - at step 1"),
        ([v1.Normalize(MEAN, STD), v1.ToTensor()], "Normalize stands before the conversion to float32 - at step 1 of Compose: Normalize"),
        ([v1.PILToTensor(), v1.Normalize(MEAN, STD)], "Normalize stands before the conversion to float32"),
        ([v1.Resize(8), v1.CenterCrop(8)], "the transform ends in a picture, the graph takes float32"),
        ([v1.Resize(8), v2.ToImage()], "the transform ends in a uint8 tensor, the graph takes float32"),
        ([v1.ToTensor(), v1.ToTensor()], "it takes a picture, and a tensor arrives - at step 2 of Compose: ToTensor. Leave it out"),
        ([v2.ToDtype(torch.float32), v1.ToTensor()], "it does nothing to a picture - at step 1 of Compose: ToDtype"),
        ([v2.ToImage(), v2.ToDtype(torch.float16, scale=True)], "the dtype: expected torch.float32, got torch.float16"),
        ([v2.ToImage(), v2.ToDtype({torch.Tensor: torch.float32})], "dtype has no entry for what arrives: torchvision's Image: got {<class 'torch.Tensor'>: torch.float32}"),
        ([v2.ToImage(), v2.ToDtype(torch.float32), v2.ToDtype(torch.uint8)], "numbers cannot be turned back into 8-bit pixels - at step 3 of Compose: ToDtype"),
        ([v2.ToImage(), v2.ToDtype(torch.float32), v1.ToPILImage()], "numbers cannot be turned back into 8-bit pixels - at step 3 of Compose: ToPILImage"),
        ([v1.ToPILImage(), v1.ToTensor()], "it takes a tensor, and a picture arrives - at step 1 of Compose: ToPILImage. Leave it out"),
        ([v1.ToTensor(), v1.Grayscale()], "conversions between grey and colour take 8-bit pixels, and numbers arrive - at step 2 of Compose: Grayscale"),
        ([v2.ToImage(), v2.Grayscale(), v2.ToDtype(torch.float32)], "v2.Grayscale of a tensor rounds in an order that the contract does not have"),
        ([v2.ToImage(), v2.Resize(8, interpolation="box"), v2.ToDtype(torch.float32)], "torchvision v2 has no box for tensors: expected nearest, nearest-exact, bilinear or bicubic - at step 2"),
        ([v1.PILToTensor(), v1.Resize(8, interpolation=InterpolationMode.LANCZOS), v1.ToTensor()], "torchvision v1 has no lanczos for tensors"),
        ([v2.ToImage(), v2.Resize(8, interpolation="lanczos", antialias=False), v2.ToDtype(torch.float32)], "torchvision v2 has no lanczos for tensors without antialias"),
        ([v1.ToTensor(), v2.Resize(8, interpolation="lanczos")], "lanczos on float32 numbers cannot be expressed"),
        ([v1.ToTensor(), v1.Pad(1, fill=(1, 2, 3))], "torchvision v1 cannot pad a tensor with one fill per channel: got (1, 2, 3)"),
        ([v1.ToTensor(), v2.Pad(1, fill=(1, 2, 3), padding_mode="edge")], "torchvision v2 cannot pad a tensor with one fill per channel and mode edge"),
        ([v1.ToTensor(), v1.Pad(1, fill=0.5)], "a fractional fill of float32 numbers cannot be expressed: expected a whole number from 0 to 255, got 0.5"),
        ([v1.PILToTensor(), v1.Pad(1, fill=255.5), v1.ConvertImageDtype(torch.float32)], "the fill: expected 0 to 255, got 255.5"),
        ([v2.Pad(1, fill={tv_tensors.Mask: 3}), v1.ToTensor()], "fill of Pad has no entry for what arrives: PIL's Image"),
        ([functools.partial(v1.functional.resize, size=[8]), v1.ToTensor()], "a partial of resize cannot be read - at step 1 of Compose: partial. Write it with torchvision's own classes: Resize"),
        ([v1.LinearTransformation(torch.eye(3), torch.zeros(3)), v1.ToTensor()], "LinearTransformation (v1.LinearTransformation) cannot be expressed exactly: expected one of Resize"),
        ([v1.RandomApply([v1.Resize(8)]), v1.ToTensor()], f"RandomApply {RANDOM}"),
        ([presets.SemanticSegmentation(resize_size=9)], "a preset for segmentation, and Truecopy classifies pictures - at SemanticSegmentation. Pass the preset of a classification entry"),
        ([presets.ObjectDetection()], "a preset for detection, and Truecopy classifies pictures"),
        ([presets.VideoClassification(crop_size=(8, 8), resize_size=(9, 9))], "a preset for video, and Truecopy classifies pictures"),
        ([presets.OpticalFlow()], "a preset for optical flow, and Truecopy classifies pictures"),
        ([v1.Pad(-2), v1.ToTensor()], "a negative padding is a crop, and cannot be expressed: got -2"),
        ([v1.Pad(2, fill=300), v1.ToTensor()], "Expected `int` <= 255 - at `$.steps[0].fill`"),
        ([v1.CenterCrop(0), v1.ToTensor()], "Expected `int` >= 1 - at `$.steps[0].size[0]`"),
        ([v1.ToTensor(), v1.Normalize(MEAN[:2], STD[:2])], "wrong number of constants of sub: expected 3, got 2"),
        ([v1.ToTensor(), v1.Normalize(MEAN, (1, 0, 1))], "std of Normalize is zero: got (1, 0, 1)"),
        ([v1.ToTensor(), v1.Normalize((float("nan"),), (1,))], "mean of Normalize: expected one finite number per channel"),
        ([v1.Compose([v1.Resize(8), v1.Compose([v1.Lambda(abs)])])], "at step 2.1 of Compose: Lambda"),
    ],
)  # fmt: skip
def test_what_cannot_be_expressed_is_named_with_its_place(parts, message):
    assert message in refusal(*parts)


@pytest.mark.parametrize(
    ("recipe", "options", "message"),
    [
        (
            "nonsense",
            {},
            "the recipe is unknown: expected timm, timm:train-size, timm:test-size, timm:arguments, torchvision:WEIGHTS",
        ),
        (
            "timm",
            {"recipe_input": "tensor"},
            "timm's transforms take PIL pictures: they leave an 8-bit tensor unscaled, and cannot normalise it",
        ),
        (
            [v1.ToTensor()],
            {},
            "a list of transforms - at python object list. Wrap it: transforms.Compose([...])",
        ),
    ],
)
def test_other_spellings_are_refused(recipe, options, message):
    assert message in refusal(recipe, **options)


def test_a_double_default_dtype_is_refused():
    torch.set_default_dtype(torch.float64)
    try:
        assert "ToTensor makes torch's default dtype: expected float32, got torch.float64" in refusal(
            v1.ToTensor()
        )
    finally:
        torch.set_default_dtype(torch.float32)
