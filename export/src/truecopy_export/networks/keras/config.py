"""A Keras model's configuration: held against the closed list, and written again with nothing else in it.

Keras is given what this module wrote, never the file's own text. What belongs to training alone (initializers, regularizers,
constraints, losses, optimizers) is left out: custom ones do not stand in the way, and none is ever looked up.

Source of the layouts: keras/src/saving/serialization_lib.py `deserialize_keras_object`, keras/src/legacy/saving/ (keras 3.15.1),
and the configurations that tf_keras 2.21 writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from truecopy.errors import CheckpointError

from . import names as known
from .keras2_differences import OnlyKeras2, as_keras3
from .values import check_array, check_plain, check_tensor

MAX_DEPTH = 100
MAX_LAYERS = 20_000
CONVERT = (
    "If you trust the file: load it where its layers are defined, write ONNX with model.export('x.onnx', format='onnx'), "
    "and type: truecopy attach x.onnx"
)
_FUNCTIONS = frozenset(("builtins", "keras.activations", "keras.src.activations.activations"))
_LEFT_OUT = ("_regularizer", "_constraint")
_TRAINING = frozenset(("compile_config", "metrics", "loss", "optimizer"))


@dataclass
class Checked:
    """config: what Keras is given. layouts: every `data_format` in it; flattened: those of Flatten, which takes any input.

    policies: dtypes other than float32. classes: of layers and operations.
    """

    where: str
    keras2: bool
    config: dict[str, Any] = field(default_factory=dict)
    layouts: set[str] = field(default_factory=set)
    flattened: set[str] = field(default_factory=set)
    policies: set[str] = field(default_factory=set)
    classes: list[str] = field(default_factory=list)

    def refuse(
        self, what: str, got: str, expected: str = "layers of Keras itself", fix: str = CONVERT
    ) -> CheckpointError:
        return CheckpointError(what, expected=expected, got=got, where=self.where, fix=fix)


def checked_config(text: bytes | str, where: str, *, keras2: bool) -> Checked:
    """The model in `text` (JSON). keras2: Keras 2 wrote it.

    Raises:
        CheckpointError: no JSON, or a name that is not on the closed list; the layer is named.
        OnlyKeras2: a layer that Keras 3 reads as another one.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(
            "the model's configuration is no JSON", expected="what Keras writes", got=str(error)[:200], where=where,
            fix="Copy or download the file again",
        ) from error  # fmt: skip
    checked = Checked(where, keras2)
    if not isinstance(found, dict) or found.get("class_name") is None:
        raise checked.refuse(
            "the configuration names no model", type(found).__name__, "a Sequential or Functional model"
        )
    try:
        written = _part(found, checked, "the model", 0)
    except (AttributeError, IndexError, KeyError, RecursionError, TypeError) as error:
        raise checked.refuse(
            "the configuration is not as Keras writes it",
            str(error)[:200],
            "names, numbers and lists of them",
        ) from error
    if not isinstance(written, dict) or written.get("class_name") not in known.MODELS:
        raise checked.refuse(
            "the file holds no model", str(found["class_name"]), "a Sequential or Functional model"
        )
    checked.config = written
    return checked


def _part(value: Any, checked: Checked, layer: str, depth: int) -> Any:
    """Any value in a configuration. layer: in words, the one that it belongs to."""
    if depth > MAX_DEPTH:
        raise checked.refuse("the configuration is nested too deep", f"more than {MAX_DEPTH} levels")
    if isinstance(value, list):
        return [_part(one, checked, layer, depth + 1) for one in value]
    if not isinstance(value, dict):
        return value
    if "class_name" in value:
        return _object(value, checked, layer, depth)
    return {name: _part(one, checked, layer, depth + 1) for name, one in value.items()}


