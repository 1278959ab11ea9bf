"""What stopped an export: the operator, and the line of the network's source, out of torch's chain of exceptions."""

from __future__ import annotations

import re
import sysconfig
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, TracebackType

import truecopy
import truecopy_export

# Packages that only pass the error on, and what is no file. What is left is the network: a library's or the user's own.
_MESSENGERS = frozenset({"torch", "onnxscript", "onnx_ir", "onnx", "sympy", "truecopy", "truecopy_export"})
_OWN = tuple(str(Path(package.__path__[0])) for package in (truecopy, truecopy_export))
_STANDARD = sysconfig.get_paths()["stdlib"]
_OPERATOR = re.compile(
    r"(?:OpOverload\(op='|torch\.ops\.)?\b((?:aten|prims|torchvision|higher_order)(?:\.|::)\w+(?:\.\w+)?)"
)
_LIBRARIES = re.compile(r".*/(?:site|dist)-packages/")
_STACK_LINE = re.compile(r'File "([^"]+)", line (\d+), in (\S+)(?:\n\s*(.+))?')


def what_stopped(error: BaseException) -> str:
    """`aten.col2im of timm/models/volo.py:123 in forward: x = F.fold(x, ...)`, or as much of it as torch tells; empty where
    it tells neither.

    The operator is the one that torch says it cannot export. The line is the innermost one of the network itself: of the
    traceback, or of the node that torch.onnx was at. Paths begin at the package; those of own files are their last two
    parts.
    """
    chain = list(_chain(error))
    operator = next((found for one in chain for found in _OPERATOR.findall(str(one))), "")
    line = next((found for one in chain if (found := _node_line(one) or _own_line(one))), "")
    return " of ".join(part for part in (operator.replace("::", "."), line) if part)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The causes, innermost first."""
    links: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in links:
        links.append(link)
        link = link.__cause__ or link.__context__
    return reversed(links)


def _node_line(error: BaseException) -> str:
    """The source of the node that was being translated: torch.fx keeps it with each."""
    for frame in reversed(list(_frames(error.__traceback__))):
        stack = getattr(frame.f_locals.get("node"), "meta", None)
        if isinstance(stack, dict) and (found := _of_text(str(stack.get("stack_trace", "")))):
            return found
    return ""


def _own_line(error: BaseException) -> str:
    for entry in reversed(traceback.extract_tb(error.__traceback__)):
        if _is_the_network(entry.filename):
            return _said(entry.filename, entry.lineno or 0, entry.name, entry.line or "")
    return _of_text(str(error))


def _of_text(text: str) -> str:
    """The innermost line of the network in a traceback that is only a text."""
    for name, number, function, line in reversed(_STACK_LINE.findall(text)):
        if _is_the_network(name):
            return _said(name, int(number), function, line)
    return ""


def _frames(step: TracebackType | None) -> Iterator[FrameType]:
    while step is not None:
        yield step.tb_frame
        step = step.tb_next


def _is_the_network(filename: str) -> bool:
    if found := _LIBRARIES.match(filename):
        return filename[found.end() :].split("/", maxsplit=1)[0] not in _MESSENGERS
    return not filename.startswith(("<", _STANDARD, *_OWN))


def _said(filename: str, number: int, function: str, line: str) -> str:
    place = (
        _LIBRARIES.sub("", filename) if _LIBRARIES.match(filename) else "/".join(Path(filename).parts[-2:])
    )
    code = line.strip()
    return f"{place}:{number} in {function}" + (f": {code}" if code else "")
