"""The inputs of a given graph, as the contract states them; no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import onnx

from truecopy.contract import GraphInput, ImageInput, Input, TableInput, TokensInput
from truecopy.contract.graph import Feed
from truecopy.errors import RecipeError
from truecopy_export.counted import counted

Layout: TypeAlias = Literal["NCHW", "NHWC"]
Dtype: TypeAlias = Literal["float32", "float16", "float64", "int64", "int32", "bool"]
_DTYPES: Mapping[int, Dtype] = {
    onnx.TensorProto.FLOAT: "float32",
    onnx.TensorProto.FLOAT16: "float16",
    onnx.TensorProto.DOUBLE: "float64",
    onnx.TensorProto.INT64: "int64",
    onnx.TensorProto.INT32: "int32",
    onnx.TensorProto.BOOL: "bool",
}
_IMAGES = ("float32", "float16")
_ROWS = ("float32", "float16", "float64")
_SEQUENCES = ("int64", "int32", "float32", "bool")
# Names that exporters give the inputs of a sequence (transformers, optimum, keras-hub).
_FEEDS: Mapping[str, Feed] = {
    "input_ids": "ids",
    "ids": "ids",
    "token_ids": "ids",
    "tokens": "ids",
    "attention_mask": "mask",
    "padding_mask": "mask",
    "mask": "mask",
    "token_type_ids": "zeros",
    "segment_ids": "zeros",
}

_FOR_TOKENS = (
    "For a model of tokens give a recipe of tokens (a TextRecipe, or input: {kind: tokens, ...} in YAML)"
)
_SIDE_BY_SIDE = (
    "For a table export the graph with one input of all features side by side, (batch, features): "
    "concatenate them before the export"
)


def foreign_inputs(
    model: onnx.ModelProto,
    given: Input | None,
    layout: Layout | None,
    feeds: Mapping[str, Feed],
    where: str,
) -> tuple[GraphInput, ...]:
    """The graph's inputs for what the recipe makes (None: pictures). feeds: what inputs of a sequence take, by name.

    Raises:
        RecipeError: they do not take it, or do not tell their layout or feed; says what to type.
    """
    weights = {tensor.name for tensor in model.graph.initializer}  # before IR 4 they are listed as inputs too
    values = [value for value in model.graph.input if value.name not in weights]
    if isinstance(given, TokensInput):
        return _sequences(values, feeds, where)
    if feeds:
        raise RecipeError("--feed is for the inputs of sequences", got=", ".join(feeds), where=where)
    what = "row of features" if isinstance(given, TableInput) else "image"
    if len(values) != 1:
        raise RecipeError(
            f"the graph has {counted(len(values), 'input')}", expected=f"one {what}",
            got=", ".join(repr(value.name) for value in values), where=where,
            fix=_one_input(values, given),
        )  # fmt: skip
    value = values[0]
    if isinstance(given, TableInput):
        fix = _FOR_TOKENS if _takes_ids(value) else None
        dtype, shape = _dtype(value, _ROWS, where, fix), _shape(value)
        if len(shape) != 2:
            raise RecipeError(
                f"input {value.name!r} is no batch of rows", expected="(batch, features)",
                got=f"shape {list(shape)}", where=where,
            )  # fmt: skip
        return (GraphInput(name=value.name, dtype=dtype, layout="NF", shape=_with_features(shape, given)),)
    return (_image(value, layout, where),)


def _one_input(values: list[onnx.ValueInfoProto], given: Input | None) -> str:
    """What to do with a graph of several inputs, or none."""
    if given is None or isinstance(given, ImageInput):
        return "A picture is one input: export the network so that it takes one"
    tokens = f"{_FOR_TOKENS}. " if any(_takes_ids(value) for value in values) else ""
    return f"{tokens}{_SIDE_BY_SIDE}"


def _takes_ids(value: onnx.ValueInfoProto) -> bool:
    return value.type.tensor_type.elem_type in (onnx.TensorProto.INT64, onnx.TensorProto.INT32)


def _image(value: onnx.ValueInfoProto, layout: Layout | None, where: str) -> GraphInput:
    dtype, shape = _dtype(value, _IMAGES, where), _shape(value)
    if len(shape) != 4:
        raise RecipeError(
            f"input {value.name!r} is no batch of images", got=f"shape {list(shape)}", where=where
        )
    return GraphInput(name=value.name, dtype=dtype, layout=layout or _layout(shape, where), shape=shape)


def _with_features(shape: tuple[int | str, ...], table: TableInput) -> tuple[int | str, ...]:
    """A graph that leaves the number of features open takes what the columns make."""
    from truecopy.contract.feature_flow import widths

    return shape if isinstance(shape[1], int) else (shape[0], sum(widths(table)))


def _sequences(
    values: list[onnx.ValueInfoProto], feeds: Mapping[str, Feed], where: str
) -> tuple[GraphInput, ...]:
    names = [value.name for value in values]
    unknown = [name for name in feeds if name not in names]
    if unknown:
        raise RecipeError(f"no input {unknown[0]!r}", expected=f"one of {', '.join(names)}", where=where)
    shapes = [_shape(value) for value in values]
    inputs = []
    for value, shape in zip(values, shapes, strict=True):
        if len(shape) != 2:
            raise RecipeError(
                f"input {value.name!r} is no batch of sequences", expected="(batch, length)",
                got=f"shape {list(shape)}", where=where,
            )  # fmt: skip
        dtype = _dtype(value, _SEQUENCES, where)
        feed = feeds.get(value.name) or _feed(value.name, alone=len(values) == 1, where=where)
        # Free axes of several inputs have several names, and one meaning.
        axes = tuple(
            axis if isinstance(axis, int) else free
            for axis, free in zip(shape, ("batch", "length"), strict=True)
        )
        inputs.append(GraphInput(name=value.name, dtype=dtype, layout="NT", shape=axes, feed=feed))
    return tuple(inputs)


def _feed(name: str, *, alone: bool, where: str) -> Feed:
    if name in _FEEDS:
        return _FEEDS[name]
    if alone:
        return "ids"
    raise RecipeError(
        f"the name of input {name!r} does not tell what it takes",
        expected=f"one of {', '.join(_FEEDS)}",
        where=where,
        fix=f"Say --feed {name}=ids, --feed {name}=mask or --feed {name}=zeros (in Python: feeds={{{name!r}: ...}})",
    )


def _dtype(value: onnx.ValueInfoProto, allowed: tuple[str, ...], where: str, fix: str | None = None) -> Dtype:
    kind = value.type.tensor_type.elem_type
    dtype = _DTYPES.get(kind)
    if dtype is None or dtype not in allowed:
        names: dict[str, str] = {made: onnx.TensorProto.DataType.Name(code) for code, made in _DTYPES.items()}
        raise RecipeError(
            f"input {value.name!r} takes {onnx.TensorProto.DataType.Name(kind)}",
            expected=" or ".join(names[one] for one in allowed),
            where=where,
            fix=fix,
        )
    return dtype


def _shape(value: onnx.ValueInfoProto) -> tuple[int | str, ...]:
    axes: list[int | str] = []
    for index, axis in enumerate(value.type.tensor_type.shape.dim):
        fixed = axis.HasField("dim_value") and axis.dim_value > 0
        axes.append(
            axis.dim_value
            if fixed
            else axis.dim_param or ("batch" if index == 0 else f"{value.name}_{index}")
        )
    return tuple(axes)


def _layout(shape: tuple[int | str, ...], where: str) -> Layout:
    first, last = shape[1] in (1, 3), shape[3] in (1, 3)
    if first != last:
        return "NCHW" if first else "NHWC"
    raise RecipeError(
        "the shape of the input does not tell where its channels are",
        expected="1 or 3 channels on one side",
        got=str(list(shape)),
        where=where,
        fix="Say --layout NCHW or --layout NHWC (in Python: layout='NCHW')",
    )
