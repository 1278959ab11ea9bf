from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

import truecopy
from truecopy.contract import (
    Autoregressive,
    Binary,
    Bound,
    Contract,
    Ctc,
    Decisions,
    Errors,
    GraphInput,
    GraphOutput,
    Multilabel,
    Plain,
    Quantity,
    Regression,
    Sequence,
    TokensInput,
    UndoLog1p,
    UndoMinMax,
    UndoStandard,
    decode,
    encode,
    names_of,
)
from truecopy.contract.requires import lowest_runtime
from truecopy.errors import ContractError

DIGITS = Path(__file__).parents[3] / "artifacts" / "digits.onnx"

BINARY = {"kind": "binary", "activation": "sigmoid", "labels": ["ham", "spam"], "labels_source": "-", "positive": 1,
          "threshold": 0.5}  # fmt: skip
MULTILABEL = {"kind": "multilabel", "activation": "sigmoid", "labels": ["a", "b"], "label_ids": None,
              "labels_source": "-", "thresholds": [0.5, 0.25]}  # fmt: skip
REGRESSION = {"kind": "regression", "values": [{"name": "age", "unit": "years", "clip": [0.0, None]}],
              "values_source": "-", "undo": [{"op": "standard", "mean": [1.0], "scale": [2.0]}, {"op": "log1p"}]}  # fmt: skip
PLAIN = {"rule": "plain", "stop": None, "ignore": []}
SEQUENCE = {"kind": "sequence", "activation": "softmax", "labels": ["-", "a", "b"], "labels_source": "-",
            "layout": "NTC", "decoding": {"rule": "ctc", "blank": 0, "collapse": True}, "joiner": ""}  # fmt: skip
SHAPES = {"binary": ["b", 1], "multilabel": ["b", 2], "regression": ["b", 1], "sequence": ["b", 20, 3]}


@pytest.fixture(scope="session")
def stated(document: Callable[[], Any]) -> Callable[..., str]:
    """The example with another task: `stated(BINARY, threshold=0.3)`; shape: of the answer."""

    def made(task: dict[str, Any], shape: list[Any] | None = None, **changes: Any) -> str:
        plain = document()
        plain["task"] = {**task, **changes}
        plain["graph"]["outputs"][0]["shape"] = SHAPES[task["kind"]] if shape is None else shape
        plain["views"]["relabel"] = {}
        return json.dumps(plain)

    return made


LABEL = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=3)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
SHARE = st.floats(0, 1)


def undo(width: int) -> st.SearchStrategy[Any]:
    numbers = st.tuples(*[NUMBER] * width)
    scales = st.tuples(*[NUMBER.filter(bool)] * width)
    return (
        st.builds(UndoStandard, mean=st.none() | numbers, scale=st.none() | numbers)
        | st.builds(UndoMinMax, min=numbers, scale=scales)
        | st.just(UndoLog1p())
    )


@st.composite
def regressions(draw: Any) -> Regression:
    names = draw(st.lists(LABEL, min_size=1, max_size=3, unique=True))
    values = []
    for name in names:
        low, high = sorted(draw(st.tuples(NUMBER, NUMBER)))
        clip = draw(st.sampled_from([(low, high), (None, high), (low, None), (None, None)]))
        values.append(Quantity(name=name, unit=draw(st.none() | LABEL), clip=clip))
    steps = draw(st.lists(undo(len(names)), max_size=3))
    return Regression(values=tuple(values), values_source="-", undo=tuple(steps))


@st.composite
def multilabels(draw: Any) -> Multilabel:
    labels = tuple(draw(st.lists(LABEL, min_size=1, max_size=4)))
    thresholds = draw(st.tuples(*[SHARE] * len(labels)))
    return Multilabel(activation=draw(st.sampled_from(["sigmoid", "none"])), labels=labels,
                      label_ids=draw(st.none() | st.just(tuple(map(str, range(len(labels)))))), labels_source="-",
                      thresholds=thresholds)  # fmt: skip


