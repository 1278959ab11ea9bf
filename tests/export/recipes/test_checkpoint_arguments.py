"""What a checkpoint says about its training against the imported steps."""

from __future__ import annotations

import pytest
import torch
from torchvision import transforms as v1
from torchvision.transforms import v2

from truecopy.errors import RecipeError
from truecopy_export.recipes import check_arguments, import_recipe

OLD = "horizontal"

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@pytest.fixture(scope="module")
def recipe():
    transform = v1.Compose([v1.Resize(256), v1.CenterCrop(224), v1.ToTensor(), v1.Normalize(MEAN, STD)])
    return import_recipe(transform, module=None, architecture=None, arguments=None, pass_order=OLD)


@pytest.mark.parametrize(
    "arguments",
    [
        None,
        {},
        {"img_size": None, "mean": None, "crop_pct": None, "interpolation": "", "lr": 0.1},
        {"img_size": 224, "input_size": [3, 224, 224], "crop_pct": 0.875, "in_chans": 3},
        {"val_crop_size": 224, "val_resize_size": 256, "interpolation": "bilinear"},
        {"mean": list(MEAN), "std": [0.229, 0.224, 0.225], "crop_mode": "center"},
        {"input_size": 224, "img_size": "not a number"},
    ],
)
def test_agreement_and_silence_pass(arguments, recipe):
    check_arguments(arguments, recipe)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"img_size": 192}, "img_size: checkpoint 192, recipe 224 x 224"),
        ({"input_size": (3, 224, 192)}, "input_size: checkpoint (3, 224, 192), recipe 224 x 224"),
        ({"val_crop_size": 256}, "val_crop_size: checkpoint 256, recipe 224 x 224"),
        ({"val_resize_size": 232}, "val_resize_size: checkpoint 232, recipe 256"),
        ({"crop_pct": 0.95}, "crop_pct: checkpoint 0.95, recipe resize 256 to crop 224 x 224"),
        ({"crop_mode": "squash"}, "crop_mode: checkpoint 'squash', recipe 'center'"),
        ({"interpolation": "bicubic"}, "interpolation: checkpoint 'bicubic', recipe 'bilinear'"),
        ({"in_chans": 1}, "in_chans: checkpoint 1, recipe 3"),
        ({"mean": [0.5]}, "mean: checkpoint [0.5], recipe [0.485, 0.456, 0.406]"),
        ({"std": (1, 1, 1)}, "std: checkpoint (1, 1, 1), recipe [0.229, 0.224, 0.225]"),
    ],
)
def test_a_contradiction_names_field_and_both_values(arguments, message, recipe):
    with pytest.raises(RecipeError) as caught:
        check_arguments(arguments, recipe)
    assert message in str(caught.value)


def test_all_contradictions_stand_in_one_message(recipe):
    with pytest.raises(RecipeError, match=r"img_size: .*; interpolation: ") as caught:
        check_arguments({"img_size": 1, "interpolation": "box"}, recipe)
    assert "(--recipe python:package.module:object)" in str(caught.value)


def test_without_resize_and_mean_only_what_is_known_is_compared():
    transform = v2.Compose([v2.CenterCrop(9), v2.ToImage(), v2.ToDtype(torch.float32)])
    recipe = import_recipe(transform, module=None, architecture=None, arguments=None, pass_order=OLD)
    check_arguments({"mean": [0.5], "std": [0.5], "crop_pct": 0.9, "interpolation": "box"}, recipe)
    with pytest.raises(RecipeError, match="val_resize_size: checkpoint 9, recipe no resize"):
        check_arguments({"val_resize_size": 9}, recipe)
