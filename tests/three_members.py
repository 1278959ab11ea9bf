"""Three members of one recipe over pictures of 4 x 4; the second one has its labels in another order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from msgspec.structs import replace
from tests.tiny_models import IMAGE, MULTICLASS, SIDE, sealed

PICTURE = (np.arange(16, dtype=np.uint8).reshape(4, 4) ** 2).astype(np.uint8)
MATRICES = [np.random.default_rng(seed).normal(size=(SIDE, 3)).astype(np.float32) * 4 for seed in range(3)]


def three_members(folder: Path) -> list[Path]:
    tasks = [MULTICLASS, replace(MULTICLASS, labels=("high", "low", "middle")), MULTICLASS]
    return [
        sealed(folder / f"{seed}.onnx", IMAGE, task, weights=MATRICES[seed])
        for seed, task in enumerate(tasks)
    ]
