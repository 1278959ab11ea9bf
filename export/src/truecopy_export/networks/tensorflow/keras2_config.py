"""The description of a Keras 2 network (JSON), checked against closed lists before Keras reads it.

Keras makes objects of whatever class, function or module a description names; `Lambda` holds Python code. Only layers that
compute on tensors go through. What trains and does not compute (initializers, regularizers, constraints) is taken out.

Source of the names: tf_keras 2.21 `tf_keras/src/layers/__init__.py`, `tf_keras/src/activations.py`.
"""

from __future__ import annotations

from typing import Any

from truecopy.errors import Blocked, CheckpointError

MODELS = frozenset(("Sequential", "Functional", "Model"))
_LAYERS_NAMES = """
    Activation ActivityRegularization Add AlphaDropout Attention Average AveragePooling1D AveragePooling2D
    BatchNormalization BatchNormalizationV1 BatchNormalizationV2 CenterCrop Concatenate Conv1D Conv2D Conv2DTranspose
    Cropping1D Cropping2D Dense DepthwiseConv2D Dot Dropout ELU EinsumDense Flatten GaussianDropout GaussianNoise
    GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D GroupNormalization Identity
    InputLayer LayerNormalization LeakyReLU MaxPooling1D MaxPooling2D Maximum Minimum MultiHeadAttention Multiply
    Normalization PReLU Permute RandomBrightness RandomContrast RandomCrop RandomFlip RandomHeight RandomRotation
    RandomTranslation RandomWidth RandomZoom ReLU RepeatVector Rescaling Reshape Resizing SeparableConv1D SeparableConv2D
    Softmax SpatialDropout1D SpatialDropout2D Subtract ThresholdedReLU UnitNormalization UpSampling1D UpSampling2D
    ZeroPadding1D ZeroPadding2D
"""
LAYERS = frozenset(_LAYERS_NAMES.split())
_ACTIVATIONS_NAMES = """
    elu exponential gelu hard_sigmoid linear mish relu relu6 selu sigmoid silu softmax softplus softsign swish tanh
"""
ACTIVATIONS = frozenset(_ACTIVATIONS_NAMES.split())
# Operations that a network written with the functional API holds: `x / 127.5 - 1`.
_OPERATIONS_NAMES = """
    __operators__.add math.add math.subtract math.multiply math.truediv math.divide math.reduce_mean nn.relu nn.relu6
    nn.softmax nn.sigmoid nn.silu nn.gelu
"""
_OPERATIONS = frozenset(_OPERATIONS_NAMES.split())
_PLAIN = frozenset(("__tuple__", "TensorShape"))
_WHY = {
    "Lambda": "holds Python code",
    "TensorFlowOpLayer": "holds any operation of TensorFlow",
    "SlicingOpLambda": "holds an operation of TensorFlow that is not on the list",
    "TFOpLambda": "holds an operation of TensorFlow that is not on the list",
}
# Here a list may be Python code, as `Lambda` writes it.
_NAMING = ("activation", "dtype", "function")
_MODULES = ("keras", "tf_keras")
_DEPTH, _PARTS, _LARGEST = 64, 10_000, 1 << 31


def checked_config(config: object, where: str) -> dict[str, Any]:
    """A copy that Keras may read. config: `{"class_name": "Sequential", "config": ...}`.

    Raises:
        Blocked: Python code, or a class or function that is not on the lists; names it.
        CheckpointError: no description of a network; another precision than float32.
    """
    if not isinstance(config, dict) or config.get("class_name") not in MODELS:
        named = config.get("class_name") if isinstance(config, dict) else type(config).__name__
        raise CheckpointError(
            "the file does not describe a network of Keras 2",
            expected=" or ".join(sorted(MODELS)),
            got=repr(named)[:80],
            where=where,
            fix="A network that is a class of its own is saved as a SavedModel: model.save(folder, save_format='tf')",
        )
    cleaned = _Cleaner(where).of(config, "", 0)
    assert isinstance(cleaned, dict)  # noqa: S101  a dict stays one
    return cleaned


class _Cleaner:
    def __init__(self, where: str) -> None:
        self.where, self.parts = where, 0

    def of(self, value: Any, key: str, depth: int) -> Any:
        if depth > _DEPTH:
            raise self.refused(f"nested deeper than {_DEPTH}")
        if key.endswith("_initializer"):
            return "zeros"
        if key.endswith(("_regularizer", "_constraint")):
            return None
        if isinstance(value, dict):
            if "class_name" in value or "module" in value or "registered_name" in value:
                self.named(value)
            return {str(name): self.of(one, str(name), depth + 1) for name, one in value.items()}
        if isinstance(value, list) and key not in _NAMING:
            return [self.of(one, "", depth + 1) for one in value]
        self.leaf(value, key)
        return value

    def named(self, value: dict[str, Any]) -> None:
        """An object that Keras would make."""
        self.parts += 1
        if self.parts > _PARTS:
            raise self.refused(f"more than {_PARTS} parts")
        name, module = value.get("class_name"), value.get("module")
        inner = value.get("config")
        inner = inner if isinstance(inner, dict) else {}
        if name in ("Policy", "DTypePolicy"):
            self.leaf(inner.get("name"), "dtype")
        elif name == "TFOpLambda" and inner.get("function") in _OPERATIONS:
            pass
        elif name not in LAYERS | MODELS | _PLAIN:
            why = _WHY.get(str(name), "is not one of Keras's own layers that compute on tensors")
            raise Blocked(
                f"the network holds a part that is not let in: {str(name)[:80]} {why}",
                where=self.where,
                fix="Where the network was trained, replace it with a layer of Keras, or export a SavedModel "
                "(model.export(folder))",
            )
        if module is not None and str(module).partition(".")[0] not in _MODULES:
            raise Blocked(
                "the network holds a part of a module that is not Keras",
                got=f"{str(name)[:80]} of {str(module)[:80]}",
                where=self.where,
            )
        if value.get("registered_name") not in (None, name):
            raise Blocked(
                "the network holds a class of its own", got=repr(value["registered_name"])[:80], where=self.where
            )  # fmt: skip

    def leaf(self, value: Any, key: str) -> None:
        if key in _NAMING and not isinstance(value, str | None):
            raise Blocked(
                f"the network holds code where the name of its {key} stands",
                got=repr(value)[:80],
                where=self.where,
            )
        if key == "activation" and not (value is None or value in ACTIVATIONS):
            raise Blocked(
                "the network holds an activation that is not let in", got=repr(value)[:80], where=self.where
            )
        if key == "dtype" and value not in (None, "float32"):
            raise CheckpointError(
                "the network does not compute in float32",
                got=repr(value)[:80],
                where=self.where,
                fix="Save it under the policy float32: tf.keras.mixed_precision.set_global_policy('float32')",
            )
        if key == "function" and not (value is None or value in _OPERATIONS):
            raise Blocked(
                "the network holds an operation of TensorFlow that is not let in",
                got=repr(value)[:80],
                where=self.where,
            )
        if isinstance(value, int | float) and not abs(value) < _LARGEST:
            raise self.refused(f"the number {value!r} at {key!r}")

    def refused(self, got: str) -> CheckpointError:
        return CheckpointError(
            "the description of the network is not one that Keras wrote", got=got, where=self.where
        )
