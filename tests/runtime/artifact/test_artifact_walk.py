from __future__ import annotations

import contextlib
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.artifact import read, skim, walk
from truecopy.artifact.metadata import write_entry
from truecopy.artifact.walk import MAX_NESTING
from truecopy.artifact.wire import fields, length_delimited, varint
from truecopy.errors import ArtifactError, ContractError, ExternalData, UnreadableArtifact, Unsafe

onnx = pytest.importorskip("onnx")
DecodeError = pytest.importorskip("google.protobuf.message").DecodeError
helper = onnx.helper
numpy_helper = onnx.numpy_helper


def look(model) -> None:
    data = model if isinstance(model, bytes) else model.SerializeToString()
    walk(memoryview(data), "model.onnx")


def vector(name, size=2):
    return numpy_helper.from_array(np.zeros(size, np.float32), name)


def inner_graph(*nodes, initializers=()):
    out = helper.make_tensor_value_info("out", 1, [2])
    return helper.make_graph(list(nodes), "inner", [], [out], list(initializers))


def constant(tensor, output="out"):
    return helper.make_node("Constant", [], [output], value=tensor)


def branching(then):
    other = inner_graph(constant(vector("zero")))
    return helper.make_node("If", ["condition"], ["y"], then_branch=then, else_branch=other)


def model_of(*nodes, initializers=(), functions=(), domains=("",), sparse=()):
    y = helper.make_tensor_value_info("y", 1, [2])
    x = helper.make_tensor_value_info("x", 1, [2])
    condition = helper.make_tensor_value_info("condition", 9, [])
    graph = helper.make_graph(list(nodes), "g", [x, condition], [y], list(initializers))
    graph.sparse_initializer.extend(sparse)
    opsets = [helper.make_opsetid(domain, 20 if not domain else 1) for domain in domains]
    return helper.make_model(graph, functions=list(functions), opset_imports=opsets, ir_version=10)


def function_of(*nodes, domain="pkg.local"):
    return helper.make_function(domain, "f", ["a"], ["b"], list(nodes), [helper.make_opsetid("", 20)])


def outside(name="secret"):
    tensor = onnx.TensorProto(name=name, data_type=1, dims=[2], data_location=onnx.TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="../../etc/passwd")
    return tensor


RELU = helper.make_node("Relu", ["x"], ["y"])


def test_an_ordinary_model_passes():
    look(model_of(RELU, initializers=[vector("w")]))
    look(model_of(RELU, domains=["", "ai.onnx", "ai.onnx.ml", "com.microsoft", "pkg.onnxscript.torch_lib"]))
    look(model_of(branching(inner_graph(constant(vector("t"))))))
    look(model_of(RELU, functions=[function_of(helper.make_node("Relu", ["a"], ["b"]))]))


# -- external data, wherever a tensor may stand


@pytest.mark.parametrize(
    "model",
    [
        model_of(RELU, initializers=[vector("w"), outside()]),
        model_of(constant(outside(), "y")),
        model_of(helper.make_node("Custom", ["x"], ["y"], tensors=[vector("t"), outside()])),
        model_of(branching(inner_graph(constant(outside())))),
        model_of(branching(inner_graph(constant(vector("t")), initializers=[outside()]))),
        model_of(RELU, functions=[function_of(constant(outside(), "b"))]),
        model_of(RELU, sparse=[onnx.SparseTensorProto(values=outside(), indices=vector("i"), dims=[4])]),
    ],
    ids=["initializer", "Constant", "list of tensors", "branch", "branch's weights", "function", "sparse"],
)
def test_weights_outside_the_file_are_refused_wherever_they_stand(model):
    with pytest.raises(
        ExternalData, match=r"the weights 'secret' stand outside the file - at model\.onnx\. Truecopy"
    ):
        look(model)


def test_half_a_reference_to_another_file_is_refused_too():
    only_location = onnx.TensorProto(name="w", data_type=1, dims=[0], data_location=1)
    only_entries = outside("w")
    only_entries.ClearField("data_location")
    for tensor in (only_location, only_entries):
        with pytest.raises(ExternalData):
            look(model_of(RELU, initializers=[tensor]))