@st.composite
def sequences(draw: Any) -> Sequence:
    labels = tuple(draw(st.lists(LABEL, min_size=2, max_size=5)))
    index = st.integers(0, len(labels) - 1)
    decoding = draw(
        st.builds(Ctc, blank=index, collapse=st.booleans())
        | st.builds(Plain, stop=st.none() | index, ignore=st.lists(index, max_size=2).map(tuple))
    )
    return Sequence(activation=draw(st.sampled_from(["softmax", "none"])), labels=labels, labels_source="-",
                    layout=draw(st.sampled_from(["NTC", "NCT", "TNC"])), decoding=decoding, joiner=draw(st.sampled_from(["", " "])))  # fmt: skip


BINARIES = st.builds(Binary, activation=st.sampled_from(["sigmoid", "softmax", "none"]),
                     labels=st.lists(LABEL, min_size=2, max_size=2, unique=True).map(tuple), labels_source=st.just("-"),
                     positive=st.sampled_from([0, 1]), threshold=SHARE)  # fmt: skip


def shape_of(task: Any) -> tuple[int | str, ...]:
    match task:
        case Binary():
            return ("batch", 2 if task.activation == "softmax" else 1)
        case Sequence():
            return tuple({"N": "batch", "T": "steps", "C": len(task.labels)}[axis] for axis in task.layout)
        case _:
            return ("batch", len(names_of(task)))


def with_task(contract: Contract, task: Any) -> Contract:
    outputs = (replace(contract.graph.outputs[0], shape=shape_of(task)),)
    return replace(contract, task=task, graph=replace(contract.graph, outputs=outputs),
                   views=replace(contract.views, relabel={}))  # fmt: skip


@settings(deadline=None)
@given(BINARIES | multilabels() | regressions() | sequences())
def test_every_task_is_written_and_read_back(contract, task):
    made = with_task(contract, task)
    text = encode(made)
    back = decode(text)
    assert back.task == task
    assert encode(back) == text
    assert lowest_runtime(back) == "0.3"


def test_names_are_those_of_labels_tokens_and_quantities(stated):
    assert names_of(decode(stated(BINARY)).task) == ("ham", "spam")
    assert names_of(decode(stated(REGRESSION)).task) == ("age",)
    assert names_of(decode(stated(SEQUENCE)).task) == ("-", "a", "b")


VALUE = {"name": "age", "unit": None, "clip": [None, None]}


