"""Older Keras files in HDF5, through tf_keras."""

from __future__ import annotations

import importlib.util
import json

import numpy as np
import onnxruntime
import pytest
import torch

from truecopy.errors import Blocked, CheckpointError
from truecopy_export.graph.tensorflow.library import import_tensorflow
from truecopy_export.networks.keras.weights import Stored
from truecopy_export.networks.tensorflow import keras2_hdf5
from truecopy_export.networks.tensorflow.keras2_config import checked_config
from truecopy_export.networks.tensorflow.keras2_hdf5 import open_keras2_hdf5

pytestmark = pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file:UserWarning")


def layer(kind, **settings):
    return {"class_name": kind, "config": settings}


def sequential(*layers):
    return {"class_name": "Sequential", "config": {"name": "s", "layers": list(layers)}}


# The description, without TensorFlow.


def test_what_trains_and_does_not_compute_is_taken_out():
    made = checked_config(
        sequential(
            layer(
                "Dense",
                units=2,
                kernel_initializer=layer("Evil"),
                kernel_regularizer=layer("L2", l2=1.0),
                activation="relu",
            )
        ),
        "here",
    )
    (dense,) = made["config"]["layers"]
    assert dense["config"] == {
        "units": 2,
        "kernel_initializer": "zeros",
        "kernel_regularizer": None,
        "activation": "relu",
    }


@pytest.mark.parametrize("module", ["keras.layers", "keras.src.layers.core.dense", "tf_keras.layers", None])
def test_modules_of_keras_are_let_in(module):
    part = layer("Dense", units=2) | {"module": module, "registered_name": None}
    assert checked_config(sequential(part), "here")["config"]["layers"][0]["module"] == module


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (layer("Lambda", function=["4wEAAA", None, None]), "Lambda holds Python code"),
        (layer("LSTM", units=3), "LSTM is not one of"),
        (layer("StringLookup", vocabulary="/etc/passwd"), "StringLookup is not one of"),
        (layer("Activation", activation="open"), "an activation that is not let in: got 'open'"),
        (
            layer("Activation", activation=["4wEAAA", None, None]),
            "holds code where the name of its activation stands",
        ),
        (layer("TFOpLambda", function="io.write_file"), "TFOpLambda holds an operation"),
        (
            layer("Dense", inner={"class_name": "function", "config": "system", "module": "os"}),
            "function is not one of",
        ),
        (
            layer("Dense") | {"module": "kerasx.layers"},
            "a module that is not Keras",
        ),
        (layer("Dense") | {"registered_name": "Custom>Dense"}, "a class of its own"),
        (layer("Dense", function="os.system"), "an operation of TensorFlow that is not let in"),
    ],
)
def test_code_classes_and_functions_that_are_not_on_the_list_are_refused_by_name(part, said):
    with pytest.raises(Blocked) as caught:
        checked_config(sequential(part), "here")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "part", [layer("Dense", dtype="mixed_float16"), layer("Dense", dtype=layer("Policy", name="float16")), layer("Dense", dtype="float64")]
)  # fmt: skip
def test_another_precision_than_float32_is_refused(part):
    with pytest.raises(CheckpointError, match="does not compute in float32"):
        checked_config(sequential(part), "here")


@pytest.mark.parametrize("number", [1 << 40, -(1 << 31), float("inf"), float("nan")])
def test_numbers_that_keras_never_writes_are_refused(number):
    with pytest.raises(CheckpointError, match="not one that Keras wrote"):
        checked_config(sequential(layer("Dense", units=number)), "here")


def test_more_parts_than_a_network_has_are_refused():
    with pytest.raises(CheckpointError, match="more than 10000 parts"):
        checked_config(sequential(*[layer("Dense")] * 10_001), "here")


@pytest.mark.parametrize(
    ("said", "message"),
    [({}, "the file holds weights only"), ({"model_config": "{"}, "the description of the network is no JSON"),
     ({"model_config": "[" * 100_000}, "the description of the network is no JSON")],
)  # fmt: skip
def test_a_file_without_a_description_is_refused(said, message):
    with pytest.raises(CheckpointError, match=message):
        keras2_hdf5._description(said, "here")


# In tf_keras.


@pytest.fixture(scope="module")
def keras():
    if importlib.util.find_spec("tf_keras") is None:
        pytest.skip("tf_keras is not installed (make tensorflow)")
    import_tensorflow()
    import tf_keras

    return tf_keras


def small(keras):
    """Two branches, BatchNorm with statistics of its own, dropout."""
    keras.utils.set_random_seed(4)
    given = keras.Input((8, 9, 3), name="pictures")
    seen = keras.layers.Conv2D(4, (3, 2), padding="same", kernel_regularizer="l2")(given)
    normal = keras.layers.BatchNormalization()(seen)
    both = keras.layers.Concatenate()(
        [keras.layers.ReLU(6.0)(normal), keras.layers.SeparableConv2D(2, 3, padding="same")(seen)]
    )
    mean = keras.layers.Dropout(0.5)(keras.layers.GlobalAveragePooling2D()(both))
    model = keras.Model(given, keras.layers.Dense(3, activation="softmax")(mean))
    rng = np.random.default_rng(0)
    model.set_weights([rng.uniform(0.1, 1.0, one.shape) for one in model.get_weights()])
    return model


def saved(model, tmp_path):
    model.save(tmp_path / "model.h5", save_format="h5")
    return tmp_path / "model.h5"


