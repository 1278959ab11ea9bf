"""What each resize kernel costs, as a ratio to the library that it reproduces: in turn, one thread, one run.

`python -m tools.bench.kernels`. Libraries that are not installed are left out, and said to be.
"""

from __future__ import annotations

import importlib.util
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from truecopy.contract import Resize
from truecopy.pixels.kernels import FAST
from truecopy.pixels.raster import size_of
from truecopy.pixels.sizes import output_size

ROUNDS = 7
# (height, width) of a photograph as data sets have it, and of a camera.
SIZES = ((375, 500), (3000, 4000))


@dataclass(frozen=True)
class Duel:
    """theirs: takes what ours takes, a PIL image for Pillow and an array else. limit: what the ratio should not exceed."""

    name: str
    step: Resize
    theirs: Callable[[Any, tuple[int, int]], Any]
    limit: float


def main() -> None:
    cv2.setNumThreads(1)
    table = Table(
        title=f"our kernel against the library itself: median of {ROUNDS} rounds in turn, one thread"
    )
    for column in ("kernel", "picture", "theirs ms", "ours ms", "ratio", "at most"):
        table.add_column(column, justify="left" if column == "kernel" else "right")
    for duel in (*_pillow(), *_torch(), *_tensorflow(), *_opencv()):
        for height, width in SIZES:
            pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
            pixels = cv2.GaussianBlur(pixels, (9, 9), 0)
            theirs, ours = _in_turn(duel, pixels)
            ratio = ours / theirs
            style = "red" if ratio > duel.limit else None
            table.add_row(duel.name, f"{width}x{height}", f"{theirs * 1e3:.2f}", f"{ours * 1e3:.2f}",
                          f"{ratio:.2f}", f"{duel.limit:g}", style=style)  # fmt: skip
    Console().print(table)


def _in_turn(duel: Duel, pixels: np.ndarray) -> tuple[float, float]:
    """Median seconds of (theirs, ours)."""
    raster = Image.fromarray(pixels) if duel.step.kernel == "pillow" else pixels
    size = output_size(duel.step, *size_of(raster))
    kernel = FAST.resize[duel.step.kernel]
    times: tuple[list[float], list[float]] = ([], [])
    for round_number in range(ROUNDS + 1):
        for which, call in enumerate(
            (lambda: duel.theirs(raster, size), lambda: kernel(raster, size, duel.step))
        ):
            begin = time.perf_counter()
            call()
            if round_number:  # the first round warms caches up
                times[which].append(time.perf_counter() - begin)
    return statistics.median(times[0]), statistics.median(times[1])


def _installed(name: str) -> bool:
    found = importlib.util.find_spec(name) is not None
    if not found:
        print(f"{name} is not installed: its kernels are left out")
    return found


def _pillow() -> Iterator[Duel]:
    for name in ("bilinear", "bicubic", "lanczos"):
        resampling = Image.Resampling[name.upper()]
        step = Resize(rule="short", size=256, kernel="pillow", filter=name, pass_order="horizontal")
        yield Duel(f"pillow {name}", step, lambda image, s, r=resampling: image.resize(s[::-1], r), 1.1)


def _torch() -> Iterator[Duel]:
    if not _installed("torch"):
        return
    import torch

    torch.set_num_threads(1)

    def theirs(pixels: np.ndarray, size: tuple[int, int], mode: str, antialias: bool, dtype: Any) -> Any:
        # As a decoded picture arrives: channels last in memory, seen as channels first.
        batch = torch.from_numpy(pixels).permute(2, 0, 1)[None].to(dtype)
        return torch.nn.functional.interpolate(
            batch, size, mode=mode, antialias=antialias, align_corners=False
        )

    for kernel, dtype, limit in (("torch_u8", torch.uint8, 8.0), ("torch_f32", torch.float32, 4.0)):
        for name in ("bilinear", "bicubic"):
            for antialias in (True, False):
                step = Resize(rule="short", size=256, kernel=kernel, filter=name, antialias=antialias)
                label = f"{kernel} {name}{' antialias' if antialias else ''}"
                call = lambda p, s, m=name, a=antialias, d=dtype: theirs(p, s, m, a, d)  # noqa: E731
                yield Duel(label, step, call, limit)


def _tensorflow() -> Iterator[Duel]:
    if not _installed("tensorflow"):
        return
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    for name in ("bilinear", "bicubic"):
        for antialias in (False, True):
            step = Resize(rule="exact", size=(224, 224), kernel="tf", filter=name, antialias=antialias)
            label = f"tf {name}{' antialias' if antialias else ''}"
            call = lambda p, s, m=name, a=antialias: tf.image.resize(p, s, m, antialias=a).numpy()  # noqa: E731
            yield Duel(label, step, call, 4.0)


def _opencv() -> Iterator[Duel]:
    modes = {"bilinear": cv2.INTER_LINEAR, "area": cv2.INTER_AREA, "bicubic": cv2.INTER_CUBIC}
    for name, mode in modes.items():
        step = Resize(rule="short", size=256, kernel="cv2", filter=name, area_for_downscale=False)
        yield Duel(f"cv2 {name}", step, lambda p, s, m=mode: cv2.resize(p, s[::-1], interpolation=m), 1.1)


if __name__ == "__main__":
    main()
