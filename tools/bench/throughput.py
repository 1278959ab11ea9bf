"""What a stream of images costs, as a ratio to the floor, in one run.

The floor of a stream on n cores is what n independent one-thread processes reach, each looping over the bare stages
(Pillow's decode, the plan's resize and table, `session.run` with one thread) with no framework around them. The
processes and the stream work on the same images, in turn, round after round.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

FLOOR = """
import sys, time, numpy, onnxruntime
from PIL import Image
import truecopy
from truecopy.pixels import Picture, Plan
model, repeats, *paths = sys.argv[1:]
contract = truecopy.read(model).contract
plan = Plan.of(contract)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
name = contract.graph.inputs[0].name
def once(path):
    with Image.open(path) as image:
        picture = Picture(image.convert(contract.input.color), path, ())
    session.run(None, {name: plan.tensor(plan.canvas(picture))[None]})
for path in paths[:4]:
    once(path)
print("ready", flush=True)
sys.stdin.readline()
begin = time.perf_counter()
for _ in range(int(repeats)):
    for path in paths:
        once(path)
print(time.perf_counter() - begin)
"""


def floor_seconds(model: str, images: list[str], repeats: int, processes: int) -> float:
    """Seconds per image that `processes` one-thread processes reach together."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", FLOOR, model, str(repeats), *images],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(processes)
    ]
    for process in running:
        process.stdout.readline()
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    slowest = max(float(process.communicate()[0]) for process in running)
    return slowest / (processes * repeats * len(images))


def stream_seconds(model, images: list[str], repeats: int, processes: int) -> float:
    """Seconds per image of `model.stream` over the same number of images."""
    todo = images * (repeats * processes)
    begin = time.perf_counter()
    for _ in model.stream(todo):
        pass
    return (time.perf_counter() - begin) / len(todo)


def main(path: str, images: list[str], rounds: int) -> None:
    import truecopy
    from truecopy.engine import available_cores

    processes = available_cores()
    repeats = max(1, 120 // len(images))
    model = truecopy.load(path, device="cpu")
    model.predict(images[:4])
    rows = []
    for _ in range(rounds):
        floor = floor_seconds(path, images, repeats, processes)
        rows.append((floor, stream_seconds(model, images, repeats, processes)))
    ratios = [stream / floor for floor, stream in rows]
    print(f"\nstream on {processes} cores, {len(images)} images, ms per image (median of {rounds} rounds)")
    print(
        f"{'floor: one process a core':30}{1000 * statistics.median(floor for floor, _ in rows):12.2f}{1.0:21.2f}"
    )
    stream = 1000 * statistics.median(stream for _, stream in rows)
    print(
        f"{'model.stream':30}{stream:12.2f}{statistics.median(ratios):21.2f}{min(ratios):12.2f}{max(ratios):8.2f}"
    )
