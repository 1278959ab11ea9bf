"""The closed list: what a Keras configuration may name, and what Keras is given instead of the file's own text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.errors import CheckpointError, TruecopyError
from truecopy_export.networks.keras.config import checked_config
from truecopy_export.networks.keras.keras2_differences import OnlyKeras2
from truecopy_export.networks.keras.names import ACTIVATIONS, LAYERS


def part(kind, config, module="keras.layers", **more):
    return {"module": module, "class_name": kind, "config": config, "registered_name": None, **more}


def sequential(*layers, **more):
    first = part("InputLayer", {"batch_shape": [None, 8, 8, 3], "dtype": "float32", "name": "in"})
    return part("Sequential", {"name": "s", "layers": [first, *layers]}, "keras", **more)


def checked(model, *, keras2=False):
    return checked_config(json.dumps(model), "m.keras", keras2=keras2)


def refusal(model, *, keras2=False) -> str:
    with pytest.raises(CheckpointError) as caught:
        checked(model, keras2=keras2)
    return str(caught.value)


def test_what_only_training_needs_is_left_out_even_where_it_is_somebodys_own():
    own = {"module": "theirs", "class_name": "Penalty", "config": {}, "registered_name": "theirs>Penalty"}
    dense = part("Dense", {"name": "d", "units": 2, "activation": "relu", "kernel_regularizer": own,
                           "kernel_initializer": own, "bias_constraint": own})  # fmt: skip
    written = checked(sequential(dense, compile_config={"loss": own, "optimizer": own})).config
    assert "theirs" not in json.dumps(written)
    assert written["config"]["layers"][1]["config"] == {
        "name": "d", "units": 2, "activation": "relu", "kernel_initializer": "zeros",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("layer", "named"),
    [
        (part("Lambda", {"name": "mine", "function": {"class_name": "__lambda__", "config": {"code": "4wE="}}}),
         "layer 'mine' (Lambda) holds Python code; it is not read"),
        (part("TorchModuleWrapper", {"name": "t", "module": "gASVAA=="}), "layer 't' (TorchModuleWrapper) holds a Python pickle"),
        (part("TFSMLayer", {"name": "t", "filepath": "/tmp/x"}), "opens another model's files"),
        (part("JaxLayer", {"name": "j"}), "layer 'j' (JaxLayer) holds Python code"),
        (part("StringLookup", {"name": "s", "vocabulary": "/etc/passwd"}), "reads a vocabulary file"),
        (part("TextVectorization", {"name": "s", "vocabulary": "/etc/passwd"}), "reads a vocabulary file"),
        (part("Block", {"name": "b"}, "my.code"), "layer 'b' (Block) is not one of Keras's own"),
        (part("Dense", {"name": "b"}, "my.code"), "got my.code.Dense"),
        ({**part("Dense", {"name": "b"}), "registered_name": "theirs>Dense"}, "theirs>Dense"),
        (part("system", {"name": "b"}, "os"), "got os.system"),
        (part("get_file", {"name": "b", "origin": "http://127.0.0.1"}, "keras.utils"), "got keras.utils.get_file"),
        (part("load_model", {"name": "b"}, "keras.saving"), "got keras.saving.load_model"),
        (part("MobileNetV2", {"name": "b", "weights": "imagenet"}, "keras.applications"), "keras.applications.MobileNetV2"),
        (part("Map", {"name": "b"}, "keras.src.ops.core"), "keras.src.ops.core.Map"),
        (part("Dense", {"name": "b"}, "keras.src.ops.numpy"), "keras.src.ops.numpy.Dense"),
        (part("__lambda__", {"value": "4wE="}, None), "__lambda__"),
        (part("__typespec__", {"name": "x"}, "tensorflow", spec_name="x"), "__typespec__"),
        (part("Pipeline", {"name": "p", "layers": []}), "layer 'p' (Pipeline)"),
    ],
)  # fmt: skip
def test_a_layer_that_is_not_on_the_list_is_refused_by_its_name(layer, named):
    message = refusal(sequential(layer))
    assert named in message
    assert "truecopy attach x.onnx" in message
    # The same inside a wrapper, and as an argument of a call.
    assert named.split("layer ")[-1] in refusal(
        sequential(part("TimeDistributed", {"name": "td", "layer": layer}))
    )
    call = {"args": [layer], "kwargs": {}}
    assert named.split("layer ")[-1] in refusal(
        sequential(part("Dense", {"name": "d"}, inbound_nodes=[call]))
    )


@pytest.mark.parametrize(
    ("activation", "named"),
    [
        ("system", "an activation that is not Keras's own"),
        ({"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "eval"}, "builtins.eval"),
        ({"module": "os", "class_name": "function", "config": "relu", "registered_name": "relu"}, "os.relu"),
        ({"module": "keras.utils", "class_name": "function", "config": "get_file", "registered_name": "get_file"}, "get_file"),
        ({"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "my>relu"}, "my>relu"),
    ],
)  # fmt: skip
def test_a_function_that_is_no_activation_of_keras_is_refused(activation, named):
    assert named in refusal(sequential(part("Dense", {"name": "d", "activation": activation})))


def test_an_activation_written_as_a_function_becomes_its_name():
    relu = {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "relu"}
    written = checked(sequential(part("Dense", {"name": "d", "activation": relu}))).config
    assert written["config"]["layers"][1]["config"]["activation"] == "relu"


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (part("__numpy__", {"value": [1], "dtype": "S2000000000"}, None), "an array is not of numbers"),
        (part("__numpy__", {"value": ["a"], "dtype": "float32"}, None), "an array is not of numbers"),
        (part("__tensor__", {"value": [1], "dtype": "object"}, None), "an array is not of numbers"),
        (part("__keras_tensor__", {"shape": [None, 10**9, 10**9], "dtype": "float32", "keras_history": ["in", 0, 0]}, None),
         "a tensor between layers is not sound"),
        (part("__keras_tensor__", {"shape": [None], "dtype": "float32", "keras_history": [{"class_name": "x"}, 0, 0]}, None),
         "a tensor between layers is not sound"),
        ({"class_name": "__slice__", "config": {"start": part("system", {}, "os")}}, "an object where a number should stand"),
    ],
)  # fmt: skip
def test_values_are_numbers_and_nothing_else(value, named):
    call = {"args": [value], "kwargs": {}}
    assert named in refusal(sequential(part("Dense", {"name": "d"}, inbound_nodes=[call])))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "is no JSON"),
        ("[" * 200_000, "is no JSON"),
        (json.dumps(sequential(part("Dense", {"activation": {"class_name": "function", "config": []}}))), "not as Keras writes"),
        ("[]", "names no model"),
        ("{}", "names no model"),
        (json.dumps(part("Dense", {"units": 1})), "the file holds no model"),
        (json.dumps(part("Sequential", None, "keras")), "has no configuration"),
        ('{"class_name": ["Sequential"], "config": {}}', "a class is no name"),
    ],
)  # fmt: skip
def test_what_is_no_model_is_refused(text, named):
    with pytest.raises(CheckpointError, match=named):
        checked_config(text, "m.keras", keras2=False)


def test_models_nested_without_end_are_refused():
    model = sequential()
    for _ in range(60):
        model = part("Sequential", {"name": "s", "layers": [model]}, "keras")
    assert "nested too deep" in refusal(model)


def test_every_float_type_becomes_float32_and_is_named():
    policy = part("DTypePolicy", {"name": "mixed_float16"}, "keras")
    made = checked(
        sequential(
            part("Dense", {"name": "d", "dtype": policy}), part("ReLU", {"name": "r", "dtype": "float64"})
        )
    )
    assert made.policies == {"mixed_float16", "float64"}
    assert [one["config"]["dtype"] for one in made.config["config"]["layers"]] == ["float32"] * 3
    assert "computes in a type that is not read" in refusal(
        sequential(part("Dense", {"name": "d", "dtype": "int8_from_float32"}))
    )
    quantized = part("Dense", {"name": "d", "quantization_config": {"mode": "int8"}})
    assert "layer 'd' (Dense) is quantized" in refusal(sequential(quantized))


def test_an_input_of_whole_numbers_is_refused_because_pictures_come_as_float32():
    model = part(
        "Sequential",
        {"layers": [part("InputLayer", {"batch_shape": [None, 8, 8, 3], "dtype": "uint8", "name": "in"})]},
    )
    assert "layer 'in' (InputLayer) takes whole numbers: expected float32, got uint8" in refusal(
        {**model, "module": "keras"}
    )


@given(
    st.sampled_from(sorted(LAYERS - {"InputLayer"})),
    st.sampled_from(sorted(ACTIVATIONS - {"hard_sigmoid"})),
    st.booleans(),
)
@settings(deadline=None)
def test_every_layer_and_activation_on_the_list_goes_through(kind, activation, keras2):
    config = {"name": "x", "activation": activation, "reset_after": True}
    made = checked(sequential(part(kind, config)), keras2=keras2)
    assert made.classes[-1] == kind
    assert made.config["config"]["layers"][1]["config"]["activation"] == activation


NAMES = ["Dense", "function", "__numpy__", "__keras_tensor__", "__tuple__", "__slice__", "DTypePolicy", "Sequential",
         "Functional", "TensorShape", "InputLayer", "relu", "keras", "keras.layers", "float32"]  # fmt: skip
KEYS = ["class_name", "config", "module", "registered_name", "layers", "inbound_nodes", "items", "value", "dtype", "shape",
        "keras_history", "name", "activation", "batch_input_shape", "input_layers", "x"]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(NAMES) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=14,
)


@given(JSON, JSON, st.booleans())
@settings(deadline=None, max_examples=300)
def test_any_json_is_read_or_refused_with_a_typed_error(config, more, keras2):
    for model in (
        config,
        part("Sequential", config, "keras"),
        sequential(part("Dense", config, inbound_nodes=more)),
    ):
        try:
            made = checked(model, keras2=keras2)
        except TruecopyError:
            continue
        assert made.config["class_name"] in ("Sequential", "Functional", "Model")


def test_keras_2_and_3_agree_on_less_than_their_names():
    hard = sequential(part("Dense", {"name": "d", "activation": "hard_sigmoid"}))
    assert checked(hard).classes[-1] == "Dense"
    with pytest.raises(OnlyKeras2, match=r"clip\(0\.2 x \+ 0\.5, 0, 1\) in Keras 2 and relu6"):
        checked(hard, keras2=True)
    kept = {
        "class_name": "Dropout",
        "name": "d",
        "config": {"name": "d"},
        "inbound_nodes": [[["in", 0, 0, {"training": True}]]],
    }
    model = {"class_name": "Functional", "config": {"name": "m", "layers": [kept]}}
    with pytest.raises(OnlyKeras2, match="layer 'd' is called with training=True"):
        checked(model, keras2=True)
    with pytest.raises(OnlyKeras2, match="does not say reset_after"):
        checked(sequential(part("GRU", {"name": "g", "units": 2})), keras2=True)
    with pytest.raises(OnlyKeras2, match=r"layer 'tf.math.add' \(TFOpLambda\) is an operation of TensorFlow"):
        checked(sequential(part("TFOpLambda", {"name": "tf.math.add", "function": "math.add"})), keras2=True)


def test_the_input_shape_of_keras_2_becomes_an_input_layer():
    old = {"class_name": "Sequential", "config": [
        {"class_name": "Conv2D", "config": {"name": "c", "batch_input_shape": [None, 9, 8, 3]}},
        {"class_name": "Conv2D", "config": {"name": "d", "batch_input_shape": [None, 9, 8, 3]}},
    ]}  # fmt: skip
    first, *others = checked(old, keras2=True).config["config"]["layers"]
    assert first == {
        "class_name": "InputLayer",
        "config": {"batch_shape": [None, 9, 8, 3], "dtype": "float32", "name": "c_input"},
    }
    assert [one["config"] for one in others] == [{"name": "c"}, {"name": "d"}]


def test_the_calls_of_a_nested_model_are_counted_as_keras_3_counts_them():
    inner = {"class_name": "Functional", "name": "base", "inbound_nodes": [[["in", 0, 0, {}]]], "config": {
        "name": "base", "layers": [{"class_name": "InputLayer", "name": "i", "config": {"name": "i"}, "inbound_nodes": []}],
    }}  # fmt: skip
    head = {
        "class_name": "Dense",
        "name": "d",
        "config": {"name": "d"},
        "inbound_nodes": [[["base", 1, 0, {}]]],
    }
    model = {
        "class_name": "Functional",
        "config": {"name": "m", "layers": [inner, head], "output_layers": [["d", 0, 0]]},
    }
    written = checked(model, keras2=True).config["config"]
    assert written["layers"][1]["inbound_nodes"] == [[["base", 0, 0, {}]]]
    head["inbound_nodes"] = [[["base", 2, 0, {}]]]
    with pytest.raises(
        OnlyKeras2, match=r"'base' is used at a call that does not exist: expected 1 to 1, got 2"
    ):
        checked(model, keras2=True)
