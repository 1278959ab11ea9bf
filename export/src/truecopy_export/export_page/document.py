"""The report of an export as plain data for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from truecopy.contract import Regression, names_of
from truecopy.contract.input_words import input_parts
from truecopy.contract.task_words import task_parts
from truecopy.metrics.plain import number
from truecopy.proof import FP32_CPU
from truecopy.proof.tolerance import measure_of
from truecopy_export.proof import Comparison
from truecopy_export.proof.parity import ItemParity

from .account import Account
from .commands import next_commands
from .recipe import signature_parts
from .stages import stage_lines
from .verdict import verdict

if TYPE_CHECKING:
    from truecopy_export.findings import Findings


def export_document(account: Account) -> dict[str, Any]:
    """Numbers that are not finite are null. Keys:

    path, status (`ok`, `error`), bytes (null: no file was written), notes, unreadable, proof, provenance: as
        `truecopy export --json`; proof is null where it did not hold.
    error: null, or {kind, what, expected, got, where, fix}. verdict: {mood: good | caution | bad, text}.
    findings: on the checkpoint, null where none was read: {name, bytes, sha256, format, kind, architecture, arguments,
        recipe, labels, task, facts: [[name, words]], weights: [line], settled: [line]}.
    recipe: {source, steps: as in the contract, words: [[part, words]]}. graph: as in the contract, and its `words`.
    task: {words, names: of all outputs}.
    stages: [{stage, what, compared, why, items, values, differing, affected, largest, unit, first, worst}], see
        `proof.parity.StageCount`.
    outputs: null, or {measure, allowed, median, p99, largest, worst, probability}: output differences over the items,
        `probability`: the largest difference of one.
    worst: [{name, tensor_values, decided_otherwise, output_difference, probability_difference, original, truecopy}],
        the worst first; answers as `truecopy predict --json` gives them.
    truths: null, or {items, right: {who: count}, mean_absolute_error: {who: [one a quantity]}}; who is original,
        truecopy, raw or ema.
    seconds: [[stage, seconds]]. command: what was typed, or null. next: [what to type next].
    """
    contract, found = account.contract, account.comparison
    said = verdict(account)
    return {
        "path": account.output,
        "status": "ok" if account.failure is None else "error",
        "bytes": account.bytes,
        "notes": list(account.notes),
        "unreadable": [] if found is None else list(found.unreadable),
        "proof": None if account.failure else msgspec.to_builtins(contract.proof),
        "provenance": msgspec.to_builtins(contract.provenance),
        "error": _error(account),
        "verdict": {"mood": said.mood, "text": said.text},
        "findings": None if account.findings is None else findings_document(account.findings),
        "recipe": {
            "source": contract.provenance.recipe,
            "steps": msgspec.to_builtins(contract.steps),
            "words": [list(part) for part in input_parts(contract)],
        },
        "graph": {
            **msgspec.to_builtins(contract.graph),
            "words": [list(part) for part in signature_parts(contract)],
        },
        "task": {
            "words": [list(part) for part in task_parts(contract.task)],
            "names": list(names_of(contract.task)),
        },
        "stages": [line.to_dict() for line in stage_lines(account)],
        "outputs": None if found is None or not account.other_network else _outputs(account, found),
        "worst": [] if found is None else [*_worst(found)],
        "truths": None if found is None or not found.labelled else _truths(account, found),
        "seconds": [[stage, round(seconds, 3)] for stage, seconds in account.seconds],
        "command": account.command,
        "next": next_commands(account),
    }


def findings_document(found: Findings) -> dict[str, Any]:
    """What a file says of itself; values that JSON does not have as their words."""
    carried = found.carried
    labels = carried.labels
    return {
        "name": found.name,
        "bytes": found.bytes,
        "sha256": found.sha256,
        "format": found.format,
        "kind": found.kind,
        "architecture": carried.architecture,
        "arguments": _plain(carried.arguments),
        "recipe": carried.recipe,
        "labels": None if labels is None else {"count": len(labels.labels), "source": labels.source},
        "task": None if carried.task is None else _plain(carried.task),
        "facts": [list(fact) for fact in carried.facts],
        "weights": list(found.weights),
        "settled": list(found.settled),
    }


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return number(value)
        case Mapping():
            return {str(key): _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
    return str(value)


def _error(account: Account) -> dict[str, str | None] | None:
    error = account.failure
    if error is None:
        return None
    return {
        "kind": type(error).__name__,
        "what": error.what,
        "expected": error.expected,
        "got": error.got,
        "where": error.where,
        "fix": error.fix,
    }


def _outputs(account: Account, found: Comparison) -> dict[str, Any]:
    apart = found.parity.outputs()
    numbers = isinstance(account.contract.task, Regression)
    return {
        "measure": measure_of(account.contract),
        "allowed": FP32_CPU,
        "median": number(float(np.median(apart))) if len(apart) else None,
        "p99": number(float(np.quantile(apart, 0.99))) if len(apart) else None,
        "largest": number(found.max_output_difference),
        "worst": found.worst,
        "probability": None if numbers else number(found.max_probability_delta),
    }


def _worst(found: Comparison) -> Iterator[dict[str, Any]]:
    for one in found.parity.worst:
        yield {
            "name": one.name,
            "tensor_values": one.differing,
            "decided_otherwise": one.otherwise,
            "output_difference": number(one.relative(found.parity.scale)),
            "probability_difference": number(one.delta),
            **_answers(one),
        }


def _answers(one: ItemParity) -> dict[str, Any]:
    said = {"original": one.theirs, "truecopy": one.ours}
    return {who: result.to_dict(probabilities=False, top=5) for who, result in said.items()}


def _truths(account: Account, found: Comparison) -> dict[str, Any]:
    whom = account.answerers
    means = {who: mean.tolist() for who in whom if (mean := found.mean_error(who)) is not None}
    return {
        "items": found.labelled,
        "right": {who: found.hits[who] for who in whom if who in found.hits},
        "mean_absolute_error": means,
    }
