"""How many outputs the weights have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch

# What torchvision and timm call their last layer. `fc1` and `fc2` stand inside blocks.
_HEAD = re.compile(r"(^|\.)(fc|heads?|classifier|last_linear|logits|output)(\.|$)")


def outputs_of(state_dict: Mapping[str, Any]) -> int | None:
    """Rows of the last weight of a classifier, in the file's order; None where nothing is called so.

    A classifier of several layers (VGG, MaxViT) ends in the last; auxiliary ones (Inception) stand before it.
    """
    heads = [
        value
        for name, value in state_dict.items()
        if isinstance(value, torch.Tensor) and value.dim() >= 2 and _HEAD.search(name)
    ]
    return int(heads[-1].shape[0]) if heads else None
