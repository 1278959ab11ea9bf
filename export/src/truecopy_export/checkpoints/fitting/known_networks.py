"""Which published architecture a state dict is of, by its names and sizes: only ever a hint in an error.

`known_networks.tsv` is written by tools/known_networks.py from torchvision's and timm's own models: a digest of all
names and shapes, then every architecture that has them. The first axis of every tensor is left out, so that the
number of classes does not matter.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from importlib.resources import files

import torch


def fingerprint(tensors: Mapping[str, torch.Tensor]) -> str:
    """Ten hexadecimal digits over the names and shapes of all floating-point tensors, without their first axis."""
    lines = sorted(f"{n}:{list(t.shape[1:])}" for n, t in tensors.items() if t.is_floating_point())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:10]


def known_as(tensors: Mapping[str, torch.Tensor]) -> tuple[str, ...]:
    """Spellings for --arch, under the names as they are or without a first part that all share."""
    names = _table().get(fingerprint(tensors))
    if names is None:
        first = {name.partition(".")[0] for name in tensors}
        bare = {name.partition(".")[2]: tensor for name, tensor in tensors.items()}
        names = _table().get(fingerprint(bare), ()) if len(first) == 1 else ()
    return names


@functools.cache
def _table() -> Mapping[str, tuple[str, ...]]:
    text = (files(__package__) / "known_networks.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return {digest: tuple(names.split(" ")) for digest, names in rows}
