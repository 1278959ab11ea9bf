"""Look at every message of an ONNX file before ONNX Runtime sees it: nothing outside the file, nothing unbounded.

Field numbers: onnx/onnx.proto3. A protobuf parser merges fields that come twice, so every occurrence is walked.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import NoReturn

from truecopy.errors import ExternalData, UnreadableArtifact, Unsafe

from .functions import Operator, Unbounded, expanded_nodes
from .mistaken import no_onnx
from .wire import LENGTH, VARINT, Field, WireError, fields, read_varint

MAX_NESTING = 16  # graphs inside graphs
_DEEPEST_GRAPH = 1 + 3 * MAX_NESTING  # a graph, its node, the node's attribute, the graph in it
MAX_AXES = 64

# Operators that ONNX Runtime itself defines; any other domain is code from elsewhere.
KNOWN_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
# Nothing that Truecopy exports needs one of these.
REFUSED_OPERATORS = {
    "Loop": "it may run without end",
    "Scan": "it may run without end",
    "EPContext": "it runs code that stands elsewhere",
}

# message -> field number -> the message in that field
_CHILDREN: dict[str, dict[int, str]] = {
    "Model": {7: "Graph", 8: "OperatorSet", 20: "Training", 25: "Function"},
    "Graph": {1: "Node", 5: "Tensor", 15: "SparseTensor"},
    "Node": {5: "Attribute"},
    "Attribute": {5: "Tensor", 6: "Graph", 10: "Tensor", 11: "Graph", 22: "SparseTensor", 23: "SparseTensor"},
    "SparseTensor": {1: "Tensor", 2: "Tensor"},
    "Function": {7: "Node", 9: "OperatorSet", 11: "Attribute"},
    "OperatorSet": {},
    "Tensor": {},
}
_ORT_FORMAT = b"ORTM"  # the identifier of a flatbuffer, at its fifth byte
_NODE_OPERATOR, _NODE_DOMAIN = 4, 7
_FUNCTION_NAME, _FUNCTION_DOMAIN = 1, 10
_OPSET_DOMAIN = 1
_TENSOR_DIMS, _TENSOR_TYPE, _TENSOR_NAME, _TENSOR_RAW = 1, 2, 8, 9
_TENSOR_EXTERNAL, _TENSOR_LOCATION = 13, 14
# TensorProto.DataType -> bits of one element; strings (8) have none.
_BITS = {1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 14: 64, 15: 128,
         16: 16, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8, 25: 2, 26: 2}  # fmt: skip


@dataclass(slots=True)
class _Walk:
    data: memoryview
    where: str
    # The operators in the graph, and in each function; `body` is the one that is walked.
    graph: Counter[Operator] = field(default_factory=Counter)
    functions: dict[Operator, Counter[Operator]] = field(default_factory=dict)
    body: Counter[Operator] = field(default_factory=Counter)

    def text(self, part: Field) -> str:
        return bytes(self.data[part.payload : part.end]).decode("utf-8", "replace")

    def unsafe(self, what: str, **parts: str) -> NoReturn:
        raise Unsafe(what, where=self.where, **parts)


def walk(data: memoryview, where: str) -> None:
    """Walk the whole model.

    Raises:
        UnreadableArtifact: not protobuf.
        ExternalData: weights stand in another file.
        Unsafe: an unknown operator domain, a loop, training code, deep nesting, or a tensor of another size than
            its shape.
    """
    state = _Walk(data, where)
    if bytes(data[4:8]) == _ORT_FORMAT:
        state.unsafe("the file is ONNX Runtime's own format as well: another graph may stand in it")
    try:
        has_graph = any(part.number == 7 and part.wire_type == LENGTH for part in fields(data))
        if not has_graph:
            raise UnreadableArtifact("this is no ONNX model: it has no graph", where=where)
        _message(state, "Model", 0, len(data), 0)
        expanded_nodes(state.graph, state.functions)
    except Unbounded as error:
        raise Unsafe(str(error), where=where) from error
    except WireError as error:
        raise no_onnx(data, error, where) from error


def _message(state: _Walk, kind: str, start: int, end: int, depth: int) -> None:
    if kind == "Graph" and depth > _DEEPEST_GRAPH:
        state.unsafe(f"graphs are nested more than {MAX_NESTING} deep")
    if kind == "Tensor":
        _tensor(state, start, end)
        return
    _note_operators(state, kind, start, end, depth)
    children = _CHILDREN[kind]
    for part in fields(state.data, start, end):
        child = children.get(part.number)
        if kind == "OperatorSet" and part.number == _OPSET_DOMAIN:
            _domain(state, state.text(part))
        if child is None:
            continue
        if part.wire_type != LENGTH:
            state.unsafe(f"field {part.number} of {kind} is no message")
        if child == "Training":
            state.unsafe("the file carries training code")
        _message(state, child, part.payload, part.end, depth + 1)


def _note_operators(state: _Walk, kind: str, start: int, end: int, depth: int) -> None:
    """Count nodes towards the graph, or the function, that they stand in."""
    if kind == "Node":
        _node(state, start, end)
    elif kind == "Function":
        operator = _operator(state, start, end, _FUNCTION_NAME, _FUNCTION_DOMAIN)
        state.body = state.functions.setdefault(operator, Counter())
    elif kind == "Graph" and depth == 1:
        state.body = state.graph


def _node(state: _Walk, start: int, end: int) -> None:
    domain, operator = _operator(state, start, end, _NODE_OPERATOR, _NODE_DOMAIN)
    if operator in REFUSED_OPERATORS:
        state.unsafe(f"the graph has a {operator}: {REFUSED_OPERATORS[operator]}")
    _domain(state, domain)
    state.body[domain, operator] += 1


def _operator(state: _Walk, start: int, end: int, name_field: int, domain_field: int) -> Operator:
    """Domain and name of a node's operator, or of a function; `ai.onnx` is written as the empty domain."""
    name = domain = ""
    for part in fields(state.data, start, end):
        if part.number == name_field and part.wire_type == LENGTH:
            name = state.text(part)
        elif part.number == domain_field and part.wire_type == LENGTH:
            domain = state.text(part)
    return ("" if domain == "ai.onnx" else domain), name


