"""From parsed options to a `Request`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from truecopy_export.recipes import Labels
from truecopy_export.request import Request, check_request


def request_of(options: Mapping[str, Any], labels: Labels | None, precision: str = "fp32") -> Request:
    """The request, checked: what cannot be done is refused before anything long begins. `labels` may follow later."""
    if options["proof"] is not None and options["no_proof"]:
        raise click.UsageError("--proof and --no-proof contradict one another")
    request = Request(
        output=options["output"],
        labels=labels,
        proof=options["proof"],
        proof_labels=options["proof_labels"],
        unproven=options["no_proof"],
        golden=options["golden"],
        activation=options["activation"],
        threshold=options["threshold"],
        pass_order=options["pillow_passes"],
        overwrite=options["overwrite"],
    )
    check_request(request, options["task"], tuple(precision.split(",")))
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
