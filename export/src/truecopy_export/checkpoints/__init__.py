"""Read a training checkpoint and take the right set of weights out of it."""

from .checkpoint import Checkpoint
from .choosing.choice import Choice
from .choosing.choose import choose_weights
from .fitting.match import load_into
from .read import read_checkpoint
from .recognise import recognise
from .weights import Weights

__all__ = ["Checkpoint", "Choice", "Weights", "choose_weights", "load_into", "read_checkpoint", "recognise"]
