"""From a loaded Keras model to what is exported: its one input, its named outputs, its converter."""

from __future__ import annotations

from types import ModuleType
from typing import Any, Literal

import torch
from torch import nn

from truecopy.contract import GraphInput
from truecopy.errors import CheckpointError
from truecopy_export.graph.eager import by_dynamo
from truecopy_export.graph.keras import ONLY_SCRIPT, by_script
from truecopy_export.graph.network import Network

from .config import Checked

_ALONE = "Wrap it in a model that takes pictures alone, with the other inputs as constants, and save that"


class Inference(nn.Module):  # type: ignore[misc]
    """model(x, training=False) on the CPU: a tensor, or the outputs by their names."""

    def __init__(self, model: Any, keras: ModuleType) -> None:
        super().__init__()
        self.model, self._keras = model, keras
        # [x] or {name: x} where the model was made so; a Sequential takes x.
        self._structure = None if isinstance(model, keras.Sequential) else model.input
        self._names = tuple(getattr(model, "output_names", ()))  # a Sequential has one output, without a name

    def forward(self, images: torch.Tensor) -> Any:
        given = (
            images
            if self._structure is None
            else self._keras.tree.map_structure(lambda _: images, self._structure)
        )
        with self._keras.device("cpu"):
            answer = self.model(given, training=False)
        if isinstance(answer, torch.Tensor):
            return answer
        if isinstance(answer, dict):
            return dict(answer)
        outputs = list(answer)
        return outputs[0] if len(outputs) == 1 else dict(zip(self._names, outputs, strict=True))


def network_of(keras: ModuleType, model: Any, checked: Checked, notes: tuple[str, ...]) -> Network:
    """Raises:
    CheckpointError: several inputs, an input that is neither pictures nor rows, or a model without a shape.
    """
    inputs = (_input(model, checked),)
    said = list(notes)
    if checked.policies:
        said.append(
            f"the model's dtype is {' and '.join(sorted(checked.policies))}; it is exported as float32, and the proof "
            "compares with the model in float32"
        )
    only = sorted(ONLY_SCRIPT & set(checked.classes))
    if only:
        said.append(
            f"converted with torch's older exporter, for {', '.join(only)}; the proof compares as always"
        )
    inference = Inference(model, keras).eval()
    inference.requires_grad_(requires_grad=False)
    return Network(inference, by_script if only else by_dynamo, inputs, "keras", tuple(said))


def _input(model: Any, checked: Checked) -> GraphInput:
    if not model.built or model.inputs is None:
        raise CheckpointError(
            "the model has no input shape: it was saved before it was built",
            expected="a model that knows what it takes",
            where=checked.where,
            fix="Put keras.Input(shape=(height, width, channels)) first, train, and save it again",
        )
    if len(model.inputs) != 1:
        shown = ", ".join(f"{one.name} {tuple(one.shape)}" for one in model.inputs)
        raise CheckpointError(
            f"the model takes {len(model.inputs)} inputs",
            expected="one",
            got=shown,
            where=checked.where,
            fix=_ALONE,
        )
    tensor = model.inputs[0]
    shape = tuple(tensor.shape)
    batch = shape[0] or "batch"
    if len(shape) == 2 and shape[1] is not None:
        return GraphInput(name="features", dtype="float32", layout="NF", shape=(batch, shape[1]))
    if len(shape) != 4:
        raise CheckpointError(
            "the model takes neither pictures nor rows",
            expected="(batch, height, width, channels) or (batch, features)",
            got=f"{tensor.name} {shape}",
            where=checked.where,
        )
    layout = _layout(shape, checked)
    names = ("height", "width", "") if layout == "NHWC" else ("", "height", "width")
    axes: list[int | str] = [axis or name for axis, name in zip(shape[1:], names, strict=True)]
    if "" in axes:
        raise CheckpointError(
            "the model leaves its channels open", expected="a number", got=str(shape), where=checked.where,
            fix="Give keras.Input the number of channels, and save the model again",
        )  # fmt: skip
    return GraphInput(name="input", dtype="float32", layout=layout, shape=(batch, *axes))


def _layout(shape: tuple[int | None, ...], checked: Checked) -> Literal["NHWC", "NCHW"]:
    """As its layers say (`data_format`); one that has no such layer is Keras's default where the shape cannot mean the other.

    Raises:
        CheckpointError: both layouts in one model, or nothing that tells.
    """
    found = (checked.layouts or checked.flattened) & {"channels_last", "channels_first"}
    if len(found) == 1:
        return "NHWC" if found == {"channels_last"} else "NCHW"
    first, last = shape[1] in (1, 3, 4), shape[3] in (1, 3, 4)
    if not found and last and not first:
        return "NHWC"
    raise CheckpointError(
        "the model does not say where its channels stand",
        expected="layers that are all channels_last or all channels_first",
        got=" and ".join(sorted(found)) or f"no layer with data_format, input {shape}",
        where=checked.where,
        fix="Save a model whose layers all have one data_format",
    )
