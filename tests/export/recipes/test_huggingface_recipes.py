"""transformers' image processors: stand-ins with their names, options and methods."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from timm.data import create_transform

from truecopy.contract import AlphaOver, CenterCrop, PadTo, Resize, SwapRB, Values
from truecopy.errors import RecipeError
from truecopy.pixels.values import value_table
from truecopy_export.recipes import import_recipe
from truecopy_export.recipes.huggingface import processor as huggingface

OLD = "horizontal"
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
PLAIN = {
    "do_convert_rgb": None,
    "do_resize": True,
    "size": {"height": 64, "width": 48},
    "resample": 3,
    "do_center_crop": False,
    "crop_size": None,
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": MEAN,
    "image_std": STD,
    "do_pad": None,
    "pad_size": None,
}
SHORT = {"size": {"shortest_edge": 64}}
CROP = {"do_center_crop": True, "crop_size": {"height": 32, "width": 40}}


def stand_in(name, methods=(), **options):
    """An object that looks like a processor of transformers: class name and module, backend, options and methods."""
    pil = name.endswith("Pil")
    base = type("PilBackend" if pil else "TorchvisionBackend", (), {})
    base.__module__ = "transformers.image_processing_backends"
    options = {**PLAIN, **options}
    kind = type(name, (base,), {method: lambda *_: None for method in methods})
    kind.__module__ = "transformers.models.some.image_processing_some"
    kind.valid_kwargs = type("Kwargs", (), {"__annotations__": dict.fromkeys(options)})
    processor = kind()
    vars(processor).update(options)
    return processor


def read(processor, channels=None, **options):
    module = None if channels is None else torch.nn.Conv2d(channels, 1, 1)
    return import_recipe(
        processor, module=module, architecture=None, arguments=None, pass_order=OLD, options=options
    )


def refusal(processor, channels=None, **options):
    with pytest.raises(RecipeError) as caught:
        read(processor, channels, **options)
    return str(caught.value)


def pillow(rule, size, filter_="bicubic", **more):
    return Resize(rule=rule, size=size, kernel="pillow", filter=filter_, pass_order=OLD, **more)


def tensor(rule, size, filter_="bicubic", kernel="torch_u8", **more):
    return Resize(rule=rule, size=size, kernel=kernel, filter=filter_, antialias=True, **more)


def crop(height, width, pad_before="ceil"):
    return CenterCrop(size=(height, width), offset="floor", pad_before=pad_before, fill=0)


def test_the_pil_backend_resizes_with_pillow_and_scales_in_float64():
    recipe = read(stand_in("ViTImageProcessorPil", **SHORT, **CROP))
    chain = (("mul64", 1 / 255), ("sub", MEAN), ("div", STD))
    assert recipe.steps == (pillow("short", 64), crop(32, 40), Values(chain=chain))


def test_the_torchvision_backend_resizes_8_bit_tensors_and_folds_the_factor_into_mean_and_std():
    recipe = read(stand_in("ViTImageProcessor", **SHORT, **CROP, image_mean=(0.5, 0.25, 0.1)))
    chain = (("sub", (127.5, 63.75, 25.5)), ("div", (58.395, 57.120003, 57.375)))
    assert recipe.steps == (tensor("short", 64), crop(32, 40, "floor"), Values(chain=chain))


@given(
    mean=st.lists(st.floats(-2, 2, width=32), min_size=3, max_size=3),
    std=st.lists(st.floats(0.0625, 300, width=32), min_size=3, max_size=3),
    factor=st.sampled_from([1 / 255, 0.00392156862745098, 1 / 127.5, 0.0078, 1.0]),
    rescales=st.booleans(),
    normalizes=st.booleans(),
)
def test_the_chain_makes_the_numbers_that_torch_makes(mean, std, factor, rescales, normalizes):
    options = {
        "image_mean": mean, "image_std": std, "rescale_factor": factor, "do_rescale": rescales, "do_normalize": normalizes,
    }  # fmt: skip
    chain = read(stand_in("ViTImageProcessor", **options, do_resize=False)).steps[-1].chain
    levels = torch.arange(256, dtype=torch.uint8).repeat(3, 1).T.contiguous()
    times = 1.0 / factor if rescales else 1.0
    if normalizes:
        made = (levels.float() - torch.tensor(mean) * times) / (torch.tensor(std) * times)
    else:
        made = levels * factor if rescales else levels.float()
    assert np.array_equal(value_table(chain, 3).view(np.uint32), made.numpy().view(np.uint32))


@given(factor=st.floats(1e-3, 2), mean=st.floats(-1, 1), std=st.floats(0.0625, 2))
def test_the_chain_makes_the_numbers_that_numpy_makes(factor, mean, std):
    options = {"image_mean": [mean] * 3, "image_std": [std] * 3, "rescale_factor": factor}
    chain = read(stand_in("ViTImageProcessorPil", **options, do_resize=False)).steps[-1].chain
    levels = np.arange(256, dtype=np.uint8)[:, np.newaxis].repeat(3, axis=1)
    scaled = (levels.astype(np.float64) * factor).astype(np.float32)
    made = (scaled - np.array([mean] * 3, np.float32)) / np.array([std] * 3, np.float32)
    assert np.array_equal(value_table(chain, 3).view(np.uint32), made.view(np.uint32))


@pytest.mark.parametrize(
    ("name", "resample", "filter_"),
    [
        ("ViTImageProcessorPil", 0, "nearest"),
        ("ViTImageProcessor", 0, "nearest-exact"),
        ("ViTImageProcessorPil", 5, "hamming"),
        ("ViTImageProcessorPil", None, "bilinear"),
        ("ViTImageProcessor", 1, "lanczos"),
        ("ViTImageProcessorPil", "nearest", "bilinear"),
        ("ViTImageProcessor", "nearest", "nearest"),
    ],
)
def test_the_filter_that_each_backend_makes_of_resample(name, resample, filter_):
    assert read(stand_in(name, resample=resample)).steps[0].filter == filter_


def test_convnext_crops_below_384_and_squashes_from_there_on():
    methods = ("_preprocess", "resize")
    below = stand_in("ConvNextImageProcessorPil", methods, size={"shortest_edge": 383}, crop_pct=0.875)
    above = stand_in("ConvNextImageProcessorPil", methods, size={"shortest_edge": 384}, crop_pct=0.875)
    assert read(below).steps[:-1] == (pillow("short", 437), crop(383, 383))
    assert read(above).steps[:-1] == (pillow("exact", (384, 384)),)


def test_poolformer_divides_every_side():
    methods = ("_preprocess", "resize")
    sizes = [{"shortest_edge": 224}, {"height": 100, "width": 100}, {"height": 100, "width": 90}]
    found = [
        read(stand_in("PoolFormerImageProcessorPil", methods, size=size, crop_pct=0.9)).steps[0]
        for size in sizes
    ]
    assert found == [pillow("short", 248), pillow("short", 111), pillow("exact", (111, 100))]


def test_levit_enlarges_the_short_side_by_256_224():
    assert read(stand_in("LevitImageProcessorPil", ("resize",), **SHORT)).steps[0] == pillow("short", 73)


def test_efficientnet_subtracts_1_and_divides_twice():
    methods = ("_preprocess", "rescale", "_fuse_mean_std_and_rescale_factor")
    processor = stand_in("EfficientNetImageProcessor", methods, rescale_offset=True, include_top=True)
    chain = (("mul", 0.003921569), ("sub", 1.0), ("sub", MEAN), ("div", STD), ("div", STD))
    assert read(processor).steps[-1].chain == chain


def test_perceiver_crops_before_it_resizes():
    processor = stand_in(
        "PerceiverImageProcessor", ("_preprocess", "center_crop"), **{**CROP, "crop_size": {"height": 128, "width": 64}}
    )  # fmt: skip
    cut, resize, _ = read(processor).steps
    assert (cut.rule, cut.frac, cut.pad_before) == ("short_frac", (0.5, 0.75), "floor")
    assert resize == tensor("exact", (64, 48))


def test_mobilevit_turns_the_channels_around_and_normalises_nothing():
    processor = stand_in(
        "MobileViTImageProcessorPil", ("_preprocess",), do_flip_channel_order=True, do_reduce_labels=True
    )
    recipe = read(processor)
    assert recipe.steps[1:] == (SwapRB(), Values(chain=(("mul64", 1 / 255),)))
    assert "MobileViTImageProcessorPil has do_normalize on and never looks at it" in recipe.notes


def test_pp_lcnet_turns_the_channels_around_after_the_normalisation():
    processor = stand_in(
        "PPLCNetImageProcessor", ("_preprocess",), image_mean=(0.0, 0.5, 1.0), image_std=(1.0,) * 3, resize_short=100,
        size_divisor=32,
    )  # fmt: skip
    resize, swap, values = read(processor).steps
    assert resize == tensor("scale_short", 100, multiple=32, multiple_round="up")
    assert (swap, values.chain[0]) == (SwapRB(), ("sub", (255.0, 127.5, 0.0)))


def test_dinov3_rescales_before_a_float_resize():
    steps = read(stand_in("DINOv3ViTImageProcessor", ("_preprocess",), **CROP)).steps
    assert steps[0] == Values(chain=(("mul", 0.003921569),))
    assert steps[1:3] == (tensor("exact", (64, 48), kernel="torch_f32"), crop(32, 40, "floor"))
    assert steps[3] == Values(chain=(("sub", MEAN), ("div", STD)))


def test_donut_s_thumbnail_falls_back_to_bicubic_for_nearest_on_the_pil_backend_alone():
    options = {"do_thumbnail": True, "do_align_long_axis": False, "do_pad": True, "resample": 0}
    pil = read(stand_in("DonutImageProcessorPil", ("_preprocess",), **options)).steps
    torch_steps = read(stand_in("DonutImageProcessor", ("_preprocess",), **options)).steps
    assert pil[:2] == (pillow("short", 48, "nearest"), pillow("thumbnail", (64, 48)))
    assert pil[2] == PadTo(size=(64, 48), position="floor", fill=0)
    assert torch_steps[1].filter == "nearest-exact"


def test_vilt_multiplies_in_another_order_on_each_backend():
    options = {**SHORT, "size_divisor": 32, "do_pad": True}
    recipes = [
        read(stand_in(name, ("_preprocess", "resize"), **options))
        for name in ("ViltImageProcessor", "ViltImageProcessorPil")
    ]
    assert [recipe.steps[0].rule for recipe in recipes] == ["vilt", "bridgetower"]
    assert recipes[0].steps[0].multiple_round == "down"
    assert (
        "do_pad pads to the largest picture of a batch: this is what a single picture becomes"
        in recipes[0].notes
    )


def test_textnet_goes_up_to_a_multiple():
    steps = read(
        stand_in("TextNetImageProcessorPil", ("_preprocess", "resize"), **SHORT, size_divisor=32)
    ).steps
    assert steps[0] == pillow("short", 64, multiple=32, multiple_round="up")


def test_padding_follows_the_normalisation_and_goes_below_and_to_the_right():
    size = {"max_height": 64, "max_width": 64}
    steps = read(
        stand_in("PI0ImageProcessor", size=size, do_pad=True, pad_size={"height": 64, "width": 64})
    ).steps
    assert steps[0] == tensor("max_hw", (64, 64))
    assert steps[2] == PadTo(size=(64, 64), position="top_left", fill=0)


def test_layoutlmv2_keeps_8_bit_numbers_and_the_original_gives_them_as_float32():
    processor = stand_in(
        "LayoutLMv2ImageProcessorPil", ("_preprocess",), apply_ocr=False, tesseract_config=""
    )
    calls = []

    def call(_self, images, return_tensors):
        calls.append((images, return_tensors))
        return {"pixel_values": [np.full((3, 1, 1), 7, np.uint8)]}

    type(processor).__call__ = call
    recipe = read(processor)
    picture = Image.new("RGB", (1, 1))
    made = recipe.original(picture)
    assert recipe.steps[1:] == (SwapRB(), Values(chain=()))
    assert (made.dtype, made.ravel().tolist(), calls) == (np.float32, [7.0] * 3, [(picture, "np")])


def test_a_timm_wrapper_is_the_transform_that_timm_built():
    kind = type("TimmWrapperImageProcessor", (), {"__module__": "transformers.models.timm_wrapper.x"})
    processor = kind()
    processor.val_transforms = create_transform((3, 64, 64), crop_pct=0.5, interpolation="bicubic")
    recipe = read(processor)
    assert [getattr(step, "size", None) for step in recipe.steps] == [128, (64, 64), None]
    assert recipe.input.orientation == "apply"


@pytest.mark.parametrize(
    ("converts", "made", "alpha", "load"),
    [
        (True, 255, "key_over_white", "load_image_over_white"),
        (True, 0, "drop", "load_image"),
        (None, 255, "drop", "load_image"),
    ],
)
def test_by_default_files_are_read_as_the_pipelines_do(converts, made, alpha, load):
    processor = stand_in("ViTImageProcessorPil", do_convert_rgb=converts)
    processor.process_image = lambda _image, do_convert_rgb: np.full((3, 1, 1), made if do_convert_rgb else 1)
    recipe = read(processor)
    assert (recipe.input.orientation, recipe.input.alpha) == ("apply", alpha)
    assert recipe.load.__name__ == load
    assert any("load_image" in note for note in recipe.notes)


@pytest.mark.parametrize(
    ("converts", "made", "alpha"),
    [(True, 255, AlphaOver((255, 255, 255))), (True, 0, "drop"), (None, 255, "drop")],
)
def test_a_picture_handed_in_keeps_its_exif_turn_and_may_be_composited(converts, made, alpha):
    processor = stand_in("ViTImageProcessorPil", do_convert_rgb=converts)
    processor.process_image = lambda _image, do_convert_rgb: np.full((3, 1, 1), made if do_convert_rgb else 1)
    recipe = read(processor, load="image")
    assert (recipe.input.orientation, recipe.input.alpha) == ("ignore", alpha)
    assert (recipe.load is None) == (alpha == "drop")


ODD = {"do_align_long_axis": True, "do_thumbnail": True}
CONVNEXT = ("_preprocess", "resize")
EFFICIENTNET = ("_preprocess", "rescale", "_fuse_mean_std_and_rescale_factor")
REFUSED = [
    (("ViTImageProcessor", (), {"do_shear": True}), "option do_shear of ViTImageProcessor is not known here: got True"),
    (("ViTImageProcessor", (), {"data_format": "channels_last"}), "option data_format of ViTImageProcessor"),
    (("ViTImageProcessor", (), {"device": "cuda"}), "option device of ViTImageProcessor is not known here: got 'cuda'"),
    (("ConvNextImageProcessor", CONVNEXT, {**SHORT, "crop_pct": None}), "crop_pct of ConvNextImageProcessor"),
    (("ConvNextImageProcessor", CONVNEXT, {"crop_pct": 0.9}), "expected shortest_edge, got {'height': 64, 'width': 48}"),
    (("ViTImageProcessor", (), {"size": 224}), "Give size to the constructor"),
    (("ViTImageProcessor", (), {"size": {"longest_edge": 64}}), "cannot resize to this size"),
    (("ViTImageProcessor", (), {"size": {"shortest_edge": 64, "longest_edge": 99}}), "shortest_edge alone can be"),
    (("ViTImageProcessor", (), {"resample": 4}), "torchvision v2 has no box for tensors"),
    (("ViTImageProcessor", (), {"image_mean": None}), "has do_normalize on and no image_mean"),
    (("ViTImageProcessor", (), {"image_mean": (0.5,) * 4}), "wrong number of constants of sub"),
    (("ViTImageProcessor", (), {"rescale_factor": 0.0}), "rescale_factor is zero"),
    (("ViTImageProcessor", ("resize",), {}), "ViTImageProcessor writes its own resize, which is not known here"),
    (("BeitImageProcessor", ("_preprocess", "resize"), {}), "BeitImageProcessor of this version of transformers is not"),
    (("PerceiverImageProcessor", ("_preprocess", "center_crop"), CROP), "would crop more than the picture has"),
    (("EfficientNetImageProcessor", EFFICIENTNET, {"include_top": True, "do_rescale": False, "do_normalize": False}),
     "torchvision does not normalise 8-bit pixels, and include_top asks for it"),
    (("DINOv3ViTImageProcessor", ("_preprocess",), {"do_rescale": False}), "has do_rescale off"),
    (("ViTImageProcessor", (), {"do_pad": True, "pad_size": {"height": 63, "width": 99}}),
     "cannot pad a picture that is larger than pad_size: expected a pad_size of at least 64 x 48"),
    (("DonutImageProcessor", ("_preprocess",), ODD), "turns a picture by its shape"),
    (("DonutImageProcessor", ("_preprocess",), {"do_pad": True}), "do_pad of Donut cuts or fails"),
    (("ImageGPTImageProcessor", ("_preprocess",), {"do_color_quantize": True}), "a list of colour clusters"),
    (("LayoutLMv3ImageProcessorPil", ("_preprocess",), {"apply_ocr": True}), "apply_ocr=False can be expressed"),
    (("Gemma3ImageProcessor", ("_preprocess",), {"do_pan_and_scan": True}), "makes several pictures of one"),
    (("Siglip2ImageProcessor", ("_preprocess",), {}), "makes a sequence of patches (NaFlex)"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "message"), REFUSED, ids=lambda value: value[0] if len(value) == 3 else "")
def test_what_cannot_be_expressed_is_named(asked, message):
    name, methods, options = asked
    assert message in refusal(stand_in(name, methods, **options))


def test_an_object_that_is_no_processor_is_told_what_to_pass():
    processor = stand_in("ViTImageProcessor")
    assert "ViTImageProcessor is a class, not an image processor" in refusal(type(processor))
    holder = stand_in("ViTProcessor", image_processor=processor)
    assert "Pass its `.image_processor`" in refusal(holder)
    old = type("ViTFeatureExtractor", (), {"__module__": "transformers.models.vit.x", "valid_kwargs": None})()
    assert "ViTFeatureExtractor is built on no backend of transformers 5" in refusal(old)


def test_a_grey_model_and_unknown_options_are_refused():
    assert "the recipe and the model disagree about colour" in refusal(
        stand_in("ViTImageProcessor"), channels=1
    )
    assert "expected --recipe-arg load=..." in refusal(stand_in("ViTImageProcessor"), backend="pil")
    assert "option load of the recipe: expected one of load_image, image" in refusal(
        stand_in("ViTImageProcessor"), load="cv2"
    )


def build(processors):
    return lambda _path, backend: processors[backend]


def both(**options):
    return {
        "torchvision": stand_in("ViTImageProcessor", **options),
        "pil": stand_in("ViTImageProcessorPil", **options),
    }


def test_a_folder_with_two_backends_of_different_pixels_needs_a_word(tmp_path, monkeypatch):
    processors = both()
    monkeypatch.setattr(huggingface, "_build", build(processors))
    message = refusal(f"hf:{tmp_path}")
    assert "--recipe-arg backend=torchvision" in message
    assert "--recipe-arg backend=pil" in message
    chosen = read(f"hf:{tmp_path}", backend="pil")
    assert (chosen.steps[0].kernel, chosen.source) == ("pillow", f"hf:{tmp_path.name} ViTImageProcessorPil")


def test_a_folder_whose_backends_do_the_same_needs_none(tmp_path, monkeypatch):
    same = {"do_resize": False, "do_rescale": False}
    monkeypatch.setattr(huggingface, "_build", build(both(**same)))
    assert read(f"hf:{tmp_path}").steps == (Values(chain=(("sub", MEAN), ("div", STD))),)


def test_a_backend_that_refuses_is_another_one_still(tmp_path, monkeypatch):
    monkeypatch.setattr(huggingface, "_build", build(both(resample=5)))
    assert "they make different pixels" in refusal(f"hf:{tmp_path}")
    assert read(f"hf:{tmp_path}", backend="pil").steps[0].filter == "hamming"


def test_a_folder_that_no_backend_can_express_is_refused_for_that(tmp_path, monkeypatch):
    monkeypatch.setattr(huggingface, "_build", build(both(do_shear=True)))
    assert "option do_shear of ViTImageProcessor is not known here" in refusal(f"hf:{tmp_path}")


def test_what_older_files_spell_out_changes_nothing():
    spelled = stand_in("ViTImageProcessor", data_format="channels_first", device="cpu", do_pad=False)
    assert read(spelled).steps == read(stand_in("ViTImageProcessor")).steps


def test_a_class_with_one_backend_needs_no_word_and_has_no_other(tmp_path, monkeypatch):
    only = stand_in("Tipsv2ImageProcessor")
    monkeypatch.setattr(huggingface, "_build", build({"torchvision": only, "pil": only}))
    assert read(f"hf:{tmp_path}").steps[0].kernel == "torch_u8"
    message = refusal(f"hf:{tmp_path}", backend="pil")
    assert "Tipsv2ImageProcessor has no pil backend: expected --recipe-arg backend=torchvision" in message


def test_a_folder_must_be_there():
    assert refusal("hf:no/such/folder") == (
        "no such folder: expected hf:FOLDER, with preprocessor_config.json, got 'no/such/folder'"
    )
