"""The program of a SavedModel, skimmed without TensorFlow: what computes is let in, all else is refused."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.export.networks.saved_model_bytes import (
    PLAIN,
    calls,
    calls_in_a_list,
    constant,
    field,
    function,
    node,
    program,
)

from truecopy.errors import Blocked, CheckpointError
from truecopy_export.networks.tensorflow.checked import MAX_ELEMENTS, check_program


def test_a_program_that_only_computes_is_let_in_with_the_savers_that_nothing_runs():
    assert check_program(PLAIN, Path("saved_model.pb")) is None


DANGEROUS = (
    "ReadFile", "WriteFile", "MatchingFiles", "PyFunc", "EagerPyFunc", "PyFuncStateless", "HashTableV2",
    "InitializeTableFromTextFileV2", "FIFOQueueV2", "TFRecordDataset", "RpcClient", "DebugIdentityV3", "PrintV2",
    "DecodeJpeg", "LoadAndRemapMatrix", "XlaCallModule", "MyOwnOperator", "", "readfile",
)  # fmt: skip


@pytest.mark.parametrize("operator", DANGEROUS)
@pytest.mark.parametrize("place", ["function", "unused", "graph"])
def test_an_operator_that_is_not_on_the_list_is_refused_wherever_it_stands(operator, place):
    made = {
        "function": program(function("__inference_f", node("Relu"), node(operator))),
        "unused": program(function("__inference_f"), function("__inference_unused", node(operator))),
        "graph": program(function("__inference_f"), graph=(node(operator),)),
    }[place]
    with pytest.raises(Blocked, match="operators that are not let in") as caught:
        check_program(made, Path("saved_model.pb"))
    assert operator in str(caught.value.got)
    assert "tf.saved_model.save" in str(caught.value.fix)


def test_the_last_of_two_operators_of_one_node_hides_nothing():
    doubled = field(2, "Relu") + field(2, "WriteFile") + field(2, "Relu")
    with pytest.raises(Blocked, match="WriteFile"):
        check_program(program(function("__inference_f", doubled)), Path("p"))


def test_a_second_library_or_graph_hides_nothing():
    hidden = field(2, field(2, field(1, function("__inference_h", node("WriteFile")))))
    made = field(1, 1) + field(2, PLAIN[PLAIN.index(b"\x12", 2) + 3 :] + hidden)
    with pytest.raises(CheckpointError):
        check_program(made, Path("p"))
    with pytest.raises(CheckpointError, match="one meta graph"):
        check_program(PLAIN + field(2, hidden), Path("p"))


@pytest.mark.parametrize("call", [calls, calls_in_a_list])
def test_a_saver_that_another_function_calls_is_refused(call):
    made = program(
        function("__inference_f", node("PartitionedCall", call("__inference_save"))),
        function("__inference_save", node("SaveV2")),
    )
    with pytest.raises(Blocked, match="SaveV2 in __inference_save"):
        check_program(made, Path("p"))
    with pytest.raises(Blocked, match="RestoreV2 in __inference_f"):
        check_program(program(function("__inference_f", node("RestoreV2"))), Path("p"))


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (5, "an asset"),
        (10, "a resource"),
        (11, "a saver of its own"),
        (14, "a registered class"),
        (16, "a registered saver"),
    ],
)
def test_objects_that_run_something_on_loading_are_refused(number, said):
    with pytest.raises(Blocked, match=said):
        check_program(program(function("__inference_f"), objects=field(number, b"")), Path("p"))


def test_a_model_of_tensorflow_1_is_refused_by_name():
    bare = field(2, field(2, field(1, node("Relu"))))
    with pytest.raises(CheckpointError, match="written by TensorFlow 1") as caught:
        check_program(bare, Path("p"))
    assert "tf.saved_model.save(tf.saved_model.load(folder)" in str(caught.value.fix)


def test_functions_that_call_themselves_are_refused():
    made = program(
        function("__inference_f", node("PartitionedCall", calls("__inference_g"))),
        function("__inference_g", node("PartitionedCall", calls_in_a_list("__inference_f"))),
    )
    with pytest.raises(CheckpointError, match="calls itself"):
        check_program(made, Path("p"))


def test_functions_that_unfold_without_bound_are_refused_and_a_long_chain_is_not():
    def tower(width: int, height: int) -> bytes:
        floors = [
            function(f"__inference_{n}", *[node("PartitionedCall", calls(f"__inference_{n + 1}"))] * width)
            for n in range(height)
        ]
        return program(*floors, function(f"__inference_{height}", node("Relu")), exported="__inference_0")

    with pytest.raises(CheckpointError, match="unfold to too many nodes"):
        check_program(tower(2, 64), Path("p"))
    assert check_program(tower(1, 5000), Path("p")) is None


def test_a_constant_that_is_larger_than_a_file_can_be_is_refused():
    made = program(function("__inference_f", node("Const", constant(1 << 20, 1 << 20))))
    with pytest.raises(CheckpointError, match=f"at most {MAX_ELEMENTS} numbers"):
        check_program(made, Path("p"))


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_a_damaged_program_is_refused_or_read_and_nothing_else_happens(data):
    """A byte changed, cut, doubled: a typed error or the same list of operators, in little time."""
    raw = bytearray(PLAIN)
    at = data.draw(st.integers(0, len(raw) - 1))
    match data.draw(st.sampled_from(["flip", "cut", "insert"])):
        case "flip":
            raw[at] ^= 1 << data.draw(st.integers(0, 7))
        case "cut":
            del raw[at:]
        case "insert":
            raw[at:at] = data.draw(st.binary(min_size=1, max_size=12))
    with contextlib.suppress(CheckpointError):
        check_program(bytes(raw), Path("p"))


@pytest.mark.parametrize(
    "raw", [b"", b"\xff" * 40, b"\x12\xff\xff\xff\xff\x0f", b"\x13\x14", b"\x08" + b"\x80" * 20]
)
def test_what_is_no_program_is_refused(raw):
    with pytest.raises(CheckpointError, match=r"damaged or cut short|does not hold one network"):
        check_program(raw, Path("p"))
