"""A process in which no training library can be imported; and how torch behaves while these tests run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from tests.e2e.tasks.alone import BLOCKED, SCRIPT, Done


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Nets as small as these only wait for a second thread, long where the cores are busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def alone() -> Callable[..., list[Done]]:
    """`alone(folder, command, command, ...)`: `truecopy COMMAND` for each, in one new process without the libraries."""

    def run(folder: Path, *commands: tuple[object, ...]) -> list[Done]:
        words = [[str(word) for word in command] for command in commands]
        process = subprocess.run(
            [sys.executable, "-W", "error", "-c", SCRIPT, json.dumps(words), json.dumps(BLOCKED)],
            check=False, capture_output=True, text=True, encoding="utf-8", cwd=folder,
            env=os.environ | {"PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        assert process.returncode == 0, process.stderr
        return [Done(*one) for one in json.loads(process.stdout)]

    return run