def _object(value: Mapping[str, Any], checked: Checked, layer: str, depth: int) -> Any:
    kind, module, inner = value["class_name"], value.get("module"), value.get("config")
    if not isinstance(kind, str) or not (module is None or isinstance(module, str)):
        raise checked.refuse("a class is no name", repr(kind)[:80])
    match kind:
        case "__keras_tensor__":
            return check_tensor(value, checked)
        case "__numpy__" | "__tensor__":
            return check_array(value, checked)
        case "__ellipsis__":
            return {"class_name": kind, "config": {}}
        case "__slice__" | "__tuple__":
            items = value.get("items") if inner is None else inner
            check_plain(items, checked, layer)
            return {"class_name": kind, "config": items} if kind == "__slice__" else items
        case "TensorShape":  # of TensorFlow: build_input_shape
            check_plain(value.get("items"), checked, layer)
            return value.get("items")
        case "function":
            return _function(value, checked, layer)
    if kind in known.POLICIES and (module is None or module in known.POLICY_MODULES):
        return _policy(inner.get("name") if isinstance(inner, dict) else inner, checked, layer)
    return _layer(value, kind, module, checked, depth)


def _layer(
    value: Mapping[str, Any], kind: str, module: str | None, checked: Checked, depth: int
) -> dict[str, Any]:
    """A model, a layer or an operation."""
    inner = value.get("config")
    own = inner.get("name") if isinstance(inner, dict) else None
    layer = f"layer {own!r} ({kind})" if isinstance(own, str) else f"a layer of class {kind}"
    kind = known.ALIASES.get(kind, kind)
    home = _home(kind, module, value, layer, checked)
    checked.classes.append(kind)
    if len(checked.classes) > MAX_LAYERS:
        raise checked.refuse("the configuration has too many layers", f"more than {MAX_LAYERS}")
    written: dict[str, Any] = {"class_name": kind}
    if module is not None:
        written |= {"module": home, "registered_name": None}
    if isinstance(inner, list):  # Sequential before Keras 2.3
        inner = {"name": "sequential", "layers": inner}
    if not isinstance(inner, dict):
        raise checked.refuse(f"{layer} has no configuration", type(inner).__name__, "an object")
    written["config"] = _settings(kind, inner, checked, layer, depth)
    for name in ("name", "inbound_nodes", "build_config", "shared_object_id"):
        if name in value:
            written[name] = _part(value[name], checked, layer, depth + 1)
    return written


def _home(kind: str, module: str | None, value: Mapping[str, Any], layer: str, checked: Checked) -> str:
    """The module that the name is looked up in, whatever the file says.

    Raises:
        CheckpointError: not on the closed list.
    """
    registered = value.get("registered_name")
    ours = module is None or module.partition(".")[0] in ("keras", "tf_keras")
    if kind in known.REFUSED:
        if kind.endswith("OpLambda"):
            raise OnlyKeras2(
                f"{layer} {known.REFUSED[kind]}", expected="layers of Keras itself", where=checked.where
            )
        raise checked.refuse(f"{layer} {known.REFUSED[kind]}; it is not read", kind)
    if (
        module is None
        and any(kind in names for names in known.OPERATIONS.values())
        and kind not in known.LAYERS
    ):
        raise checked.refuse(
            f"{layer} is an operation, and Keras's HDF5 format does not keep what it was", kind, "layers",
            "Save the model as model.save('x.keras')",
        )  # fmt: skip
    if ours and (registered is None or registered == kind or known.ALIASES.get(str(registered)) == kind):
        # Keras and its versions keep models and layers in many modules; the public name stands for them.
        if kind in known.MODELS:
            return "keras.src.models.functional" if kind == "Functional" else "keras"
        for homes in (known.OPERATIONS, known.APPLICATIONS):
            if module is not None and kind in homes.get(module, ()):
                return module
        if kind in known.LAYERS and not str(module).startswith(("keras.src.ops", "keras.ops")):
            return "keras.layers"
    name = ".".join(str(part) for part in (module, registered or kind) if part is not None)
    raise checked.refuse(
        f"{layer} is not one of Keras's own layers of numbers; its code is not run", name[:200]
    )


