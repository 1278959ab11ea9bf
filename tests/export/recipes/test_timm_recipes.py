"""`--recipe timm`: which size, which parts of timm's transforms, and what is refused."""

from __future__ import annotations

import pytest
import torch
from timm.data import create_transform
from timm.data import naflex_transforms as naflex
from timm.data import transforms as parts
from torchvision import transforms as v1

from truecopy.contract import CenterCrop, Resize
from truecopy.errors import RecipeError
from truecopy_export.recipes import import_recipe

OLD = "horizontal"

# What `create_transform(tf_preprocessing=True, use_prefetcher=True)` makes; its own module imports TensorFlow.
TfPreprocessTransform = type("TfPreprocessTransform", (), {"__module__": "timm.data.tf_preprocessing"})


class Model(torch.nn.Module):
    def __init__(self, **config):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 1, 1)
        self.pretrained_cfg = {
            "architecture": "model",
            "input_size": (3, 224, 224),
            "crop_pct": 0.875,
            **config,
        }


def read(recipe, module=None, architecture=None, arguments=None, **options):
    return import_recipe(
        recipe, module=module, architecture=architecture, arguments=arguments, pass_order=OLD, **options
    )


def refusal(*args, **options) -> str:
    with pytest.raises(RecipeError) as caught:
        read(*args, **options)
    return str(caught.value)


def test_one_size_needs_no_word():
    recipe = read("timm", Model())
    assert recipe.source == "timm model use_test_size=False"
    assert [step.size for step in recipe.steps[:2]] == [256, (224, 224)]
    assert recipe.steps[0].filter == "bicubic"


def test_two_sizes_are_refused_with_both_spelled_out():
    module = Model(test_input_size=(3, 256, 256), test_crop_pct=0.95)
    assert refusal("timm", module) == (
        "timm knows two sizes for model: got train 224 x 224 at crop_pct 0.875, test 256 x 256 at crop_pct 0.95. "
        "Type --recipe timm:train-size or --recipe timm:test-size, whichever the model was validated with"
    )
    train, test = read("timm:train-size", module), read("timm:test-size", module)
    assert (train.source, test.source) == ("timm model use_test_size=False", "timm model use_test_size=True")
    assert [step.size for step in test.steps[:2]] == [269, (256, 256)]


def test_without_a_module_the_architecture_names_the_configuration():
    recipe = read("timm", architecture="timm:mobilenetv2_100 pad_type=same")
    assert recipe.source == "timm mobilenetv2_100 use_test_size=False"


def test_a_model_of_another_library_has_no_timm_configuration():
    assert refusal("timm", torch.nn.Conv2d(3, 1, 1)) == (
        "--recipe timm needs a timm model: got Conv2d. "
        "Give the validation transform instead: --recipe python:package.module:object"
    )


def test_border_mode_keeps_the_ratio_and_fills_with_the_mean():
    resize, crop, _ = read("timm", Model(crop_mode="border", crop_pct=1.0, mean=(0.5, 0.4, 0.3))).steps
    assert resize == Resize(
        rule="ratio",
        size=(224, 224),
        fit="contain",
        kernel="pillow",
        filter="bicubic",
        pass_order=OLD,
    )
    assert crop == CenterCrop(size=(224, 224), offset="half_even", pad_before="floor", fill=(128, 102, 76))


def test_squash_and_oblong_center_modes():
    squash = read("timm", Model(crop_mode="squash", input_size=(3, 96, 64), crop_pct=1.0)).steps[0]
    cover = read("timm", Model(input_size=(3, 96, 64))).steps[0]
    assert (squash.rule, squash.size) == ("exact", (96, 64))
    assert (cover.rule, cover.fit, cover.size) == ("ratio", "cover", (109, 73))


def test_an_unscaled_tensor_is_an_empty_chain():
    assert read(v1.Compose([parts.ToTensor()])).steps[0].chain == ()


@pytest.mark.parametrize(
    ("transform", "message"),
    [
        (create_transform(64, is_training=True), "is random: this is the training transform; pass the validation one"),
        (parts.ResizeKeepRatio(64, longest=0.5), "`longest` of ResizeKeepRatio: expected 0 or 1, got 0.5"),
        (parts.ResizeKeepRatio(64, random_scale_prob=0.1), "it scales at random: this is the training transform"),
        (parts.ResizeKeepRatio(64, interpolation="random"), "the interpolation is random"),
        (parts.CenterCropOrPad(64, padding_mode="edge"), "padding_mode of CenterCropOrPad: expected 'constant', got 'edge'"),
        (create_transform(64, use_prefetcher=True), "the transform ends in a uint8 tensor"),
        (parts.ToNumpy(), "Build the transform with create_transform(..., use_prefetcher=False)"),
        (create_transform(64, naflex=True), "it makes a sequence of patches (NaFlex), and the contract feeds one picture - at step 1 of Compose: ResizeToSequence"),
        (create_transform(64, patchify=True), "at step 5 of Compose: Patchify. Build the transform with create_transform(..., naflex=False, patchify=False)"),
        (naflex.CenterCropToSequence(16, 64), "it makes a sequence of patches (NaFlex)"),
        (TfPreprocessTransform(), "TensorFlow decodes and resizes inside of this transform"),
        (create_transform(64, normalize=False), "the transform ends in a uint8 tensor"),
        (create_transform(64, crop_border_pixels=3), "TrimBorder (timm.TrimBorder) cannot be expressed exactly"),
        (create_transform(64, is_training=True, separate=True), "a tuple of transforms"),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_cannot_be_expressed_is_named(transform, message):
    assert message in refusal(transform)


def test_timm_s_own_transform_takes_no_tensor():
    words = (
        "timm's transforms take PIL pictures: they leave an 8-bit tensor unscaled, and cannot normalise it"
    )
    assert words in refusal("timm", Model(), recipe_input="tensor")
    assert "Normalize stands before the conversion to float32" in refusal(
        create_transform(64), recipe_input="tensor"
    )


def test_timm_s_parts_on_tensors_are_torchvision_s_v1():
    to_numbers = v1.ConvertImageDtype(torch.float32)
    resize = parts.ResizeKeepRatio((20, 30), interpolation="bicubic", longest=1.0)
    recipe = read(
        v1.Compose([resize, parts.CenterCropOrPad((20, 30), fill=7), to_numbers]), recipe_input="tensor"
    )
    assert recipe.steps[:2] == (
        Resize(
            rule="ratio",
            size=(20, 30),
            fit="contain",
            kernel="torch_f32_u8",
            filter="bicubic",
            antialias=True,
        ),
        CenterCrop(size=(20, 30), offset="half_even", pad_before="floor", fill=7),
    )
    assert "torchvision v1 cannot pad a tensor with one fill per channel" in refusal(
        v1.Compose([parts.CenterCropOrPad(9, fill=(1, 2, 3)), to_numbers]), recipe_input="tensor"
    )


def test_the_checkpoint_s_arguments_are_heard():
    message = refusal("timm", Model(), arguments={"img_size": 192, "crop_pct": None, "mean": [0.5, 0.5, 0.5]})
    assert message == (
        "the checkpoint's arguments contradict the recipe timm model use_test_size=False: "
        "got img_size: checkpoint 192, recipe 224 x 224; "
        "mean: checkpoint [0.5, 0.5, 0.5], recipe [0.485, 0.456, 0.406]. "
        "Pass the transform that the model was validated with (--recipe python:package.module:object); "
        "if the arguments are out of date, state the steps in a file (--recipe steps.yaml) with the line "
        "overrules: [img_size, mean]"
    )
