"""Give an ONNX file that one already has its contract: no torch, no checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
import onnx

from truecopy.artifact import split, walk
from truecopy.artifact.metadata import CONTRACT_KEY
from truecopy.contract import GraphInput, GraphOutput, Provenance
from truecopy.engine import Session, available_cores, open_session
from truecopy.errors import RecipeError, UnreadableArtifact, Unsafe

from .graph.precision import precision_of
from .graph.stability import check_stability
from .progress import Progress
from .proof import Answer, Original
from .recipes import Circumstances, Recipe, Takes, import_recipe, read_metadata
from .report import Report
from .request import Request
from .versions import versions
from .writer import Subject, now, write

Layout = Literal["NCHW", "NHWC"]
_DTYPES: Mapping[int, Literal["float32", "float16"]] = {
    onnx.TensorProto.FLOAT: "float32",
    onnx.TensorProto.FLOAT16: "float16",
}


@dataclass(frozen=True)
class Foreign:
    """An ONNX file, and what its graph alone does not say. recipe: a spelling, or a live transform."""

    path: Path
    recipe: object
    answer: str | None
    layout: Layout | None
    recipe_input: Takes = "pil"
    recipe_options: Mapping[str, str] = field(default_factory=dict)


def attach_foreign(foreign: Foreign, request: Request, progress: Progress) -> Report:
    """Write the file with contract, golden samples and seal; the graph's bytes stay what they are.

    Raises:
        ArtifactError: no ONNX model, or unsafe.
        RecipeError: recipe, labels, activation, answer or layout do not fit.
        ProofError: the transform's tensors differ from the steps'; no file is written.
    """
    progress.stage("read the graph")
    data = _read(foreign.path)
    where = str(foreign.path)
    walk(memoryview(data), where)
    graph, metadata = split(data, where)
    if CONTRACT_KEY in metadata:
        raise RecipeError(
            "the file has a Truecopy contract already",
            where=where,
            fix="truecopy inspect shows it; truecopy seal or truecopy_export.reseal writes it anew",
        )
    model = _parse(data, where)
    graph_input = _input(model, foreign.layout, where)
    recipe, request = _recipe(foreign, metadata, graph_input, request)
    if recipe.made.size is None and any(isinstance(side, int) for side in graph_input.size):
        raise RecipeError(
            "the recipe leaves pictures of different sizes, and the graph takes one",
            expected=f"{graph_input.size[0]} x {graph_input.size[1]} after the last step",
            fix="End it with CenterCrop or Resize((height, width))",
        )
    precision = precision_of(model)
    session = open_session(data, "cpu", precision, available_cores())
    example = _example(graph_input, recipe)
    outputs, name = _outputs(model, session, example, foreign.answer, where)
    check_stability(session, graph_input, name, example.zeros.shape[1:], precision)
    subject = Subject(
        graph=graph,
        inputs=(graph_input,),
        outputs=outputs,
        answer=name,
        opset=next((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), 1),
        precision=precision,
        recipe=recipe,
        original=Original(
            recipe.original,
            _answer(session, graph_input, name),
            other_network=False,
            load=recipe.load,
            other_decoder=recipe.other_decoder,
        ),
        provenance=Provenance(
            checkpoint=None,
            architecture=None,
            recipe=recipe.source,
            parent=None,
            versions=versions(("onnxruntime", "pillow")),
            created=now(),
        ),
        foreign=metadata,
    )
    return write(subject, request, progress)


def _recipe(
    foreign: Foreign, metadata: Mapping[str, str], graph_input: GraphInput, request: Request
) -> tuple[Recipe, Request]:
    """The recipe; where the file's own metadata is it, labels and activation that nobody typed are taken too."""
    if foreign.recipe != "metadata":
        recipe = import_recipe(
            foreign.recipe,
            module=None,
            architecture=None,
            arguments=None,
            pass_order=request.passes,
            recipe_input=foreign.recipe_input,
            options=foreign.recipe_options,
        )
        return recipe, request
    circumstances = Circumstances(request.passes, takes=foreign.recipe_input, options=foreign.recipe_options)
    found = read_metadata(metadata, graph_input, circumstances)
    labels, activation = request.labels or found.labels, request.activation or found.activation
    return found.recipe, replace(request, labels=labels, activation=activation)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableArtifact(
            f"cannot read the model: {error.strerror or error}", where=str(path)
        ) from error