@pytest.mark.parametrize(
    ("task", "changes", "message"),
    [
        # binary
        (BINARY, {"labels": ["a", "a"]}, "both labels are the same - at `$.task`"),
        (BINARY, {"labels": ["a", "b", "c"]}, "Expected `array` of length 2, got 3 - at `$.task.labels`"),
        (BINARY, {"positive": 2}, "Invalid enum value 2, expected one of 0, 1 - at `$.task.positive`"),
        (BINARY, {"threshold": None}, "Expected `float`, got `null` - at `$.task.threshold`"),
        (BINARY, {"threshold": 1.5}, "Expected `float` <= 1.0 - at `$.task.threshold`"),
        (BINARY, {"temperature": 2.0}, "unknown field `temperature`"),
        (
            BINARY,
            {"activation": "softmax"},
            (
                "a binary answer under activation 'softmax' has 2 outputs: got 1 outputs of 'logits' - at "
                "`$.task.activation`. One output: sigmoid. Two: softmax. More: another task, such as multiclass or multilabel"
            ),
        ),
        (BINARY, {"shape": ["b", 2]}, "under activation 'sigmoid' has 1 outputs: got 2 outputs of 'logits'"),
        (BINARY, {"shape": ["b", 3], "activation": "none"}, "under activation 'none' has 1 or 2 outputs: got 3"),
        (BINARY, {"shape": ["b", "n"]}, "a binary answer is one row of fixed length per item: expected (batch, numbers)"),
        # multilabel
        (MULTILABEL, {"thresholds": [0.5]}, "1 thresholds for 2 labels - at `$.task`"),
        (MULTILABEL, {"thresholds": 0.5}, "Expected `array`, got `float` - at `$.task.thresholds`"),
        (MULTILABEL, {"thresholds": [0.5, -0.1]}, "Expected `float` >= 0.0 - at `$.task.thresholds[1]`"),
        (MULTILABEL, {"activation": "softmax"}, "expected one of 'none', 'sigmoid' - at `$.task.activation`"),
        (MULTILABEL, {"label_ids": ["x", "x"]}, "label_ids repeat - at `$.task`"),
        (MULTILABEL, {"labels": []}, "Expected `array` of length >= 1 - at `$.task.labels`"),
        (
            MULTILABEL,
            {"shape": ["b", 3]},
            "2 labels for 3 outputs of 'logits' - at `$.task.labels`. Give one label per output, in the order of the outputs",
        ),
        # regression
        (REGRESSION, {"labels": ["a"]}, "unknown field `labels`"),
        (REGRESSION, {"values": []}, "Expected `array` of length >= 1 - at `$.task.values`"),
        (REGRESSION, {"values": [VALUE, VALUE]}, "names of `values` repeat - at `$.task`"),
        (REGRESSION, {"values": [VALUE | {"clip": [2.0, 1.0]}]}, "`clip` of 'age' ends below its begin - at `$.task.values[0]`"),
        (REGRESSION, {"values": [VALUE | {"clip": [2.0]}]}, "Expected `array` of length 2, got 1 - at `$.task.values[0].clip`"),
        (REGRESSION, {"shape": ["b", 2]}, "1 values for 2 outputs of 'logits' - at `$.task.values`. Give one value per output"),
        (REGRESSION, {"undo": [{"op": "robust"}]}, "expected one of 'standard', 'min_max', 'log1p' - at `$.task.undo[0].op`"),
        (
            REGRESSION,
            {"undo": [{"op": "log1p"}, {"op": "standard", "mean": [1.0, 2.0], "scale": None}]},
            "`undo[1]` is for 2 numbers, and there are 1 - at `$.task`",
        ),
        (
            REGRESSION,
            {"undo": [{"op": "standard", "mean": [1.0, 2.0], "scale": [1.0]}]},
            "2 means and 1 scales - at `$.task.undo[0]`",
        ),
        (
            REGRESSION,
            {"undo": [{"op": "min_max", "min": [1.0], "scale": [0.0]}]},
            "`scale` divides by zero - at `$.task.undo[0]`",
        ),
        (
            REGRESSION,
            {"undo": [{"op": "min_max", "min": [1.0, 2.0], "scale": [1.0]}]},
            "2 values of `min` and 1 of `scale` - at `$.task.undo[0]`",
        ),
        (REGRESSION, {"undo": [{"op": "log1p"}] * 17}, "Expected `array` of length <= 16 - at `$.task.undo`"),
        # sequence
        (
            SEQUENCE,
            {"labels": ["a", "b"]},
            (
                "2 labels for 3 outputs of 'logits' - at `$.task.labels`. Give one token per output, in the order of the "
                "outputs, the blank among them"
            ),
        ),
        (SEQUENCE, {"decoding": {"rule": "ctc", "blank": 3, "collapse": True}}, "`decoding.blank` is 3, and there are 3 tokens - at `$.task`"),
        (SEQUENCE, {"decoding": PLAIN | {"stop": 7}}, "`decoding.stop` is 7, and there are 3 tokens - at `$.task`"),
        (SEQUENCE, {"decoding": PLAIN | {"ignore": [0, 9]}}, "`decoding.ignore` is 9, and there are 3 tokens"),
        (SEQUENCE, {"decoding": {"rule": "beam"}}, "expected one of 'plain', 'ctc', 'autoregressive' - at `$.task.decoding.rule`"),
        (SEQUENCE, {"layout": "NC"}, "layout 'NC' belongs to autoregressive decoding that reads one_row, and only there - at `$.task`"),
        (SEQUENCE, {"layout": "CTN"}, "expected one of 'NC', 'NCT', 'NTC', 'TNC' - at `$.task.layout`"),
        (SEQUENCE, {"layout": "NCT"}, "3 labels for 20 outputs of 'logits'"),
        (SEQUENCE, {"shape": ["b", 3]}, "a sequence answer of layout NTC has 3 axes: got shape ['b', 3] - at `$.task.layout`"),
        (
            SEQUENCE,
            {"decoding": {"rule": "autoregressive", "reads": "last_step", "stop": 0, "max_new": 9}},
            (
                "autoregressive decoding puts tokens behind tokens, and the input is none of them: expected input.kind "
                "tokens - at `$.task.decoding`"
            ),
        ),
        (
            SEQUENCE,
            {"decoding": {"rule": "autoregressive", "reads": "last_step", "stop": 0, "max_new": 0}},
            "Expected `int` >= 1 - at `$.task.decoding.max_new`",
        ),
    ],
)  # fmt: skip
def test_a_task_that_contradicts_itself_or_the_graph_is_refused_with_its_place(
    stated, task, changes, message
):
    with pytest.raises(ContractError) as caught:
        decode(stated(task, **changes))
    assert message in str(caught.value)


