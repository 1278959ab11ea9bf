"""torchvision's transforms on tensors: which kernel of torch, and what only a class of tensor decides."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torchvision import transforms as v1
from torchvision import tv_tensors
from torchvision.transforms import InterpolationMode, v2

from truecopy.contract import CenterCrop, Resize, Values
from truecopy.errors import RecipeError
from truecopy_export.recipes import Recipe, import_recipe

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def read(*parts: object, **options: object) -> Recipe:
    return import_recipe(
        v1.Compose(parts), module=None, architecture=None, arguments=None, pass_order="horizontal", **options
    )


def refusal(*parts: object, **options: object) -> str:
    with pytest.raises(RecipeError) as caught:
        read(*parts, **options)
    return str(caught.value)


def on_tensor(*parts: object, **options: object) -> Recipe:
    return read(*parts, recipe_input="tensor", **options)


def kernel(recipe: Recipe, index: int = 0) -> tuple[object, ...]:
    step = recipe.steps[index]
    return step.kernel, step.filter, step.antialias


def test_a_tensor_is_resized_in_floats_by_v1_and_in_8_bits_by_v2():
    old = on_tensor(v1.Resize(8), v1.ConvertImageDtype(torch.float32))
    new = on_tensor(v2.Resize(8), v2.ToDtype(torch.float32, scale=True))
    assert kernel(old) == ("torch_f32_u8", "bilinear", True)
    assert kernel(new) == ("torch_u8", "bilinear", True)
    assert old.notes == new.notes == ("the transform is given uint8 tensors, not PIL pictures",)


def test_what_follows_the_conversion_to_a_tensor_is_torch_s_as_well():
    assert kernel(read(v2.ToImage(), v2.Resize(8), v2.ToDtype(torch.float32))) == (
        "torch_u8", "bilinear", True
    )  # fmt: skip
    recipe = read(v1.ToTensor(), v1.Resize(8), v1.CenterCrop(7), v1.Normalize(MEAN, STD))
    assert recipe.steps == (
        Values(chain=(("div", 255.0),)),
        Resize(rule="short", size=8, kernel="torch_f32", filter="bilinear", antialias=True),
        CenterCrop(size=(7, 7), offset="half_even", pad_before="floor", fill=0),
        Values(chain=(("sub", MEAN), ("div", STD))),
    )


def test_numbers_that_end_in_geometry_need_no_empty_chain():
    assert [type(step) for step in read(v1.ToTensor(), v2.Resize(8)).steps] == [Values, Resize]


@pytest.mark.parametrize(
    ("mode", "antialias", "v1_kernel", "v2_kernel"),
    [
        ("bilinear", None, ("torch_f32_u8", "bilinear", False), ("torch_u8", "bilinear", False)),
        ("bicubic", False, ("torch_f32_u8", "bicubic", False), ("torch_u8", "bicubic", False)),
        ("nearest", True, ("torch_u8", "nearest", False), ("torch_u8", "nearest", False)),
        ("nearest-exact", True, ("torch_u8", "nearest-exact", False), ("torch_u8", "nearest-exact", False)),
    ],
)
def test_antialias_counts_on_tensors(mode, antialias, v1_kernel, v2_kernel):
    for library, expected in ((v1, v1_kernel), (v2, v2_kernel)):
        resize = library.Resize(8, interpolation=InterpolationMode(mode), antialias=antialias)
        assert kernel(on_tensor(resize, v1.ConvertImageDtype(torch.float32))) == expected


def test_lanczos_is_for_8_bit_tensors_of_v2():
    recipe = on_tensor(v2.Resize(8, interpolation="lanczos"), v2.ToDtype(torch.float32))
    assert kernel(recipe) == ("torch_u8", "lanczos", True)


def test_without_avx2_torchvision_itself_resizes_8_bits_in_floats(monkeypatch):
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "DEFAULT")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    parts = [v2.ToDtype(torch.float32)]
    assert kernel(on_tensor(v2.Resize(8), *parts))[0] == "torch_f32_u8"
    assert kernel(on_tensor(v2.Resize(8, interpolation="bicubic"), *parts))[0] == "torch_u8"


def test_the_long_side_has_a_limit():
    step = read(v2.Resize(8, max_size=9), v1.ToTensor()).steps[0]
    assert (step.rule, step.size, step.max_size) == ("short", 8, 9)


def test_a_preset_on_tensors_is_v1_s():
    name = "torchvision:MobileNet_V2_Weights.IMAGENET1K_V2"
    recipe = import_recipe(
        name, module=None, architecture=None, arguments=None, pass_order="pillow13", recipe_input="tensor"
    )
    assert kernel(recipe) == ("torch_f32_u8", "bilinear", True)
    assert recipe.steps[-1].chain[0] == ("div", 255.0)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([v1.ToTensor()], "it takes a picture, and a tensor arrives - at step 1 of Compose: ToTensor. Write ConvertImageDtype(torch.float32) in its place"),
        ([v1.PILToTensor(), v1.ConvertImageDtype(torch.float32)], "it takes a picture, and a tensor arrives - at step 1 of Compose: PILToTensor. Leave it out"),
    ],
)  # fmt: skip
def test_what_takes_pictures_only_is_refused_on_tensors(parts, message):
    assert message in refusal(*parts, recipe_input="tensor")


def test_a_tensor_becomes_a_picture_again():
    recipe = on_tensor(v1.ToPILImage(), v1.Resize(8), v1.ToTensor())
    assert recipe.steps[0].kernel == "pillow"
    assert on_tensor(v2.ToPILImage("L"), v1.ToTensor()).input.color == "L"
    assert "the mode of ToPILImage: expected None, got 'YCbCr'" in refusal(
        v1.ToPILImage("YCbCr"), v1.ToTensor(), recipe_input="tensor"
    )


def test_8_bits_that_are_made_8_bits_again_stay():
    parts = [v2.ToImage(), v2.ToDtype(torch.uint8, scale=True), v2.ToDtype(torch.float32, scale=True)]
    assert read(*parts).steps == (Values(chain=(("mul", 1 / 255),)),)


def test_a_dtype_per_class_goes_by_the_class_that_arrives():
    per_class = {tv_tensors.Image: torch.float32, "others": None}
    assert read(v2.ToImage(), v2.ToDtype(per_class, scale=True)).steps[0].chain == (("mul", 1 / 255),)
    for stays_plain in ([v2.PILToTensor()], [v2.ToImage(), v2.ToPureTensor()]):
        assert "ends in a uint8 tensor" in refusal(*stays_plain, v2.ToDtype(per_class))
    assert "goes by the class of the tensor, and after a v1 transform that may be either" in refusal(
        v2.ToImage(), v1.CenterCrop(8), v2.ToDtype(per_class)
    )
    both = {tv_tensors.Image: torch.float32, "others": torch.float32}
    assert read(v2.ToImage(), v1.CenterCrop(8), v2.ToDtype(both)).steps[-1].chain == ()


def test_a_fill_per_class_goes_by_the_class_that_arrives():
    pad = v2.Pad(1, fill={tv_tensors.Image: 3, "others": (4, 5, 6)})
    assert read(pad, v1.ToTensor()).steps[0].fill == (4, 5, 6)
    assert read(v2.ToImage(), pad, v2.ToDtype(torch.float32)).steps[0].fill == 3


def test_fills_of_8_bit_tensors_lose_their_fraction_as_on_pictures():
    recipe = on_tensor(v2.Pad(1, fill=(1.5, 2.9, 3)), v2.ToDtype(torch.float32))
    assert recipe.steps[0].fill == (1, 2, 3)
    assert read(v1.ToTensor(), v2.Pad(1, fill=1.0)).steps[1].fill == 1


def test_what_torch_cannot_reflect_is_noted():
    recipe = on_tensor(v1.Pad(1, padding_mode="reflect"), v1.ConvertImageDtype(torch.float32))
    assert recipe.notes[0].startswith("torchvision cannot pad a tensor by reflect beyond its own sides")


def test_v2_totensor_leaves_a_tensor_alone_and_says_so():
    with pytest.warns(UserWarning, match="deprecated"):
        nothing = v2.ToTensor()
    recipe = read(v2.ToImage(), v2.ToDtype(torch.float32), nothing)
    assert recipe.notes == ("v2.ToTensor does nothing to a tensor: it neither scales nor converts one",)
    assert "the transform ends in a uint8 tensor" in refusal(v1.Resize(8), nothing, recipe_input="tensor")
    assert read(nothing).steps == (Values(chain=(("div", 255.0),)),)


def test_the_original_is_given_what_the_transform_takes():
    picture = Image.fromarray(np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3))
    seen = []
    spy = nn.Identity()
    # For all modules: a part with a hook of its own is refused.
    hook = nn.modules.module.register_module_forward_hook(
        lambda module, given, _made: seen.append(given[0]) if module is spy else None
    )
    for takes, kind in (("pil", Image.Image), ("tensor", torch.Tensor)):
        recipe = read(spy, v1.PILToTensor() if takes == "pil" else v2.Identity(), v1.ConvertImageDtype(torch.float32),
                      recipe_input=takes)  # fmt: skip
        assert np.asarray(recipe.original(picture)).shape == (3, 2, 3)
        assert isinstance(seen.pop(), kind)
    hook.remove()


def test_a_part_that_was_patched_is_refused():
    hooked = nn.Identity()
    hooked.register_forward_hook(lambda _module, _given, made: made)
    patched = v1.Resize(8)
    patched.forward = lambda picture: picture
    for part, found in ((hooked, "_forward_hooks"), (patched, "forward")):
        with pytest.raises(RecipeError, match=rf"was changed after it was made.*got {found} - at step 1 of"):
            read(part, v1.ToTensor())
