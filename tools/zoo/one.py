"""One architecture in this process: built, stirred, exported by the public call, and checked from the finished file.

`python -m tools.zoo.one timm:levit_128s` prints its outcome as one JSON line, the last.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import traceback
import warnings
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from tools.zoo.lineup import Entry
from tools.zoo.networks import CLASSES, both_kinds, build, noise
from tools.zoo.outcome import Outcome
from tools.zoo.weights import stir
from torch import nn

from truecopy_export import export

BATCHES = (1, 2, 5)
ALLOWED = 1e-3
CHANNELS = 3


def measure(entry: Entry, folder: Path) -> Outcome:
    """Never raises: what stops an architecture is its outcome."""
    network, file = None, folder / "network.onnx"
    outcome = Outcome(entry.key, "failed", "build")
    try:
        network, transform = build(entry)
        stir(network, both_kinds(CHANNELS, entry.side))
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
        if not difference <= ALLOWED:  # NaN is no agreement
            return replace(outcome, reason=f"the file differs by {difference:.1e} of the largest logit")
        return replace(outcome, verdict="exported", stage="done")
    except Exception as error:
        traceback.print_exc()
        return replace(outcome, reason=f"{type(error).__name__}: {error}")


def _described(outcome: Outcome, file: Path) -> Outcome:
    model = onnx.load(file)
    return replace(
        outcome,
        opset=max(one.version for one in model.opset_import if one.domain in ("", "ai.onnx")),
        nodes=len(model.graph.node) + sum(len(function.node) for function in model.functions),
        megabytes=file.stat().st_size / 1e6,
    )


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("entry", help="the entry of the lineup as JSON")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(arguments.threads)
    with tempfile.TemporaryDirectory(prefix="zoo-") as folder:
        print(json.dumps(asdict(measure(Entry(**json.loads(arguments.entry)), Path(folder)))))


if __name__ == "__main__":
    main()
