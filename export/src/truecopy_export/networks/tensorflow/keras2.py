"""A Keras 2 network from its description, in tf_keras, before its weights are put into it."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from typing import Any

from truecopy.errors import CheckpointError
from truecopy_export.graph.network import Network
from truecopy_export.graph.tensorflow.frozen import MAX_ELEMENTS
from truecopy_export.graph.tensorflow.library import import_tensorflow, imported, quiet_tensorflow

from .input import network_of
from .keras2_config import checked_config


def build_keras2(config: object, held: int, where: str) -> Any:
    """A tf_keras model with zeros for weights. config: what the file says. held: how many numbers its weights are.

    It is built without memory first: a description may ask for more weights than the file has.

    Raises:
        Blocked: the description names Python code or classes of its own.
        CheckpointError: Keras cannot build it; it needs other weights than the file has, or takes more than one input.
    """
    cleaned = checked_config(config, where)
    tensorflow = import_tensorflow()
    with quiet_tensorflow(), tensorflow.device("/CPU:0"):
        backend = imported("tf_keras.src.backend")
        # In inference: otherwise each BatchNormalization is built twice, for either phase.
        with tensorflow.Graph().as_default(), backend.deprecated_internal_learning_phase_scope(0):
            planned = _built(cleaned, where)
            _check(planned, held, where)
        return _built(cleaned, where)


def network_of_keras2(model: Any, where: str, *notes: str) -> Network:
    """The model as it answers in inference, run by TensorFlow.

    Raises:
        CheckpointError: it does not take pictures or rows.
    """

    def call(given: Any) -> Mapping[str, Any]:
        answers = model(given, training=False)
        if isinstance(answers, list | tuple):
            return dict(zip(model.output_names, answers, strict=True))
        return answers if isinstance(answers, Mapping) else {"output": answers}

    return network_of(call, tuple(model.input_shape), str(model.inputs[0].dtype.name), model, where, *notes)


def _built(cleaned: dict[str, Any], where: str) -> Any:
    models = imported("tf_keras.models")
    try:
        model = models.model_from_config(copy.deepcopy(cleaned))
    except Exception as error:  # Keras raises many kinds
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise CheckpointError(
            f"tf_keras cannot build the network: {type(error).__name__}: {lines[0] if lines else ''}",
            where=where,
            fix="Save it again from the Keras that it was trained with, as a SavedModel (model.export(folder))",
        ) from error
    if not model.built or not isinstance(getattr(model, "inputs", None), list):
        raise CheckpointError("the network does not say the shape of its input", where=where)
    if len(model.inputs) != 1:
        raise CheckpointError(
            "the network takes more than one input",
            got=", ".join(model.input_names),
            where=where,
            fix="Export a network of one picture",
        )
    return model


def _check(planned: Any, held: int, where: str) -> None:
    needed = sum(_elements(one.shape) for one in planned.weights)
    if needed != held:
        raise CheckpointError(
            "the weights do not fit the network that the file describes",
            expected=f"{needed} numbers",
            got=str(held),
            where=where,
            fix="Are they of the same training? Save both together again",
        )
    for layer in planned._flatten_layers():  # nested ones, too
        for node in layer._inbound_nodes:
            for made in imported("tensorflow").nest.flatten(node.outputs):
                if _elements(made.shape) > MAX_ELEMENTS:
                    raise CheckpointError(
                        "a value inside the network is too large",
                        expected=f"at most {MAX_ELEMENTS} numbers for one item",
                        got=f"{tuple(made.shape.as_list())} of layer {layer.name}",
                        where=where,
                    )


def _elements(shape: Any) -> int:
    """A free axis counts once."""
    return math.prod(size or 1 for size in shape.as_list())
