"""`saved_model.pb`, put together byte by byte: what TensorFlow would never write."""

from __future__ import annotations


def field(number: int, value: bytes | str | int) -> bytes:
    """One field of a protocol buffer."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value: int) -> bytes:
    made = b""
    while value >= 0x80:
        made += bytes([value & 0x7F | 0x80])
        value >>= 7
    return made + bytes([value])


def node(operator: str, *attributes: bytes) -> bytes:
    return field(1, f"a_{operator}") + field(2, operator) + b"".join(field(5, one) for one in attributes)


def calls(function: str) -> bytes:
    return field(1, "f") + field(2, field(10, field(1, function)))


def calls_in_a_list(function: str) -> bytes:
    return field(1, "branches") + field(2, field(1, field(9, field(1, function))))


def constant(*shape: int) -> bytes:
    dims = b"".join(field(2, field(1, size)) for size in shape)
    return field(1, "value") + field(2, field(8, field(1, 1) + field(2, dims)))


def function(name: str, *nodes: bytes) -> bytes:
    return field(1, field(1, name)) + b"".join(field(3, one) for one in nodes)


def program(
    *functions: bytes, graph: tuple[bytes, ...] = (), exported: str = "__inference_f", objects: bytes = b""
) -> bytes:
    """`saved_model.pb` with one meta graph."""
    library = b"".join(field(1, one) for one in functions)
    graph_def = b"".join(field(1, one) for one in graph) + field(2, library)
    seen = field(1, field(4, b"")) + (field(1, objects) if objects else b"")
    object_graph = seen + field(2, field(1, exported) + field(2, b""))
    return field(1, 1) + field(2, field(2, graph_def) + field(7, object_graph))


PLAIN = program(
    function("__inference_f", node("MatMul"), node("PartitionedCall", calls("__inference_g"))),
    function("__inference_g", node("Relu"), node("Const", constant(3, 4))),
    function("__inference__traced_save", node("SaveV2"), node("ShardedFilename")),
    graph=(node("StatefulPartitionedCall", calls("__inference__traced_save")),),
)
