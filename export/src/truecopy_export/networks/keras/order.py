"""Weights in Keras's HDF5 are taken by their place in a list; the names beside them must say the same.

Source: keras/src/legacy/saving/legacy_h5_format.py `load_weights_from_hdf5_group`, `_legacy_weights` (keras 3.15.1).
"""

from __future__ import annotations

import re
from typing import Any

from .model import Unloadable
from .weights import Stored, texts_of

# Of DepthwiseConv2D in Keras 2.
_RENAMED = {"depthwise_kernel": "kernel"}


def check_order(model: Any, stored: Stored, root: str, where: str) -> None:
    """Raises:
    Unloadable: a weight of another layer, or another weight of the layer (a bias for a mean), has come to a place.
    """
    names = texts_of(stored.attributes.get(root, {}), "layer_names") or []
    written = {
        name: texts_of(stored.attributes.get(f"{root}/{name}", {}), "weight_names") or [] for name in names
    }
    filled = [name for name in names if written[name]]
    layers = [layer for layer in model.layers if layer.weights]
    for layer, name in zip(layers, filled, strict=True):
        if layer.name != name:
            raise _moved(f"the weights of layer {layer.name!r}", f"those of {name!r}", where)
        variables = [*layer.trainable_weights, *layer.non_trainable_weights]
        expected = [_end(variable.path) for variable in variables]
        found = [_end(text) for text in written[name]]
        for want, got in zip(expected, found, strict=True):
            # Where both lists have the same names, each stands at its place; else the kind of weight is compared alone.
            if want[-1] != got[-1] or (sorted(expected) == sorted(found) and want != got):
                raise _moved(f"{'/'.join(want)} of layer {name!r}", "/".join(got), where)


def _end(path: str) -> tuple[str, ...]:
    """The layer's own name and the weight's: `block/conv2d_1/kernel:0` -> ("conv2d_1", "kernel")."""
    parts = re.sub(r":\d+$", "", path).split("/")
    kind = re.sub(r"_\d+$", "", parts[-1])
    return (*parts[-2:-1], _RENAMED.get(kind, kind))


def _moved(expected: str, got: str, where: str) -> Unloadable:
    return Unloadable(
        "Keras reads the weights in another order than they were written",
        expected=expected,
        got=got,
        where=where,
        fix="Load it with the Keras that wrote it and save it as model.save('x.keras')",
    )
