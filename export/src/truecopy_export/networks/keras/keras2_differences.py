"""What Keras 2 writes otherwise than Keras 3 with the same meaning, and what it writes alike with another meaning.

Source: configurations of tf_keras 2.21 and Keras 2.0 to 2.15 beside keras/src/legacy/saving/ and
keras/src/models/functional.py `functional_from_config` (keras 3.15.1).
"""

from __future__ import annotations

from typing import Any

from truecopy.errors import CheckpointError

_NESTED = ("Functional", "Model", "Sequential")
# tf_keras writes the arguments of Conv2D for its relatives, which do not take them.
_RELATIVES = (
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "SeparableConv1D",
    "SeparableConv2D",
    "Conv1DTranspose",
    "Conv2DTranspose",
)


class OnlyKeras2(CheckpointError):
    """A file of Keras 2 that means something else, or nothing, in Keras 3: the caller knows what reads it."""


def as_keras3(kind: str, settings: dict[str, Any], layer: str, where: str, *, keras2: bool) -> dict[str, Any]:
    """The settings of one layer or model as Keras 3 takes them; `settings` is changed.

    Raises:
        OnlyKeras2: what both spell alike, with another meaning.
    """
    given = settings.pop("batch_input_shape", None)
    if given is not None:
        settings.setdefault("batch_shape", given)  # taken out again by the model that the layer stands in
    if kind in _NESTED and isinstance(settings.get("layers"), list):
        if keras2:
            _check_training(settings, where)
            _count_calls(settings, where)
        settings["layers"] = _with_input(settings["layers"], insert=kind == "Sequential")
    if not keras2:
        return settings
    _settings_of_keras2(kind, settings)
    if kind in ("GRU", "GRUCell") and "reset_after" not in settings:
        raise OnlyKeras2(
            f"{layer} does not say reset_after, which is False in old Keras 2 and True in Keras 3",
            where=where,
        )
    return settings


def _settings_of_keras2(kind: str, settings: dict[str, Any]) -> None:
    """Arguments that Keras 3 spells otherwise or does not take."""
    if kind == "BatchNormalization" and isinstance(settings.get("axis"), list) and len(settings["axis"]) == 1:
        settings["axis"] = settings["axis"][0]
    if kind in _RELATIVES:
        if settings.get("groups") == 1:
            del settings["groups"]
        if not kind.startswith("Conv"):
            settings.pop("kernel_initializer", None)
    settings.pop("implementation", None)  # how it is computed, not what
    settings.pop("rng_type", None)  # of a random layer, which does nothing outside training
    if settings.get("time_major") is False:
        del settings["time_major"]


def _with_input(layers: list[Any], *, insert: bool) -> list[Any]:
    """The layers of a model without an input shape on any but the input; a Sequential's input layer is put in front."""
    first = layers[0] if layers and isinstance(layers[0], dict) else {}
    shape = (first.get("config") or {}).get("batch_shape")
    for one in layers:
        if (
            isinstance(one, dict)
            and one.get("class_name") != "InputLayer"
            and isinstance(one.get("config"), dict)
        ):
            one["config"].pop("batch_shape", None)
    if not insert or shape is None or first.get("class_name") == "InputLayer":
        return layers
    name = f"{first['config'].get('name', 'model')}_input"
    entry: dict[str, Any] = {
        "class_name": "InputLayer",
        "config": {"batch_shape": shape, "dtype": "float32", "name": name},
    }
    if "module" in first:
        entry |= {"module": "keras.layers", "registered_name": None}
    return [entry, *layers]


def _check_training(settings: dict[str, Any], where: str) -> None:
    """In Keras 2 a call with training=True stays in training for ever; Keras 3 turns it off in predict().

    Raises:
        OnlyKeras2: such a call.
    """
    for one in settings["layers"]:
        for node in (one.get("inbound_nodes") or []) if isinstance(one, dict) else ():
            for reference in node if isinstance(node, list) else ():
                said = reference[3] if isinstance(reference, list) and len(reference) > 3 else None
                if isinstance(said, dict) and said.get("training"):
                    raise OnlyKeras2(
                        f"layer {one.get('name')!r} is called with training=True, which Keras 2 keeps and Keras 3 does not",
                        where=where,
                    )


def _count_calls(settings: dict[str, Any], where: str) -> None:
    """Keras 2 counts the calls of a nested model from 1 where it begins with an input, Keras 3 from 0 in its old lists.

    Raises:
        OnlyKeras2: a call that does not exist.
    """
    layers = [one for one in settings["layers"] if isinstance(one, dict)]
    calls = {one.get("name"): len(one.get("inbound_nodes") or []) for one in layers if _from_one(one)}
    if not calls:
        return
    for one in layers:
        for node in one.get("inbound_nodes") or []:
            for reference in node if isinstance(node, list) else ():
                _count(reference, calls, where)
    # Keras 3 takes one off by itself for a Functional here, not for a Sequential.
    sequential = {one.get("name") for one in layers if one.get("class_name") == "Sequential"} & calls.keys()
    for ends in ("input_layers", "output_layers"):
        found = settings.get(ends) or []
        for reference in [found] if found and isinstance(found[0], str) else found:
            _count(reference, {name: calls[name] for name in sequential}, where)


def _from_one(layer: dict[str, Any]) -> bool:
    if layer.get("class_name") not in _NESTED:
        return False
    inner: Any = (layer.get("config") or {}).get("layers")
    return bool(inner) and isinstance(inner[0], dict) and inner[0].get("class_name") == "InputLayer"


def _count(reference: Any, calls: dict[Any, int], where: str) -> None:
    if not isinstance(reference, list) or len(reference) < 3 or reference[0] not in calls:
        return
    if not isinstance(reference[1], int) or not 1 <= reference[1] <= calls[reference[0]]:
        raise OnlyKeras2(
            f"the nested model {reference[0]!r} is used at a call that does not exist",
            expected=f"1 to {calls[reference[0]]}",
            got=str(reference[1])[:40],
            where=where,
        )
    reference[1] -= 1