def _domain(state: _Walk, domain: str) -> None:
    # Functions that the model defines in the file itself live in pkg.* domains of the exporters.
    if domain not in KNOWN_DOMAINS and not domain.startswith("pkg."):
        state.unsafe(
            f"operators of domain {domain!r} are code from elsewhere",
            expected=f"one of {', '.join(repr(name) for name in sorted(KNOWN_DOMAINS))}",
        )


def _tensor(state: _Walk, start: int, end: int) -> None:
    """Weights stand in the file, and `raw_data` is as long as shape and type say."""
    dims: list[int] = []
    data_type, raw, name = 0, -1, ""
    for part in fields(state.data, start, end):
        if part.number == _TENSOR_DIMS:
            _read_dims(state, part, dims)
        elif part.number == _TENSOR_TYPE and part.wire_type == VARINT:
            data_type = part.value & 0xFFFF_FFFF  # an int32: parsers drop the upper bits
        elif part.number == _TENSOR_NAME and part.wire_type == LENGTH:
            name = state.text(part)
        elif part.number == _TENSOR_RAW and part.wire_type == LENGTH:
            raw = part.end - part.payload
        elif part.number == _TENSOR_EXTERNAL or (part.number == _TENSOR_LOCATION and part.value != 0):
            raise ExternalData(
                f"the weights {name!r} stand outside the file",
                where=state.where,
                fix="Truecopy is one file: save the model with its weights inside (onnx.save, external data off)",
            )
    if len(dims) > MAX_AXES or any(dim < 0 for dim in dims):
        state.unsafe(f"tensor {name!r} has an impossible shape")
    if raw >= 0 and data_type in _BITS:
        expected = math.ceil(math.prod(dims) * _BITS[data_type] / 8)
        if raw != expected:
            state.unsafe(
                f"tensor {name!r} is not as long as its shape {dims}", expected=f"{expected}", got=f"{raw}"
            )


def _read_dims(state: _Walk, part: Field, dims: list[int]) -> None:
    """Add one dimension, or a packed list of them, to `dims`; int64. Stops behind the largest number of axes."""
    position = part.payload
    if part.wire_type not in (VARINT, LENGTH):
        state.unsafe("a dimension of a tensor is no integer")
    while position < part.end and len(dims) <= MAX_AXES:
        value, position = read_varint(state.data[: part.end], position)
        dims.append(value - (1 << 64) if value >> 63 else value)
