"""What a file says: the contract document, its types, its JSON, its versions. No numpy, no ONNX Runtime."""

from .codec import decode, encode, subject_sha256
from .document import (
    Accuracy,
    AlphaOver,
    Bound,
    Checkpoint,
    Contract,
    Decisions,
    Graph,
    GraphInput,
    GraphOutput,
    ImageInput,
    OutputDifference,
    Proof,
    Provenance,
    TensorDifference,
    Views,
)
from .resize import Resize, ResizeBox
from .steps import CenterCrop, Grayscale, Pad, PadTo, Step, SwapRB, Values
from .tasks import Multiclass, Task

__all__ = [
    "Accuracy",
    "AlphaOver",
    "Bound",
    "CenterCrop",
    "Checkpoint",
    "Contract",
    "Decisions",
    "Graph",
    "GraphInput",
    "GraphOutput",
    "Grayscale",
    "ImageInput",
    "Multiclass",
    "OutputDifference",
    "Pad",
    "PadTo",
    "Proof",
    "Provenance",
    "Resize",
    "ResizeBox",
    "Step",
    "SwapRB",
    "Task",
    "TensorDifference",
    "Values",
    "Views",
    "decode",
    "encode",
    "subject_sha256",
]
