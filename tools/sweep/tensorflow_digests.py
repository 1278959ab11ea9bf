"""Write down what TensorFlow makes of pictures made by code, for tests on hosts that have no TensorFlow.

python -m tools.sweep.tensorflow_digests      (in an environment with TensorFlow)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from truecopy.contract.resize import Kernel, Resize, filters_of

TARGET = Path(__file__).resolve().parents[2] / "tests" / "runtime" / "pixels" / "tensorflow_digests.json"

# (height, width, channels, new height, new width): smaller, larger, one side only, one pixel, narrow, whole factors.
SHAPES = (
    (37, 53, 3, 19, 23),
    (19, 23, 3, 37, 53),
    (53, 37, 1, 19, 70),
    (31, 47, 3, 31, 20),
    (1, 17, 3, 5, 9),
    (23, 1, 1, 7, 4),
    (1, 1, 3, 4, 3),
    (9, 200, 3, 30, 11),
    (200, 9, 1, 11, 30),
    (64, 48, 3, 16, 24),
    (150, 110, 3, 7, 5),
)


def picture(height: int, width: int, channels: int, dtype: str) -> np.ndarray:
    """Noise, the same everywhere: uint8, or float32 from -1 to 1."""
    # The raw stream of a bit generator is what NumPy promises to keep.
    raw = np.random.PCG64([height, width, channels]).random_raw(height * width * channels)
    levels = (raw & 255).astype(np.uint8).reshape(height, width, channels)
    return levels if dtype == "uint8" else levels.astype(np.float32) / np.float32(127.5) - np.float32(1)


def digest(array: np.ndarray) -> str:
    """SHA-256 of the little-endian values, row by row."""
    return hashlib.sha256(array.astype(array.dtype.newbyteorder("<")).tobytes()).hexdigest()


def steps() -> Iterator[Resize]:
    """One step a kernel and filter."""
    kernels: tuple[tuple[Kernel, bool], ...] = (("tf", False), ("tf", True), ("tf_v1", False))
    for kernel, antialias in kernels:
        switch = {"antialias": antialias} if kernel == "tf" else {}
        for name in filters_of(kernel, antialias=antialias):
            yield Resize(rule="exact", size=(1, 1), kernel=kernel, filter=name, **switch)


def by_tensorflow(pixels: np.ndarray, size: tuple[int, int], step: Resize) -> np.ndarray:
    import tensorflow as tf

    if step.kernel == "tf":
        return tf.image.resize(pixels, size, method=step.filter, antialias=step.antialias).numpy()
    return tf.compat.v1.image.resize(pixels, size, method=step.filter).numpy()


def main() -> None:
    import tensorflow as tf

    cases = []
    for step in steps():
        antialias = step.antialias if step.kernel == "tf" else None
        for number, (height, width, channels, *size) in enumerate(SHAPES):
            dtype = ("uint8", "float32")[number % 2]
            made = by_tensorflow(picture(height, width, channels, dtype), tuple(size), step)
            cases.append(
                [step.kernel, step.filter, antialias, dtype, [height, width, channels], size, digest(made)]
            )
    rows = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    head = f'"tensorflow": "{tf.__version__}",\n"columns": '
    columns = json.dumps(["kernel", "filter", "antialias", "dtype", "input", "size", "sha256"])
    TARGET.write_text(f'{{{head}{columns},\n"cases": [\n{rows}\n]}}\n', encoding="utf-8")
    print(TARGET, len(cases))


if __name__ == "__main__":
    main()
