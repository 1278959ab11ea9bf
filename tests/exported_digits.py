"""The small model of digits as if it had been exported from any checkpoint: the same graph, another provenance."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

import truecopy
from truecopy.artifact import compose, split
from truecopy.contract import Contract
from truecopy.contract.document import Checkpoint

DIGITS = Path(__file__).parents[1] / "artifacts" / "digits.onnx"
replace = msgspec.structs.replace


@cache
def _digits() -> tuple[bytes, Contract]:
    return split(DIGITS.read_bytes())[0], truecopy.read(DIGITS).contract


def exported(
    path: Path,
    checkpoint: bytes | None = b"weights",
    *,
    name: str = "best.pt",
    weights: str = "raw",
    precision: str = "fp32",
    parent: str | None = None,
    created: str = "2026-01-02T03:04:05Z",
    temperature: float = 1.0,
    golden: bool = False,
) -> Path:
    """A sealed file at `path`. checkpoint: the bytes of the file it was made from, None where it names none."""
    graph, contract = _digits()
    origin: Any = None
    if checkpoint is not None:
        origin = Checkpoint(
            name=name, sha256=hashlib.sha256(checkpoint).hexdigest(), weights=weights, field="model",
            counter=None, raw_to_ema_distance=None,
        )  # fmt: skip
    contract = replace(
        contract,
        graph=replace(contract.graph, precision=precision),
        task=replace(contract.task, temperature=temperature),
        provenance=replace(contract.provenance, checkpoint=origin, parent=parent, created=created),
        proof=replace(contract.proof, subject=None),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(compose(graph, contract, truecopy.read(DIGITS).golden if golden else ()))
    return path
