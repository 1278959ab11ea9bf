"""From a torch module to an artifact: trace, check, then write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from truecopy.contract import Checkpoint, Provenance
from truecopy.engine import available_cores, open_session
from truecopy.errors import RecipeError

from .graph.checks import check_graph, check_module, probe
from .graph.prepare import plain_attention, prepare
from .graph.trace import trace
from .progress import Progress
from .proof import Answer, Original
from .recipes import Recipe
from .report import Report
from .request import Request
from .versions import versions
from .writer import Subject, now, write


@dataclass(frozen=True)
class Trained:
    """The network with the weights taken; `others`: the same network with the other sets (`raw`, `ema`)."""

    module: nn.Module
    others: Mapping[str, nn.Module]
    architecture: str
    checkpoint: Checkpoint | None


def export_trained(trained: Trained, recipe: Recipe, request: Request, progress: Progress) -> Report:
    """Trace the network for the recipe's canvas, check it, prove it and write it.

    Raises:
        CheckpointError: the network cannot be exported, or is no function of one image.
        RecipeError: the recipe leaves pictures of different sizes.
        ProofError: original and copy differ.
    """
    size = recipe.made.size
    if size is None:
        raise RecipeError(
            "the recipe leaves pictures of different sizes",
            expected="a fixed size after the last step",
            fix="End it with CenterCrop or Resize((height, width))",
        )
    module = prepare(trained.module)
    images = probe(recipe.made.channels, size)
    progress.stage("trace the network")
    traced = trace(module, recipe.made.channels, size)
    progress.stage("check at batch 1, 2 and 5")
    check_module(module, images)
    session = open_session(traced.graph, "cpu", "fp32", available_cores())
    check_graph(module, traced, session, images)
    others = {name: _answer(prepare(other)) for name, other in trained.others.items()}
    subject = Subject(
        graph=traced.graph,
        inputs=traced.inputs,
        outputs=traced.outputs,
        answer=traced.outputs[0].name,
        opset=traced.opset,
        precision="fp32",
        recipe=recipe,
        original=Original(
            recipe.original, _answer(module), others, load=recipe.load, other_decoder=recipe.other_decoder
        ),
        provenance=Provenance(
            checkpoint=trained.checkpoint,
            architecture=trained.architecture,
            recipe=recipe.source,
            parent=None,
            versions=versions(("torch", "torchvision", "timm", "onnxruntime", "pillow")),
            created=now(),
        ),
        foreign={},
    )
    return write(subject, request, progress)


def _answer(module: nn.Module) -> Answer:
    """The original network on one tensor (channels, height, width): its row of raw outputs, flat float32."""

    def answer(tensor: np.ndarray) -> np.ndarray:
        with plain_attention():
            row: np.ndarray = module(torch.from_numpy(np.ascontiguousarray(tensor))[None]).numpy()
        return row.reshape(-1).astype(np.float32, copy=False)

    return answer
