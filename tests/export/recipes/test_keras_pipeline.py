"""What may be typed for a Keras pipeline, and which kernels its resizing becomes: no library is needed for that."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from truecopy.errors import RecipeError
from truecopy.pixels.geometry import crop_size
from truecopy_export.recipes.circumstances import Circumstances
from truecopy_export.recipes.keras.backend import active_backend, aspect_crop, crop_note, resize_step
from truecopy_export.recipes.keras.pipeline import KerasPipeline, typed_pipeline


def typed(**options: str) -> KerasPipeline:
    return typed_pipeline(Circumstances("horizontal", options=options), ())


def refusal(**options: str) -> str:
    with pytest.raises(RecipeError) as caught:
        typed(**options)
    return str(caught.value)


def test_what_is_typed_becomes_the_pipeline():
    assert typed(
        load="load_img", size="224x160", interpolation="nearest", keep_aspect_ratio="true"
    ) == KerasPipeline("load_img", (224, 160), "nearest", keep_aspect_ratio=True)
    assert typed(load="tf.image.resize", size="9x7", antialias="false", decoder="pillow") == KerasPipeline(
        "tf.image.resize", (9, 7), antialias=False, decoder="pillow"
    )


def test_the_loader_is_never_guessed():
    message = refusal(size="224x224")
    for name in ("load_img", "image_dataset_from_directory", "smart_resize", "tf.image.resize"):
        assert f"--recipe-arg load={name}" in message


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"load": "cv2"}, "one of load_img"),
        ({"load": "load_img", "size": "224"}, "224x224"),
        ({"load": "load_img", "size": "x"}, "HEIGHTxWIDTH"),
        ({"load": "load_img", "size": "-1x2"}, "HEIGHTxWIDTH"),
        ({"load": "load_img", "keep_aspect_ratio": "yes"}, "one of true, false"),
        ({"load": "load_img", "color_mode": "rgba"}, "one of rgb, grayscale"),
        ({"load": "load_img", "mode": "tf"}, "no option 'mode'"),
        ({"load": "smart_resize", "decoder": "opencv"}, "one of pillow, tensorflow"),
    ],
)
def test_a_malformed_option_is_refused_with_what_may_be_typed(options, named):
    assert named in refusal(**options)


def test_tensorflow_and_torch_resize_by_their_own_kernels():
    tf = resize_step("tensorflow", (9, 7), "bicubic", antialias=True)
    assert (tf.kernel, tf.filter, tf.antialias) == ("tf", "bicubic", True)
    torch = resize_step("torch", (9, 7), "bicubic", antialias=True)
    assert (torch.kernel, torch.filter, torch.antialias) == ("torch_f32", "bicubic", True)
    # keras/src/backend/torch/image.py RESIZE_INTERPOLATIONS
    assert resize_step("torch", (9, 7), "nearest", antialias=False).filter == "nearest-exact"


@pytest.mark.parametrize("name", ["nearest", "area"])
def test_antialias_is_ignored_where_the_library_ignores_it(name):
    assert resize_step("tensorflow", (9, 7), name, antialias=True).antialias is False


@pytest.mark.parametrize(
    ("name", "smooth"),
    [
        *((name, smooth) for name in ("lanczos3", "lanczos5", "gaussian") for smooth in (False, True)),
        ("mitchellcubic", False),
    ],
)
def test_a_filter_that_is_not_reproduced_is_refused_with_the_nearest(name, smooth):
    with pytest.raises(RecipeError, match=rf"{name}.*The nearest is 'bicubic' with antialias=True"):
        resize_step("tensorflow", (9, 7), name, antialias=smooth)


def test_the_arithmetic_of_other_backends_is_refused():
    def keras_on(backend):
        return SimpleNamespace(config=SimpleNamespace(backend=lambda: backend))

    assert active_backend(keras_on("torch")) == "torch"
    with pytest.raises(
        RecipeError, match=r"got backend jax.*KERAS_BACKEND=tensorflow or KERAS_BACKEND=torch"
    ):
        active_backend(keras_on("jax"))


@given(
    size=st.tuples(st.integers(1, 2000), st.integers(1, 2000)),
    picture=st.tuples(st.integers(1, 65_536), st.integers(1, 65_536)),
)
def test_float32_and_float64_crop_alike_up_to_the_side_that_the_note_names(size, picture):
    """Keras divides in float32 in a graph, in float64 outside (`smart_resize`)."""
    (height, width), (target_height, target_width) = picture, size
    widest = 2**24 // max(size) - 1 if crop_note(size) else 65_536
    height, width = min(height, widest), min(width, widest)
    outside = (
        max(min(height, int(float(width * target_height) / target_width)), 1),
        max(min(width, int(float(height * target_width) / target_height)), 1),
    )
    assert crop_size(aspect_crop(size), (height, width)) == outside


def test_the_note_names_a_side_only_where_pictures_can_have_it():
    assert crop_note((224, 224)) == ()
    assert "above 32767 pixels" in crop_note((512, 300))[0]


def test_above_that_side_the_two_may_differ_by_a_pixel():
    assert "above 16383 pixels" in crop_note((1024, 1023))[0]
    inside_a_graph = crop_size(aspect_crop((1024, 1023)), (65_536, 33_758))[0]
    assert inside_a_graph == int(float(33_758 * 1024) / 1023) + 1