@pytest.mark.parametrize("task", [BINARY, MULTILABEL, REGRESSION, SEQUENCE])
def test_every_field_of_a_task_is_required(stated, task):
    for field in task.keys() - {"kind"}:
        plain = json.loads(stated(task))
        del plain["task"][field]
        with pytest.raises(ContractError, match=rf"missing required field `{field}` - at `\$\.task`"):
            decode(json.dumps(plain))


@pytest.mark.parametrize("dtype", ["int64", "bool"])
@pytest.mark.parametrize("task", [BINARY, MULTILABEL, REGRESSION, SEQUENCE])
def test_an_answer_of_whole_numbers_is_refused(stated, task, dtype):
    plain = json.loads(stated(task))
    plain["graph"]["outputs"][0]["dtype"] = dtype
    with pytest.raises(
        ContractError,
        match=rf"the answer 'logits' is {dtype}: expected floating point - at `\$\.graph\.outputs`",
    ):
        decode(json.dumps(plain))


@pytest.mark.parametrize("shape", [["b"], ["b", 1], ["b", 1, 1]])
def test_one_number_an_item_may_stand_without_an_axis_of_its_own(stated, shape):
    assert decode(stated(BINARY, shape=shape)).graph.outputs[0].classes == 1
    assert decode(stated(REGRESSION, shape=shape)).graph.outputs[0].classes == 1
    with pytest.raises(ContractError, match="2 labels for 1 outputs"):
        decode(stated(MULTILABEL, shape=shape))


def generating(contract: Contract, tokens: int, ids: int) -> Contract:
    task = Sequence(activation="softmax", labels=tuple("abcde"[:tokens]), labels_source="-", layout="NTC",
                    decoding=Autoregressive(reads="last_step", stop=None, max_new=5), joiner="")  # fmt: skip
    spec = TokensInput(
        ids=ids, text=None, prefix=(), suffix=(), max_length=None, truncation=None, padding=None
    )
    one = GraphInput(name="ids", dtype="int64", layout="NT", shape=("batch", "steps"), feed="ids")
    made = with_task(contract, task)
    return replace(made, input=spec, steps=(), graph=replace(made.graph, inputs=(one,)))


def test_a_generated_token_must_be_an_id_that_can_go_in(contract):
    made = generating(contract, tokens=3, ids=3)
    assert decode(encode(made)) == made
    with pytest.raises(
        ContractError, match=r"4 tokens come out, and ids below 3 go in - at `\$\.task\.labels`"
    ):
        encode(generating(contract, tokens=4, ids=3))


def test_documents_of_the_first_runtimes_keep_their_number(contract, document):
    digits = truecopy.read(DIGITS).contract
    assert (digits.requires, lowest_runtime(digits)) == ("0.1", "0.1")
    bound = Bound(source="cpu", levels=1.0, tensor=0.01)
    assert lowest_runtime(replace(digits, proof=replace(digits.proof, bound=bound))) == "0.2"
    opencv = replace(digits, input=replace(digits.image, decoder="opencv"))
    assert lowest_runtime(opencv) == "0.2"
    assert lowest_runtime(decode(json.dumps(document()))) in ("0.1", "0.2")


