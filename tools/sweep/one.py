"""One library, one process: every case over every picture, a JSON line each."""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import json
import os
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

from tools.sweep.case import Case
from tools.sweep.distinct import distinct
from tools.sweep.images import made_by_code, photographs
from tools.sweep.judge import Judge
from tools.sweep.mutations import MUTATIONS, caught

from truecopy.pixels.kernels import FAST
from truecopy.pixels.literal import LITERAL

_KERNELS = {"fast": FAST, "literal": LITERAL}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library")
    parser.add_argument("--kernels", choices=_KERNELS, default="fast")
    parser.add_argument("--photographs", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="only every so manieth case")
    parser.add_argument("--distinct", action="store_true", help="one case for each distinct recipe")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--mutate", action="store_true", help="count the recipes that notice each mutation")
    arguments = parser.parse_args()
    _quiet()
    module = importlib.import_module(f"tools.sweep.libraries.{arguments.library}")
    pictures = {**photographs(arguments.photographs), **made_by_code()}
    judge = Judge(pictures, _KERNELS[arguments.kernels])
    with arguments.out.open("w", encoding="utf-8") as out:
        _write(out, {"versions": _versions(module.VERSIONS), "pictures": list(pictures)})
        cases = list(module.cases())[:: arguments.limit or 1]
        for judgement in _judged(judge, distinct(cases) if arguments.distinct else cases):
            _write(out, judgement)
        if arguments.mutate:
            for mutation in MUTATIONS:
                _write(out, {"mutation": mutation.name, **caught(mutation, judge)})


def _judged(judge: Judge, cases: list[Case]) -> Iterator[dict[str, object]]:
    last = 0.0
    for number, case in enumerate(cases, 1):
        if time.monotonic() - last > 5 or number == len(cases):
            last = time.monotonic()
            print(f"  {case.library}: {number} of {len(cases)}  {case.name}", file=sys.stderr, flush=True)
        yield vars(judge.judge(case))


def _write(out: object, row: dict[str, object]) -> None:
    print(json.dumps(row), file=out)  # type: ignore[call-overload]


def _versions(names: tuple[str, ...]) -> dict[str, str]:
    return {
        name: importlib.metadata.version(name)
        for name in (*names, "numpy", "pillow", "opencv-python-headless")
    }


def _quiet() -> None:
    """Hundreds of deprecations of other libraries would hide what is said here."""
    warnings.simplefilter("ignore")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        import torch
    except ImportError:
        return
    # torch sums bilinear without antialias in another order in one thread than in several; data loaders aside, it
    # runs in several.
    torch.set_num_threads(2)


if __name__ == "__main__":
    main()
