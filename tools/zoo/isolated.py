"""One architecture in a process of its own, with limits, so that none can stop the others."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import tempfile
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.zoo.lineup import Entry
from tools.zoo.outcome import Outcome

# Forked from a process that has imported the libraries once: that takes as long as a small network's export.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tools.zoo.one", "truecopy_export.exporter", "timm", "torchvision"])


@dataclass(frozen=True)
class Limits:
    seconds: int
    gibibytes: int
    threads: int


def measure_apart(entry: Entry, logs: Path, limits: Limits) -> Outcome:
    """What the process wrote; what killed it, where it wrote nothing. What it printed is kept in `logs`."""
    log = logs / f"{entry.key.replace(':', '-')}.log"
    with tempfile.TemporaryDirectory(prefix="zoo-") as folder:
        process = _PROCESSES.Process(target=_work, args=(entry, Path(folder), log, limits))
        process.start()
        process.join(limits.seconds)
        if process.is_alive():
            process.kill()
            process.join()
            return Outcome(entry.key, "failed", "export", f"stopped after {limits.seconds} s")
        written = Path(folder) / "outcome.json"
        if not written.exists():
            reason = f"the process ended with exit code {process.exitcode} and said nothing"
            return Outcome(entry.key, "failed", "export", reason)
        return Outcome(**json.loads(written.read_text("utf-8")))


def _work(entry: Entry, folder: Path, log: Path, limits: Limits) -> None:
    """In the process of its own."""
    with log.open("w", encoding="utf-8") as told:
        os.dup2(told.fileno(), 1)
        os.dup2(told.fileno(), 2)
    resource.setrlimit(resource.RLIMIT_DATA, (limits.gibibytes << 30, limits.gibibytes << 30))
    import torch
    from tools.zoo.one import measure

    warnings.simplefilter("ignore")
    torch.set_num_threads(limits.threads)
    outcome = measure(entry, folder)
    part = folder / "part.json"
    part.write_text(json.dumps(asdict(outcome)), "utf-8")
    part.replace(folder / "outcome.json")
