"""`truecopy export`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .options import shared


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option("--arch", required=True, help="timm:NAME, torchvision:NAME or python:package.module:callable.")
@click.option(
    "--arch-arg", multiple=True, metavar="KEY=VALUE", help="Argument of the architecture; repeatable."
)
@click.option("--recipe", required=True,
              help="timm, torchvision:WEIGHTS, hf:FOLDER, keras:APPLICATION, python:package.module:object or "
              "steps.yaml.")  # fmt: skip
@click.option("--labels", metavar="FILE", help="One per line, TSV with a name column, or a class folder.")
@click.option(
    "--ema", default="auto", show_default=True, metavar="auto|raw|FIELD", help="Which weights to take."
)
@click.option("--no-ema", is_flag=True, help="The same as --ema raw.")
@click.option("--batch", type=int, metavar="1",
              help="1: a graph of one item at a time, where the network's answer depends on the batch.")  # fmt: skip
@click.option("--precision", default="fp32", show_default=True, help="Only fp32 in this version.")
@shared
def export(
    checkpoint: Path,
    arch: str,
    arch_arg: tuple[str, ...],
    recipe: str,
    labels: str | None,
    ema: str,
    no_ema: bool,
    batch: int | None,
    precision: str,
    **options: Any,
) -> int:
    """Turn a checkpoint into one .onnx file that carries its whole contract, proven on real images.

    Exit code 3 if checkpoint, recipe or labels are refused, 4 if the proof does not hold (then no file is written).
    """
    from truecopy_export.architectures import parse_arguments
    from truecopy_export.exporter import export_trained
    from truecopy_export.from_checkpoint import Source, read_source

    from .requests import recipe_options, request_of
    from .terminal import show, terminal

    if no_ema and ema not in ("auto", "raw"):
        raise click.UsageError(f"--no-ema and --ema {ema} contradict one another")
    options["batch"] = batch
    early = request_of(options, None, precision)
    source = Source(
        path=checkpoint,
        architecture=arch,
        arguments=parse_arguments(arch_arg),
        recipe=recipe,
        recipe_input=options["recipe_input"],
        recipe_options=recipe_options(options["recipe_arg"]),
        pass_order=early.passes,
        ema="raw" if no_ema else ema,
        labels=labels,
        labels_sort=options["labels_sort"],
        labelled=early.task.kind != "regression",
        answer=options["answer"],
    )
    with terminal() as progress:
        trained, taken, names = read_source(source, progress)
        report = export_trained(trained, taken, request_of(options, names, precision), progress)
    show(report, as_json=options["as_json"])
    return 0
