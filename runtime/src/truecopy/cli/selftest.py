"""`truecopy selftest`."""

from __future__ import annotations

import click

from truecopy.errors import TruecopyError
from truecopy.proof import STAGES, SelftestReport
from truecopy.proof import selftest as run_selftest

from .output import complain, console, note, one_line, print_json, refuse

_MARK = {
    "same": "same",
    "within": "within",
    "undecided": "undecided",
    "differs": "DIFFERS",
    "not reached": "FAILED",
}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("models", nargs=-1, metavar="MODEL...", required=True)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:1, provider:NAME.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
def selftest(models: tuple[str, ...], device: str, as_json: bool) -> int:
    """Replay the golden samples on this host and say which stage differs. Exit code 4 if one does.

    A model that is refused (exit code 3, or 5 for its device) does not stop the others.
    """
    return max(_one(path, device, as_json=as_json) for path in models)


def _one(path: str, device: str, *, as_json: bool) -> int:
    try:
        report = run_selftest(path, device=device)
    except TruecopyError as error:
        return refuse(path, error, as_json=as_json)
    if as_json:
        print_json({"path": path, "status": "ok" if report.ok else "error", **report.to_dict()})
    else:
        _print(path, report)
    return 0 if report.ok else 4


def _print(path: str, report: SelftestReport) -> None:
    from rich.table import Table

    table = Table(title=one_line(path), title_justify="left")
    table.add_column("sample", overflow="fold")
    for stage in STAGES:
        table.add_column(stage, no_wrap=True)
    for sample in report.samples:
        stages = {stage.stage: stage for stage in sample.stages}
        cells = [_MARK[stages[name].verdict] if name in stages else "-" for name in STAGES]
        table.add_row(one_line(sample.name), *cells, style=None if sample.ok else "red")
    console().print(table)
    for sample in report.samples:
        first = sample.first_difference
        if first is not None:
            complain(f"{sample.name}: stage {first.stage} is the first that differs: {first.detail}")
    verdict = "holds" if report.ok else "DOES NOT HOLD"
    note(f"selftest {verdict} on {report.device} ({report.provider}, onnxruntime {report.runtime_version})")
