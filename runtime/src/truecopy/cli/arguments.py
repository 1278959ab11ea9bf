"""`MODEL... INPUT...`: leading model files are the members, the rest are inputs."""

from __future__ import annotations

import os
import shlex

import click

from truecopy.artifact import CHECKPOINT_SUFFIXES, artifact_of

MODEL_SUFFIXES = (".onnx", *CHECKPOINT_SUFFIXES)


def is_model(word: str) -> bool:
    """Is it the name of an artifact or a checkpoint?"""
    return word.lower().endswith(MODEL_SUFFIXES)


def split(arguments: tuple[str, ...], *, config: str | None = None) -> tuple[list[str], list[str]]:
    """Models, inputs. With a file of settings the models may be left out: it names them.

    Raises:
        click.UsageError: no model comes first, or one comes behind an input.
    """
    count = 0
    while count < len(arguments) and is_model(arguments[count]):
        count += 1
    if count == 0 and config is None:
        if not arguments:
            raise click.UsageError(
                "Missing argument 'MODEL INPUT...': a model file (*.onnx), or --config FILE"
            )
        raise click.UsageError(f"expected a model file (*.onnx) first, got {arguments[0]!r}")
    models, inputs = list(arguments[:count]), list(arguments[count:])
    behind = [word for word in inputs if is_model(word) and not os.path.isdir(word)]  # noqa: PTH112
    if behind:
        others = [word for word in inputs if word not in behind]
        raise click.UsageError(
            f"models come first, and {behind[0]!r} stands behind an input: {shlex.join([*models, *behind, *others])}"
        )
    return models, inputs


def artifact_named(model: str) -> str:
    """The file to read: of a checkpoint its artifact, else what was typed, as it was typed.

    Raises:
        CheckpointError: no artifact was made of the checkpoint.
    """
    return str(artifact_of(model)) if model.lower().endswith(CHECKPOINT_SUFFIXES) else model


def one_model(arguments: tuple[str, ...]) -> tuple[str, list[str]]:
    """The one artifact, inputs; several are refused by name.

    Raises:
        click.UsageError: none, or several.
        CheckpointError: no artifact was made of the checkpoint.
    """
    models, inputs = split(arguments)
    if len(models) > 1:
        raise click.UsageError(f"this command takes one model, got {', '.join(models)}")
    return artifact_named(models[0]), inputs
