"""`truecopy inspect`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import msgspec

from truecopy.artifact import CHECKPOINT_SUFFIXES, Artifact, read, skim
from truecopy.artifact.metadata import CONTRACT_KEY
from truecopy.config import Asked
from truecopy.config.member_names import member_names
from truecopy.contract import Contract
from truecopy.contract.input_words import graph_input_in_words, input_parts
from truecopy.contract.task_words import task_parts
from truecopy.contract.view_words import view_parts
from truecopy.errors import ArtifactError, TruecopyError

from .arguments import artifact_named
from .exporter import checkpoint_window
from .output import console, one_line, print_json, refuse
from .proven import proof_parts
from .settings import print_settings
from .strategy_options import strategy_options


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("models", nargs=-1, metavar="MODEL...")
@strategy_options
@click.option("--json", "as_json", is_flag=True, help="The whole contract, one JSON document a line.")
def inspect(models: tuple[str, ...], asked: Asked, as_json: bool) -> int:
    """Show what a model file says about itself, and whether its seal holds. Exit code 3 if it does not.

    A model that is refused does not stop the others. Of a checkpoint: its artifact; with the exporter installed, a window
    onto the checkpoint itself: what it holds, which weights an export would take and why, and the line to type.

    With --config or any option of a strategy: what a run with the same words would take, where each setting is from and
    what it overrode, or why it would be refused; MODEL may then be left out. Whether the device is there, only a run
    finds out.
    """
    if asked != Asked():
        return print_settings(replace(asked, models=models), as_json=as_json)
    if not models:
        raise click.UsageError("Missing argument 'MODEL...'.")
    return max(_one(path, as_json=as_json) for path in member_names(models))


def _one(path: str, *, as_json: bool) -> int:
    window = checkpoint_window() if _is_checkpoint(path) else None
    if window is not None:
        return window(path, as_json=as_json)
    try:
        artifact = read(artifact_named(path))
    except TruecopyError as error:
        return refuse(path, error, as_json=as_json)
    sealed = artifact.seal == "sealed"
    if as_json:
        contract = msgspec.to_builtins(artifact.contract)
        print_json({"path": path, "status": "ok" if sealed else "error", "seal": artifact.seal,
                    "digest": artifact.digest, "bytes": artifact.bytes, "golden": len(artifact.golden),
                    "contract": contract})  # fmt: skip
    else:
        _print(artifact)
    return 0 if sealed else 3


def _is_checkpoint(path: str) -> bool:
    """A file or folder that is there and no artifact, or is called as checkpoints are; what else it is, the exporter finds
    out.
    """
    given = Path(path)
    if given.suffix.lower() == ".onnx":
        return False
    if not given.exists():
        return path.lower().endswith(CHECKPOINT_SUFFIXES)
    try:
        return given.is_dir() or CONTRACT_KEY not in skim(given).entries
    except ArtifactError:
        return True


def _print(artifact: Artifact) -> None:
    from rich.table import Table

    table = Table("part", title=one_line(artifact.path), title_justify="left")
    table.add_column("what the file says", overflow="fold")
    for part, text in _rows(artifact):
        table.add_row(part, _short_hashes(one_line(text)))
    console().print(table)


def _short_hashes(text: str) -> str:
    """The first 16 digits tell two files apart; --json has them all."""
    return re.sub(r"(sha256:[0-9a-f]{16})[0-9a-f]{48}", r"\1…", text)


def _rows(artifact: Artifact) -> Iterator[tuple[str, str]]:
    contract = artifact.contract
    yield "seal", f"{artifact.seal}; {artifact.bytes:,} bytes; {len(artifact.golden)} golden samples"
    yield "requires", f"truecopy >= {contract.requires}"
    graph = contract.graph
    for tensor in graph.inputs:
        yield "graph input", graph_input_in_words(tensor)
    for output in graph.outputs:
        answer = " (the answer)" if output.name == graph.answer else ""
        yield "graph output", f"{output.name}: {output.dtype} {_shape(output.shape)}{answer}"
    yield "graph", f"{graph.precision}, opset {graph.opset}, sha256 {graph.sha256[:16]}…"
    yield from input_parts(contract)
    yield from task_parts(contract.task)
    yield from view_parts(contract)
    yield from _provenance(contract)
    yield from proof_parts(contract)


def _shape(shape: tuple[int | str, ...]) -> str:
    return f"({', '.join(map(str, shape))})"


def _provenance(contract: Contract) -> Iterator[tuple[str, str]]:
    origin = contract.provenance
    if origin.checkpoint is not None:
        weights = origin.checkpoint
        counter = "" if weights.counter is None else f", counter {weights.counter}"
        distance = weights.raw_to_ema_distance
        apart = "" if distance is None else f", raw to EMA distance {distance:.3g}"
        yield "checkpoint", f"{weights.name} sha256 {weights.sha256[:16]}…"
        yield "weights", f"{weights.weights} from `{weights.field}`{counter}{apart}"
    yield "architecture", origin.architecture or "not known: an ONNX file was given"
    yield "recipe", origin.recipe
    if origin.parent is not None:
        yield "parent", f"sha256 {origin.parent[:16]}…"
    yield (
        "created",
        f"{origin.created} with " + ", ".join(f"{k} {v}" for k, v in sorted(origin.versions.items())),
    )
