"""Read what a Keras model keeps in HDF5, in a process of its own: a damaged file makes the HDF5 library crash or hang.

Run as a script, `python -I FILE PATHS SOURCE TARGET`, with nothing of this package: PATHS is sys.path, SOURCE the HDF5 file.
TARGET becomes a safetensors file: the arrays by their paths, and in its metadata `attributes`, JSON of path -> name -> text
or list of texts. Standard output is one JSON object: {} or {"what": ..., "expected": ..., "got": ..., "where": ...}.

Nothing but plain numbers in this very file is read: no links, no external or virtual datasets, no compound, string or
reference types, nothing that claims more than it stores.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
from typing import Any

MAX_BYTES = (2 << 30) - (64 << 20)  # of all arrays: more does not fit into one ONNX file
MAX_MEMORY = 16 << 30
MAX_OBJECTS = 100_000
MAX_DEPTH = 64
MAX_TEXT = 64 << 20  # characters of all attributes
# zlib packs zeros about 1000 to 1; a shape that was never written stores nothing.
BOMB_FLOOR, BOMB_RATIO = 16 << 20, 1000
# State of training: not looked at.
TRAINING = ("optimizer", "optimizer_weights", "metrics", "optimizer\\vars")
ATTRIBUTES = ("keras_version", "backend", "name", "model_config", "training_config")
LISTS = ("layer_names", "weight_names")


class Refused(Exception):
    """What is wrong with the file, in the fields of the message."""

    def __init__(self, what: str, where: str, got: str, expected: str = "plain arrays in this file") -> None:
        super().__init__(what)
        self.fields = {"what": what, "where": where, "got": got, "expected": expected}


class Reader:
    """arrays: path -> array; attributes: path -> name -> text or texts."""

    def __init__(self, h5py: Any) -> None:
        self.h5py = h5py
        self.arrays: dict[str, Any] = {}
        self.attributes: dict[str, dict[str, Any]] = {}
        self.bytes = self.objects = self.text = 0

    def group(self, group: Any, path: str, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise Refused("groups stand too deep in each other", path, f"more than {MAX_DEPTH} levels")
        self._attributes(group, path)
        for name in group:
            if not isinstance(name, str) or (not path and name.startswith(TRAINING)):
                continue
            self.objects += 1
            if self.objects > MAX_OBJECTS:
                raise Refused("the file holds too many objects", path, f"more than {MAX_OBJECTS}")
            inner = f"{path}/{name}" if path else name
            link = group.get(name, getlink=True)
            if not isinstance(link, self.h5py.HardLink):
                target = getattr(link, "filename", None) or getattr(link, "path", "")
                raise Refused(
                    "a link stands where weights should", inner, f"{type(link).__name__} to {target}"
                )
            found = group[name]
            if isinstance(found, self.h5py.Group):
                self.group(found, inner, depth + 1)
            elif isinstance(found, self.h5py.Dataset):
                self.dataset(found, inner)
            else:
                raise Refused("an object that is no array", inner, type(found).__name__)

    def dataset(self, dataset: Any, path: str) -> None:
        if dataset.external:
            raise Refused("an array keeps its numbers in another file", path, str(dataset.external[0][0]))
        if dataset.is_virtual:
            raise Refused("an array is put together from other files", path, "a virtual dataset")
        if dataset.dtype.kind not in "fiub" or dataset.dtype.fields or dataset.dtype.itemsize > 8:
            raise Refused("an array holds no plain numbers", path, str(dataset.dtype))
        if "dtype" in dataset.attrs:
            raise Refused(
                "an array is stored in a type of Keras's own", path, "bfloat16 or float8", "float32"
            )
        size, stored = dataset.size * dataset.dtype.itemsize, dataset.id.get_storage_size()
        if size and (not stored or (size > BOMB_FLOOR and size > BOMB_RATIO * stored)):
            raise Refused("an array claims more than the file holds", path, f"{size} bytes, {stored} stored")
        self.bytes += size
        if self.bytes > MAX_BYTES:
            raise Refused(
                "the arrays are larger than an artifact can be", path, f"more than {MAX_BYTES} bytes"
            )
        self.arrays[path] = dataset[()]

    def _attributes(self, group: Any, path: str) -> None:
        texts: dict[str, Any] = {}
        for name in group.attrs:
            if name in ATTRIBUTES:
                texts[name] = self._text(group.attrs[name], path)
            elif name.rstrip("0123456789") in LISTS:
                texts[name] = [self._text(one, path) for one in group.attrs[name].ravel()]
        self.attributes[path] = texts

    def _text(self, value: Any, path: str) -> str:
        if isinstance(value, bytes):
            value = value.decode("utf-8")
        if not isinstance(value, str):
            raise Refused("an attribute is no text", path, type(value).__name__, "text")
        self.text += len(value)
        if self.text > MAX_TEXT:
            raise Refused("the attributes are too long", path, f"more than {MAX_TEXT} characters")
        return str(value)


def limit(seconds: int) -> None:
    """Processor time and memory of this process, where the system can limit them."""
    try:
        import resource
    except ImportError:  # Windows: the parent's clock alone
        return
    for kind, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, MAX_MEMORY),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS does not know all of them
            resource.setrlimit(kind, (most, most))


def main(paths: str, source: str, target: str, seconds: str) -> dict[str, str]:
    sys.path[:] = json.loads(paths)
    limit(int(seconds))
    import numpy as np
    from safetensors.numpy import save_file

    h5py = importlib.import_module("h5py")
    reader = Reader(h5py)
    try:
        with h5py.File(source, "r") as file:
            reader.group(file, "", 0)
    except Refused as refusal:
        return refusal.fields
    except MemoryError:
        return Refused("the file takes too much memory", "", "more than 16 GiB").fields
    except Exception as error:  # the library raises many kinds on damaged files
        got = (str(error) or type(error).__name__).splitlines()[0][:300]
        return Refused("the HDF5 file is damaged", "", got, "a complete file").fields
    # ascontiguousarray makes (1,) of a single number, such as the count of Keras's Normalization.
    arrays = {name: np.ascontiguousarray(array).reshape(array.shape) for name, array in reader.arrays.items()}
    save_file(arrays, target, {"attributes": json.dumps(reader.attributes)})
    return {}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:5])))  # noqa: T201
