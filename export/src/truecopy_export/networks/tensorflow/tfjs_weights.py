"""The weights of a TensorFlow.js model: a manifest in `model.json`, and binary files beside it.

Source: tensorflow/tfjs `tfjs-core/src/io/io_utils.ts` (decodeWeights: what a browser makes of them) and
`tfjs-converter/python/tensorflowjs/read_weights.py`. Little endian, one after the other, without gaps.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

import msgspec
import numpy as np

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints.inside import file_below
from truecopy_export.counted import counted
from truecopy_export.graph.prepare import MAX_WEIGHT_BYTES

_DTYPES = {"float32": "<f4", "float16": "<f2", "int32": "<i4", "uint8": "u1", "bool": "?"}
_QUANTIZED = {"uint8": "u1", "uint16": "<u2", "float16": "<f2"}
_RANK = 8


class Quantization(msgspec.Struct, frozen=True):
    dtype: str
    scale: float | None = None
    min: float | None = None


class Spec(msgspec.Struct, frozen=True):
    """One tensor, as the manifest describes it."""

    name: str
    shape: list[int]
    dtype: str
    quantization: Quantization | None = None


class Group(msgspec.Struct, frozen=True):
    """paths: files whose bytes, one after the other, are the tensors' bytes."""

    paths: list[str]
    weights: list[Spec]


@dataclass(frozen=True)
class Manifest:
    groups: tuple[Group, ...]
    files: tuple[Path, ...]
    elements: int


def read_manifest(found: object, folder: Path, where: str) -> Manifest:
    """The manifest, and the files that it names. Nothing is read yet but the files' sizes.

    Raises:
        CheckpointError: malformed; files are missing, outside the folder, or of another size than their tensors.
    """
    try:
        groups = tuple(msgspec.convert(found, list[Group]))
    except msgspec.ValidationError as error:
        raise CheckpointError(
            "the manifest of the weights is malformed",
            got=str(error),
            where=where,
            fix="Save the model again",
        ) from error
    files: list[Path] = []
    total = 0
    names: set[str] = set()
    for group in groups:
        inside = [_inside(path, folder, where) for path in group.paths]
        _check_size(inside, sum(_bytes(spec, where) for spec in group.weights), where)
        files += inside
        for spec in group.weights:
            total += math.prod(spec.shape)
            if spec.name in names:
                raise CheckpointError(
                    "a weight stands twice in the manifest", got=repr(spec.name), where=where
                )
            names.add(spec.name)
    if len(set(files)) != len(files):
        raise CheckpointError("a file stands twice in the manifest", where=where)
    return Manifest(groups, tuple(files), total)


def read_weights(manifest: Manifest) -> dict[str, np.ndarray]:
    """Name -> array; what is quantized comes out as float32 or int32."""
    files = iter(manifest.files)
    weights: dict[str, np.ndarray] = {}
    for group in manifest.groups:
        data = b"".join(path.read_bytes() for path, _ in zip(files, group.paths, strict=False))
        at = 0
        for spec in group.weights:
            stored = np.dtype(_stored(spec))
            count = math.prod(spec.shape)
            raw = np.frombuffer(data, stored, count, at).reshape(spec.shape)
            weights[spec.name] = _decoded(raw, spec)
            at += count * stored.itemsize
    return weights


def _decoded(raw: np.ndarray, spec: Spec) -> np.ndarray:
    quantization = spec.quantization
    if quantization is None or quantization.dtype == "float16":
        return raw.astype(np.float32) if raw.dtype.kind == "f" else raw
    # As JavaScript does it: in double precision, stored as float32; whole numbers rounded half up (Math.round).
    scale, smallest = float(quantization.scale or 0), float(quantization.min or 0)
    values = raw.astype(np.float64) * scale + smallest
    return np.floor(values + 0.5).astype(np.int32) if spec.dtype == "int32" else values.astype(np.float32)


def _stored(spec: Spec) -> str:
    return _DTYPES[spec.dtype] if spec.quantization is None else _QUANTIZED[spec.quantization.dtype]


