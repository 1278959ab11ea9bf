"""Running a graph: the `Session` seam, ONNX Runtime behind it, devices and threads."""

from .instruction_set import instruction_set
from .onnxruntime_session import open_session
from .session import Running, Session
from .threads import available_cores

__all__ = ["Running", "Session", "available_cores", "instruction_set", "open_session"]
