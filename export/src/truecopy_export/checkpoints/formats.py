"""The kinds of files and folders that people keep trained models in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

# Named tensors, for an architecture that is built apart.
WeightsFormat: TypeAlias = Literal[
    "pytorch-zip", "pytorch-legacy", "safetensors", "sharded", "huggingface-folder"
]
# The whole network is in the file.
NetworkFormat: TypeAlias = Literal[
    "torchscript", "torch-export", "keras", "keras-hdf5", "tensorflow-savedmodel", "tfjs-layers"
]
Format: TypeAlias = WeightsFormat | NetworkFormat

IN_WORDS: Mapping[Format, str] = {
    "pytorch-zip": "a PyTorch checkpoint (torch.save, zip)",
    "pytorch-legacy": "a PyTorch checkpoint (torch.save before 1.6)",
    "safetensors": "safetensors",
    "sharded": "weights in several files with an index",
    "huggingface-folder": "a Hugging Face folder (save_pretrained)",
    "torchscript": "a TorchScript archive (torch.jit.save)",
    "torch-export": "a torch.export program (.pt2)",
    "keras": "a Keras 3 archive (.keras)",
    "keras-hdf5": "a Keras model in HDF5 (.h5)",
    "tensorflow-savedmodel": "a TensorFlow SavedModel",
    "tfjs-layers": "a TensorFlow.js layers model",
}
NETWORKS: tuple[NetworkFormat, ...] = (
    "torchscript", "torch-export", "keras", "keras-hdf5", "tensorflow-savedmodel", "tfjs-layers",
)  # fmt: skip
