"""Give an ONNX file that one already has its contract: no torch, no checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import onnx

from truecopy.artifact import split, walk
from truecopy.artifact.metadata import CONTRACT_KEY
from truecopy.contract import GraphInput, ImageInput, Provenance, Sequence, TokensInput
from truecopy.contract.created import now
from truecopy.contract.graph import Feed
from truecopy.engine import Session, available_cores, open_session
from truecopy.errors import RecipeError, UnreadableArtifact

from .graph.ending import ends_in
from .graph.foreign_inputs import Layout, foreign_inputs
from .graph.foreign_outputs import foreign_outputs
from .graph.precision import precision_of
from .graph.stability import check_nodes, check_stability
from .progress import Progress
from .proof import Answer, Original
from .recipes import Circumstances, Recipe, Takes, import_recipe, read_metadata
from .report import Report
from .request import Request, check_proof_kind
from .signature import Signature, sequence_signature
from .tasks import build_task, task_notes
from .versions import versions_for
from .writer import Subject, write


@dataclass(frozen=True)
class Foreign:
    """An ONNX file, and what its graph alone does not say. recipe: a spelling, or a live transform.

    feeds: what an input of a sequence takes, by its name.
    """

    path: Path
    recipe: object
    answer: str | None
    layout: Layout | None
    recipe_input: Takes = "pil"
    recipe_options: Mapping[str, str] = field(default_factory=dict)
    feeds: Mapping[str, Feed] = field(default_factory=dict)


def attach_foreign(foreign: Foreign, request: Request, progress: Progress) -> Report:
    """Write the file with contract, golden samples and seal; the graph's bytes stay what they are.

    Raises:
        ArtifactError: no ONNX model, or unsafe.
        RecipeError: recipe, labels, task, answer, layout or feeds do not fit.
        ProofError: the original's tensors differ from the contract's; no file is written.
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
    check_nodes(model)
    recipe, request, inputs = _recipe(foreign, metadata, model, request)
    check_proof_kind(request.proof, recipe.input)
    precision = precision_of(model)
    session = open_session(data, "cpu", precision, available_cores())
    signature = _signature(inputs, recipe)
    outputs, name = foreign_outputs(model, session, signature, foreign.answer, where)
    task = build_task(request.task, request.labels, next(one for one in outputs if one.name == name))
    items = task.layout.index("N") if isinstance(task, Sequence) else 0
    ending = ends_in(model, name)
    check_stability(session, signature, name, precision, items, ending)
    subject = Subject(
        graph=graph,
        inputs=inputs,
        outputs=outputs,
        answer=name,
        opset=next((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), 1),
        precision=precision,
        task=task,
        recipe=replace(recipe, notes=(*recipe.notes, *task_notes(request.task, task))),
        original=Original(
            recipe.original,
            _answer(session, inputs[0], name, items),
            other_network=False,
            load=recipe.load,
            other_decoder=recipe.other_decoder,
        ),
        provenance=Provenance(
            checkpoint=None,
            architecture=None,
            recipe=recipe.source,
            parent=None,
            versions=versions_for(recipe.input, "onnxruntime"),
            created=now(),
        ),
        foreign=metadata,
        ending=ending,
    )
    return write(subject, request, progress)


def _recipe(
    foreign: Foreign, metadata: Mapping[str, str], model: onnx.ModelProto, request: Request
) -> tuple[Recipe, Request, tuple[GraphInput, ...]]:
    """The recipe and the inputs that it feeds; where the file's own metadata is the recipe, labels and activation that
    nobody typed are taken too.
    """
    where = str(foreign.path)
    if foreign.recipe == "metadata":
        inputs = foreign_inputs(model, None, foreign.layout, {}, where)
        circumstances = Circumstances(
            request.passes, takes=foreign.recipe_input, options=foreign.recipe_options
        )
        found = read_metadata(metadata, inputs[0], circumstances)
        task = request.task
        if task.kind == "multiclass":
            task = task.with_default("activation", found.activation)
        request = replace(request, labels=request.labels or found.labels, task=task)
        recipe = found.recipe
    else:
        recipe = import_recipe(
            foreign.recipe,
            module=None,
            architecture=None,
            arguments=None,
            pass_order=request.passes,
            recipe_input=foreign.recipe_input,
            options=foreign.recipe_options,
        )
        inputs = foreign_inputs(model, recipe.input, foreign.layout, foreign.feeds, where)
    if isinstance(recipe.input, ImageInput):
        _check_size(recipe, inputs[0])
    return recipe, request, inputs


def _check_size(recipe: Recipe, graph_input: GraphInput) -> None:
    if recipe.made.size is None and any(isinstance(side, int) for side in graph_input.size):
        raise RecipeError(
            "the recipe leaves pictures of different sizes, and the graph takes one",
            expected=f"{graph_input.size[0]} x {graph_input.size[1]} after the last step",
            fix="End it with CenterCrop or Resize((height, width))",
        )


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


def _signature(inputs: tuple[GraphInput, ...], recipe: Recipe) -> Signature:
    """What the graph is tried with; where it leaves a picture's size free, what the recipe makes."""
    if isinstance(recipe.input, TokensInput):
        return sequence_signature(inputs, recipe.input)
    if not isinstance(recipe.input, ImageInput):
        return Signature(inputs, "row")
    (image,) = inputs
    height, width = recipe.made.size or (64, 64)
    channels = recipe.made.channels
    made = (channels, height, width) if image.layout == "NCHW" else (height, width, channels)
    axes = [
        axis if isinstance(axis, int) else known for axis, known in zip(image.shape[1:], made, strict=True)
    ]
    tried = GraphInput(name=image.name, dtype=image.dtype, layout=image.layout, shape=(image.shape[0], *axes))
    return Signature((tried,), "image")


def _answer(session: Session, first: GraphInput, name: str, items: int) -> Answer:
    """The given graph, before anything was attached, on the feeds of one item, (1, ...) by name: its raw answer, one item
    along its axis `items`. A fixed batch is filled with it.
    """
    batch = first.batch or 1

    def answer(feeds: Mapping[str, np.ndarray]) -> np.ndarray:
        full = {key: np.repeat(array, batch, axis=0) for key, array in feeds.items()}
        made: np.ndarray = session.run(full)[name]
        return made if batch == 1 else np.take(made, [0], axis=items)

    return answer