def with_decisions(contract: Contract, **fields: Any) -> Contract:
    decisions = Decisions(**{"flips": 0, "max_probability_delta": 0.0, **fields})
    return replace(contract, proof=replace(contract.proof, decisions=decisions))


@pytest.mark.parametrize("fields", [{"crossings": 0}, {"max_error": (0.5,)}, {"edits": 0}, {"max_probability_delta": None}])  # fmt: skip
def test_what_the_proof_counts_for_other_tasks_needs_a_runtime_that_knows_it(fields):
    digits = truecopy.read(DIGITS).contract
    assert lowest_runtime(with_decisions(digits)) == "0.1"
    assert lowest_runtime(with_decisions(digits, **fields)) == "0.3"


def test_errors_in_units_need_a_runtime_that_knows_them():
    digits = truecopy.read(DIGITS).contract
    errors = Errors(original=(1.0,), truecopy=(1.0,), raw=None, ema=None, items=5)
    assert digits.proof.errors is UNSET
    for decisions in (None, digits.proof.decisions):
        proof = replace(digits.proof, errors=errors, decisions=decisions)
        assert lowest_runtime(replace(digits, proof=proof)) == "0.3"


@pytest.mark.parametrize("dtype", ["float64", "int64", "int32", "bool"])
def test_outputs_of_new_types_need_a_runtime_that_knows_them(dtype):
    digits = truecopy.read(DIGITS).contract
    more = GraphOutput(name="more", dtype=dtype, shape=("batch", 3))
    graph = replace(digits.graph, outputs=(*digits.graph.outputs, more))
    assert lowest_runtime(replace(digits, graph=graph)) == "0.3"


def test_other_inputs_need_a_runtime_that_knows_them(contract):
    assert lowest_runtime(generating(contract, tokens=3, ids=3)) == "0.3"


@pytest.mark.parametrize("task", [REGRESSION, SEQUENCE])
def test_a_view_has_no_labels_to_change_in_a_regression_or_a_sequence(stated, task):
    plain = json.loads(stated(task))
    plain["views"]["relabel"] = {"horizontal_flip": [0, 1, 2][: len(names_of(decode(stated(task)).task))]}
    with pytest.raises(ContractError) as caught:
        decode(json.dumps(plain))
    assert str(caught.value) == (
        "a view changes the order of labels, and this task has none that change places: expected an empty object for a "
        "regression or a sequence, got 'horizontal_flip' - at `$.views.relabel`"
    )


@pytest.mark.parametrize(
    ("fed", "shape", "expected"),
    [("batch", [7, 1], "a free batch"), ("batch", [1, 1], "a free batch"), (1, [7, 1], "a batch of 1")],
)
def test_the_answer_is_for_as_many_items_as_go_in(stated, fed, shape, expected):
    plain = json.loads(stated(BINARY, shape=shape))
    plain["graph"]["inputs"][0]["shape"][0] = fed
    with pytest.raises(ContractError) as caught:
        decode(json.dumps(plain))
    assert str(caught.value) == (
        "the answer 'logits' is for another number of items than input 'input' takes: "
        f"expected {expected}, got shape {shape} - at `$.graph.outputs`"
    )


def test_the_batch_of_a_sequence_stands_where_its_layout_says(stated):
    assert decode(stated(SEQUENCE, shape=[20, "b", 3], layout="TNC")).task.layout == "TNC"
    with pytest.raises(ContractError, match="is for another number of items than input"):
        decode(stated(SEQUENCE, shape=["steps", 20, 3], layout="TNC"))


@pytest.mark.parametrize("batch", [1, "anything"])
def test_one_item_at_a_time_is_answered_by_one_row_or_by_an_unknown_number(stated, batch):
    plain = json.loads(stated(BINARY, shape=[batch, 1]))
    plain["graph"]["inputs"][0]["shape"][0] = 1
    assert decode(json.dumps(plain)).graph.main_input.batch == 1
