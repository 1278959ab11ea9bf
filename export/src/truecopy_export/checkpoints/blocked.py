"""Which Python names a pickle asks for, found without unpickling, and the refusal that names them all."""

from __future__ import annotations

import io
import pickletools
import warnings
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

import torch

from truecopy.errors import Blocked, CheckpointError

from .standins import STANDINS

_LEGACY_HEADER_PICKLES = 3  # magic number, protocol version, system information; the content is the fourth


def refuse_blocked(pickle: bytes | BinaryIO, where: str) -> None:
    """Refuse a pickle that asks for more than tensors, plain containers and the closed list of stand-ins.

    `pickle` is the `data.pkl` of a zip file, or a legacy file from its start.

    Raises:
        Blocked: names every global that unpickling would have imported.
        CheckpointError: the pickle itself is damaged or cut short.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes in the names of a damaged pickle
            if not isinstance(pickle, bytes):
                for _ in range(_LEGACY_HEADER_PICKLES):
                    _skip(pickle)
            blocked = _refused_by_torch(set(_globals(pickle)))
    except (ValueError, IndexError, EOFError, OverflowError, MemoryError) as error:
        raise CheckpointError(
            "The checkpoint's pickle is damaged or cut short",
            got=str(error) or type(error).__name__,
            where=where,
            fix="Copy or download it again",
        ) from error
    if not blocked:
        return
    raise Blocked(
        f"The checkpoint holds {_kind(blocked)}: unpickling it would run code",
        expected="tensors and plain values",
        got=", ".join(sorted(blocked)),
        where=where,
        fix='Where the model was trained, and nowhere else: torch.save(model.state_dict(), "weights.pth")',
    )


def _skip(file: BinaryIO) -> None:
    for _ in pickletools.genops(file):
        pass


def _globals(pickle: bytes | BinaryIO) -> Iterator[tuple[str, str]]:
    """(module, name) of every GLOBAL, INST and STACK_GLOBAL up to the pickle's STOP."""
    strings: list[str] = []  # pushed so far; STACK_GLOBAL takes the last two
    memo: dict[int, str] = {}
    for opcode, argument, _ in pickletools.genops(pickle):
        if opcode.name in {"GLOBAL", "INST"}:
            module, _, name = str(argument).partition(" ")
            yield module, name
        elif opcode.name == "STACK_GLOBAL":
            module, name = strings[-2:] if len(strings) > 1 else ("(computed)", "(computed)")
            yield module.replace("\n", " "), name.replace("\n", " ")
        elif "UNICODE" in opcode.name or "STRING" in opcode.name:
            strings.append(str(argument))
        elif opcode.name == "MEMOIZE" and strings:
            memo[len(memo)] = strings[-1]
        elif opcode.name.endswith("PUT") and strings:
            memo[int(argument or 0)] = strings[-1]
        elif opcode.name.endswith("GET") and int(argument or 0) in memo:
            strings.append(memo[int(argument or 0)])


def _refused_by_torch(wanted: set[tuple[str, str]]) -> list[str]:
    """Ask torch which of these names `weights_only=True` would refuse, beside the stand-ins.

    torch answers for a zip file only, and only for some opcodes, so it gets a file that holds the names.
    """
    names = b"".join(f"c{module}\n{name}\n".encode() for module, name in sorted(wanted))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("names/data.pkl", b"\x80\x02" + names + b"N.")
        archive.writestr("names/version", b"3\n")
    file.seek(0)
    with torch.serialization.safe_globals(list(STANDINS)):
        return list(torch.serialization.get_unsafe_globals_in_checkpoint(file))


def _kind(blocked: list[str]) -> str:
    if any(name.startswith(("torch.nn.", "torch.fx.", "torch.ao.nn.")) for name in blocked):
        ultralytics = any(
            name.startswith(("ultralytics.", "models.yolo", "models.common")) for name in blocked
        )
        return "a whole pickled module" + (
            " (Ultralytics saves its best.pt and last.pt so)" if ultralytics else ""
        )
    return "objects of Python classes"
