"""Running a graph: the `Session` seam, ONNX Runtime behind it, devices and threads."""

from .instruction_set import instruction_set
from .onnxruntime_session import open_session
from .providers import check_device_name
from .session import Running, Session
from .threads import available_cores

__all__ = ["Running", "Session", "available_cores", "check_device_name", "instruction_set", "open_session"]