def test_the_second_of_two_graphs_is_walked(graph):
    # A protobuf parser merges a message that comes twice.
    second = model_of(RELU, initializers=[outside()]).graph.SerializeToString()
    with pytest.raises(ExternalData):
        look(graph + length_delimited(7, second))


# -- operators


@pytest.mark.parametrize("operator", ["Loop", "Scan"])
def test_loops_are_refused_at_any_depth(operator):
    loop = helper.make_node(operator, [], ["out"], body=inner_graph(constant(vector("t"))))
    for model in (
        model_of(loop),
        model_of(branching(inner_graph(loop))),
        model_of(RELU, functions=[function_of(loop)]),
    ):
        with pytest.raises(Unsafe, match=f"the graph has a {operator}: it may run without end"):
            look(model)


def test_a_compiled_blob_of_another_provider_is_refused():
    blob = helper.make_node("EPContext", ["x"], ["y"], domain="com.microsoft", ep_cache_context="../blob.bin")
    with pytest.raises(Unsafe, match="the graph has a EPContext: it runs code that stands elsewhere"):
        look(model_of(blob, domains=["", "com.microsoft"]))


def test_operators_of_an_unknown_domain_are_refused_at_any_depth():
    alien = helper.make_node("Anything", ["x"], ["y"], domain="evil.custom")
    for model in (
        model_of(alien),
        model_of(branching(inner_graph(alien))),
        model_of(RELU, functions=[function_of(alien)]),
        model_of(RELU, domains=["", "evil.custom"]),
    ):
        with pytest.raises(
            Unsafe, match=r"operators of domain 'evil.custom' are code from elsewhere: expected one of ''"
        ):
            look(model)


def test_training_code_is_refused():
    model = model_of(RELU)
    model.training_info.add().algorithm.name = "sgd"
    with pytest.raises(Unsafe, match="the file carries training code"):
        look(model)


def nested(depth):
    graph = inner_graph(constant(vector("t")))
    for _ in range(depth):
        graph = inner_graph(branching(graph))
    model = model_of(RELU)
    model.graph.CopyFrom(graph)
    return model.SerializeToString()


def test_graphs_may_be_nested_to_a_limit():
    look(nested(MAX_NESTING))
    with pytest.raises(Unsafe, match=f"graphs are nested more than {MAX_NESTING} deep"):
        look(nested(MAX_NESTING + 1))


def test_nesting_without_end_is_no_recursion_error():
    graph = b""
    for _ in range(5_000):
        graph = length_delimited(1, length_delimited(5, length_delimited(6, graph)))
    with pytest.raises(Unsafe, match="nested"):
        look(length_delimited(7, graph))


# -- tensors


@pytest.mark.parametrize(
    ("data_type", "dims", "size"),
    [
        (1, [3], 12),
        (10, [3], 6),
        (7, [2, 2], 32),
        (9, [5], 5),
        (21, [3], 2),
        (25, [5], 2),
        (1, [], 4),
        (1, [0], 0),
    ],
)
def test_raw_data_is_as_long_as_shape_and_type_say(data_type, dims, size):
    def tensor(length):
        return onnx.TensorProto(name="w", data_type=data_type, dims=dims, raw_data=b"\0" * length)

    look(model_of(RELU, initializers=[tensor(size)]))
    for wrong in {size + 1, max(0, size - 1)} - {size}:
        with pytest.raises(
            Unsafe, match=rf"tensor 'w' is not as long as its shape .*expected {size}, got {wrong}"
        ):
            look(model_of(RELU, initializers=[tensor(wrong)]))


@pytest.mark.parametrize("dims", [[-1], [2, -(2**63)], [1] * 65])
def test_an_impossible_shape_is_refused(dims):
    with pytest.raises(Unsafe, match="tensor 'w' has an impossible shape"):
        look(model_of(RELU, initializers=[onnx.TensorProto(name="w", data_type=1, dims=dims)]))


def tensor_model(*parts: bytes) -> bytes:
    """A model with one initializer of the given fields."""
    return length_delimited(7, length_delimited(5, b"".join(parts)))


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value & (1 << 64) - 1)


