"""The plan of an imported torchvision transform gives the tensor of that transform, bit for bit."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torchvision import models
from torchvision import transforms as v1
from torchvision.models import list_models
from torchvision.transforms import InterpolationMode, v2

from truecopy_export.recipes import import_recipe, installed_pass_order

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
FILTERS = list(InterpolationMode)


def read(recipe, **options):
    return import_recipe(
        recipe, module=None, architecture=None, arguments=None, pass_order=installed_pass_order(), **options
    )


def old(*parts):
    return v1.Compose([*parts, v1.ToTensor(), v1.Normalize(MEAN, STD)])


def new(*parts):
    return v2.Compose([*parts, v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)])


@pytest.mark.parametrize("style", [old, new])
@pytest.mark.parametrize("mode", FILTERS, ids=[mode.value for mode in FILTERS])
def test_every_filter_by_short_side_and_by_size(style, mode, differing):
    library = v1 if style is old else v2
    assert differing(read(style(library.Resize(96, interpolation=mode), library.CenterCrop(80)))) == 0
    assert differing(read(style(library.Resize((64, 150), interpolation=mode)))) == 0


@pytest.mark.parametrize("style", [old, new])
@pytest.mark.parametrize("size", [(224, 224), (400, 90), (91, 500), (301, 451), 133], ids=str)
def test_crops_smaller_and_larger_than_the_picture(style, size, differing):
    library = v1 if style is old else v2
    assert differing(read(style(library.CenterCrop(size)))) == 0


@pytest.mark.parametrize("style", [old, new])
@pytest.mark.parametrize("mode", ["constant", "edge", "reflect", "symmetric"])
@pytest.mark.parametrize(("padding", "fill"), [(3, 7), ((1, 5), (9, 8, 7)), ((4, 0, 2, 11), 2.9)])
def test_padding(style, mode, padding, fill, differing):
    library = v1 if style is old else v2
    assert differing(read(style(library.Pad(padding, fill=fill, padding_mode=mode)))) == 0


def test_order_of_geometry_is_kept(differing):
    assert differing(read(old(v1.CenterCrop(90), v1.Pad(5), v1.Resize(64), v1.CenterCrop((48, 70))))) == 0


@pytest.mark.parametrize(
    "parts",
    [
        [v1.ToTensor()],
        [v1.PILToTensor(), v1.ConvertImageDtype(torch.float32)],
        [v2.PILToTensor(), v2.ConvertImageDtype(), v2.Normalize(MEAN, STD)],
        [v2.ToImage(), v2.ToDtype(torch.float32)],
        [v2.ToImage(), v2.ToDtype(torch.float32), v2.Normalize([123.675, 116.28, 103.53], [58.395, 57.12, 57.375])],
        [v1.ToTensor(), v1.Normalize(MEAN, STD), v1.Normalize((0.1, 0.2, 0.3), (3.0, 0.7, 1e-3))],
        [v1.ToTensor(), v2.ToDtype(torch.float32, scale=True), v2.ToPureTensor(), v2.Normalize(MEAN, STD)],
        [v1.ToTensor(), v1.Normalize(torch.tensor(MEAN), torch.tensor(STD))],
        [v2.RGB(), v2.Identity(), nn.Sequential(v1.CenterCrop(64)), v1.ToTensor(), v1.Normalize([0.5], [1 / 3] * 3)],
    ],
    ids=lambda parts: "-".join(type(part).__name__ for part in parts),
)  # fmt: skip
def test_every_way_to_numbers(parts, differing):
    assert differing(read(v1.Compose(parts))) == 0


@pytest.mark.parametrize("parts", [
    [v1.Resize(77), v1.Grayscale(3)],
    [v1.CenterCrop(64), v1.Grayscale(1), v2.RGB()],
    [v1.Grayscale(3), v2.Resize(40)],
])  # fmt: skip
@pytest.mark.parametrize("start", [[], [v2.PILToTensor()]], ids=["picture", "tensor"])
def test_grey_in_three_channels(start, parts, differing):
    assert (
        differing(read(v1.Compose([*start, *parts, v2.PILToTensor(), v1.ConvertImageDtype(torch.float32)])))
        == 0
    )


def test_grey_in_three_channels_of_v2_on_pictures(differing):
    assert differing(read(new(v2.Resize(40), v2.Grayscale(3)))) == 0


@pytest.mark.parametrize("library", [v1, v2])
def test_grey(library, differing):
    transform = library.Compose(
        [
            library.Grayscale(),
            library.Resize(77),
            library.CenterCrop(64),
            v1.ToTensor(),
            library.Normalize([0.13], [0.3]),
        ]
    )
    assert differing(read(transform)) == 0


def test_antialias_off_changes_nothing_on_pictures(differing):
    with pytest.warns(UserWarning, match="Anti-alias option is always applied"):
        assert differing(read(old(v1.Resize(64, antialias=False)))) == 0


@pytest.mark.parametrize("order", ["horizontal", "pillow13"])
def test_the_pass_order_that_is_not_installed_differs_on_portraits(order, differing):
    transform = old(v1.Resize((64, 64), interpolation=InterpolationMode.BICUBIC))
    recipe = import_recipe(transform, module=None, architecture=None, arguments=None, pass_order=order)
    assert (differing(recipe) == 0) == (order == installed_pass_order())


def test_a_wrong_recipe_is_noticed(differing):
    """The comparison has power: another filter is no match."""
    recipe = read(old(v1.Resize(64)))
    other = read(old(v1.Resize(64, interpolation=InterpolationMode.HAMMING)))
    mixed = type(recipe)(recipe.input, other.steps, recipe.original, recipe.source, ())
    assert differing(mixed) > 1000


@pytest.fixture(autouse=True)
def several_threads():
    """torch of one thread sums bilinear without antialias in another order than its default of several."""
    before = torch.get_num_threads()
    torch.set_num_threads(max(before, 2))
    yield
    torch.set_num_threads(before)


PRESETS = (
    "MobileNet_V2_Weights.IMAGENET1K_V2",
    "ConvNeXt_Base_Weights.IMAGENET1K_V1",
    "Swin_T_Weights.IMAGENET1K_V1",
)


@pytest.mark.parametrize("takes", ["pil", "tensor"])
@pytest.mark.parametrize("name", PRESETS)
def test_a_few_presets(name, takes, differing):
    assert differing(read(f"torchvision:{name}", recipe_input=takes)) == 0


@pytest.mark.slow
@pytest.mark.parametrize("takes", ["pil", "tensor"])
def test_every_classification_preset(takes, differing):
    seen = {}
    for model in list_models():
        for entry in models.get_model_weights(model):
            if type(entry.transforms()).__name__ == "ImageClassification":
                recipe = read(f"torchvision:{type(entry).__name__}.{entry.name}", recipe_input=takes)
                seen[recipe.steps] = recipe
    assert len(seen) >= 20
    assert {recipe.source: differing(recipe) for recipe in seen.values()} == dict.fromkeys(
        (recipe.source for recipe in seen.values()), 0
    )
