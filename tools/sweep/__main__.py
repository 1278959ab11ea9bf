"""`make sweep`: every published recipe of the installed libraries, tensor by tensor, against our replay of it.

Prints a table by library and writes the same as JSON. `--record` writes the digests that CI replays without the
libraries. Exit code 1 where a recipe differs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from tools.sweep.record import record
from tools.sweep.table import Row, mutation_table, remarks, row, table

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = ("timm", "torchvision", "huggingface", "keras", "albumentations", "ultralytics", "fastai")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("libraries", nargs="*", default=LIBRARIES, help=f"of {', '.join(LIBRARIES)}")
    parser.add_argument("--kernels", choices=["fast", "literal"], default="fast")
    parser.add_argument(
        "--photographs", type=Path, default=ROOT.parent / "shared" / "data" / "imagenet" / "photos"
    )
    parser.add_argument("--limit", type=int, help="only every so manieth case, for a quick look")
    parser.add_argument("--distinct", action="store_true", help="one case for each distinct recipe")
    parser.add_argument("--mutate", action="store_true", help="also: how many recipes notice a wrong fact")
    parser.add_argument("--record", type=Path, help="write digests of the pictures made by code")
    parser.add_argument("--json", type=Path, help="write everything")
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(arguments.processes) as pool:
        files = [Path(folder) / f"{library}.jsonl" for library in arguments.libraries]
        rows = list(
            pool.map(lambda library, file: _run(library, file, arguments), arguments.libraries, files)
        )
    console = Console()
    console.print(table(rows, arguments.kernels))
    for remark in remarks(rows):
        print(remark)
    if arguments.mutate:
        console.print(mutation_table(rows))
    if arguments.record:
        print(f"{record(rows, arguments.record)} recipes recorded in {arguments.record}")
    if arguments.json:
        arguments.json.write_text(
            json.dumps([vars(each) for each in rows], indent=1) + "\n", encoding="utf-8"
        )
    return int(any(each.counts.get("different") or each.error for each in rows))


def _run(library: str, out: Path, arguments: argparse.Namespace) -> Row:
    command = [sys.executable, "-m", "tools.sweep.one", library, "--out", str(out)]
    command += ["--kernels", arguments.kernels, "--photographs", str(arguments.photographs)]
    command += ["--limit", str(arguments.limit)] if arguments.limit else []
    command += ["--distinct"] if arguments.distinct else []
    command += ["--mutate"] if arguments.mutate else []
    done = subprocess.run(command, cwd=ROOT, check=False)
    return row(library, out, f"exit code {done.returncode}" if done.returncode else "")


if __name__ == "__main__":
    sys.exit(main())
