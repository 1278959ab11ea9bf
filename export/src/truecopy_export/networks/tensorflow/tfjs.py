"""A TensorFlow.js layers model: Keras 2's description and weights of its own, put into tf_keras.

The original runs in a browser; what is compared with is the same network in tf_keras, run by TensorFlow.
Source: tensorflow/tfjs `tfjs-converter/python/tensorflowjs/converters/keras_tfjs_loader.py`.
"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import msgspec

from truecopy.errors import CheckpointError, RecipeError
from truecopy_export.carried import Carried
from truecopy_export.checkpoints.digest import digest_of_files
from truecopy_export.checkpoints.folders import MAX_JSON
from truecopy_export.checkpoints.inside import file_inside
from truecopy_export.checkpoints.json_document import read_document
from truecopy_export.graph.tensorflow.library import import_tensorflow, quiet_tensorflow
from truecopy_export.networks.opened import Opened
from truecopy_export.recipes import read_labels

from .keras2 import build_keras2, network_of_keras2
from .keras2_config import checked_config
from .tfjs_weights import by_name, read_manifest, read_weights

_MODEL, _METADATA = "model.json", "metadata.json"
_MAX_METADATA = 1 << 20  # bytes; labels that a person typed
_NOTE = "compared with the network in tf_keras: TensorFlow.js itself runs in a browser"


def open_tfjs(path: Path) -> Opened:
    """path: `model.json`, or its folder. Labels of a Teachable Machine model (`metadata.json`) are carried.

    Raises:
        Blocked: Python code or classes of its own in the description.
        CheckpointError: files outside the folder; a graph model; damaged; names or sizes that do not fit; TensorFlow is not installed.
    """
    file = file_inside(path, _MODEL, "the TensorFlow.js folder") if path.is_dir() else path
    where, folder = str(file), file.parent
    document = read_document(file, "TensorFlow.js model", MAX_JSON)
    config = _description(document, where)
    checked_config(
        config, where
    )  # before TensorFlow is imported; `build_keras2` hands Keras the cleaned copy
    manifest = read_manifest(document.get("weightsManifest"), folder, where)
    carried = _metadata(folder)
    import_tensorflow()
    with quiet_tensorflow():
        model = build_keras2(config, manifest.elements, where)
        model.set_weights(by_name(read_weights(manifest), model, where))
        network = network_of_keras2(model, where, _NOTE)
    return Opened(
        file.name if not path.is_dir() else path.name,
        digest_of_files(folder, (file, *manifest.files)),
        "tfjs-layers",
        network,
        f"TensorFlow.js layers model {model.name}",
        carried,
    )


def _description(document: dict[str, object], where: str) -> object:
    topology = document.get("modelTopology")
    if document.get("format") == "graph-model" or (isinstance(topology, dict) and "node" in topology):
        raise CheckpointError(
            "the file is a TensorFlow.js graph model: operators rewritten for the browser, without the network that they "
            "were made from",
            expected="a layers model",
            got="graph-model",
            where=where,
            fix="Export the SavedModel or the Keras file that it was converted from",
        )
    if not isinstance(topology, dict):
        raise CheckpointError(
            "the file describes no network",
            expected="modelTopology",
            got=type(topology).__name__,
            where=where,
        )
    return topology.get("model_config", topology)


class _TeachableMachine(msgspec.Struct, frozen=True):
    """`metadata.json` of Google's Teachable Machine: what is used of it."""

    labels: list[str]
    image_size: int | None = msgspec.field(default=None, name="imageSize")
    made_by: str = msgspec.field(default="", name="packageName")


def _metadata(folder: Path) -> Carried:
    """Labels and size, where the file is there. How its pictures were resized depends on the browser: no recipe."""
    if not os.path.lexists(folder / _METADATA):
        return Carried()
    file = file_inside(folder, _METADATA, "the TensorFlow.js folder")
    document = read_document(file, _METADATA, _MAX_METADATA)
    if "labels" not in document:
        return Carried()
    try:
        found = msgspec.convert(document, _TeachableMachine)
        labels = dataclasses.replace(read_labels(found.labels), source=f"checkpoint {_METADATA}")
    except (msgspec.ValidationError, RecipeError) as error:
        raise CheckpointError(
            f"{_METADATA} is malformed",
            expected="labels, a list of texts",
            got=str(error),
            where=str(file),
            fix="Correct it, or take it away and say --labels",
        ) from error
    facts = [("made by", found.made_by)] if found.made_by else []
    if found.image_size is not None:
        facts.append(("picture size", str(found.image_size)))
    return Carried(labels=labels, facts=tuple(facts))
