"""Live Keras objects to steps, and those steps against Keras, bit for bit."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from PIL import Image

from truecopy.contract import CenterCrop, GraphInput, Resize, ResizeBox, SwapRB, Values
from truecopy.errors import RecipeError, UnreadableInput
from truecopy.pixels import Plan, decode
from truecopy_export.recipes.circumstances import Circumstances
from truecopy_export.recipes.pillow_passes import installed_pass_order

tf = pytest.importorskip("tensorflow", reason="Keras recipes are read where TensorFlow is installed")
keras = pytest.importorskip("keras", reason="Keras recipes are read where Keras is installed")
if keras.config.backend() != "tensorflow":
    pytest.skip("these recipes are of Keras on TensorFlow", allow_module_level=True)

from truecopy_export.recipes.keras.objects import read_application, read_keras_object  # noqa: E402
from truecopy_export.recipes.keras.pipeline import KerasPipeline  # noqa: E402

layers = keras.layers
CAFFE = keras.applications.resnet50.preprocess_input
TF = keras.applications.mobilenet_v2.preprocess_input
TORCH = keras.applications.densenet.preprocess_input
SIZES = ((1, 9), (12, 1), (30, 47), (96, 64), (24, 24))  # (height, width)


def circumstances(channels=None, **options) -> Circumstances:
    return Circumstances(installed_pass_order(), channels, options=options)


def read(obj, channels=None, **options):
    return read_keras_object(obj, "object", circumstances(channels, **options))


def refusal(obj, **options) -> str:
    with pytest.raises(RecipeError) as caught:
        read(obj, **options)
    return str(caught.value)


def pictures(color):
    random = np.random.default_rng(3)
    for height, width in SIZES:
        pixels = random.integers(0, 256, (height, width, 3)).astype(np.uint8)
        yield Image.fromarray(pixels).convert(color)


def differing(recipe) -> int:
    shape = ("batch", recipe.input.channels, "height", "width")
    plan = Plan.compile(
        recipe.input, recipe.steps, GraphInput(name="x", dtype="float32", layout="NCHW", shape=shape)
    )
    total = 0
    for picture in pictures(recipe.input.color):
        expected = recipe.original(picture)
        actual = plan.tensor(plan.canvas(decode(picture, recipe.input)))
        assert expected.dtype == np.float32
        assert expected.shape == actual.shape
        total += int((expected.view(np.uint32) != actual.view(np.uint32)).sum())
    return total


def test_an_application_is_read_behind_the_loader_that_is_typed():
    recipe = read_application(
        "resnet50", circumstances(load="load_img", size="24x20", interpolation="bicubic")
    )
    assert recipe.steps == (
        Resize(
            rule="exact",
            size=(24, 20),
            kernel="pillow",
            filter="bicubic",
            pass_order=installed_pass_order(),
        ),
        SwapRB(),
        Values(chain=(("sub", (103.939, 116.779, 123.68)),)),
    )
    assert recipe.source.startswith("keras:resnet50: load_img(target_size=(24, 20), interpolation='bicubic'")
    assert recipe.load is None
    assert differing(recipe) == 0


def test_the_name_of_a_model_is_its_module():
    options = {"load": "load_img", "size": "24x20"}
    by_model = read_application("MobileNetV2", circumstances(**options))
    assert by_model.steps == read_application("mobilenet_v2", circumstances(**options)).steps


def test_an_unknown_application_is_refused_with_the_known_ones():
    with pytest.raises(RecipeError, match=r"densenet, .*mobilenet_v2"):
        read_application("lenet", circumstances(load="load_img"))


def test_every_application_is_read():
    for name in ("convnext", "efficientnet", "inception_v3", "nasnet", "resnet_v2", "vgg16", "xception"):
        recipe = read_application(name, circumstances(load="load_img", size="24x20"))
        assert differing(recipe) == 0


def test_defaults_are_those_of_the_installed_function():
    assert read(KerasPipeline("load_img", (24, 20), then=(TF,))).steps[0].filter == "nearest"
    dataset = read(KerasPipeline("image_dataset_from_directory", then=(TF,))).steps[0]
    assert (dataset.size, dataset.filter, dataset.antialias) == ((256, 256), "bilinear", False)


def test_the_loaders_are_reproduced():
    for pipeline in (
        KerasPipeline("load_img", (24, 20), "lanczos", then=(TORCH,)),
        KerasPipeline("image_dataset_from_directory", (24, 20), "area", then=(CAFFE,)),
        KerasPipeline("image_dataset_from_directory", (24, 20), crop_to_aspect_ratio=True, then=(TF,)),
        KerasPipeline("smart_resize", (24, 20), "bicubic", decoder="pillow", then=(TF,)),
        KerasPipeline("tf.image.resize", (24, 20), antialias=True, decoder="tensorflow", then=(TORCH,)),
        KerasPipeline("tf.image.resize", (24, 20), "nearest", decoder="tensorflow", then=(TF,)),
    ):
        assert differing(read(pipeline)) == 0, pipeline


def test_keep_aspect_ratio_is_a_resize_of_a_box():
    recipe = read(KerasPipeline("load_img", (24, 20), "nearest", keep_aspect_ratio=True, then=(TF,)))
    assert recipe.steps[0] == ResizeBox(size=(24, 20), filter="nearest", pass_order=installed_pass_order())


def test_grey_is_decoded_as_grey():
    recipe = read(KerasPipeline("load_img", (24, 20), "bilinear", color_mode="grayscale", then=(TF,)))
    assert recipe.input.color == "L"
    assert any("16-bit" in note for note in recipe.notes)
    assert differing(recipe) == 0


def test_tensorflows_decoder_is_named_and_measured(tmp_path):
    recipe = read(KerasPipeline("image_dataset_from_directory", (24, 20), then=(TF,)))
    assert (recipe.input.decoder, recipe.input.depth16) == ("pillow", "shift")
    assert "decode_image" in recipe.other_decoder
    file = tmp_path / "a.png"
    picture = next(pictures("RGB"))
    picture.save(file)
    assert np.array_equal(recipe.load(str(file)), picture)
    (tmp_path / "b.png").write_bytes(b"no picture")
    with pytest.raises(UnreadableInput, match="TensorFlow cannot read"):
        recipe.load(str(tmp_path / "b.png"))


def test_a_sequential_of_layers_is_read_and_names_its_backend():
    model = keras.Sequential(
        [
            layers.Input((None, None, 3)),
            layers.Resizing(30, 26, crop_to_aspect_ratio=True),
            keras.Sequential([layers.CenterCrop(24, 20), layers.Identity()]),
            layers.Rescaling(1 / 127.5, offset=-1),
            layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[0.25, 0.5, 4.0]),
        ]
    )
    recipe = read(model)
    assert [type(step) for step in recipe.steps] == [CenterCrop, Resize, CenterCrop, Values]
    assert [op for op, _ in recipe.steps[-1].chain] == ["mul", "add", "sub", "div"]
    assert recipe.source.endswith("keras resizing on backend tensorflow")
    assert any("--recipe-arg decoder=tensorflow" in note for note in recipe.notes)
    assert differing(recipe) == 0


def test_a_model_that_was_not_called_yet_stays_as_it_was():
    layer = layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[0.25, 0.5, 4.0])
    model = keras.Sequential([layers.Resizing(24, 20), layer])
    assert differing(read(model)) == 0
    assert not model.built


def test_what_a_picture_carries_beside_its_pixels_changes_nothing():
    recipe = read(KerasPipeline("load_img", (24, 20), then=(TF,)))
    bare = next(pictures("RGB"))
    laden = bare.copy()
    laden.info |= {"icc_profile": b"no profile", "transparency": (1, 2, 3), "gamma": 0.3}
    assert np.array_equal(recipe.original(laden), recipe.original(bare))


def test_an_adapted_normalization_is_read():
    layer = layers.Normalization()
    layer.adapt(np.arange(2 * 3 * 4 * 3, dtype=np.float32).reshape(2, 3, 4, 3) ** 1.3)
    assert differing(read(keras.Sequential([layers.Resizing(24, 20), layer]))) == 0


def test_a_center_crop_that_resizes_is_read_where_the_size_is_known():
    assert differing(read(keras.Sequential([layers.Resizing(30, 18), layers.CenterCrop(24, 20)]))) == 0
    assert "Put Resizing" in refusal(layers.CenterCrop(24, 20))


def test_the_decoder_of_layers_can_be_typed():
    recipe = read(layers.Rescaling(1 / 255), decoder="tensorflow")
    assert recipe.other_decoder is not None
    assert not any("do not say how files are decoded" in note for note in recipe.notes)


def test_a_function_alone_is_refused_with_what_to_pass():
    assert 'KerasPipeline(load="load_img"' in refusal(TF)
    assert "load_img" in refusal(keras.utils.load_img)


def test_a_partial_of_preprocess_input_is_read():
    mode = functools.partial(keras.applications.imagenet_utils.preprocess_input, mode="torch")
    expected = read(KerasPipeline("load_img", (24, 20), then=(TORCH,)))
    assert read(KerasPipeline("load_img", (24, 20), then=(mode,))).steps == expected.steps


@pytest.mark.parametrize(
    ("pipeline", "named"),
    [
        (KerasPipeline("cv2.resize"), "one of load_img"),
        (KerasPipeline("load_img", (24,)), "expected (height, width) in pixels"),
        (KerasPipeline("load_img", (24, 0)), "expected (height, width) in pixels"),
        (KerasPipeline("load_img", (24, 20), antialias=True), "load_img has no antialias"),
        (KerasPipeline("load_img", (24, 20), decoder="tensorflow"), "decodes by itself"),
        (KerasPipeline("load_img", (24, 20), "lanczos3"), "interpolation of load_img"),
        (KerasPipeline("load_img", (24, 20), color_mode="rgba"), "rgb or grayscale"),
        (KerasPipeline("smart_resize", (24, 20)), "does not say how files become arrays"),
        (KerasPipeline("smart_resize", decoder="pillow"), "smart_resize needs size"),
        (KerasPipeline("image_dataset_from_directory", pad_to_aspect_ratio=True), "resize_with_pad"),
        (KerasPipeline("image_dataset_from_directory", color_mode="grayscale"), "TensorFlow's grey"),
        (KerasPipeline("load_img", (24, 20), then=(np.negative,)), "cannot be read"),
        (KerasPipeline("load_img", color_mode="grayscale", then=(CAFFE,)), "does not take this picture"),
    ],
    ids=lambda value: None if isinstance(value, KerasPipeline) else value,
)
def test_what_cannot_be_expressed_is_refused(pipeline, named):
    assert named in refusal(pipeline)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (layers.RandomFlip, "step 2 of Sequential: RandomFlip"),
        (layers.RandomFlip, "this is the training transform; pass the validation one"),
        (lambda: layers.Resizing(24, 20, pad_to_aspect_ratio=True), "Keras pads the picture"),
        (lambda: layers.Resizing(24, 20, interpolation="lanczos5"), "The nearest is 'bicubic'"),
        (lambda: layers.Resizing(24, 20, data_format="channels_first"), "channels_last"),
        (lambda: layers.Rescaling(0.5, dtype="float16"), "expected float32, got float16"),
        (lambda: layers.Rescaling([0.5, 0.25]), "1 or 3 constants"),
        (layers.Normalization, "adapt()"),
        (lambda: layers.Normalization(axis=(1, 2), mean=0.0, variance=1.0), "does not fit a picture"),
        (lambda: layers.Dense(3), "Dense"),
        (lambda: keras.Sequential([layers.Solarization()]), "step 2.1 of Sequential: Solarization"),
    ],
)
def test_a_layer_that_cannot_be_expressed_is_refused_with_its_place(make, named):
    assert named in refusal(keras.Sequential([layers.Resizing(24, 20), make()]))


def test_a_model_of_another_number_of_channels_is_refused():
    with pytest.raises(RecipeError, match="disagree about colour"):
        read(KerasPipeline("load_img", (24, 20), then=(TF,)), channels=1)


def test_channels_first_is_refused():
    keras.config.set_image_data_format("channels_first")
    try:
        assert "set_image_data_format('channels_last')" in refusal(layers.Rescaling(0.5))
    finally:
        keras.config.set_image_data_format("channels_last")
