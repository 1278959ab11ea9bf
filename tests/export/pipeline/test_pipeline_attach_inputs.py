"""`attach` for rows and sequences: names tell what an input takes, or it is said."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

import truecopy
import truecopy_export
from truecopy.contract import Column, FeatureBlock, Padding, TableInput, TokensInput
from truecopy.errors import RecipeError
from truecopy_export.recipes import Recipe

INT64, INT32, FLOAT, DOUBLE = TensorProto.INT64, TensorProto.INT32, TensorProto.FLOAT, TensorProto.DOUBLE
IDS = 7
TOKENS = TokensInput(ids=IDS, text=None, prefix=(), suffix=(), max_length=30, truncation=None, padding=None)
ROW = TableInput(
    columns=(Column(name="a", dtype="float64"), Column(name="b", dtype="float64")),
    features=(FeatureBlock(columns=("a", "b"), dtype="float64", chain=()),),
    missing="error",
)


def recipe(given):
    return Recipe(input=given, steps=(), original=None, source="test", notes=())


@pytest.fixture
def attach(tmp_path):
    def call(source, given, **options):
        return truecopy_export.attach(
            source, tmp_path / "out.onnx", recipe=recipe(given), unproven=True, **options
        )

    return call


@pytest.fixture
def reader(tmp_path):
    """Embeds the ids, adds up what the other inputs let in; (n, 3), or a row a step."""

    def write(names, *, steps=False, dtype=INT64, length="t"):
        random = np.random.default_rng(0)
        table = numpy_helper.from_array(random.normal(size=(IDS, 3)).astype(np.float32), "table")
        nodes = [helper.make_node("Gather", ["table", names[0]], ["all"])]
        last = "all"
        for name in names[1:]:
            nodes += [
                helper.make_node("Cast", [name], [f"{name}_f"], to=FLOAT),
                helper.make_node("Unsqueeze", [f"{name}_f", "two"], [f"{name}_u"]),
                helper.make_node("Mul" if "type" not in name else "Add", [last, f"{name}_u"], [f"{name}_m"]),
            ]
            last = f"{name}_m"
        sums = (
            helper.make_node("Identity", [last], ["y"])
            if steps
            else helper.make_node("ReduceSum", [last, "one"], ["y"], keepdims=0)
        )
        best = helper.make_node("ArgMax", [last], ["best"], axis=2, keepdims=0)
        constants = [
            table,
            numpy_helper.from_array(np.array([2]), "two"),
            numpy_helper.from_array(np.array([1]), "one"),
        ]
        graph = helper.make_graph(
            [*nodes, sums, best],
            "g",
            [helper.make_tensor_value_info(name, dtype, ["n", length]) for name in names],
            [
                helper.make_tensor_value_info("y", FLOAT, None),
                helper.make_tensor_value_info("best", INT64, None),
            ],
            constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        (tmp_path / "theirs.onnx").write_bytes(model.SerializeToString())
        return tmp_path / "theirs.onnx"

    return write


def test_usual_names_tell_what_they_take_and_whole_number_outputs_are_listed(attach, reader):
    source = reader(["input_ids", "attention_mask", "token_type_ids"])
    made = attach(source, TOKENS, labels=["x", "y", "z"], answer="y")
    assert [(one.name, one.feed, one.shape) for one in made.contract.graph.inputs] == [
        ("input_ids", "ids", ("batch", "length")),
        ("attention_mask", "mask", ("batch", "length")),
        ("token_type_ids", "zeros", ("batch", "length")),
    ]
    assert [(one.name, one.dtype, one.shape) for one in made.contract.graph.outputs] == [
        ("y", "float32", ("batch", 3)),
        ("best", "int64", ("batch", "length")),
    ]
    assert truecopy.load(made.path)([1, 2, 3]).label in ("x", "y", "z")


def test_other_names_must_be_said(attach, reader):
    source = reader(["words", "present"])
    options = {"labels": ["x", "y", "z"], "answer": "y"}
    with pytest.raises(RecipeError, match=r"the name of input 'words' does not tell .* Say --feed words=ids"):
        attach(source, TOKENS, **options)
    with pytest.raises(RecipeError, match="no input 'word': expected one of words, present"):
        attach(source, TOKENS, feeds={"word": "ids"}, **options)
    made = attach(source, TOKENS, feeds={"words": "ids", "present": "mask"}, **options)
    assert [one.feed for one in made.contract.graph.inputs] == ["ids", "mask"]


def test_one_input_is_the_ids_whatever_its_name_and_int32_is_fed_as_int32(attach, reader):
    made = attach(reader(["x"], dtype=INT32), TOKENS, labels=["x", "y", "z"], answer="y")
    assert [(one.feed, one.dtype) for one in made.contract.graph.inputs] == [("ids", "int32")]


def test_a_step_for_each_id_is_a_sequence(attach, reader):
    said = {"kind": "sequence", "decoding": "plain"}
    made = attach(reader(["ids"], steps=True), TOKENS, labels=["x", "y", "z"], answer="y", task=said)
    assert made.contract.graph.outputs[0].shape == ("batch", "length", 3)
    assert made.contract.task.layout == "NTC"
    assert len(truecopy.load(made.path)([1, 2, 3]).tokens) == 3


def test_a_fixed_length_is_that_of_the_padding(attach, reader):
    padded = TokensInput(ids=IDS, text=None, prefix=(), suffix=(), max_length=5, truncation=None,
                         padding=Padding(side="right", value=0, length=5))  # fmt: skip
    made = attach(reader(["ids", "mask"], length=5), padded, labels=["x", "y", "z"], answer="y")
    assert made.contract.graph.inputs[0].shape == ("batch", 5)


def rows(path, *, dtype=DOUBLE, features=2, shape=None):
    kind = helper.tensor_dtype_to_np_dtype(dtype)
    weights = numpy_helper.from_array(np.arange(6, dtype=kind).reshape(2, 3), "w")
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", dtype, shape or ["n", features])],
        [helper.make_tensor_value_info("y", dtype, None)],
        [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.parametrize("features", [2, "f"])
def test_rows_of_float64_are_fed_as_float64(attach, tmp_path, features):
    made = attach(rows(tmp_path / "rows.onnx", features=features), ROW, labels=["x", "y", "z"])
    (one,) = made.contract.graph.inputs
    assert (one.dtype, one.layout, one.shape) == ("float64", "NF", ("n", 2))
    assert truecopy.load(made.path)({"a": 1.0, "b": 2.0}).label == "z"


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        (
            ["n", 2, 1],
            {},
            r"input 'x' is no batch of rows: expected (batch, features), got shape ['n', 2, 1]",
        ),
        (["n", 2], {"dtype": INT64}, "input 'x' takes INT64: expected FLOAT or FLOAT16 or DOUBLE"),
    ],
)
def test_an_input_that_takes_no_rows_is_refused(attach, tmp_path, shape, options, message):
    with pytest.raises(RecipeError) as caught:
        attach(rows(tmp_path / "rows.onnx", shape=shape, **options), ROW, labels=["x", "y", "z"])
    assert message in str(caught.value)


def test_a_feed_is_for_sequences_only(attach, tmp_path):
    with pytest.raises(RecipeError, match="--feed is for the inputs of sequences: got x"):
        attach(rows(tmp_path / "rows.onnx"), ROW, labels=["x", "y", "z"], feeds={"x": "ids"})


def test_a_table_recipe_for_a_graph_of_several_inputs_says_what_to_do(attach, reader):
    source = reader(["input_ids", "attention_mask"])
    with pytest.raises(RecipeError) as caught:
        attach(source, ROW, labels=["x", "y", "z"], answer="y")
    told = str(caught.value)
    assert "the graph has 2 inputs: expected one row of features, got 'input_ids', 'attention_mask'" in told
    assert "For a model of tokens give a recipe of tokens" in told
    assert (
        "one input of all features side by side, (batch, features): concatenate them before the export"
        in told
    )
    with pytest.raises(RecipeError, match=r"input 'x' takes INT64: .*For a model of tokens give a recipe of"):
        attach(reader(["x"]), ROW, labels=["x", "y", "z"], answer="y")


@pytest.fixture
def classifier(tmp_path):
    """What skl2onnx writes of a classifier: int64 labels, and maps of probabilities unless `zipmap` is off."""

    def write(*, zipmap):
        weight = numpy_helper.from_array(np.array([[1, 0], [0, 2]], np.float32), "w")
        last = "p" if zipmap else "probabilities"
        nodes = [
            helper.make_node("MatMul", ["x", "w"], ["s"]),
            helper.make_node("Softmax", ["s"], [last], axis=1),
            helper.make_node("ArgMax", ["s"], ["label"], axis=1, keepdims=0),
        ]
        made = helper.make_tensor_value_info("probabilities", FLOAT, ["n", 2])
        if zipmap:
            nodes.append(
                helper.make_node(
                    "ZipMap", ["p"], ["probabilities"], domain="ai.onnx.ml", classlabels_int64s=[0, 1]
                )
            )
            maps = helper.make_map_type_proto(INT64, helper.make_tensor_type_proto(FLOAT, []))
            made = helper.make_value_info("probabilities", helper.make_sequence_type_proto(maps))
        graph = helper.make_graph(
            nodes,
            "g",
            [helper.make_tensor_value_info("x", FLOAT, ["n", 2])],
            [helper.make_tensor_value_info("label", INT64, ["n"]), made],
            [weight],
        )
        opsets = [helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 1)]
        path = tmp_path / "classifier.onnx"
        path.write_bytes(helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString())
        return path

    return write


def test_a_sequence_of_maps_is_told_how_to_become_an_array(attach, classifier):
    with pytest.raises(RecipeError) as caught:
        attach(classifier(zipmap=True), ROW, labels=["no", "yes"], answer="probabilities")
    assert "output 'probabilities' is a sequence of maps, and the answer is an array of numbers" in str(
        caught.value
    )
    assert "convert with zipmap=False: to_onnx(model, ..., options={'zipmap': False})" in str(caught.value)


def test_a_decided_label_is_no_answer_and_the_others_are_named(attach, classifier):
    with pytest.raises(RecipeError) as caught:
        attach(classifier(zipmap=False), ROW, labels=["no", "yes"], answer="label")
    assert "the answer 'label' is int64, decided already: expected float32, float16, float64" in str(
        caught.value
    )
    assert "Outputs of floating point: probabilities. Say --answer probabilities" in str(caught.value)
    with pytest.raises(RecipeError, match=r"got no output of floating point .*options=\{'zipmap': False\}"):
        attach(classifier(zipmap=True), ROW, labels=["no", "yes"], answer="label")
