"""Small files that ask for a lot: refused within 300 MB and half a minute, in a process that has no more."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib

import pytest

if not sys.platform.startswith("linux"):
    pytest.skip("limits of memory and its peak are read as Linux gives them", allow_module_level=True)

# Reads every file of a folder, and says what came of it and how much the process grew.
_READER = """
import json, resource, sys, time
from pathlib import Path
from truecopy.errors import CheckpointError
from truecopy_export.checkpoints import choose_weights, read_checkpoint

def of(name):
    found = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(found.split()[1]) << 10

limit = of("VmSize") + (1200 << 20)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
before = of("VmHWM")
said = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    started = time.monotonic()
    try:
        choose_weights(read_checkpoint(path))
        words = "read"
    except CheckpointError as error:
        words = str(error)
    said[path.name] = [words, of("VmHWM") - before, time.monotonic() - started]
print(json.dumps(said))
"""


def _bombs(files) -> dict[str, str]:
    """Write each file; name to what the refusal says."""
    text, tensor, storage = files.text, files.tensor, files.storage
    honest = b"\x80\x02}" + text("w") + tensor() + b"s."
    huge = b"\x8a\x06" + (1 << 40).to_bytes(6, "little")

    def content(pickle: bytes, name: str) -> None:
        files.zipped(b"\x80\x02" + pickle + b".", name=name)

    content(b"}" + text("w") + tensor(storage(count=1 << 40)) + b"s", "claimed storage")
    content(b"}" + text("w") + tensor(storage("9", 1 << 40)) + b"s", "storage that is not there")
    content(b"cbuiltins\nbytearray\n" + huge + b"\x85R", "bytearray of a length")
    content(b"cbuiltins\nset\n" + huge + b"\x85R", "set of a number")
    content(b"ctorch\nFloatTensor\n" + huge + b"\x85R", "tensor of a length")
    content(b"}r\xff\xff\xff\xff" + text("w") + tensor() + b"s", "memo of four billion places")
    content(b"\x8e" + struct.pack("<Q", 1 << 40) + b"x", "bytes of a length")
    content(b"\x8d" + struct.pack("<Q", 1 << 40) + b"x", "text of a length")
    content(b"\x8b" + struct.pack("<i", (1 << 31) - 1) + b"x", "number of a length")
    content(b"(" * 300_000, "marks")
    content(b"]" * 300_000, "lists")
    content(b"N0" * 2_500_001, "opcodes")
    big, encode = text("a" * (1 << 20)), b"c_codecs\nencode\n"
    content(
        encode + b"q\x00" + big + text("latin1") + b"\x86q\x01](" + b"h\x00h\x01R" * 3000 + b"e",
        "copies of a text",
    )
    content(b"](" + b"\x8f" * 4_900_000 + b"e", "empty sets")
    counters = b"ccollections\nCounter\nq\x00)q\x01](" + b"h\x00h\x01R" * 900_000
    content(counters + b"e", "counters")
    state = b"}q\x00(" + b"".join(b"X\x05\x00\x00\x00%05dN" % number for number in range(5000)) + b"u"
    content(state + b"](" + b"cargparse\nNamespace\n)\x81h\x00b" * 5000 + b"e", "copies of a state")
    stretched = tensor(size=huge + b"\x85", stride=b"K\x00\x85")
    content(b"}" + text("w") + stretched + b"s", "four bytes that stand for terabytes")
    qtensor = b"ctorch._utils\n_rebuild_qtensor\n(" + storage() + b"K\x00" + huge + b"\x85K\x01\x85N\x89NtR"
    content(b"}" + text("w") + qtensor + b"s", "quantised terabytes")
    files.legacy(
        b"\x80\x02}" + text("w")
        + tensor(b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("7") + text("cpu") + b"\x8a\x05\x00\x00\x00\x00\x01NtQ")
        + b"s.", data=struct.pack("<q", 1 << 32), name="claimed legacy storage")  # fmt: skip
    files.legacy(b"\x80\x02]" + b"\x8e" + struct.pack("<Q", 1 << 40) + b".", name="claimed legacy bytes")

    whole = files.zipped(honest, name="honest").read_bytes()
    at = whole.rindex(b"PK\x05\x06")
    claims = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1 << 60, 1 << 60, 1 << 62, 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    files.written(whole[:at] + claims + locator + whole[at:], "claimed directory")
    entry = whole[whole.index(b"PK\x01\x02") : at][: 46 + len("best/data.pkl")]
    _directory(files, entry * 200_000, 200_000, "members")
    _directory(files, entry * 400_000, 400_000 & 0xFFFF, "large directory")
    _deflated(files)
    return {
        "honest": "read",
        "claimed storage": "a storage of 1099511627776 elements",
        "storage that is not there": "expected a member data/9",
        "bytearray of a length": "an array of bytes without the bytes",
        "set of a number": "a container made of no list",
        "tensor of a length": "holds no dictionary of names: got Inert",
        "memo of four billion places": "read",
        "bytes of a length": "but only 2 remain",
        "text of a length": "but only 2 remain",
        "number of a length": "not enough data",
        "marks": "it ends with 0 values in the place of one",
        "lists": "it ends with 300000 values in the place of one",
        "copies of a text": "it makes far more than its ",
        "empty sets": "it makes far more than its ",
        "counters": "it makes far more than its ",
        "copies of a state": "it makes far more than its ",
        "opcodes": "more than 5000000 opcodes",
        "four bytes that stand for terabytes": "16 bytes that stand for 4398046511104",
        "quantised terabytes": "A tensor is quantised",
        "claimed legacy storage": "more than the file has",
        "claimed legacy bytes": "damaged or cut short",
        "claimed directory": "damaged or cut short",
        "members": "200000 members; at most 100000 are read",
        "large directory": "a directory of 23600000 bytes; at most 16777216 are read",
        "deflated": "packed again by another tool",
    }


def _directory(files, entries: bytes, count: int, name: str) -> None:
    wide = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(entries), 4)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 4 + len(entries), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    files.written(b"PK\x03\x04" + entries + wide + locator + end, name)


def _deflated(files) -> None:
    """Two gigabytes of zeros in two megabytes, as a member that says so."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("best/data.pkl", b"\x80\x02}.")
        archive.writestr("best/data/0", packed)
    data = bytearray(made.getvalue())
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 10 : entry + 12] = struct.pack("<H", 8)
    files.written(data, "deflated")


def test_files_that_ask_for_terabytes_are_refused_within_the_memory_of_a_small_host(files):
    folder = files.folder / "bombs"
    folder.mkdir()
    files.folder = folder
    expected = _bombs(files)
    done = subprocess.run(
        [sys.executable, "-c", _READER, str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout)
    assert {name: words for name, (words, _, _) in said.items() if expected[name] not in words} == {}
    assert sorted(said) == sorted(expected)
    assert max(peak for _, peak, _ in said.values()) < 300 << 20
    assert max(seconds for _, _, seconds in said.values()) < 30
