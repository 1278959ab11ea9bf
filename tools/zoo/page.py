"""docs/zoo.md out of the outcomes in build/zoo: `python -m tools.zoo.page` writes it anew."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from tools.zoo.lineup import LARGE, Entry
from tools.zoo.outcome import Outcome

PAGE = Path(__file__).resolve().parents[2] / "docs" / "zoo.md"
BUILD = Path("build/zoo")
RESULTS = BUILD / "results.jsonl"
LINEUP = BUILD / "lineup.json"
_HEAD = """# One architecture of every family, exported and checked

Made by `make zoo` (some hours of two cores, not in CI; `tests/export/graph/test_zoo_sample.py` is a sample of it) with {versions}.
The lineup: of every timm module the model with the least weights times pixels ({timm} modules), at its own default size (above {large} pixels
a smaller one, where the network takes any), and every classifier of torchvision ({torchvision}). timm's own miniatures (`test_...`) are left out: nobody has a checkpoint of one.

Each has ten classes and random weights of a fixed seed. Nothing is left at the 0 or 1 that it was initialised with, layer
scale and the zero-initialised included, and every BatchNorm has random statistics near those of its input: a mistake of
folding shows. Each is exported in a process of its own by `truecopy_export.export(module, file, recipe=<the library's own
validation transform>)` with a free batch. The finished file is then run by ONNX Runtime at batch 1, 2 and 5 on noise, beside the
network as PyTorch runs it. It counts where the logits are within 1e-3 of the largest (the export itself wants 1e-4)
and within a hundredth of what sets the answers to different pictures apart.

**{exported} of {named} are exported and equal: {share:.1%}.**{missing}

*difference*: the worst of the three batches, of the largest logit. *spread*: how far the answers to different pictures are
apart, of the largest logit. *seconds*: of the export with its own checks, one thread, other work beside it: no benchmark.
"""


def main() -> None:
    write_page(read_lineup(), read_results())


def read_lineup() -> list[Entry]:
    return [Entry(**entry) for entry in json.loads(LINEUP.read_text("utf-8"))["entries"]]


def read_results() -> dict[str, Outcome]:
    """The latest outcome of each."""
    if not RESULTS.exists():
        return {}
    outcomes = [Outcome(**json.loads(line)) for line in RESULTS.read_text("utf-8").splitlines()]
    return {outcome.key: outcome for outcome in outcomes}


def write_page(entries: list[Entry], results: dict[str, Outcome]) -> None:
    PAGE.write_text("\n".join(_page(entries, results)), encoding="utf-8")


def _page(entries: list[Entry], results: dict[str, Outcome]) -> Iterator[str]:
    named = [entry for entry in entries if entry.name]
    done = [(entry, results[entry.key]) for entry in named if entry.key in results]
    good = [(entry, outcome) for entry, outcome in done if outcome.verdict == "exported"]
    failed = [(entry, outcome) for entry, outcome in done if outcome.verdict == "failed"]
    yield _HEAD.format(
        versions=_versions(),
        large=LARGE,
        timm=sum(entry.library == "timm" for entry in entries),
        torchvision=sum(entry.library == "torchvision" for entry in entries),
        exported=len(good),
        named=len(named),
        share=len(good) / len(named),
        missing=_missing(entries, results),
    )
    yield "## What is not exported, and what stops it\n"
    yield from _failures(failed)
    yield "## What is exported\n"
    yield from _successes(good)


def _versions() -> str:
    versions = json.loads(LINEUP.read_text("utf-8"))["versions"]
    return ", ".join(f"{name} {version.split('+')[0]}" for name, version in versions.items())


def _missing(entries: list[Entry], results: dict[str, Outcome]) -> str:
    """Nothing is skipped silently."""
    parts = []
    if waiting := [entry.key for entry in entries if entry.name and entry.key not in results]:
        parts.append(f" Not run yet: {', '.join(waiting)}.")
    if empty := [entry.family for entry in entries if not entry.name]:
        parts.append(f" Modules that register no model: {', '.join(empty)}.")
    return "".join(parts)


def _failures(failed: list[tuple[Entry, Outcome]]) -> Iterator[str]:
    if not failed:
        yield "Nothing.\n"
        return
    yield "| architecture | family | weights | pixels | stage | reason |\n|---|---|---:|---:|---|---|"
    for entry, outcome in sorted(failed, key=lambda pair: pair[0].key):
        reason = re.sub(r"\s+", " ", outcome.reason).replace("|", "/")
        yield f"| {entry.key} | {entry.family} | {_millions(entry)} | {entry.side} | {outcome.stage} | {reason[:600]} |"
    yield ""


def _successes(good: list[tuple[Entry, Outcome]]) -> Iterator[str]:
    yield "| architecture | family | weights | pixels | seconds | opset | nodes | MB | difference | spread |"
    yield "|---|---|" + "---:|" * 8
    for entry, outcome in sorted(good, key=lambda pair: (pair[0].library, pair[0].family, pair[0].key)):
        yield (
            f"| {entry.key} | {entry.family} | {_millions(entry)} | {entry.side} | {outcome.seconds:.1f} | {outcome.opset} "
            f"| {outcome.nodes} | {outcome.megabytes:.1f} | {outcome.difference:.1e} | {outcome.spread:.2f} |"
        )
    yield ""


def _millions(entry: Entry) -> str:
    return f"{entry.parameters / 1e6:.1f} M"


if __name__ == "__main__":
    main()
