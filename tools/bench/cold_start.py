"""What a cold start costs, as ratios to the floor, all in one run.

The floor is a process that does the least anything must do: interpreter, numpy, onnxruntime, a session on the same
file, one run. Every command is started in turn, round after round, so that a machine whose speed drifts drifts for
all of them; the ratio is taken within a round and the median over the rounds is printed.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

FLOOR = """
import sys, numpy, onnxruntime
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 2
session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
shape = [axis if isinstance(axis, int) else 1 for axis in session.get_inputs()[0].shape]
session.run(None, {session.get_inputs()[0].name: numpy.zeros(shape, numpy.float32)})
"""


def commands(model: str, image: str) -> dict[str, list[str]]:
    truecopy = str(Path(sys.executable).with_name("truecopy"))
    return {
        "floor": [sys.executable, "-c", FLOOR, model],
        "python -c 'import truecopy'": [sys.executable, "-c", "import truecopy"],
        "python -c 'pass'": [sys.executable, "-c", "pass"],
        "truecopy predict (table)": [truecopy, "predict", model, image, "--device", "cpu"],
        "truecopy predict --json": [truecopy, "predict", model, image, "--device", "cpu", "--json"],
        "truecopy selftest --json": [truecopy, "selftest", model, "--device", "cpu", "--json"],
    }


def seconds(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begin


def main(model: str, image: str, rounds: int) -> None:
    todo = commands(model, image)
    times: dict[str, list[float]] = {name: [] for name in todo}
    for number in range(rounds + 1):
        for name, command in todo.items():
            taken = seconds(command)
            if number:  # the first round fills the file cache
                times[name].append(taken)
    print(f"{'cold start':30}{'ms, median':>12}{'ratio to the floor':>21}{'(lowest, highest)':>20}")
    for name, taken in times.items():
        ratios = [mine / floor for mine, floor in zip(taken, times["floor"], strict=True)]
        median = statistics.median(ratios)
        print(
            f"{name:30}{1000 * statistics.median(taken):12.0f}{median:21.2f}{min(ratios):12.2f}{max(ratios):8.2f}"
        )
