"""`truecopy inspect`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import msgspec
from msgspec import UNSET

from truecopy.artifact import Artifact, read
from truecopy.contract import Contract, ImageInput, Multiclass
from truecopy.contract.words import in_words
from truecopy.errors import TruecopyError

from .output import console, one_line, print_json, printable, refuse


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("models", nargs=-1, metavar="MODEL...", required=True)
@click.option("--json", "as_json", is_flag=True, help="The whole contract, one JSON document a line.")
def inspect(models: tuple[str, ...], as_json: bool) -> int:
    """Show what a model file says about itself, and whether its seal holds. Exit code 3 if it does not.

    A model that is refused does not stop the others.
    """
    return max(_one(path, as_json=as_json) for path in models)


def _one(path: str, *, as_json: bool) -> int:
    try:
        artifact = read(path)
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


def _print(artifact: Artifact) -> None:
    from rich.table import Table

    table = Table("part", title=one_line(artifact.path), title_justify="left")
    table.add_column("what the file says", overflow="fold")
    for part, text in _rows(artifact):
        table.add_row(part, _short_hashes(printable(text)))
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
        yield "graph input", f"{tensor.name}: {tensor.dtype} {_shape(tensor.shape)} {tensor.layout}"
    for output in graph.outputs:
        answer = " (the answer)" if output.name == graph.answer else ""
        yield "graph output", f"{output.name}: {output.dtype} {_shape(output.shape)}{answer}"
    yield "graph", f"{graph.precision}, opset {graph.opset}, sha256 {graph.sha256[:16]}…"
    image = contract.input
    if isinstance(image, ImageInput):
        yield "input", f"{image.color} by {image.decoder}, EXIF turn {image.orientation}, alpha {image.alpha}"
    for index, step in enumerate(contract.steps):
        yield f"step {index}", in_words(step)
    yield from _task(contract)
    yield from _provenance(contract)
    yield from _proof(contract)


def _shape(shape: tuple[int | str, ...]) -> str:
    return f"({', '.join(map(str, shape))})"


def _task(contract: Contract) -> Iterator[tuple[str, str]]:
    task = contract.task
    if not isinstance(task, Multiclass):
        return
    shown = ", ".join(task.labels[:4]) + (", …" if len(task.labels) > 4 else "")
    threshold = "no threshold" if task.threshold is None else f"threshold {task.threshold}"
    yield "task", f"multiclass, activation {task.activation}, {threshold}, temperature {task.temperature}"
    yield "labels", f"{len(task.labels)} from {task.labels_source}: {shown}"


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
    yield (
        "created",
        f"{origin.created} with " + ", ".join(f"{k} {v}" for k, v in sorted(origin.versions.items())),
    )


def _proof(contract: Contract) -> Iterator[tuple[str, str]]:
    proof = contract.proof
    yield "proof", f"{proof.level}, {proof.images} images, {proof.provider}, {proof.arithmetic}, {proof.isa}"
    if proof.tensor is not None:
        yield "  tensors", f"{proof.tensor.differing_values} values differ from the original's"
    if proof.bound is not UNSET:
        why = "on another CPU" if proof.bound.source == "cpu" else "by its own decoder"
        yield (
            "  bound",
            f"{why} the original is within {proof.bound.levels:.3g} levels, {proof.bound.tensor:.3g} in the tensor",
        )
    if proof.output is not None:
        yield "  outputs", f"within {proof.output.max_abs_over_max_logit:.1e} of the largest logit"
    if proof.decisions is not None:
        flips, delta = proof.decisions.flips, proof.decisions.max_probability_delta
        yield "  decisions", f"{flips} flips, probabilities within {delta:.1e}"
    if proof.accuracy is not None:
        named = {"original": proof.accuracy.original, "truecopy": proof.accuracy.truecopy,
                 "raw": proof.accuracy.raw, "ema": proof.accuracy.ema}  # fmt: skip
        yield (
            "  accuracy",
            ", ".join(f"{name} {value:.4f}" for name, value in named.items() if value is not None),
        )
