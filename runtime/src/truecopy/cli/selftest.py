"""`truecopy selftest`."""

from __future__ import annotations

import click

from truecopy.config.member_names import member_names
from truecopy.errors import TruecopyError
from truecopy.proof import STAGES, Derived, SelftestReport, sealed_here
from truecopy.proof import selftest as run_selftest

from .arguments import artifact_named
from .new_file import check_new_model
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
@click.option(
    "--seal", is_flag=True, help="If it holds: write a new file (-o) with golden samples of this host."
)
@click.option("-o", "--output", metavar="FILE", help="With --seal: the new file.")
@click.option("--overwrite", is_flag=True, help="Replace FILE if it is there.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document a line.")
def selftest(
    models: tuple[str, ...], device: str, seal: bool, output: str | None, overwrite: bool, as_json: bool
) -> int:
    """Replay the golden samples on this host and say which stage differs. Exit code 4 if one does.

    A model that is refused (exit code 3, or 5 for its device) does not stop the others.

    With --seal -o FILE a model that holds is written to a new file: golden samples and proof are then of this host and
    device, and its parent is the old file. What was compared elsewhere (outputs, decisions, accuracy) is left out.
    """
    models = member_names(models)
    target = _target(models, seal=seal, output=output, overwrite=overwrite)
    return max(_one(path, device, target, as_json=as_json) for path in models)


def _target(models: tuple[str, ...], *, seal: bool, output: str | None, overwrite: bool) -> str | None:
    """Where to write, if anything is written.

    Raises:
        click.UsageError: --seal or -o without the other, several models, or a file that is there.
    """
    if not seal:
        if output is not None or overwrite:
            raise click.UsageError("-o and --overwrite go with --seal: a selftest alone writes nothing")
        return None
    if output is None:
        raise click.UsageError("--seal writes a new file: name it with -o FILE")
    if len(models) > 1:
        raise click.UsageError(f"--seal writes one file: expected one model, got {', '.join(models)}")
    check_new_model(output, overwrite=overwrite)
    return output


def _one(path: str, device: str, target: str | None, *, as_json: bool) -> int:
    derived: Derived | None = None
    try:
        model = artifact_named(path)
        if target is None:
            report = run_selftest(model, device=device)
        else:
            report, derived = sealed_here(model, target, device=device)
    except TruecopyError as error:
        return refuse(path, error, as_json=as_json)
    if as_json:
        written = {} if target is None else {"written": derived and derived.path}
        print_json({"path": path, "status": "ok" if report.ok else "error", **report.to_dict(), **written})
    else:
        _print(model, report)
    if derived is not None:
        _say(derived)
    elif target is not None:
        complain(f"{target} is not written: {path} does not hold on this host")
    return 0 if report.ok else 4


def _say(derived: Derived) -> None:
    if derived.dropped:
        note(
            f"compared on another host or by another ONNX Runtime, and left out of the new proof: {', '.join(derived.dropped)}"
        )
    proof = derived.contract.proof
    note(f"wrote {derived.path}: golden samples of {proof.provider}, {proof.arithmetic}, {proof.isa}")


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
