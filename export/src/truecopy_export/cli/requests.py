"""From parsed options to a `Request`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from typing import Any

import click

from truecopy.contract.graph import Feed
from truecopy_export.recipes import Labels
from truecopy_export.request import Request, check_request
from truecopy_export.tasks import parse_task_arguments, read_task
from truecopy_export.views_yaml import read_views

FEEDS: tuple[Feed, ...] = ("ids", "mask", "zeros")


def early_request(options: Mapping[str, Any], precision: str = "fp32") -> Request:
    """The request without what the model's file may say, checked: what cannot be done is refused before anything long
    begins. Where no task was typed, its fields wait for the file's.
    """
    known = options if options["task"] else {**options, "task_arg": (), "activation": None, "threshold": None}
    return request_of(known, None, precision)


def request_of(
    options: Mapping[str, Any],
    labels: Labels | None,
    precision: str = "fp32",
    task: Mapping[str, Any] | None = None,
) -> Request:
    """The whole request, checked. task: what the model's file says, where nothing was typed."""
    if options["proof"] is not None and options["no_proof"]:
        raise click.UsageError("--proof and --no-proof contradict one another")
    request = Request(
        output=options["output"],
        labels=labels,
        proof=options["proof"],
        proof_labels=options["proof_labels"],
        unproven=options["no_proof"],
        golden=options["golden"],
        task=read_task(
            options["task"] or task or "multiclass",
            arguments=parse_task_arguments(options["task_arg"]),
            activation=options["activation"],
            threshold=options["threshold"],
        ),
        batch=options.get("batch"),
        dynamic_size=options.get("dynamic_size", False),
        pass_order=options["pillow_passes"],
        overwrite=options["overwrite"],
        views=read_views(options["views"]),
        report=not options.get("no_report", False),
        command=shlex.join(["truecopy", *sys.argv[1:]]),
    )
    check_request(request, tuple(precision.split(",")))
    return request


def recipe_options(pairs: tuple[str, ...]) -> dict[str, str]:
    """`--recipe-arg KEY=VALUE`, each key once."""
    options: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not (key and equals) or key in options:
            raise click.UsageError(f"--recipe-arg takes KEY=VALUE, each key once, got {pair!r}")
        options[key] = value
    return options


def feeds_of(pairs: tuple[str, ...]) -> dict[str, Feed]:
    """`--feed NAME=ids|mask|zeros`, each name once."""
    feeds: dict[str, Feed] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        known = next((feed for feed in FEEDS if feed == value), None)
        if not (name and equals and known) or name in feeds:
            raise click.UsageError(
                f"--feed takes NAME=ids, NAME=mask or NAME=zeros, each name once, got {pair!r}"
            )
        feeds[name] = known
    return feeds
