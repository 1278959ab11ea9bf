"""`MODEL... INPUT...`: leading model files are the members, the rest are inputs."""

from __future__ import annotations

import click

from truecopy.artifact import CHECKPOINT_SUFFIXES

MODEL_SUFFIXES = (".onnx", *CHECKPOINT_SUFFIXES)


def split(arguments: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Models, inputs.

    Raises:
        click.UsageError: no model comes first.
    """
    count = 0
    while count < len(arguments) and arguments[count].lower().endswith(MODEL_SUFFIXES):
        count += 1
    if count == 0:
        first = f", got {arguments[0]!r}" if arguments else ""
        raise click.UsageError(f"expected a model file (*.onnx) first{first}")
    return list(arguments[:count]), list(arguments[count:])


def one_model(arguments: tuple[str, ...]) -> tuple[str, list[str]]:
    """The one model, inputs; several are refused by name.

    Raises:
        click.UsageError: none, or several.
    """
    models, inputs = split(arguments)
    if len(models) > 1:
        raise click.UsageError(
            f"ensembles are not run by this version: expected one model, got {', '.join(models)}"
        )
    return models[0], inputs
