"""Keras 3 archives to graphs: each agrees with Keras itself at batch 1, 2 and 5, or is refused with the reason."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from tests.export.networks.keras_small import (
    agrees,
    changed,
    graph_of,
    keras_on_torch,
    opened,
    randomized,
    saved,
)

from truecopy.errors import CheckpointError, RecipeError
from truecopy_export.graph.eager import by_dynamo
from truecopy_export.graph.keras import by_script
from truecopy_export.networks.keras.library import import_keras_on_torch
from truecopy_export.networks.keras.model import load_whole
from truecopy_export.networks.keras.weights import Stored

keras = keras_on_torch()
layers = keras.layers


def branches():
    image = keras.Input((10, 12, 3))
    left = layers.Conv2D(4, 3, strides=2, padding="same")(image)
    right = layers.AveragePooling2D(3, strides=2, padding="same")(layers.Conv2D(4, 1)(image))
    scale = layers.Dense(4, activation="sigmoid")(layers.GlobalAveragePooling2D(keepdims=True)(left))
    joined = layers.Concatenate()([layers.Add()([left, right]), layers.Multiply()([left, scale])])
    return keras.Model(image, layers.Dense(3)(layers.Flatten()(joined)))


def operations():
    image = keras.Input((10, 12, 3))
    x = keras.ops.relu(image / 127.5 - 1.0)
    x = layers.Conv2D(2, 3)(keras.ops.concatenate([x[:, 1:], x[:, :-1]], axis=-1))
    return keras.Model(image, keras.ops.mean(x, axis=(1, 2)))


def attention():
    image = keras.Input((10, 12, 3))
    tokens = layers.Reshape((10, 36))(image)
    mixed = layers.MultiHeadAttention(2, 4)(layers.LayerNormalization()(tokens), tokens)
    return keras.Model(image, layers.Dense(3)(layers.Flatten()(mixed)))


def sequential(*inner, size=(10, 12, 3)):
    return keras.Sequential([keras.Input(size), *inner, layers.Flatten(), layers.Dense(3)])


MODELS = {
    "a small CNN": lambda: sequential(
        layers.Conv2D(4, 3, strides=2, padding="same", activation="relu"), layers.BatchNormalization(),
        layers.MaxPooling2D(), layers.Dropout(0.5),
    ),
    "two branches": branches,
    "operations": operations,
    "separable and depthwise": lambda: sequential(
        layers.SeparableConv2D(5, 3, strides=2, padding="same"),
        layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same"), layers.LeakyReLU(0.2), layers.PReLU(shared_axes=[1, 2]),
    ),
    "norms": lambda: sequential(
        layers.LayerNormalization(), layers.Conv2D(4, 3), layers.GroupNormalization(2), layers.UnitNormalization()
    ),
    "preprocessing inside": lambda: sequential(
        layers.Rescaling(1 / 127.5, -1.0), layers.Resizing(6, 7), layers.RandomFlip(), layers.RandomRotation(0.2),
        layers.RandomZoom(0.2), layers.RandomContrast(0.2), layers.Normalization(mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 3.0]),
        layers.GaussianNoise(0.5), layers.Conv2DTranspose(2, 3, strides=2, padding="same"),
    ),
    "attention": attention,
    "channels first": lambda: sequential(
        layers.Permute((3, 1, 2)), layers.Permute((2, 3, 1)), layers.Conv2D(3, 3, data_format="channels_last")
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_a_model_answers_as_in_keras_and_so_does_its_graph(name, tmp_path):
    model = randomized(MODELS[name]())
    found = opened(saved(model, tmp_path / "m.keras"))
    (given,) = found.network.inputs
    assert (given.layout, given.shape, given.dtype, given.name) == (
        "NHWC",
        ("batch", 10, 12, 3),
        "float32",
        "input",
    )
    assert (found.format, found.network.framework, found.network.to_onnx) == ("keras", "keras", by_dynamo)
    assert found.network.notes == ()
    agrees(found, model, (3, 10, 12, 3))
    graph = graph_of(found)
    assert [one.name for one in onnx.load_model_from_string(graph).graph.output] == ["logits"]


def test_the_same_file_gives_the_same_bytes(tmp_path):
    path = saved(randomized(branches()), tmp_path / "m.keras")
    assert graph_of(opened(path)) == graph_of(opened(path))


def test_a_mean_over_the_batch_in_training_takes_the_older_converter_and_says_so(tmp_path):
    model = randomized(sequential(layers.ActivityRegularization(0.1), layers.Conv2D(2, 3)))
    found = opened(saved(model, tmp_path / "m.keras"))
    assert found.network.to_onnx is by_script
    assert found.network.notes == (
        "converted with torch's older exporter, for ActivityRegularization; the proof compares as always",
    )
    agrees(found, model, (2, 10, 12, 3))
    graph = onnx.load_model_from_string(graph_of(found))
    assert graph.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"


def test_channels_first_is_read_from_the_layers(tmp_path):
    image = keras.Input((3, 9, 8))
    x = layers.Flatten()(
        layers.Conv2D(4, 3, data_format="channels_first")(image)
    )  # Flatten itself is channels last
    model = randomized(keras.Model(image, layers.Dense(2)(x)))
    found = opened(saved(model, tmp_path / "m.keras"))
    assert found.network.inputs[0].layout == "NCHW"
    assert found.network.inputs[0].shape == ("batch", 3, 9, 8)
    agrees(found, model, (2, 3, 9, 8))
    graph_of(found)


def test_an_input_in_a_list_or_by_its_name_is_given_so(tmp_path):
    for number, structure in enumerate((lambda x: [x], lambda x: {"photo": x})):
        image = keras.Input((9, 8, 3), name="photo")
        model = randomized(
            keras.Model(structure(image), layers.Dense(2)(layers.Flatten()(layers.Conv2D(2, 3)(image))))
        )
        found = opened(saved(model, tmp_path / f"{number}.keras"))
        x = torch.from_numpy(np.random.default_rng(1).random((2, 9, 8, 3), np.float32))
        with torch.no_grad():
            assert torch.equal(found.network.answering(x), model(structure(x), training=False))
    graph_of(found)


def test_free_sides_and_rows_keep_their_names(tmp_path):
    image = keras.Input((None, None, 3))
    free = keras.Model(image, layers.Dense(2)(layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(image))))
    assert opened(saved(free, tmp_path / "m.keras")).network.inputs[0].shape == (
        "batch",
        "height",
        "width",
        3,
    )
    rows = randomized(keras.Sequential([keras.Input((7,)), layers.Dense(3)]))
    found = opened(saved(rows, tmp_path / "r.keras"))
    assert (found.network.inputs[0].layout, found.network.inputs[0].shape) == ("NF", ("batch", 7))
    graph_of(found)


def test_a_fixed_batch_stays_fixed(tmp_path):
    image = keras.Input(batch_shape=(2, 9, 8, 3))
    model = randomized(keras.Model(image, layers.Dense(2)(layers.Flatten()(layers.Conv2D(4, 3)(image)))))
    found = opened(saved(model, tmp_path / "m.keras"))
    assert found.network.inputs[0].batch == 2
    graph_of(found)


def test_several_outputs_have_keras_own_names_and_one_is_chosen(tmp_path):
    image = keras.Input((9, 8, 3))
    x = layers.Flatten()(layers.Conv2D(2, 3)(image))
    model = randomized(keras.Model(image, [layers.Dense(2, name="age")(x), layers.Dense(3, name="mood")(x)]))
    found = opened(saved(model, tmp_path / "m.keras"))
    with pytest.raises(RecipeError, match=r"2 outputs: got age, mood\. Say --answer NAME"):
        graph_of(found)
    graph = onnx.load_model_from_string(graph_of(found, answer="mood"))
    assert [one.name for one in graph.graph.output] == ["age", "mood"]
    named = randomized(keras.Model(image, {"left": layers.Dense(2)(x), "right": layers.Dense(3)(x)}))
    graph = onnx.load_model_from_string(graph_of(opened(saved(named, tmp_path / "n.keras")), answer="left"))
    assert sorted(one.name for one in graph.graph.output) == ["left", "right"]


def test_several_inputs_are_refused_by_their_names(tmp_path):
    one, two = keras.Input((9, 8, 3), name="photo"), keras.Input((4,), name="facts")
    x = layers.Concatenate()([layers.Flatten()(one), two])
    path = saved(keras.Model([one, two], layers.Dense(2)(x)), tmp_path / "m.keras")
    with pytest.raises(
        CheckpointError, match=r"takes 2 inputs: expected one, got photo \(None, 9, 8, 3\), facts \(None, 4\)"
    ):
        opened(path)


def test_a_model_without_a_shape_is_refused(tmp_path):
    path = saved(
        keras.Sequential([layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(2)]), tmp_path / "m.keras"
    )
    with pytest.raises(
        CheckpointError, match=r"no input shape: it was saved before it was built.*keras\.Input\(shape="
    ):
        opened(path)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((5, 4), r"neither pictures nor rows: .* got .*\(None, 5, 4\)"),
        ((9, 8, None), "leaves its channels open"),
    ],
)
def test_another_input_than_pictures_or_rows_is_refused(shape, said, tmp_path):
    thing = keras.Input(shape)
    pool = layers.GlobalAveragePooling1D if len(shape) == 2 else layers.GlobalMaxPooling2D
    path = saved(keras.Model(thing, pool()(thing)), tmp_path / "m.keras")
    with pytest.raises(CheckpointError, match=said):
        opened(path)


def test_a_mixed_policy_is_exported_as_float32_with_a_note(tmp_path):
    mixed = keras.DTypePolicy("mixed_float16")
    model = randomized(sequential(layers.Conv2D(2, 3, dtype=mixed)))
    found = opened(saved(model, tmp_path / "m.keras"))
    assert "the model's dtype is mixed_float16; it is exported as float32" in found.network.notes[0]
    graph_of(found)


@keras.saving.register_keras_serializable(package="theirs")
class Twice(layers.Layer):
    def call(self, x):
        return 2 * x


def test_somebodys_own_layer_is_refused_even_where_it_is_registered(tmp_path):
    path = saved(sequential(Twice(name="double")), tmp_path / "m.keras")
    with pytest.raises(
        CheckpointError, match=r"layer 'double' \(Twice\) is not one of Keras's own.*truecopy attach x\.onnx"
    ):
        opened(path)
    path = saved(sequential(layers.Lambda(lambda x: 2 * x, name="double")), tmp_path / "l.keras")
    with pytest.raises(CheckpointError, match=r"layer 'double' \(Lambda\) holds Python code; it is not read"):
        opened(path)


def test_weights_that_keras_would_leave_as_it_made_them_are_refused():
    """Keras skips what it does not find in some old files. Here every number of the model must be in the file."""
    model = randomized(sequential(layers.Conv2D(2, 3)))
    held = {str(number): variable.value.detach().numpy() for number, variable in enumerate(model.weights)}
    assert load_whole(keras, lambda: model, Stored(held, {}), "m.keras") is model
    other = {**held, "1": held["1"] + 1}
    with pytest.raises(
        CheckpointError, match=r"not in the file: expected .*conv2d.*/bias \(2,\), got no array with these"
    ):
        load_whole(keras, lambda: model, Stored(other, {}), "m.keras")
    # One array does not stand for two weights.
    twice = sequential(layers.Conv2D(2, 3), layers.Conv2D(2, 1))
    some = {str(number): variable.value.detach().numpy() for number, variable in enumerate(twice.weights)}
    del some["3"]
    some["more"] = np.zeros(9, np.float32)
    with pytest.raises(CheckpointError, match=r"not in the file: expected .*conv2d.*/bias \(2,\)"):
        load_whole(keras, lambda: twice, Stored(some, {}), "m.keras")
    with pytest.raises(
        CheckpointError, match=r"asks for more weights than the file holds: expected 537 numbers, got 539"
    ):
        load_whole(keras, lambda: model, Stored({**held, "1": np.zeros(0, np.float32)}, {}), "m.keras")


def test_a_configuration_that_asks_for_terabytes_takes_no_memory(tmp_path):
    path = saved(randomized(sequential(layers.Conv2D(2, 3))), tmp_path / "m.keras")

    def huge(config):
        config["config"]["layers"][-1]["config"]["units"] = 10**11
        for layer in config["config"]["layers"]:
            layer.pop("build_config", None)

    with pytest.raises(CheckpointError, match=r"Keras cannot load the model: .*Dense.*100000000000"):
        opened(changed(path, tmp_path / "n.keras", huge))

    def padded(config):
        layer = {"padding": 60000, "name": "p", "data_format": "channels_last"}
        config["config"]["layers"].insert(1, {"module": "keras.layers", "class_name": "ZeroPadding2D", "config": layer,
                                              "registered_name": None})  # fmt: skip
        config["config"]["layers"][3:] = [{"module": "keras.layers", "class_name": "GlobalMaxPooling2D", "config": {"name": "g"},
                                           "registered_name": None}]  # fmt: skip

    with pytest.raises(
        CheckpointError, match=r"layer 'p' makes more values of one item than fit into memory"
    ):
        opened(changed(path, tmp_path / "p.keras", padded))


def test_what_the_file_says_is_told(tmp_path):
    found = opened(saved(randomized(sequential(layers.Conv2D(2, 3))), tmp_path / "m.keras"))
    told = dict(found.carried.facts)
    assert told["written by"] == f"Keras {keras.__version__}"
    assert told["parameters"] == "539"
    assert (found.carried.recipe, found.carried.labels, found.carried.architecture) == (None, None, None)
    assert found.architecture.startswith("Keras Sequential 'sequential")


def test_keras_on_another_backend_is_refused_with_what_to_type(monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "tensorflow")
    with pytest.raises(
        CheckpointError,
        match=r"got backend tensorflow\. Set KERAS_BACKEND=torch before the first `import keras`",
    ):
        import_keras_on_torch()
    monkeypatch.delitem(__import__("sys").modules, "keras")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with pytest.raises(
        CheckpointError, match=r"got KERAS_BACKEND=jax\. Type: KERAS_BACKEND=torch truecopy export"
    ):
        import_keras_on_torch()


def test_settings_that_change_what_a_file_means_are_refused(monkeypatch):
    monkeypatch.setattr(keras.config, "image_data_format", lambda: "channels_first")
    with pytest.raises(
        CheckpointError,
        match=r"image_data_format\(\) is another one.*set_image_data_format\('channels_last'\)",
    ):
        import_keras_on_torch()


ELSEWHERE = """
import sys, torch
from pathlib import Path
from tests.export.networks.keras_small import graph_of, opened
found = opened(Path(sys.argv[1]))
assert {one.device.type for one in found.network.answering.parameters()} == {"cpu"}
graph_of(found)
print("done")
"""


def test_the_model_runs_on_the_cpu_whatever_device_keras_would_take(tmp_path):
    """Keras takes a GPU where there is one; `meta` stands for it, on which nothing can be computed."""
    path = saved(randomized(branches()), tmp_path / "m.keras")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ELSEWHERE, str(path)],
        capture_output=True, text=True, check=False, env={**os.environ, "KERAS_TORCH_DEVICE": "meta", "PYTHONPATH": "."},
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert done.stdout == "done\n", done.stderr


APPLICATIONS = {
    "MobileNetV2": {"alpha": 0.35, "input_shape": (32, 32, 3)},
    "EfficientNetB0": {"input_shape": (32, 32, 3)},
    "ConvNeXtTiny": {"input_shape": (32, 32, 3)},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", APPLICATIONS)
def test_an_application_of_keras_is_exported_with_a_free_batch(name, tmp_path):
    made = getattr(keras.applications, name)(
        weights=None, classes=4, classifier_activation=None, **APPLICATIONS[name]
    )
    model = made
    random = np.random.default_rng(1)
    for variable in model.weights:
        if variable.path.endswith(("mean", "variance")):
            variable.assign(random.uniform(0.5, 1.5, variable.shape))
    found = opened(saved(model, tmp_path / "m.keras"))
    agrees(found, model, (2, 32, 32, 3))
    graph_of(found)
