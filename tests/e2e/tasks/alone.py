"""The command line in a process that cannot import what trained the model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

BLOCKED = [
    "torch",
    "torchvision",
    "onnx",
    "onnxscript",
    "timm",
    "sklearn",
    "scipy",
    "pandas",
    "transformers",
    "truecopy_export",
]

SCRIPT = """
import contextlib, importlib.abc, io, json, sys
from unittest import mock

commands, blocked = map(json.loads, sys.argv[1:])

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"{name} is absent here", name=name)

sys.meta_path.insert(0, Absent())
from truecopy.cli.main import main

done = []
for command in commands:
    out, err, code = io.StringIO(), io.StringIO(), 0
    with mock.patch.object(sys, "argv", ["truecopy", *command]), contextlib.redirect_stdout(out), \\
            contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    done.append((code, out.getvalue(), err.getvalue()))
for name in blocked:
    assert name not in sys.modules, name
print(json.dumps(done))
"""


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        assert self.code == 0, self.err
        return [json.loads(line) for line in self.out.splitlines()]
