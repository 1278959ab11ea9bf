"""From a torch module to an artifact: trace, check, then write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from truecopy.contract import Checkpoint, GraphInput, Provenance, Sequence, Task
from truecopy.contract.created import now
from truecopy.engine import available_cores, open_session

from .graph.checks import check_graph, check_module, check_module_of_one
from .graph.ending import ends_in
from .graph.feed_names import check_feed_names
from .graph.outputs import named_outputs
from .graph.prepare import plain_attention, prepare
from .graph.trace import OUTPUT, Traced, trace
from .graph.weight_dtypes import dtype_note
from .progress import Progress
from .proof import Answer, Original
from .recipes import Recipe
from .report import Report
from .request import Request, check_proof_kind
from .signature import Signature, signature_of
from .tasks import build_task, said_labels, task_notes
from .versions import versions_for
from .writer import Subject, write


@dataclass(frozen=True)
class Trained:
    """The network with the weights taken; `others`: the same network with the other sets (`raw`, `ema`).

    answer: the name of the output to read, where it has several.
    """

    module: nn.Module
    others: Mapping[str, nn.Module]
    architecture: str
    checkpoint: Checkpoint | None
    answer: str | None = None


def export_trained(trained: Trained, recipe: Recipe, request: Request, progress: Progress) -> Report:
    """Trace the network for what the recipe makes, check it, prove it and write it.

    Raises:
        CheckpointError: the network cannot be exported, or is no function of one item.
        RecipeError: recipe, labels, task or answer do not fit.
        ProofError: original and copy differ.
    """
    check_proof_kind(request.proof, recipe.input)
    if request.task.kind != "regression":
        said_labels(request.labels)
    signature = signature_of(recipe, request.batch)
    module = prepare(trained.module)
    check_feed_names(module, signature.inputs)
    progress.stage("trace the network")
    alone = "values" if request.task.kind == "regression" else OUTPUT
    traced = trace(module, signature, trained.answer, alone)
    task = build_task(request.task, request.labels, traced.answer_output)
    cast = dtype_note(trained.module)
    notes = (
        *(() if cast is None else (cast,)),
        *task_notes(request.task, task),
        *_check(module, traced, signature, task, progress),
    )
    others = {name: _answer(prepare(other), traced) for name, other in trained.others.items()}
    subject = Subject(
        graph=traced.graph,
        inputs=traced.inputs,
        outputs=traced.outputs,
        answer=traced.answer,
        opset=traced.opset,
        precision="fp32",
        task=task,
        recipe=replace(recipe, notes=(*recipe.notes, *notes)),
        original=Original(
            recipe.original,
            _answer(module, traced),
            others,
            load=recipe.load,
            other_decoder=recipe.other_decoder,
        ),
        provenance=Provenance(
            checkpoint=trained.checkpoint,
            architecture=trained.architecture,
            recipe=recipe.source,
            parent=None,
            versions=versions_for(recipe.input, "torch", "onnxruntime"),
            created=now(),
        ),
        foreign={},
        ending=ends_in(traced.graph, traced.answer),
    )
    return write(subject, request, progress)


def _check(
    module: nn.Module, traced: Traced, signature: Signature, task: Task, progress: Progress
) -> tuple[str, ...]:
    """Module and graph, as the batch allows; what was found that a person should know.

    Raises:
        CheckpointError: the module is no function of one item.
        ProofError: the graph differs from it.
    """
    items = task.layout.index("N") if isinstance(task, Sequence) else 0
    session = open_session(traced.graph, "cpu", "fp32", available_cores())
    found = None
    if traced.inputs[0].batch is None:
        progress.stage("check at batch 1, 2 and 5")
        check_module(module, signature, traced.answer, items)
    else:
        progress.stage("check at batch 1")
        found = check_module_of_one(module, signature, traced.answer, items)
    check_graph(module, traced, session, signature)
    return () if found is None else (found,)


def _answer(module: nn.Module, traced: Traced) -> Answer:
    """The original network on the feeds of one item, (1, ...) by name: its raw answer, (1, ...) as the graph gives it."""
    inputs: tuple[GraphInput, ...] = traced.inputs

    def answer(feeds: Mapping[str, np.ndarray]) -> np.ndarray:
        with plain_attention():
            made = module(*(torch.from_numpy(np.ascontiguousarray(feeds[one.name])) for one in inputs))
        row: np.ndarray = named_outputs(made, traced.answer)[traced.answer].numpy()
        return row

    return answer
