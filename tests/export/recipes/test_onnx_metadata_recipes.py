"""Metadata of other people's ONNX files: what becomes which step, and what is refused in which words."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from truecopy.artifact import split
from truecopy.contract import CenterCrop, GraphInput, PadTo, Resize, SwapRB, Values
from truecopy.errors import RecipeError
from truecopy_export.recipes.circumstances import Circumstances
from truecopy_export.recipes.metadata.reader import read_metadata
from truecopy_export.recipes.metadata.text import MAX_CHARACTERS, MetadataRecipe

ULTRALYTICS = {
    "description": "Ultralytics YOLO11n-cls model trained on pets",
    "author": "Ultralytics",
    "date": "2026-01-01T00:00:00+00:00",
    "version": "8.4.190",
    "stride": "1",
    "task": "classify",
    "batch": "1",
    "imgsz": "[64, 64]",
    "names": "{0: 'cat', 1: \"dog's\"}",
    "args": "{'batch': 1, 'dynamic': False}",
    "channels": "3",
}
MODEL_API = {
    "model_info model_type": "Classification",
    "model_info labels": "cat dog",
    "model_info mean_values": "123.675 116.28 103.53",
    "model_info scale_values": "58.395 57.12 57.375",
    "model_info reverse_input_channels": "YES",
    "model_info resize_type": "standard",
}
BGR = {"decoder": "opencv", "color": "bgr"}


def image(height: int | str = 64, width: int | str = 64, channels: int = 3) -> GraphInput:
    return GraphInput(name="images", dtype="float32", layout="NCHW", shape=("batch", channels, height, width))


def read(metadata: dict[str, str], graph_input: GraphInput | None = None, **options: str) -> MetadataRecipe:
    return read_metadata(metadata, graph_input or image(), Circumstances("horizontal", options=options))


def refusal(metadata: dict[str, str], graph_input: GraphInput | None = None, **options: str) -> str:
    with pytest.raises(RecipeError) as caught:
        read(metadata, graph_input, **options)
    return str(caught.value)


def cv2_resize(rule: str = "exact", size: tuple[int, int] = (64, 64), filter_: str = "bilinear") -> Resize:
    more = {} if rule == "exact" else {"no_upscale": False}
    return Resize(rule=rule, size=size, kernel="cv2", filter=filter_, area_for_downscale=False, **more)


def model_api(**info: str) -> dict[str, str]:
    return {**MODEL_API, **{f"model_info {key}": value for key, value in info.items()}}


def test_metadata_is_read_from_the_bytes_of_a_real_file(tmp_path: Path):
    shape = ["batch", 3, 64, 64]
    graph = helper.make_graph(
        [helper.make_node("Identity", ["images"], ["output"])],
        "empty",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    helper.set_model_props(model, ULTRALYTICS)
    file = tmp_path / "yolo.onnx"
    onnx.save(model, file)
    _, metadata = split(file.read_bytes(), str(file))
    assert read(metadata).recipe.steps == read(ULTRALYTICS).recipe.steps


def test_an_ultralytics_classifier_is_read_as_its_predictor_runs_it():
    found = read(ULTRALYTICS)
    assert found.recipe.steps == (
        Resize(rule="short", size=64, kernel="pillow", filter="bilinear", pass_order="horizontal"),
        CenterCrop(size=(64, 64), offset="half_even", pad_before="floor", fill=0),
        Values(chain=(("div", 255.0),)),
    )
    assert found.recipe.original is None
    assert found.recipe.source == "Ultralytics 8.4.190 metadata: classify 64 x 64"
    assert found.activation == "none"


def test_ultralytics_reads_files_by_opencv_unless_another_decoder_is_typed():
    assert read(ULTRALYTICS).recipe.input.decoder == "opencv"
    assert read(ULTRALYTICS).recipe.input.orientation == "apply"
    assert read(ULTRALYTICS, decoder="pillow").recipe.input.decoder == "pillow"


@pytest.mark.parametrize(
    "names", ["{0: 'cat', 1: 'dog'}", '{"0": "cat", "1": "dog"}', "{1: 'dog', 0: 'cat'}", "['cat', 'dog']"]
)
def test_names_become_labels_in_the_order_of_their_numbers(names: str):
    labels = read({**ULTRALYTICS, "names": names}).labels
    assert labels is not None
    assert labels.labels == ("cat", "dog")
    assert labels.source == "Ultralytics metadata `names`"


def test_names_survive_quotes_of_python():
    labels = read(ULTRALYTICS).labels
    assert labels is not None
    assert labels.labels == ("cat", "dog's")


@pytest.mark.parametrize(
    "names",
    [
        "{0: 'cat', 2: 'dog'}",
        "{0: 'cat', 1: 7}",
        "__import__('os').getcwd()",
        "(" * 5000,
        "[" * 200_000,
        "{0: 'a'",
        "1e9999",
        "",
    ],
)
def test_names_that_are_no_plain_list_are_refused_and_never_run(names: str):
    assert "metadata 'names'" in refusal({**ULTRALYTICS, "names": names})


def test_a_value_that_is_too_long_is_refused_before_it_is_parsed():
    assert "too long" in refusal({**ULTRALYTICS, "names": "[" + "'a'," * (MAX_CHARACTERS // 4) + "]"})


@pytest.mark.parametrize("task", ["detect", "segment", "pose", "obb", ""])
def test_other_tasks_of_ultralytics_are_refused(task: str):
    assert "Truecopy does no detection" in refusal({**ULTRALYTICS, "task": task})


@pytest.mark.parametrize("version", ["8.0.230", "7.0.0", "9.0.0", "main"])
def test_versions_of_ultralytics_with_unknown_preprocessing_are_refused(version: str):
    assert repr(version) in refusal({**ULTRALYTICS, "version": version})


def test_a_size_that_is_no_square_is_read_from_8_4_on():
    oblong = {**ULTRALYTICS, "imgsz": "[64, 96]"}
    first = read(oblong, image(64, 96)).recipe.steps[0]
    assert first == Resize(
        rule="exact", size=(64, 96), kernel="pillow", filter="bilinear", pass_order="horizontal"
    )
    assert "before 8.4" in refusal({**oblong, "version": "8.3.40"}, image(64, 96))


def test_a_size_that_the_graph_does_not_take_is_refused():
    assert "disagree about the size: expected 32 x 64" in refusal(ULTRALYTICS, image(32, 64))


def test_a_graph_of_any_size_is_noted():
    dynamic = {**ULTRALYTICS, "args": "{'dynamic': True}"}
    notes = read(dynamic, image("height", "width")).recipe.notes
    assert any("the graph takes any size; 64 x 64" in note for note in notes)


@pytest.mark.parametrize("imgsz", ["[64]", "[64, -1]", "[64.0, 64]", "'64'", "[true, 64]", "64, x"])
def test_an_imgsz_that_is_no_pair_of_sizes_is_refused(imgsz: str):
    assert "metadata 'imgsz'" in refusal({**ULTRALYTICS, "imgsz": imgsz})


def test_model_api_classification_resizes_swaps_and_normalises():
    found = read(MODEL_API, **BGR)
    assert found.recipe.steps == (
        cv2_resize(),
        Values(chain=(("sub", (123.675, 116.28, 103.53)), ("div", (58.395, 57.12, 57.375)))),
    )
    assert found.recipe.original is None
    assert found.activation is None
    assert found.labels is not None
    assert found.labels.labels == ("cat", "dog")


@pytest.mark.parametrize(
    ("reverse", "color", "swapped"),
    [
        ("YES", "bgr", False),
        ("True", "bgr", False),
        ("NO", "bgr", True),
        ("YES", "rgb", True),
        ("yes", "rgb", False),
        ("False", "rgb", False),
    ],
)
def test_channels_are_swapped_where_the_array_and_the_graph_differ(reverse: str, color: str, swapped: bool):
    found = read(model_api(reverse_input_channels=reverse), decoder="opencv", color=color)
    assert (SwapRB() in found.recipe.steps) == swapped


def test_a_letterbox_stands_in_the_middle_on_pad_value():
    found = read(model_api(resize_type="fit_to_window_letterbox", pad_value="114"), **BGR)
    assert found.recipe.steps[:2] == (
        cv2_resize("scale_fit"),
        PadTo(size=(64, 64), position="floor", fill=114),
    )


def test_crop_takes_the_largest_square_and_ignores_the_interpolation():
    found = read(model_api(resize_type="crop", interpolation_mode="CUBIC"), **BGR)
    assert found.recipe.steps[:2] == (
        CenterCrop(rule="short_square", offset="floor", pad_before="floor", fill=0),
        cv2_resize(),
    )


def test_the_interpolation_is_opencvs():
    assert read(model_api(interpolation_mode="CUBIC"), **BGR).recipe.steps[0] == cv2_resize(filter_="bicubic")


def test_means_and_scales_that_are_not_stated_are_left_out():
    plain = {"model_info model_type": "classification"}
    assert read(plain, **BGR).recipe.steps[-1] == Values(chain=())
    assert read({**plain, "model_info mean_values": "None"}, **BGR).recipe.steps[-1] == Values(chain=())
    halves = {**plain, "model_info scale_values": "2 2 2"}
    assert read(halves, **BGR).recipe.steps[-1] == Values(chain=(("div", (2.0, 2.0, 2.0)),))


def test_a_quotient_in_float64_rounds_to_the_quotient_in_float32():
    """Model API without mean_values: `(levels - float64 zeros) / float32 scales`, cast at the end."""
    levels = np.arange(256, dtype=np.uint8)[:, np.newaxis]
    scales = np.random.default_rng(7).uniform(0.001, 400.0, 4000).astype(np.float32)
    theirs = ((levels - np.zeros(1)) / scales).astype(np.float32)
    ours = levels.astype(np.float32) / scales
    assert np.array_equal(theirs.view(np.uint32), ours.view(np.uint32))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("model_type", "SSD", "Truecopy does no detection"),
        ("multilabel", "True", "`model_info multilabel`"),
        ("hierarchical", "YES", "`model_info hierarchical`"),
        ("embedded_processing", "True", "`model_info embedded_processing`"),
        ("resize_type", "fit_to_window", "fit_to_window_letterbox can be expressed"),
        ("resize_type", "stretch", "`model_info resize_type`"),
        ("interpolation_mode", "AREA", "`model_info interpolation_mode`"),
        ("intensity_mode", "window", "`model_info intensity_mode`"),
        ("input_dtype", "f32", "`model_info input_dtype`"),
        ("path_to_labels", "/tmp/labels", "`model_info path_to_labels`"),
        ("mean_values", "1 2", "`model_info mean_values`"),
        ("mean_values", "one two three", "`model_info mean_values`"),
        ("scale_values", "0 1 1", "std of Normalize is zero"),
        ("scale_values", "nan 1 1", "one finite number per channel"),
        ("sharpen", "1", "`model_info sharpen` is not known here"),
    ],
)
def test_what_model_api_says_and_no_step_does_is_refused_by_name(key: str, value: str, words: str):
    assert words in refusal(model_api(**{key: value}), **BGR)


@pytest.mark.parametrize("pad_value", ["256", "-1", "1.5", "9" * 5000, "²"])
def test_a_pad_value_that_is_no_level_is_refused(pad_value: str):
    letterbox = model_api(resize_type="fit_to_window_letterbox", pad_value=pad_value)
    assert "`model_info pad_value`" in refusal(letterbox, **BGR)


def test_crop_to_a_size_that_is_no_square_is_refused():
    assert "height / width" in refusal(model_api(resize_type="crop"), image(64, 96), **BGR)


def test_model_api_needs_a_decoder_a_channel_order_and_a_fixed_size():
    assert "--recipe-arg decoder=opencv" in refusal(MODEL_API, color="bgr")
    assert "--recipe-arg color=bgr" in refusal(MODEL_API, decoder="opencv")
    assert "this graph takes any" in refusal(MODEL_API, image("height", "width"), **BGR)


def test_metadata_of_nobody_is_refused_with_its_keys():
    assert "got 'producer'" in refusal({"producer": "me"})
    assert "got no keys" in refusal({})


def test_a_graph_of_one_channel_is_refused():
    assert "three channels" in refusal(ULTRALYTICS, image(channels=1))


def test_options_that_nobody_reads_are_refused():
    assert "no option 'size'" in refusal(ULTRALYTICS, size="32")


def test_json_names_of_a_thousand_classes_are_read():
    names = {str(number): f"class {number}" for number in range(1000)}
    labels = read({**ULTRALYTICS, "names": json.dumps(names)}).labels
    assert labels is not None
    assert labels.labels == tuple(names.values())