def test_an_older_file_answers_like_keras_2_and_so_does_its_graph(keras, tmp_path):
    model = small(keras)
    model.compile("adam", "categorical_crossentropy")
    opened = open_keras2_hdf5(saved(model, tmp_path))
    assert (opened.format, opened.name) == ("keras-hdf5", "model.h5")
    network = opened.network
    assert network.inputs[0].shape == ("batch", 8, 9, 3)
    for batch in (1, 2, 5):
        pictures = np.random.default_rng(batch).standard_normal((batch, 8, 9, 3)).astype("f4")
        answer = network.answering(torch.from_numpy(pictures)).numpy()
        assert np.array_equal(answer, model(pictures, training=False).numpy())
        made = network.to_onnx(
            network.answering, (torch.from_numpy(pictures),), network.inputs, ("logits",), "logits"
        )
        (row,) = onnxruntime.InferenceSession(made.SerializeToString()).run(None, {"input": pictures})
        assert np.abs(row - answer).max() < 1e-5


def test_arithmetic_on_the_input_is_let_in(keras, tmp_path):
    given = keras.Input((4, 4, 1))
    model = keras.Model(given, keras.layers.Flatten()(given / 127.5 - 1.0))
    opened = open_keras2_hdf5(saved(model, tmp_path))
    assert np.allclose(opened.network.answering(torch.full((1, 4, 4, 1), 255.0)).numpy(), 1.0)


def test_a_normalization_is_read_with_its_count_a_single_number(keras, tmp_path):
    pictures = np.random.default_rng(1).uniform(0, 255, (6, 4, 5, 3)).astype("f4")
    normalize = keras.layers.Normalization()
    normalize.adapt(pictures)
    given = keras.Input((4, 5, 3))
    model = keras.Model(given, keras.layers.GlobalAveragePooling2D()(normalize(given)))
    opened = open_keras2_hdf5(saved(model, tmp_path))
    answer = opened.network.answering(torch.from_numpy(pictures)).numpy()
    assert np.array_equal(answer, model(pictures, training=False).numpy())


def test_a_lambda_is_refused_and_not_run(keras, tmp_path):
    given = keras.Input((4, 4, 1))
    model = keras.Model(given, keras.layers.Lambda(lambda x: x * 2)(given))
    with pytest.raises(Blocked, match="Lambda holds Python code") as caught:
        open_keras2_hdf5(saved(model, tmp_path))
    assert "SavedModel" in str(caught.value.fix)


def test_weights_alone_are_refused(keras, tmp_path):
    small(keras).save_weights(tmp_path / "model.h5")
    with pytest.raises(CheckpointError, match="the file holds weights only"):
        open_keras2_hdf5(tmp_path / "model.h5")


def changed(tmp_path, change):
    """The file with another description."""
    import h5py

    with h5py.File(tmp_path / "model.h5", "r+") as file:
        config = json.loads(file.attrs["model_config"])
        change(config["config"])
        file.attrs["model_config"] = json.dumps(config)
    return tmp_path / "model.h5"


def test_a_description_that_asks_for_more_weights_is_refused_without_making_them(keras, tmp_path):
    saved(small(keras), tmp_path)

    def huge(config):
        config["layers"][-1]["config"]["units"] = 1 << 30

    with pytest.raises(CheckpointError, match="the weights do not fit the network that the file describes"):
        open_keras2_hdf5(changed(tmp_path, huge))


def test_a_description_of_as_many_but_other_weights_is_refused(keras, tmp_path):
    model = keras.Sequential(
        [keras.layers.Dense(6, use_bias=False, input_shape=(4,)), keras.layers.Dense(4, use_bias=False)]
    )
    saved(model, tmp_path)

    def other(config):
        config["layers"][0]["config"]["batch_input_shape"] = [None, 4]
        config["layers"][1]["config"]["units"], config["layers"][2]["config"]["units"] = 4, 8

    with pytest.raises(CheckpointError, match="the weights do not fit the network that the file describes"):
        open_keras2_hdf5(changed(tmp_path, other))


def test_a_network_of_two_inputs_is_refused(keras, tmp_path):
    given = [keras.Input((4, 4, 1), name="left"), keras.Input((4, 4, 1), name="right")]
    with pytest.raises(CheckpointError, match="more than one input: got left, right"):
        open_keras2_hdf5(saved(keras.Model(given, keras.layers.Add()(given)), tmp_path))


def test_several_outputs_keep_the_names_of_their_layers(keras, tmp_path):
    given = keras.Input((4, 4, 1))
    seen = keras.layers.Flatten()(given)
    outputs = [keras.layers.Dense(2, name="b")(seen), keras.layers.Dense(3, name="a")(seen)]
    network = open_keras2_hdf5(saved(keras.Model(given, outputs), tmp_path)).network
    answers = network.answering(torch.ones(2, 4, 4, 1))
    assert [(name, tuple(one.shape)) for name, one in answers.items()] == [("b", (2, 2)), ("a", (2, 3))]
    made = network.to_onnx(network.answering, (torch.ones(2, 4, 4, 1),), network.inputs, ("b", "a"), "logits")
    rows = onnxruntime.InferenceSession(made.SerializeToString()).run(
        ["b", "a"], {"input": np.ones((2, 4, 4, 1), "f4")}
    )
    assert all(
        np.allclose(row, one.numpy(), atol=1e-5) for row, one in zip(rows, answers.values(), strict=True)
    )


def test_arrays_that_are_not_of_this_network_are_refused(keras, monkeypatch, tmp_path):
    whole = keras2_hdf5.read_hdf5(saved(small(keras), tmp_path), "model.h5")
    arrays = {name: array.T if array.ndim == 2 else array for name, array in whole.arrays.items()}
    monkeypatch.setattr(keras2_hdf5, "read_hdf5", lambda *_: Stored(arrays, whole.attributes))
    with pytest.raises(CheckpointError, match="the weights do not fit"):
        open_keras2_hdf5(tmp_path / "model.h5")
