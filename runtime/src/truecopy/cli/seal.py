"""`truecopy seal`."""

from __future__ import annotations

import shlex

import click

from truecopy.artifact import reseal

from .new_file import check_new_model
from .output import note, print_json


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("model", metavar="MODEL")
@click.option("-o", "--output", required=True, metavar="FILE", help="The new file.")
@click.option("--overwrite", is_flag=True, help="Replace FILE if it is there.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def seal(model: str, output: str, overwrite: bool, as_json: bool) -> int:
    """Seal a file again after you looked at what a tool did to it. The old file stays as it is.

    A graph that is no longer the proven one loses its proof: the new file says level `unproven`.
    """
    check_new_model(output, overwrite=overwrite)
    resealed = reseal(model, output)
    if as_json:
        print_json({"path": output, "status": "ok", "graph_changed": resealed.graph_changed,
                    "contract_changed": resealed.contract_changed,
                    "level": resealed.contract.proof.level})  # fmt: skip
        return 0
    for part, changed in (("graph", resealed.graph_changed), ("contract", resealed.contract_changed)):
        if changed:
            note(f"the {part} is not the one that was proven: the new file says `unproven`")
    note(f"sealed {output}; next: {shlex.join(['truecopy', 'selftest', output])}")
    return 0
