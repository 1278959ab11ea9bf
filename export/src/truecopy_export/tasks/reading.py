"""`--task`, `--task-arg`, `--activation` and `--threshold` as one `TaskSpec`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from truecopy.contract.strict_yaml import parse_yaml, read_bounded
from truecopy.errors import RecipeError
from truecopy_export.recipes.python_object import load_object

from .checked import plain
from .fields import check_fields, check_kind
from .spec import TaskSpec

MAX_BYTES = 1 << 20


def read_task(
    task: str | Path | Mapping[str, Any] | TaskSpec,
    *,
    arguments: Mapping[str, Any] | None = None,
    activation: str | None = None,
    threshold: float | None = None,
    said: str = "--task",
) -> TaskSpec:
    """Everything that was said about the task, in one place.

    task: a kind, a .yaml file with `kind` and its fields, `python:module:object` (such a mapping), or the mapping.
    said: what the caller calls the task, for messages. arguments: single fields (--task-arg). activation, threshold: the flags of these names.

    Raises:
        RecipeError: an unknown kind or field (names the nearest), or one field said twice with two values.
    """
    spec = _spec(task, said)
    fields = dict(spec.fields)
    for name, value, flag in _flags(
        spec.kind, arguments or {}, activation, threshold, "--" if said.startswith("--") else ""
    ):
        if fields.get(name) is not None and fields[name] != value:
            raise RecipeError(
                f"{flag} and the task contradict one another",
                got=f"{value!r} and {fields[name]!r} for {name}",
                where=spec.source,
                fix="Say it once",
            )
        fields[name] = value
    check_fields(spec.kind, fields, spec.source)
    return TaskSpec(spec.kind, fields, spec.source)


def parse_task_arguments(pairs: Sequence[str]) -> dict[str, Any]:
    """`["threshold=0.3", "decoding={rule: ctc, blank: 0}"]` as a mapping; values are YAML.

    Raises:
        RecipeError: not KEY=VALUE, a key twice, or a value that is not YAML.
    """
    arguments: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key.isidentifier() or key in arguments:
            raise RecipeError(
                "a --task-arg",
                expected="KEY=VALUE, each key once",
                got=repr(pair),
                fix="For example: --task-arg threshold=0.3",
            )
        try:
            arguments[key] = yaml.safe_load(text)
        except (yaml.YAMLError, ValueError) as error:
            raise RecipeError(f"the value of --task-arg {key}", expected="YAML", got=repr(text)) from error
    return arguments


def _flags(
    kind: str, arguments: Mapping[str, Any], activation: str | None, threshold: float | None, dashes: str
) -> list[tuple[str, Any, str]]:
    """(field, value, flag); `dashes` before a flag on the command line, nothing in Python. A multilabel task has one threshold a label; one number is for all."""
    said = [(name, plain(value), f"--task-arg {name}") for name, value in arguments.items()]
    if activation is not None:
        said.append(("activation", activation, f"{dashes}activation"))
    if threshold is not None:
        said.append(
            ("thresholds" if kind == "multilabel" else "threshold", plain(threshold), f"{dashes}threshold")
        )
    return said


def _spec(task: str | Path | Mapping[str, Any] | TaskSpec, said: str) -> TaskSpec:
    if isinstance(task, TaskSpec):
        check_kind(task.kind, task.source)
        return replace(task, fields=plain(task.fields))
    if isinstance(task, Mapping):
        return _from_mapping(task, "task")
    text = str(task)
    if text.startswith("python:"):
        found = load_object(text.removeprefix("python:"), RecipeError)
        return _spec(found, said) if isinstance(found, TaskSpec) else _from_mapping(found, text)
    if isinstance(task, Path) or text.lower().endswith((".yaml", ".yml")):
        return _from_mapping(_read(Path(text)), f"file {Path(text).name}")
    return TaskSpec(check_kind(text, said), source=said)


def _from_mapping(value: object, source: str) -> TaskSpec:
    if not isinstance(value, Mapping) or "kind" not in value:
        raise RecipeError(
            "a task",
            expected="a mapping with `kind` and the task's fields",
            got=f"fields {', '.join(map(str, value))}" if isinstance(value, Mapping) else repr(value)[:80],
            where=source,
        )
    kind = check_kind(value["kind"], source)
    fields = {name: plain(field) for name, field in value.items() if name != "kind"}
    check_fields(kind, fields, source)
    return TaskSpec(kind, fields, source)


def _read(path: Path) -> object:
    data = read_bounded(path, "the task", "the file of the task", MAX_BYTES, RecipeError)
    return parse_yaml(data, path.name, RecipeError)