RAW = length_delimited(9, b"\0" * 24)
FLOAT = number(2, 1)


@pytest.mark.parametrize(
    "dims",
    [
        number(1, 2) + number(1, 3),
        length_delimited(1, b"\x02\x03"),
        length_delimited(1, b"\x02") + number(1, 3),
        length_delimited(1, b"\x82\x00\x83\x80\x00"),
        number(1, 2) + length_delimited(1, b"") + length_delimited(1, b"\x03"),
    ],
)
def test_dimensions_are_read_packed_and_unpacked_as_protobuf_reads_them(dims):
    parsed = onnx.load_from_string(tensor_model(dims, FLOAT, RAW))
    assert list(parsed.graph.initializer[0].dims) == [2, 3]
    look(tensor_model(dims, FLOAT, RAW))
    with pytest.raises(Unsafe, match=r"not as long as its shape \[2, 3\]"):
        look(tensor_model(dims, FLOAT, RAW[:-1].replace(b"\x18", b"\x17", 1)))


def test_packed_dimensions_end_where_their_field_ends():
    with pytest.raises(UnreadableArtifact):
        look(tensor_model(length_delimited(1, b"\x80"), FLOAT))


def test_a_dimension_that_protobuf_would_not_read_is_refused():
    fixed = b"\x09" + b"\0" * 8
    with pytest.raises(Unsafe, match="a dimension of a tensor is no integer"):
        look(tensor_model(number(1, 10), fixed, FLOAT, length_delimited(9, b"")))


def test_a_million_dimensions_are_refused_quickly():
    start = time.perf_counter()
    with pytest.raises(Unsafe, match="impossible shape"):
        look(tensor_model(length_delimited(1, b"\x01" * (1 << 22)), FLOAT))
    assert time.perf_counter() - start < 1


def test_a_type_with_upper_bits_is_read_as_protobuf_reads_it():
    hidden = number(2, (1 << 32) + 1)
    assert onnx.load_from_string(tensor_model(number(1, 3), hidden)).graph.initializer[0].data_type == 1
    with pytest.raises(Unsafe, match="not as long as its shape"):
        look(tensor_model(number(1, 3), hidden, RAW))


# -- the wire


def test_unknown_fields_of_every_wire_type_are_stepped_over(graph):
    unknown = (
        number(99, 2**63) + length_delimited(99, b"any") + b"\xa1\x06" + b"\0" * 8 + b"\x9d\x06" + b"\0" * 4
    )
    look(graph + unknown)
    assert onnx.load_from_string(graph + unknown).graph.name == "tiny"
    assert [field.wire_type for field in fields(unknown)] == [0, 2, 1, 5]


@pytest.mark.parametrize("wire_type", [3, 4, 6, 7])
def test_groups_and_unused_wire_types_are_refused(graph, write, wire_type):
    broken = graph + varint(99 << 3 | wire_type) + varint(99 << 3 | 4)
    with pytest.raises(UnreadableArtifact, match=f"wire type {wire_type}"):
        look(broken)
    with pytest.raises(UnreadableArtifact, match=f"wire type {wire_type}"):
        skim(write(broken))


@pytest.mark.parametrize("field", [5, 7, 8, 25])
def test_a_message_field_with_another_wire_type_is_refused_or_walked(graph, field):
    data = graph + number(field, 1)
    if field == 5:
        look(data)
        return
    with pytest.raises(Unsafe, match=f"field {field} of Model is no message"):
        look(data)


def test_field_numbers_beyond_29_bits_are_refused(graph, write):
    # Some parsers drop the upper bits and would read a second graph here.
    smuggled = varint(1 << 32 | 7 << 3 | 2) + b"\0"
    zero = b"\x00\x00"
    for extra in (smuggled, zero):
        with pytest.raises(UnreadableArtifact, match="field number"):
            look(graph + extra)
        with pytest.raises(UnreadableArtifact, match="field number"):
            skim(write(graph + extra))


