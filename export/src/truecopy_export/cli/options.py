"""Options that `export` and `attach` share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., object])

_SHARED = (
    click.option("--recipe-input", default="pil", show_default=True, type=click.Choice(["pil", "tensor"]),
                 help="What a torchvision transform takes: a PIL picture, or its uint8 tensor."),
    click.option("--recipe-arg", multiple=True, metavar="KEY=VALUE",
                 help="What the recipe's object leaves open (backend, load, decoder, size, ...); repeatable."),
    click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE",
                 help="The .onnx file to write."),
    click.option("--proof", type=click.Path(path_type=Path), metavar="FOLDER|FILE",
                 help="Real images (class sub-folders give accuracies too), ROWS.csv, TEXTS.txt or IDS.jsonl."),
    click.option("--proof-labels", type=click.Path(path_type=Path), metavar="FILE",
                 help="CSV or TSV with columns file and label; of rows or texts: a true answer a line."),
    click.option("--no-proof", is_flag=True, help="Write level `unproven`."),
    click.option("--golden", default=0, type=click.IntRange(0), metavar="N",
                 help="Embed N proof items as golden samples; they may be private."),
    click.option("--labels-sort", type=click.Choice(["string", "natural"]),
                 help="Order of a class folder: string (torchvision) or natural (timm)."),
    click.option("--task", metavar="KIND|FILE.yaml|python:module:object",
                 help="multiclass, binary, multilabel, regression or sequence; or `kind` and its fields. By default what the "
                      "file says, else multiclass."),
    click.option("--task-arg", multiple=True, metavar="KEY=VALUE",
                 help="A field of the task; the value is YAML; repeatable. docs/tasks.md lists them."),
    click.option("--answer", metavar="NAME", help="Which output to read, where there are several."),
    click.option("--activation", type=click.Choice(["softmax", "sigmoid", "none"]),
                 help="What the runtime applies; none where the graph ends in it. By default what the task usually has, "
                      "or what the file's metadata says."),
    click.option("--threshold", type=click.FloatRange(0, 1),
                 help="Confidence below it is not accepted; binary and multilabel: the label from it on."),
    click.option("--views", type=click.Path(path_type=Path), metavar="FILE.yaml",
                 help="Views that the model forbids (`forbidden: [vertical_flip]`), and labels that a flip exchanges "
                      "(`relabel: {horizontal_flip: {left: right, right: left}}`)."),
    click.option("--pillow-passes", type=click.Choice(["horizontal", "pillow13"]),
                 help="The pass order of the Pillow that trained; by default the installed one's."),
    click.option("--no-report", is_flag=True,
                 help="Leave out FILE.report.html and FILE.report.json, which say what was found, done and proven."),
    click.option("--overwrite", is_flag=True, help="Replace FILE and its report if they are there."),
    click.option("--json", "as_json", is_flag=True, help="One JSON document."),
)  # fmt: skip


def shared(command: Command) -> Command:
    for option in reversed(_SHARED):
        command = option(command)
    return command
