"""From a torch module to an artifact: trace, check, then write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch

from truecopy.contract import Checkpoint, GraphInput, Provenance, Sequence
from truecopy.contract.created import now
from truecopy.engine import available_cores, open_session

from .findings import Findings
from .graph.checks import check_graph, check_module, check_module_of_fixed
from .graph.ending import ends_in
from .graph.feed_names import check_feed_names
from .graph.network import Answering, Network
from .graph.outputs import named_outputs
from .graph.prepare import plain_attention
from .graph.trace import OUTPUT, Traced, trace
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

    answer: the name of the output to read, where it has several. findings: on the file, for the report.
    """

    network: Network
    others: Mapping[str, Answering]
    architecture: str
    checkpoint: Checkpoint | None
    answer: str | None = None
    findings: Findings | None = None


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
    network = trained.network
    signature = signature_of(recipe, request.batch, network.inputs, dynamic_size=request.dynamic_size)
    check_feed_names(network.answering, signature.inputs)
    progress.stage("trace the network")
    alone = "values" if request.task.kind == "regression" else OUTPUT
    traced = trace(network.answering, signature, trained.answer, alone, network.to_onnx)
    task = build_task(request.task, request.labels, traced.answer_output)
    items = task.layout.index("N") if isinstance(task, Sequence) else 0
    notes = (
        *network.notes,
        *task_notes(request.task, task),
        *_check(network.answering, traced, signature, items, progress),
    )
    others = {name: _answer(other, traced, items) for name, other in trained.others.items()}
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
            _answer(network.answering, traced, items),
            others,
            load=recipe.load,
            other_decoder=recipe.other_decoder,
        ),
        provenance=Provenance(
            checkpoint=trained.checkpoint,
            architecture=trained.architecture,
            recipe=recipe.source,
            parent=None,
            versions=versions_for(recipe.input, *dict.fromkeys(("torch", network.framework)), "onnxruntime"),
            created=now(),
        ),
        foreign={},
        ending=ends_in(traced.graph, traced.answer),
        findings=trained.findings,
    )
    return write(subject, request, progress)


def _check(
    module: Answering, traced: Traced, signature: Signature, items: int, progress: Progress
) -> tuple[str, ...]:
    """Module and graph, as the batch allows; what was found that a person should know.

    Raises:
        CheckpointError: the module is no function of one item.
        ProofError: the graph differs from it.
    """
    session = open_session(traced.graph, "cpu", "fp32", available_cores())
    found = None
    if traced.inputs[0].batch is None:
        progress.stage("check at batch 1, 2 and 5")
        check_module(module, signature, traced.answer, items)
    else:
        progress.stage(f"check at batch {traced.inputs[0].batch}")
        found = check_module_of_fixed(module, signature, traced.answer, items)
    check_graph(module, traced, session, signature)
    return () if found is None else (found,)


def _answer(module: Answering, traced: Traced, items: int) -> Answer:
    """The original network on the feeds of one item, (1, ...) by name: its raw answer, one item along its axis `items`.

    A fixed batch is filled with it.
    """
    inputs: tuple[GraphInput, ...] = traced.inputs
    batch = inputs[0].batch or 1

    def answer(feeds: Mapping[str, np.ndarray]) -> np.ndarray:
        full = (np.repeat(feeds[one.name], batch, axis=0) for one in inputs)
        with plain_attention():
            made = module(*(torch.from_numpy(np.ascontiguousarray(array)) for array in full))
        rows: np.ndarray = named_outputs(made, traced.answer)[traced.answer].numpy()
        return rows if batch == 1 else np.take(rows, [0], axis=items)

    return answer
