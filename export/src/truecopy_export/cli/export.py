"""`truecopy export`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .options import shared


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option("--arch", metavar="NAME",
              help="timm:NAME, torchvision:NAME, hf:FOLDER or python:package.module:callable; not needed where the file says "
              "it or holds the whole network.")  # fmt: skip
@click.option(
    "--arch-arg", multiple=True, metavar="KEY=VALUE", help="Argument of the architecture; repeatable."
)
@click.option("--recipe", metavar="NAME",
              help="timm, torchvision:WEIGHTS, hf:FOLDER, keras:APPLICATION, python:package.module:object or "
              "steps.yaml; not needed where the file says it.")  # fmt: skip
@click.option("--labels", metavar="FILE", help="One per line, TSV with a name column, or a class folder.")
@click.option(
    "--ema", default="auto", show_default=True, metavar="auto|raw|FIELD", help="Which weights to take."
)
@click.option("--no-ema", is_flag=True, help="The same as --ema raw.")
@click.option("--unsafe-pickle", is_flag=True,
              help="Unpickle a file that holds Python objects: this RUNS CODE from the file, with your rights. Only for files "
              "that you trust as you trust a program.")  # fmt: skip
@click.option("--batch", type=int, metavar="1",
              help="1: a graph of one item at a time, where the network's answer depends on the batch.")  # fmt: skip
@click.option(
    "--dynamic-size", is_flag=True, help="A graph for pictures of any size, where the recipe leaves them so."
)
@click.option("--precision", default="fp32", show_default=True, help="Only fp32 in this version.")
@shared
def export(
    checkpoint: Path,
    arch: str | None,
    arch_arg: tuple[str, ...],
    recipe: str | None,
    labels: str | None,
    ema: str,
    no_ema: bool,
    unsafe_pickle: bool,
    batch: int | None,
    dynamic_size: bool,
    precision: str,
    **options: Any,
) -> int:
    """Turn a checkpoint into one .onnx file that carries its whole contract, proven on real images.

    Exit code 3 if checkpoint, recipe or labels are refused, 4 if the proof does not hold (then no file is written).
    """
    from truecopy_export.architectures import parse_arguments
    from truecopy_export.exporter import export_trained
    from truecopy_export.from_checkpoint import Source, read_source

    from .requests import early_request, recipe_options, request_of
    from .terminal import show, terminal

    if no_ema and ema not in ("auto", "raw"):
        raise click.UsageError(f"--no-ema and --ema {ema} contradict one another")
    options |= {"batch": batch, "dynamic_size": dynamic_size}
    early = early_request(options, precision)
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
        task=early.task.kind if options["task"] else None,
        answer=options["answer"],
        unsafe_pickle=unsafe_pickle,
    )
    with terminal() as progress:
        loaded = read_source(source, progress)
        request = request_of(options, loaded.labels, precision, loaded.task)
        report = export_trained(loaded.trained, loaded.recipe, request, progress)
    show(report, as_json=options["as_json"])
    return 0