def _parse(data: bytes, where: str) -> onnx.ModelProto:
    try:
        return onnx.load_model_from_string(data)
    except Exception as error:  # protobuf's DecodeError is not public
        raise UnreadableArtifact(f"this is no ONNX file: {error}", where=where) from error


def _input(model: onnx.ModelProto, layout: Layout | None, where: str) -> GraphInput:
    weights = {tensor.name for tensor in model.graph.initializer}  # before IR 4 they are listed as inputs too
    inputs = [value for value in model.graph.input if value.name not in weights]
    if len(inputs) != 1:
        raise RecipeError(
            f"the graph has {len(inputs)} inputs", expected="one image",
            got=", ".join(repr(value.name) for value in inputs), where=where,
        )  # fmt: skip
    tensor = inputs[0].type.tensor_type
    if tensor.elem_type not in _DTYPES:
        raise RecipeError(
            f"input {inputs[0].name!r} takes {onnx.TensorProto.DataType.Name(tensor.elem_type)}",
            expected="FLOAT or FLOAT16",
            where=where,
        )
    shape = _shape(tensor, inputs[0].name)
    if len(shape) != 4:
        raise RecipeError(
            f"input {inputs[0].name!r} is no batch of images", got=f"shape {list(shape)}", where=where
        )
    found = layout or _layout(shape, where)
    return GraphInput(name=inputs[0].name, dtype=_DTYPES[tensor.elem_type], layout=found, shape=shape)


def _shape(tensor: onnx.TypeProto.Tensor, name: str) -> tuple[int | str, ...]:
    axes: list[int | str] = []
    for index, axis in enumerate(tensor.shape.dim):
        fixed = axis.HasField("dim_value") and axis.dim_value > 0
        axes.append(
            axis.dim_value if fixed else axis.dim_param or ("batch" if index == 0 else f"{name}_{index}")
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
        fix="Say --layout NCHW or --layout NHWC",
    )


@dataclass(frozen=True)
class _Example:
    """One input that the graph must take."""

    name: str
    zeros: np.ndarray
    free_batch: bool


def _example(graph_input: GraphInput, recipe: Recipe) -> _Example:
    """Zeros of the input's shape; where it leaves the size free, of the size that the recipe makes."""
    height, width = recipe.made.size or (64, 64)
    channels = recipe.made.channels
    made = (channels, height, width) if graph_input.layout == "NCHW" else (height, width, channels)
    sizes = [
        axis if isinstance(axis, int) else known
        for axis, known in zip(graph_input.shape[1:], made, strict=True)
    ]
    zeros = np.zeros((graph_input.batch or 1, *sizes), graph_input.dtype)
    return _Example(graph_input.name, zeros, graph_input.batch is None)


def _outputs(
    model: onnx.ModelProto, session: Session, example: _Example, answer: str | None, where: str
) -> tuple[tuple[GraphOutput, ...], str]:
    """The outputs with the shapes that they really have, and the name of the answer."""
    names = [value.name for value in model.graph.output]
    if answer is None and len(names) != 1:
        raise RecipeError(
            f"the graph has {len(names)} outputs", got=", ".join(names), where=where, fix="Say --answer NAME"
        )
    name = answer or names[0]
    if name not in names:
        raise RecipeError(f"no output {name!r}", expected=f"one of {', '.join(names)}", where=where)
    made = session.run({example.name: example.zeros})
    outputs = []
    for key in names:
        array = made[key]
        if array.dtype not in (np.float32, np.float16):
            if key == name:
                raise RecipeError(
                    f"the answer {key!r} is {array.dtype}", expected="float32 or float16", where=where
                )
            continue
        axes = tuple(int(axis) for axis in array.shape)
        free = example.free_batch and axes[:1] == example.zeros.shape[:1]
        outputs.append(
            GraphOutput(name=key, dtype=str(array.dtype), shape=("batch", *axes[1:]) if free else axes)  # type: ignore[arg-type]
        )
    if not outputs:
        raise Unsafe("the graph has no floating-point output", where=where)
    return tuple(outputs), name


def _answer(session: Session, graph_input: GraphInput, name: str) -> Answer:
    """The given graph, before anything was attached, on one tensor."""
    batch = graph_input.batch or 1

    def answer(tensor: np.ndarray) -> np.ndarray:
        made = session.run({graph_input.name: np.repeat(tensor[np.newaxis], batch, axis=0)})[name]
        row: np.ndarray = made[0].reshape(-1).astype(np.float32)
        return row

    return answer