def _function(value: Mapping[str, Any], checked: Checked, layer: str) -> str:
    name, registered = value.get("config"), value.get("registered_name")
    plain = registered is None or registered == name
    if (
        name in known.ACTIVATIONS
        and (value.get("module") in _FUNCTIONS or value.get("module") is None)
        and plain
    ):
        return _activation(str(name), checked, layer)
    shown = ".".join(str(part) for part in (value.get("module"), registered or name) if part is not None)
    raise checked.refuse(
        f"{layer} names a function that is not Keras's own; it is not run",
        shown[:200],
        "an activation of Keras",
    )


def _settings(
    kind: str, inner: Mapping[str, Any], checked: Checked, layer: str, depth: int
) -> dict[str, Any]:
    """The `config` of a model, a layer or an operation."""
    settings: dict[str, Any] = {}
    for name, value in inner.items():
        if name in _TRAINING or name.endswith(_LEFT_OUT):
            continue
        if name.endswith("_initializer"):
            # Every weight is read from the file, or it is refused.
            settings[name] = None if value is None else "zeros"
        elif name.endswith("activation"):
            settings[name] = (
                _activation(value, checked, layer)
                if isinstance(value, str)
                else _part(value, checked, layer, depth + 1)
            )
        elif name == "dtype" and kind in (known.LAYERS | known.MODELS):
            settings[name] = (
                _input_dtype(value, checked, layer) if kind == "InputLayer" else _dtype(value, checked, layer)
            )
        elif name == "quantization_config" and value is not None:
            raise checked.refuse(
                f"{layer} is quantized",
                "quantization_config",
                "float32",
                "Export the model before quantize()",
            )
        else:
            settings[name] = _part(value, checked, layer, depth + 1)
    layout = settings.get("data_format")
    if isinstance(layout, str):
        (checked.flattened if kind == "Flatten" else checked.layouts).add(layout)
    return as_keras3(kind, settings, layer, checked.where, keras2=checked.keras2)


def _activation(name: str, checked: Checked, layer: str) -> str:
    if name not in known.ACTIVATIONS:
        raise checked.refuse(
            f"{layer} has an activation that is not Keras's own", repr(name)[:80], "an activation of Keras"
        )
    if checked.keras2 and name == "hard_sigmoid":
        raise OnlyKeras2(
            f"{layer} has hard_sigmoid, which is clip(0.2 x + 0.5, 0, 1) in Keras 2 and relu6(x + 3) / 6 in Keras 3",
            expected="layers that mean the same in both",
            where=checked.where,
        )
    return name


def _dtype(value: Any, checked: Checked, layer: str) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else _policy(value, checked, layer)
    written = _part(value, checked, layer, 0)
    if not isinstance(written, str):
        raise checked.refuse(f"{layer} has a dtype that is not read", str(value)[:80], "float32")
    return written


def _policy(name: Any, checked: Checked, layer: str) -> str:
    """Float32, which every other floating type becomes, as the weights of a torch network do."""
    if name not in ("float32", "mixed_float16", "mixed_bfloat16", "float16", "bfloat16", "float64"):
        raise checked.refuse(
            f"{layer} computes in a type that is not read", str(name)[:80], "float32 or a mixed policy"
        )
    if name != "float32":
        checked.policies.add(str(name))
    return "float32"


def _input_dtype(value: Any, checked: Checked, layer: str) -> str:
    name = value if isinstance(value, str) else _dtype(value, checked, layer)
    if name in known.DTYPES and name is not None and "float" not in name:
        raise checked.refuse(
            f"{layer} takes whole numbers", name, "float32",
            "Give the model a float32 input (keras.Input(..., dtype='float32')) with the same layers, and save that",
        )  # fmt: skip
    return _policy(name or "float32", checked, layer)
