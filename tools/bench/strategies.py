"""What views and members cost: the ratio to bare runs of the graph, and views one by one against views in one batch.

A MobileNetV2 with random weights at 224 pixels. The floor of n views of m members is one decode, one resize and n * m bare
`session.run` with batch 1. All ways take turns in one run; medians.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import timm
import torch
from PIL import Image

import truecopy
import truecopy_export
from truecopy.engine import open_session
from truecopy.predict import Strategy

VIEWS = ("identity", "horizontal_flip", "brightness:0.9", "brightness:1.1", "contrast:1.1")


def members(folder: Path, count: int) -> list[Path]:
    paths = []
    for seed in range(count):
        torch.manual_seed(seed)
        module = timm.create_model("mobilenetv2_100", num_classes=10).eval()
        paths.append(folder / f"{seed}.onnx")
        truecopy_export.export(
            module, paths[-1], recipe="timm", labels=[f"c{k}" for k in range(10)], unproven=True
        )
    return paths


def main(rounds: int, threads: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = members(folder, 3)
        noise = np.random.default_rng(0).integers(0, 256, (375, 500, 3), dtype=np.uint8)
        Image.fromarray(noise).resize((500, 375)).save(folder / "photo.jpg", quality=90)
        compare(paths, str(folder / "photo.jpg"), rounds, threads)


def compare(paths: list[Path], photo: str, rounds: int, threads: int) -> None:
    one = truecopy.load(paths[0], device="cpu", threads=threads)
    ensemble = truecopy.load(paths, device="cpu", threads=threads)
    tta = one.under(Strategy(VIEWS))
    both = ensemble.under(Strategy(VIEWS))
    session = open_session(paths[0].read_bytes(), "cpu", "fp32", threads)
    (item,) = [one.sight(photo).item(0, 0)]
    name = one.contract.graph.main_input.name
    batch = np.repeat(item.feeds[name], len(VIEWS), axis=0)

    def floor(passes: int) -> None:
        one.sight(photo).item(0, 0)
        for _ in range(passes):
            session.run(item.feeds)

    ways: dict[str, tuple[int, Callable[[], object]]] = {
        "standard": (1, lambda: one(photo)),
        "five views": (5, lambda: tta(photo)),
        "three members": (3, lambda: ensemble(photo)),
        "three members, five views": (15, lambda: both(photo)),
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    floors: dict[str, list[float]] = {way: [] for way in ways}
    single: list[float] = []
    batched: list[float] = []
    for _ in range(rounds):
        for way, (passes, work) in ways.items():
            floors[way].append(_seconds(lambda passes=passes: floor(passes)))
            times[way].append(_seconds(work))
        single.append(_seconds(lambda: [session.run({name: batch[k : k + 1]}) for k in range(len(VIEWS))]))
        batched.append(_seconds(lambda: session.run({name: batch})))
    print(f"one photo of 500 x 375, {threads} threads, medians of {rounds} rounds")
    standard = statistics.median(times["standard"])
    for way, (passes, _) in ways.items():
        ratio = statistics.median(t / f for t, f in zip(times[way], floors[way], strict=True))
        ours = statistics.median(times[way])
        print(
            f"  {way:28}{passes:3} passes {1000 * ours:8.2f} ms  {ours / standard:6.2f} x standard  {ratio:5.2f} x floor"
        )
    apart = statistics.median(b / s for b, s in zip(batched, single, strict=True))
    print(f"  five views in one batch take {apart:.2f} x the time of five runs of one")


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1)
    main(**vars(parser.parse_args()))
