"""One architecture in a process of its own, with limits, so that none can stop the others."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from tools.zoo.lineup import Entry
from tools.zoo.outcome import Outcome

ROOT = Path(__file__).resolve().parents[2]


def measure_apart(entry: Entry, logs: Path, *, threads: int, seconds: int, gibibytes: int) -> Outcome:
    """What the process said; what killed it, where it said nothing. Its whole output is kept in `logs`."""
    command = [sys.executable, "-m", "tools.zoo.one", json.dumps(asdict(entry)), "--threads", str(threads)]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (gibibytes << 30, gibibytes << 30))

    log = logs / f"{entry.key.replace(':', '-')}.log"
    with log.open("w+", encoding="utf-8") as told:
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=told,
                timeout=seconds,
                check=False,
                preexec_fn=limit,  # noqa: PLW1509: this process has no locks that a fork could copy
            )
        except subprocess.TimeoutExpired:
            return Outcome(entry.key, "failed", "export", f"stopped after {seconds} s")
        said = done.stdout.decode("utf-8", "replace").strip().splitlines()
        told.write("\n".join(said))
    if done.returncode or not said:
        return Outcome(entry.key, "failed", "export", f"the process ended with exit code {done.returncode}")
    return Outcome(**json.loads(said[-1]))
