"""Golden samples of every task and input kind, replayed: what is the same, within, undecided, different."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest

from truecopy.contract import (
    Autoregressive,
    Binary,
    Column,
    Ctc,
    FeatureBlock,
    GraphInput,
    GraphOutput,
    Multilabel,
    Padding,
    Quantity,
    Regression,
    Sequence,
    Standard,
    TableInput,
    TextPolicy,
    TokensInput,
    UndoStandard,
)
from truecopy.contract.codec import decode, encode
from truecopy.predict import Member
from truecopy.proof import check_samples, record

ROWS = TableInput(
    columns=(Column(name="age", dtype="float64"), Column(name="mass", dtype="float64")),
    features=(
        FeatureBlock(
            columns=("age", "mass"), dtype="float64", chain=(Standard(mean=(40.0, 70.0), scale=(10.0, 20.0)),)
        ),
    ),
    missing="error",
)
IDS = TokensInput(
    ids=3, text=TextPolicy(split="characters", vocabulary=("a", "b", "."), unknown=None, lowercase=False),
    prefix=(), suffix=(), max_length=6, truncation="left", padding=None,
)  # fmt: skip
NF = GraphInput(name="features", dtype="float32", layout="NF", shape=("batch", 2))
NT = GraphInput(name="ids", dtype="int64", layout="NT", shape=("batch", "length"), feed="ids")
POINTS = Regression(
    values=(Quantity(name="progression", unit="points", clip=(None, None)),),
    values_source="list", undo=(UndoStandard(mean=(150.0,), scale=(70.0,)),),
)  # fmt: skip
ILL = Binary(activation="sigmoid", labels=("healthy", "ill"), labels_source="list", positive=1, threshold=0.5)
TAGS = Multilabel(activation="sigmoid", labels=("a", "b"), label_ids=None, labels_source="list",
                  thresholds=(0.5, 0.5))  # fmt: skip
GENERATED = Sequence(activation="softmax", labels=("a", "b", "."), labels_source="list", layout="NTC",
                     decoding=Autoregressive(reads="last_step", stop=2, max_new=4), joiner="")  # fmt: skip
SPELLED = msgspec.structs.replace(GENERATED, decoding=Ctc(blank=2, collapse=True))


@pytest.fixture
def made(digits_contract, change, fake_session):
    """`made(task, input, graph input, shape of the answer, network)`: a member and its session."""

    def call(task, given, graph_input, shape, network):
        contract = change(
            digits_contract,
            graph={
                "inputs": (graph_input,),
                "outputs": (GraphOutput(name="logits", dtype="float32", shape=shape),),
            },
        )
        contract = msgspec.structs.replace(contract, input=given, steps=(), task=task)
        return Member.of(decode(encode(contract))), fake_session(network)

    return call


def verdicts(check):
    return {stage.stage: stage.verdict for stage in check.stages}


def told(check):
    return check.stages[-1].detail


ROW = json.dumps({"age": 50.0, "mass": 60.0}).encode()


def scaled(factor):
    return lambda x: factor * x.sum(axis=1, keepdims=True)


def test_a_row_of_a_table_replays_and_its_number_is_told_in_its_unit(made):
    copy = made(POINTS, ROWS, NF, ("batch", 1), scaled(1))
    sample = record(*copy, "one", ROW)
    assert sample.text is None
    (check,) = check_samples(*copy, (sample,))
    assert set(verdicts(check).values()) == {"same"}
    assert told(check) == "progression 185 points"


def test_a_number_may_move_as_far_as_the_output_may_and_no_further(made):
    sample = record(*made(POINTS, ROWS, NF, ("batch", 1), scaled(1)), "one", ROW)
    (near,) = check_samples(*made(POINTS, ROWS, NF, ("batch", 1), scaled(1.00005)), (sample,))
    assert (verdicts(near)["output"], verdicts(near)["result"]) == ("within", "within")
    assert near.stages[3].detail == "5.0e-05 of the largest number, allowed 1e-04"
    assert (
        told(near)
        == "progression 185.002 points instead of progression 185 points: what the output's tolerance allows"
    )
    (far,) = check_samples(*made(POINTS, ROWS, NF, ("batch", 1), scaled(1.001)), (sample,))
    assert (verdicts(far)["output"], verdicts(far)["result"]) == ("differs", "differs")
    assert told(far) == "progression 185.035 points instead of progression 185 points"


def test_a_number_near_zero_is_held_against_the_largest_of_all_samples(made):
    """70 rounding errors of the large answer are a third of the small one."""

    def off(x):
        return scaled(1)(x) + np.float32(1e-6)

    rows = (ROW, json.dumps({"age": 39.9999, "mass": 70.0002}).encode())
    golden = tuple(
        record(*made(POINTS, ROWS, NF, ("batch", 1), scaled(1)), name, row)
        for name, row in zip(("large", "small"), rows, strict=True)
    )
    checks = list(check_samples(*made(POINTS, ROWS, NF, ("batch", 1), off), golden))
    assert [verdicts(check)["output"] for check in checks] == ["within", "within"]
    (alone,) = check_samples(*made(POINTS, ROWS, NF, ("batch", 1), off), golden[1:])
    assert verdicts(alone)["output"] == "differs"


def test_the_typed_row_is_the_first_stage_and_the_features_the_second(made):
    copy = made(POINTS, ROWS, NF, ("batch", 1), scaled(1))
    sample = record(*copy, "one", ROW)
    other = msgspec.structs.replace(sample, encoded=json.dumps({"age": 50.5, "mass": 60.0}).encode())
    (check,) = check_samples(*copy, (other,))
    assert [verdicts(check)[stage] for stage in ("decode", "canvas", "tensor")] == ["differs"] * 3
    missing = msgspec.structs.replace(sample, encoded=b'{"age":50.0}')
    (check,) = check_samples(*copy, (missing,))
    assert verdicts(check) == {"decode": "not reached"}
    assert "column 'mass' is missing" in told(check)


def test_a_crossed_threshold_differs_unless_the_golden_output_stood_at_it(made):
    decided = record(*made(ILL, ROWS, NF, ("batch", 1), scaled(1)), "one", ROW)
    (check,) = check_samples(*made(ILL, ROWS, NF, ("batch", 1), scaled(-1)), (decided,))
    assert verdicts(check)["result"] == "differs"
    assert told(check) == "healthy (0) instead of ill (1)"
    edge = msgspec.structs.replace(ILL, threshold=float(1 / (1 + np.exp(-0.5))))
    stood = record(*made(edge, ROWS, NF, ("batch", 1), scaled(1.00002)), "one", ROW)
    (check,) = check_samples(*made(edge, ROWS, NF, ("batch", 1), scaled(0.99998)), (stood,))
    assert (verdicts(check)["output"], verdicts(check)["result"]) == ("within", "undecided")


def test_another_set_of_labels_is_told_by_name(made):
    sample = record(*made(TAGS, ROWS, NF, ("batch", 2), lambda x: x), "one", ROW)
    (check,) = check_samples(*made(TAGS, ROWS, NF, ("batch", 2), abs), (sample,))
    assert told(check) == "a (0), b (1) instead of a (0)"


def next_letters(*letters):
    """Logits that answer id k of a sequence with letter `letters[k]`."""
    table = 9 * np.eye(3, dtype=np.float32)[list(letters)]
    return lambda ids: table[ids]


def test_the_steps_of_a_sequence_are_stored_flat_and_come_back_by_the_contract(made):
    copy = made(SPELLED, IDS, NT, ("batch", "length", 3), next_letters(0, 1, 2))
    sample = record(*copy, "one", b'"ab"')
    flat = msgspec.structs.replace(sample, output=sample.output.reshape(-1))
    (check,) = check_samples(*copy, (flat,))
    assert set(verdicts(check).values()) == {"same"}
    assert told(check).startswith("'ab' 0.99")
    (check,) = check_samples(*made(SPELLED, IDS, NT, ("batch", "length", 3), next_letters(1, 1, 2)), (flat,))
    assert told(check) == "'b' instead of 'ab'"


def test_generated_text_is_stored_and_compared(made):
    copy = made(GENERATED, IDS, NT, ("batch", "length", 3), next_letters(1, 2, 2))
    sample = record(*copy, "one", b'"a"')
    assert sample.text == "b"
    (check,) = check_samples(*copy, (sample,))
    assert set(verdicts(check).values()) == {"same"}
    # The first pass is the same one, the second answers otherwise.
    later = made(GENERATED, IDS, NT, ("batch", "length", 3), next_letters(1, 0, 2))
    (check,) = check_samples(*later, (sample,))
    assert (verdicts(check)["output"], verdicts(check)["result"]) == ("same", "differs")
    assert told(check) == "'baba' instead of 'b'"


def test_a_sample_without_its_text_decides_the_first_token_only(made):
    copy = made(GENERATED, IDS, NT, ("batch", "length", 3), next_letters(1, 2, 2))
    silent = msgspec.structs.replace(record(*copy, "one", b'"a"'), text=None)
    later = made(GENERATED, IDS, NT, ("batch", "length", 3), next_letters(1, 0, 2))
    (check,) = check_samples(*later, (silent,))
    assert (verdicts(check)["result"], told(check)) == ("same", "first token 'b'")
    other = made(GENERATED, IDS, NT, ("batch", "length", 3), next_letters(0, 2, 2))
    (check,) = check_samples(*other, (silent,))
    assert told(check) == "first token 'a' instead of 'b'"


def test_padding_is_no_part_of_the_stored_answer(made):
    padded = msgspec.structs.replace(IDS, padding=Padding(side="right", value=2, length=6))
    fixed = GraphInput(name="ids", dtype="int64", layout="NT", shape=("batch", 6), feed="ids")
    copy = made(SPELLED, padded, fixed, ("batch", 6, 3), next_letters(0, 1, 2))
    assert record(*copy, "one", b'"ab"').output.shape == (2, 3)


def test_an_impossible_token_is_the_same_impossible_token(made):
    table = np.float32([[9, 0, -np.inf], [0, 9, -np.inf], [0, 9, -np.inf]])
    copy = made(SPELLED, IDS, NT, ("batch", "length", 3), lambda ids: table[ids])
    sample = record(*copy, "one", b'"ab"')
    (check,) = check_samples(
        *made(SPELLED, IDS, NT, ("batch", "length", 3), lambda ids: table[ids] * 1.00001), (sample,)
    )
    assert verdicts(check)["output"] == "within"
    (check,) = check_samples(
        *made(SPELLED, IDS, NT, ("batch", "length", 3), lambda ids: -table[ids]), (sample,)
    )
    assert (verdicts(check)["output"], check.ok) == ("differs", False)


HOUSE = Regression(
    values=(
        Quantity(name="price", unit="CHF", clip=(None, None)),
        Quantity(name="rooms", unit=None, clip=(None, None)),
    ),
    values_source="list", undo=(),
)  # fmt: skip


def test_a_small_quantity_is_not_held_against_a_large_one(made):
    def house(rooms):
        return lambda x: x * np.float32([1e6, rooms])

    sample = record(*made(HOUSE, ROWS, NF, ("batch", 2), house(0.6)), "one", ROW)
    (check,) = check_samples(*made(HOUSE, ROWS, NF, ("batch", 2), house(-1.8)), (sample,))
    assert (verdicts(check)["output"], verdicts(check)["result"]) == ("differs", "differs")
    assert check.stages[3].detail == "4.0e+00 of the largest number, allowed 1e-04"
    (near,) = check_samples(*made(HOUSE, ROWS, NF, ("batch", 2), house(0.60003)), (sample,))
    assert (verdicts(near)["output"], verdicts(near)["result"]) == ("within", "within")


def test_a_file_that_predict_refuses_does_not_hold(made):
    """Logits under activation none: (1, -0.5)."""
    stated = msgspec.structs.replace(TAGS, activation="none")
    copy = made(stated, ROWS, NF, ("batch", 2), lambda x: x)
    (check,) = check_samples(*copy, (record(*copy, "one", ROW),))
    assert (verdicts(check)["output"], verdicts(check)["result"], check.ok) == ("same", "differs", False)
    assert told(check).startswith("the graph ends in probabilities by its contract (activation none)")


def test_rare_probabilities_may_differ_by_rounding(made):
    stated = msgspec.structs.replace(ILL, activation="none")

    def always(p):
        return made(stated, ROWS, NF, ("batch", 1), lambda x: 0 * x[:, :1] + np.float32(p))

    sample = record(*always(1e-5), "one", ROW)
    (check,) = check_samples(*always(1.002e-5), (sample,))
    assert (verdicts(check)["output"], verdicts(check)["result"]) == ("within", "same")
    assert check.stages[3].detail == "2.0e-08 in probability, allowed 1e-04"
    (far,) = check_samples(*always(2e-4), (sample,))
    assert verdicts(far)["output"] == "differs"
