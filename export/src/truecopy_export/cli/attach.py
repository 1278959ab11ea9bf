"""`truecopy attach`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click

from .options import shared


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("model", type=click.Path(path_type=Path))
@click.option(
    "--recipe",
    required=True,
    help="steps.yaml, a live transform or fitted object (python:package.module:object), hf:FOLDER, keras:APPLICATION, or metadata: what "
    "the file itself says (Ultralytics, OpenVINO Model API).",
)
@click.option(
    "--labels",
    metavar="FILE",
    help="One per line, TSV with a name column, or a class folder; metadata may have them.",
)
@click.option("--layout", type=click.Choice(["NCHW", "NHWC"]), help="Where the input's shape does not tell.")
@click.option("--feed", multiple=True, metavar="NAME=ids|mask|zeros",
              help="What an input of a sequence takes, where its name does not tell; repeatable.")  # fmt: skip
@shared
def attach(
    model: Path,
    recipe: str,
    labels: str | None,
    layout: Literal["NCHW", "NHWC"] | None,
    feed: tuple[str, ...],
    **options: Any,
) -> int:
    """Give an ONNX file that you already have its contract. Needs no torch and no checkpoint.

    Exit code 3 if the file, recipe or labels are refused, 4 if the proof does not hold (then no file is written).
    """
    from truecopy_export.attacher import Foreign, attach_foreign
    from truecopy_export.recipes import read_labels

    from .requests import early_request, feeds_of, recipe_options, request_of
    from .terminal import show, terminal

    early_request(options)
    names = None if labels is None else read_labels(labels, sort=options["labels_sort"])
    with terminal() as progress:
        foreign = Foreign(
            model,
            recipe,
            options["answer"],
            layout,
            recipe_input=options["recipe_input"],
            recipe_options=recipe_options(options["recipe_arg"]),
            feeds=feeds_of(feed),
        )
        report = attach_foreign(foreign, request_of(options, names), progress)
    show(report, as_json=options["as_json"])
    return 0