def test_a_tag_of_more_bytes_than_it_needs_is_read_as_protobuf_reads_it():
    long_tag = b"\xba\x80\x00" + varint(0)
    assert onnx.load_from_string(long_tag).HasField("graph")
    look(long_tag)


@pytest.mark.parametrize(
    "broken",
    [
        b"\x3a" + b"\xff" * 9 + b"\x01",  # a length of 2**64 - 1
        b"\x3a" + b"\xff" * 11,
        b"\x3a\x05abc",
        b"\x08",
        b"\x80" * 12,
        b"\x09\0\0",
    ],
)
def test_broken_numbers_and_lengths_are_unreadable(broken, write):
    for data in (broken, length_delimited(7, b"") + broken):
        with pytest.raises(UnreadableArtifact, match="this is no ONNX"):
            look(data)
        with pytest.raises(UnreadableArtifact, match="this is no ONNX"):
            skim(write(data))


def test_a_length_that_leaves_its_message_is_unreadable(graph):
    inner = length_delimited(7, b"\x0a\x05")  # a node of five bytes in a graph of two
    with pytest.raises(UnreadableArtifact):
        look(inner + length_delimited(6, b"doc string"))


def test_a_file_without_a_graph_is_no_model():
    for data in (b"", number(1, 10), write_entry("truecopy", "{}")):
        with pytest.raises(UnreadableArtifact, match="it has no graph"):
            look(data)


@settings(deadline=None, max_examples=50)
@given(st.recursive(st.binary(max_size=8), lambda inner: st.lists(
    st.tuples(st.sampled_from([1, 5, 6, 7, 8, 11, 14, 15, 22]), inner | st.integers(0, 2**64 - 1)), max_size=4,
).map(lambda parts: b"".join(
    number(field, value) if isinstance(value, int) else length_delimited(field, value) for field, value in parts
)), max_leaves=20))  # fmt: skip
def test_whatever_the_walk_accepts_protobuf_reads_to_the_same_number_of_nodes(content):
    data = length_delimited(7, content)
    try:
        look(data)
    except ArtifactError:
        return
    with contextlib.suppress(DecodeError):  # fields that the walk does not enter
        parsed = onnx.load_from_string(data)
        assert len(parsed.graph.node) == sum(f.number == 1 and f.wire_type == 2 for f in fields(content))


# -- anything at all

EDITS = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(["flip", "cut", "insert", "copy"]),
        st.binary(max_size=12),
    ),
    min_size=1,
    max_size=4,
)


def edit(data: bytes, edits) -> bytes:
    for where, kind, extra in edits:
        at = int(where * len(data))
        match kind:
            case "flip":
                data = data[:at] + extra + data[at + len(extra) :]
            case "cut":
                data = data[:at] + data[at + 1 + len(extra) :]
            case "insert":
                data = data[:at] + extra + data[at:]
            case "copy":
                data = data[:at] + data[at // 2 : at] + data[at:]
    return data


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "model.onnx"


def only_refuses(data: bytes, place) -> None:
    place.write_bytes(data)
    start = time.perf_counter()
    for reader in (read, skim, lambda path: look(path.read_bytes())):
        with contextlib.suppress(ArtifactError, ContractError):
            reader(place)
    assert time.perf_counter() - start < 2


@settings(deadline=None, max_examples=400)
@given(EDITS)
def test_an_edited_file_is_read_or_refused_and_nothing_else(sealed, place, edits):
    only_refuses(edit(sealed, edits), place)


@settings(deadline=None, max_examples=100)
@given(EDITS)
def test_an_edited_model_with_branches_and_functions_is_read_or_refused(place, edits):
    model = model_of(
        branching(inner_graph(constant(vector("t")), initializers=[vector("w")])),
        functions=[function_of(helper.make_node("Relu", ["a"], ["b"]))],
    )
    only_refuses(edit(model.SerializeToString(), edits), place)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_nothing_else(place, data):
    only_refuses(data, place)


def test_every_single_bit_of_a_small_file_may_flip(sealed, place):
    for position in range(0, len(sealed), 3):
        data = bytearray(sealed)
        data[position] ^= 1 << position % 8
        only_refuses(bytes(data), place)
