"""One set of weights, cleaned of what training wrapped around it, and how far two sets are apart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import torch

Kind = Literal["raw", "ema"]
TOP_LEVEL = "(top level)"


@dataclass(frozen=True)
class Weights:
    """Plain names to dense float32 (or integer) CPU tensors.

    `field` says where in the file they stood, `prefix` what was stripped from every name ("" for
    nothing), `part` what `--ema` cut out of a larger set (`field` ends with it), `counter` how often the average was updated, `distance` the relative L2 distance from
    the raw weights to these; None where the file does not say or there is nothing to compare with.
    """

    tensors: Mapping[str, torch.Tensor]
    kind: Kind
    field: str
    counter: int | None
    distance: float | None
    prefix: str
    part: str = ""


def relative_distance(raw: Mapping[str, torch.Tensor], ema: Mapping[str, torch.Tensor]) -> float:
    """||ema - raw|| / ||raw|| over all floating-point tensors, summed in float64.

    The names and shapes must already agree. Infinite where the raw weights are all zero and the others are not.
    """
    difference = norm = 0.0
    for name, tensor in raw.items():
        if tensor.is_floating_point():
            before, after = tensor.double(), ema[name].double()
            difference += float((after - before).square().sum())
            norm += float(before.square().sum())
    if norm == 0.0:
        return 0.0 if difference == 0.0 else math.inf
    return math.sqrt(difference / norm)
