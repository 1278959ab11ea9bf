"""One architecture in this process: built, stirred, exported by the public call, and checked from the finished file."""

from __future__ import annotations

import time
import traceback
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from tools.zoo.lineup import Entry
from tools.zoo.networks import CLASSES, build, noise
from tools.zoo.outcome import Outcome
from tools.zoo.weights import stir
from torch import nn

from truecopy.errors import ProofError
from truecopy_export import export

BATCHES = (1, 2, 5)
# Of the largest logit; and of what sets the answers to different pictures apart, where they are all much the same.
ALLOWED, ALLOWED_OF_SPREAD = 1e-3, 1e-2
CHANNELS = 3


def measure(entry: Entry, folder: Path) -> Outcome:
    """Never raises: what stops an architecture is its outcome."""
    network, file = None, folder / "network.onnx"
    outcome = Outcome(entry.key, "failed", "build")
    try:
        network, transform = build(entry)
        stir(network, noise(4, CHANNELS, entry.side, seed=1))
        outcome = replace(outcome, stage="export")
        begin = time.perf_counter()
        export(
            network,
            file,
            recipe=transform,
            labels=[f"class {index}" for index in range(CLASSES)],
            unproven=True,
        )
        outcome = replace(outcome, stage="check", seconds=time.perf_counter() - begin)
        outcome = _described(outcome, file)
        difference, spread = compare(network, file, entry.side)
        outcome = replace(outcome, difference=difference, spread=spread)
        if not difference <= min(ALLOWED, ALLOWED_OF_SPREAD * spread):  # NaN is no agreement
            reason = f"the file differs by {difference:.1e} of the largest logit, pictures by {spread:.1e}"
            return replace(outcome, reason=reason)
        return replace(outcome, verdict="exported", stage="done")
    except Exception as error:
        traceback.print_exc()
        own = f"; {rounding(network, entry.side)}" if network and isinstance(error, ProofError) else ""
        return replace(outcome, reason=f"{type(error).__name__}: {error}{own}")


def _described(outcome: Outcome, file: Path) -> Outcome:
    model = onnx.load(file)
    return replace(
        outcome,
        opset=max(one.version for one in model.opset_import if one.domain in ("", "ai.onnx")),
        nodes=len(model.graph.node) + sum(len(function.node) for function in model.functions),
        megabytes=file.stat().st_size / 1e6,
    )


def rounding(network: nn.Module, side: int) -> str:
    """How exact PyTorch's own answer is: under random weights a deep network may magnify every rounding."""
    pictures = noise(2, CHANNELS, side, seed=10)
    with torch.no_grad():
        single = network.float()(pictures).double()
        double = network.double()(pictures.double())
    difference = float((single - double).abs().max() / double.abs().max())
    return f"PyTorch's own float32 answer is {difference:.1e} from its float64 one"


def compare(network: nn.Module, file: Path, side: int) -> tuple[float, float]:
    """The file by ONNX Runtime alone, against the network as PyTorch runs it: (difference, spread)."""
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    worst, spread = 0.0, 0.0
    for batch in BATCHES:
        pictures = noise(batch, CHANNELS, side, seed=10 + batch)
        with torch.no_grad():
            expected = network.eval()(pictures).numpy()
        (made,) = session.run(None, {given.name: pictures.numpy()})
        if made.shape != expected.shape:
            raise ValueError(f"at batch {batch} the file answers {made.shape}, PyTorch {expected.shape}")
        largest = float(np.abs(expected).max())
        worst = np.maximum(worst, np.abs(made - expected).max() / largest)  # NaN stays
        spread = max(spread, float(np.ptp(expected, axis=0).max()) / largest)
    return float(worst), spread
