"""torchvision's transforms of tensors against their plans, bit for bit: 8-bit and float, by hand and by chance."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from torchvision import transforms as v1
from torchvision.transforms import InterpolationMode, v2

from truecopy.contract import GraphInput
from truecopy.errors import RecipeError
from truecopy.pixels import Plan, decode
from truecopy_export.recipes import Recipe, import_recipe, installed_pass_order

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
MODES = ("nearest", "nearest-exact", "bilinear", "bicubic", "lanczos")
SMOOTH = [(mode, antialias) for mode in ("bilinear", "bicubic") for antialias in (True, False)]
SIZES = (96, (64, 150), (97, 83))


@pytest.fixture(autouse=True, scope="module")
def several_threads():
    """torch of one thread sums bilinear without antialias in another order than its default of several."""
    before = torch.get_num_threads()
    torch.set_num_threads(max(before, 2))
    yield
    torch.set_num_threads(before)


def read(transform, recipe_input="tensor") -> Recipe:
    return import_recipe(
        transform,
        module=None,
        architecture=None,
        arguments=None,
        pass_order=installed_pass_order(),
        recipe_input=recipe_input,
    )


def old(*parts):
    return v1.Compose([*parts, v1.ConvertImageDtype(torch.float32), v1.Normalize(MEAN, STD)])


def new(*parts):
    return v2.Compose([v2.ToImage(), *parts, v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)])


def floats(*parts):
    return v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True), *parts, v2.Normalize(MEAN, STD)])


def resize(library, size, mode, antialias):
    return library.Resize(size, interpolation=InterpolationMode(mode), antialias=antialias)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(("mode", "antialias"), SMOOTH)
@pytest.mark.parametrize("takes", ["pil", "tensor"])
def test_smooth_filters_at_every_stage(takes, mode, antialias, size, differing):
    assert differing(read(new(resize(v2, size, mode, antialias)), takes)) == 0
    assert differing(read(floats(resize(v2, size, mode, antialias)), takes)) == 0
    assert differing(read(floats(resize(v1, size, mode, antialias)), takes)) == 0
    if takes == "tensor":
        assert differing(read(old(resize(v1, size, mode, antialias)))) == 0


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
def test_filters_that_pick_pixels(mode, size, differing):
    for transform in (
        old(resize(v1, size, mode, True)),
        new(resize(v2, size, mode, True)),
        floats(resize(v2, size, mode, False)),
    ):
        assert differing(read(transform)) == 0


def test_lanczos_of_8_bits(differing):
    assert differing(read(new(resize(v2, 96, "lanczos", True)))) == 0


@pytest.mark.parametrize("make", [old, new, floats])
@pytest.mark.parametrize("library", [v1, v2])
def test_crops_pads_and_long_sides(library, make, differing):
    for parts in (
        [library.CenterCrop((400, 90))],
        [library.CenterCrop(133), library.Pad((4, 0, 2, 11), padding_mode="edge")],
        [library.Resize(64, max_size=80), library.Pad((1, 5), fill=1)],
        [library.Pad(6, padding_mode="reflect"), library.Pad(7, padding_mode="symmetric")],
    ):
        assert differing(read(make(*parts))) == 0


def test_a_tensor_that_becomes_a_picture(differing):
    assert differing(read(old(v1.ToPILImage(), v1.Resize(50), v1.PILToTensor()))) == 0


def test_another_kernel_is_noticed(differing):
    """The comparison has power: v1 on a tensor is neither v2 nor Pillow."""
    recipe, other = read(old(v1.Resize(96))), read(new(v2.Resize(96)))
    mixed = Recipe(recipe.input, other.steps, recipe.original, recipe.source, ())
    assert differing(mixed) > 1000


def libraries():
    return st.sampled_from([v1, v2])


def sides():
    # torch's float kernels repeat one row where the result is one pixel wide (antialias): no recipe resizes to that.
    return st.integers(9, 60)


def geometry():
    size = st.one_of(sides(), st.tuples(sides(), sides()))
    resized = st.builds(resize, libraries(), size, st.sampled_from(MODES), st.booleans())
    cropped = st.builds(lambda library, s: library.CenterCrop(s), libraries(), size)
    mode = st.sampled_from(["constant", "constant", "edge", "reflect", "symmetric"])
    padding = st.sampled_from([1, (2, 0), (1, 2, 3, 0)])
    padded = st.builds(
        lambda library, p, fill, m: library.Pad(p, fill=fill, padding_mode=m),
        libraries(),
        padding,
        st.sampled_from([0, 7, 2.5, (1, 2, 3)]),
        mode,
    )
    return st.one_of(resized, cropped, padded)


def conversions():
    return st.sampled_from(
        [v1.Grayscale(3), v2.RGB(), v2.ToImage(), v2.PILToTensor(), v1.ToPILImage(), v2.ToPILImage(),
         v2.ToPureTensor(), v2.ToDtype(torch.uint8), v1.ConvertImageDtype(torch.float32)]
    )  # fmt: skip


def endings():
    return st.sampled_from(
        [[v1.ToTensor()], [v2.ToImage(), v2.ToDtype(torch.float32, scale=True)],
         [v2.PILToTensor(), v1.ConvertImageDtype(torch.float32)]]
    )  # fmt: skip


def pictures_of_chance():
    # A reflection by three pixels needs four; a tensor's symmetric one needs three.
    return st.builds(_noise, st.integers(4, 70), st.integers(4, 70), st.integers(0, 9))


def _noise(height, width, seed):
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))


@pytest.mark.filterwarnings("ignore:Anti-alias option is always applied:UserWarning")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(
    st.lists(st.one_of(geometry(), geometry(), conversions()), max_size=3),
    endings(),
    st.lists(geometry(), max_size=2),
    st.sampled_from(["pil", "tensor"]),
    pictures_of_chance(),
)
@example([resize(v1, 20, "bicubic", False), v1.Grayscale(3)], [v2.ToImage(), v2.ToDtype(torch.float32)],
         [resize(v2, (30, 31), "bilinear", True)], "tensor", _noise(41, 23, 1))  # fmt: skip
def test_whatever_is_read_gives_the_library_s_own_bits(before, ending, after, takes, picture):
    transform = v1.Compose([*before, *ending, *after, v2.Normalize(MEAN, STD)])
    try:
        recipe = read(transform, takes)
    except RecipeError:
        assume(False)
    graph = GraphInput(name="input", dtype="float32", layout="NCHW", shape=("batch", 3, "height", "width"))
    plan = Plan.compile(recipe.input, recipe.steps, graph)
    expected = np.asarray(recipe.original(picture))
    actual = plan.tensor(plan.canvas(decode(picture, recipe.input)))
    assert expected.shape == actual.shape
    assert np.array_equal(np.ascontiguousarray(expected).view(np.uint32), actual.view(np.uint32))
