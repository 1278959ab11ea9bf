"""Digests of the libraries' own tensors, for CI to replay without the libraries."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.sweep.table import Row


def record(rows: list[Row], path: Path) -> int:
    """Write each distinct exact recipe once, with the digests of the pictures that are made by code.

    One JSON line a recipe, sorted, gzip without a time stamp: the same findings make the same file.
    """
    seen: dict[str, dict[str, object]] = {}
    for each in rows:
        for judgement in each.judgements:
            key = judgement["input"] + judgement["steps"]
            if judgement["verdict"] != "exact" or key in seen:
                continue
            digests = {
                name: digest for name, digest in judgement["digests"].items() if name.startswith("code")
            }
            seen[key] = {
                "library": each.library,
                "versions": each.versions,
                "recipe": judgement["name"],
                "input": json.loads(judgement["input"]),
                "steps": json.loads(judgement["steps"]),
                "digests": digests,
            }
    text = "".join(json.dumps(entry, sort_keys=True, separators=(",", ":")) + "\n" for entry in seen.values())
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return len(seen)
