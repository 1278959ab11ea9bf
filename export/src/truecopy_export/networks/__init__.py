"""Files that hold the whole network: TorchScript, torch.export, Keras, TensorFlow. Each becomes a `Network`."""

from .open import open_network
from .opened import Opened

__all__ = ["Opened", "open_network"]
