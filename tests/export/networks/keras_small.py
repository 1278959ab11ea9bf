"""Small Keras models for the tests, their files, and files that were changed by hand."""

from __future__ import annotations

import io
import json
import os
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from truecopy.engine import open_session
from truecopy_export.checkpoints import recognise
from truecopy_export.graph.checks import check_graph, check_module
from truecopy_export.graph.trace import trace
from truecopy_export.networks import Opened, open_network
from truecopy_export.signature import Signature


def keras_on_torch() -> Any:
    """Keras 3 on torch; the test is left out where it is not there."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    from truecopy.errors import CheckpointError
    from truecopy_export.networks.keras.library import import_keras_on_torch

    try:
        return import_keras_on_torch()
    except CheckpointError as error:
        pytest.skip(f"Keras 3 on torch is not here: {error}", allow_module_level=True)


def randomized(model: Any, seed: int = 0) -> Any:
    """The model with numbers in every weight that are neither 0 nor 1, variances among them."""
    random = np.random.default_rng(seed)
    for variable in model.weights:
        if "float" in variable.dtype:
            low, high = (0.4, 1.6) if "variance" in variable.path else (-0.5, 0.5)
            variable.assign(random.uniform(low, high, variable.shape))
    return model


def saved(model: Any, path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save(path)
    return path


def opened(path: Path) -> Opened:
    return open_network(path, recognise(path))


def graph_of(found: Opened, *, answer: str | None = None, batch: int | None = None) -> bytes:
    """The checked graph: equal to the model at batch 1, 2 and 5."""
    (given,) = found.network.inputs
    if batch is not None:
        import msgspec

        given = msgspec.structs.replace(given, shape=(batch, *given.shape[1:]))
    signature = Signature((given,), "row" if given.layout == "NF" else "image")
    traced = trace(found.network.answering, signature, answer, "logits", found.network.to_onnx)
    if given.batch is None:
        check_module(found.network.answering, signature, traced.answer)
    check_graph(found.network.answering, traced, open_session(traced.graph, "cpu", "fp32", 1), signature)
    assert traced.inputs == (given,)
    return traced.graph


def agrees(found: Opened, model: Any, shape: tuple[int, ...]) -> None:
    """The opened network answers bit for bit like the model that was saved."""
    x = np.random.default_rng(5).standard_normal(shape).astype(np.float32)
    with torch.no_grad():
        ours = found.network.answering(torch.from_numpy(x))
        theirs = model(x, training=False)
    assert torch.equal(ours, theirs)


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(found: dict[str, bytes], path: Path, method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in found.items():
            archive.writestr(name, data)
    return path


def changed(path: Path, target: Path, change: Any) -> Path:
    """The archive with its configuration changed: `change` takes the parsed JSON."""
    found = members(path)
    config = json.loads(found["config.json"])
    found["config.json"] = json.dumps(change(config) or config).encode()
    return packed(found, target)


def hdf5(build: Any) -> bytes:
    """The bytes of an HDF5 file that `build` fills."""
    import h5py

    target = io.BytesIO()
    with h5py.File(target, "w") as file:
        build(file)
    return target.getvalue()