def _bytes(spec: Spec, where: str) -> int:
    """Checked: everything that `read_weights` counts on."""
    place = f"{where}, weight {spec.name[:80]!r}"
    if len(spec.shape) > _RANK or any(axis < 0 for axis in spec.shape):
        raise CheckpointError("a weight has no shape", got=str(spec.shape)[:80], where=place)
    if spec.dtype not in _DTYPES:
        raise CheckpointError(
            "a weight is of a type that is not read",
            expected=", ".join(_DTYPES),
            got=spec.dtype[:40],
            where=place,
        )
    quantization = spec.quantization
    if quantization is not None:
        whole = quantization.dtype in ("uint8", "uint16")
        numbers = (quantization.scale, quantization.min)
        known = whole and all(one is not None and math.isfinite(one) for one in numbers)
        half = quantization.dtype == "float16"
        if not (half and spec.dtype == "float32") and not (known and spec.dtype in ("float32", "int32")):
            raise CheckpointError(
                "a weight is quantized in a way that is not read",
                expected="uint8 or uint16 with scale and min, or float16",
                got=f"{quantization.dtype[:40]} for {spec.dtype}",
                where=place,
            )
    size = math.prod(spec.shape) * np.dtype(_stored(spec)).itemsize
    if size > MAX_WEIGHT_BYTES:
        raise CheckpointError(
            f"a weight is {size / (1 << 30):.2f} GiB",
            expected="less than protobuf's 2 GiB: an artifact is one file",
            where=place,
        )
    return size


def _inside(name: str, folder: Path, where: str) -> Path:
    """A file in the folder of `model.json`, or below it.

    Raises:
        CheckpointError: an address, an absolute path, `..`; a link that leads out, no file, or not there.
    """
    windows = PureWindowsPath(name)
    parts = windows.parts
    if not name or "\0" in name or ":" in name or windows.anchor or name.startswith("/") or ".." in parts:
        raise CheckpointError(
            "the manifest names a file that is not beside model.json",
            expected="a relative path inside the folder",
            got=repr(name[:120]),
            where=where,
            fix="Put the files of the weights beside model.json, and their names into it",
        )
    return file_below(folder, name, "the manifest")


def _check_size(files: Iterable[Path], needed: int, where: str) -> None:
    paths = list(files)
    held = sum(path.stat().st_size for path in paths)
    if held != needed:
        raise CheckpointError(
            "the files of the weights have another size than their tensors",
            expected=counted(needed, "byte"),
            got=counted(held, "byte"),
            where=f"{where} ({', '.join(path.name for path in paths[:4])})",
            fix="Copy or download them again",
        )


def normalized(name: str) -> str:
    """TensorFlow's name of a variable as the converter writes it: without `:0`.

    Source: tensorflow/tfjs `tfjs-converter/python/tensorflowjs/converters/keras_h5_conversion.py`.
    """
    return name.partition(":")[0]


def by_name(weights: dict[str, np.ndarray], model: Any, where: str) -> list[np.ndarray]:
    """The arrays in the order of the model's variables; each name stands once on both sides.

    Raises:
        CheckpointError: names or shapes differ.
    """
    variables = {normalized(one.name): tuple(one.shape.as_list()) for one in model.weights}
    missing = sorted(variables.keys() - weights.keys())
    left = sorted(weights.keys() - variables.keys())
    if missing or left or len(variables) != len(model.weights):
        raise CheckpointError(
            "the weights are called otherwise than the network's",
            expected=", ".join(missing[:4]) or "each name once",
            got=", ".join(left[:4]) or "fewer",
            where=where,
            fix="Are model.json and its weights of the same training?",
        )
    for name, shape in variables.items():
        if weights[name].shape != shape:
            raise CheckpointError(
                f"the weight {name} has another shape than the network's",
                expected=str(shape),
                got=str(weights[name].shape),
                where=where,
            )
    return [weights[normalized(one.name)] for one in model.weights]
