"""The options that say what runs and how: shared by every verb that answers with a model."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any, TypeAlias

import click

from truecopy.config import STRATEGY_NAMES, Asked, Settled, settle
from truecopy.predict.strategy import MEMBER_MERGES, VIEW_MERGES

from .arguments import split
from .output import note

Command: TypeAlias = Callable[..., int]


def names(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    """Of an option, with commas between them."""
    return None if value is None else tuple(name.strip() for name in value.split(","))


def _numbers(_: click.Context, parameter: click.Parameter, value: str | None) -> tuple[float, ...] | None:
    if value is None:
        return None
    try:
        return tuple(float(number) for number in value.split(","))
    except ValueError as error:
        raise click.BadParameter(
            f"expected numbers, for example 0.6,0.4, got {value!r}", param=parameter
        ) from error


def _measure(_: click.Context, parameter: click.Parameter, value: str | None) -> dict[str, float] | None:
    if value is None:
        return None
    by, equals, number = value.partition("=")
    try:
        return {by.strip(): float(number if equals else "none")}
    except ValueError as error:
        raise click.BadParameter(
            f"expected confidence=0.95 or margin=0.5, got {value!r}", param=parameter
        ) from error


# In the order in which --help shows them; each is a field of `Asked`.
_OPTIONS = (
    click.option("--config", metavar="FILE", help="A YAML file with a section `inference:`; what is typed comes before it."),
    click.option("--strategy", metavar="NAME", help=f"{', '.join(STRATEGY_NAMES)}; by default what models and --tta say."),
    click.option(
        "--tta", "views", metavar="VIEWS", callback=names,
        help="Look also at these views: horizontal_flip,brightness:1.2,... (--tta-augmentations A B).",
    ),
    click.option(
        "--tta-aggregation", "view_merge", type=click.Choice(VIEW_MERGES), help="How views are merged. [default: mean]"
    ),
    click.option(
        "--ensemble-aggregation", "member_merge", type=click.Choice(MEMBER_MERGES),
        help="How models are merged. [default: soft_voting]",
    ),
    click.option("--weights", metavar="0.6,0.4", callback=_numbers, help="One number a model: weighted."),
    click.option(
        "--adaptive", metavar="confidence=0.95", callback=_measure,
        help="Stop looking at an item that is settled; or margin=0.5.",
    ),
    click.option("--use-ema/--no-use-ema", default=None, help="Refuse a model that holds the other weights."),
    click.option(
        "--precision", type=click.Choice(("fp32", "fp16", "int8")), help="Refuse a model of another precision."
    ),
    click.option("--device", metavar="NAME", help="auto, cpu, cuda, cuda:1, cuda:all, provider:NAME. [default: auto]"),
    click.option(
        "--threads", type=click.IntRange(1), help="Cores to use; by default all that this process may use."
    ),
)  # fmt: skip
_FIELDS = tuple(field.name for field in dataclasses.fields(Asked) if field.name != "models")


def strategy_options(command: Command) -> Command:
    """Gives `command` these options as one argument, `asked: Asked`; the models are its own arguments."""

    @functools.wraps(command)
    def with_asked(**given: Any) -> int:
        said = {name: given.pop(name) for name in _FIELDS}
        return command(asked=Asked(**said), **given)

    decorated: Command = with_asked
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def members(asked: Asked, arguments: tuple[str, ...]) -> tuple[Asked, list[str]]:
    """`MODEL... INPUT...`: what is asked, with its models, and the inputs.

    Raises:
        click.UsageError: no model comes first, and no file of settings names one.
    """
    models, inputs = split(arguments, config=asked.config)
    return dataclasses.replace(asked, models=tuple(models)), inputs


def settled_of(asked: Asked) -> Settled:
    """What is run, decided; what of a file is not used is told on stderr.

    Raises:
        StrategyError, CheckpointError, ArtifactError, ContractError, DeviceError: as `truecopy.load_config`.
    """
    settled = settle(asked)
    for told in settled.notes:
        note(told)
    return settled
