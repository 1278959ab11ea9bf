"""`truecopy explain`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from truecopy.errors import InputError, OutputError

from .arguments import one_model
from .new_file import check_new_file
from .output import console, note, one_line, print_json, refuse

if TYPE_CHECKING:
    from truecopy.proof.explanation import Explanation


_CHANGES = "CHANGES"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("arguments", nargs=-1, metavar="MODEL PHOTO", required=True)
@click.option("-o", "--output", required=True, metavar="SHEET.png", help="The picture to write.")
@click.option("--overwrite", is_flag=True, help="Replace SHEET.png if it is there.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1, provider:NAME.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of the tables.")
def explain(arguments: tuple[str, ...], output: str, overwrite: bool, device: str, as_json: bool) -> int:
    """Draw every stage of one photo, and beside it what the classic mistakes would have fed.

    For each mistake: how far the tensor moves (mean absolute difference, in percent of the range of the contract's
    tensor), and how the answer would change.
    """
    from truecopy.artifact import replacing
    from truecopy.proof.explain import explain as run_explain
    from truecopy.proof.sheet import sheet

    model, photo = _checked(arguments, output, overwrite=overwrite)
    try:
        explanation = run_explain(model, photo, device=device)
    except (InputError, OutputError) as error:
        return refuse(photo, error, as_json=as_json)
    with replacing(output) as temporary:
        sheet(explanation).save(temporary, "PNG")
    if as_json:
        print_json({"path": photo, "status": "ok", "sheet": output, **explanation.to_dict()})
    else:
        _print(explanation)
        note(f"wrote {output}")
    return 0


def _checked(arguments: tuple[str, ...], output: str, *, overwrite: bool) -> tuple[str, str]:
    """The model and the photo.

    Raises:
        click.UsageError: not one of each, or a sheet that must not be written.
    """
    model, photos = one_model(arguments)
    if len(photos) != 1:
        raise click.UsageError(f"a sheet shows one photo: expected one after the model, got {len(photos)}")
    # os.path, because Path raises on names that are too long.
    if os.path.isdir(photos[0]):  # noqa: PTH112
        raise click.UsageError(f"a sheet shows one photo: {photos[0]} is a folder")
    check_new_file(output, "the sheet is a PNG file", (".png",), overwrite=overwrite)
    if os.path.realpath(output) in map(os.path.realpath, (model, photos[0])):
        raise click.UsageError(f"{output} is what is to be explained: name another file")
    return model, photos[0]


def _print(explanation: Explanation) -> None:
    from rich.table import Table

    from truecopy.proof.explanation import answer_in_words, range_in_words

    answer = explanation.answer
    table = Table(
        title=f"{one_line(answer.source)} through {one_line(explanation.model)}", title_justify="left"
    )
    for name in ("stage", "what was done", "width x height", "range", "mean per channel"):
        table.add_column(name, overflow="fold")
    for stage in explanation.stages:
        numbers = stage.numbers
        size = f"{numbers.width} x {numbers.height} {numbers.dtype}"
        table.add_row(stage.name, one_line(stage.words), size, *range_in_words(numbers))
    console().print(table)
    table = Table(title=f"answer: {one_line(answer_in_words(answer))}", title_justify="left")
    for name in ("mistake", "tensor moves by (of its range)", "values that differ", "answer would be", ""):
        table.add_column(name, overflow="fold")
    for row in _rows(explanation):
        table.add_row(*row, style="red" if row[-1] == _CHANGES else None)
    console().print(table)
    for warning in answer.warnings:
        note(warning)
    for out in explanation.left_out:
        note(f"not shown: {out.name}: {out.reason}")


def _rows(explanation: Explanation) -> Iterator[tuple[str, str, str, str, str]]:
    from truecopy.proof.explanation import answer_in_words, percent

    for fed in explanation.fed:
        moved = "-" if fed.moved is None else percent(fed.moved)
        answer = one_line(answer_in_words(fed.answer, fed.failure))
        yield fed.mistake.name, moved, percent(fed.differing), answer, _verdict(fed.label_changes)


def _verdict(label_changes: bool | None) -> str:
    """A regression has no label; its numbers stand beside."""
    return _CHANGES if label_changes else ""
