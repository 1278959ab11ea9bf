"""What an export or attach was asked to do, as far as it does not depend on where the graph comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from numbers import Integral
from pathlib import Path
from typing import Literal

from truecopy.artifact import check_new_file
from truecopy.contract import ImageInput, Input, TableInput
from truecopy.contract.resize import PassOrder
from truecopy.errors import ProofError, RecipeError, TruecopyError
from truecopy.jobs.images import SUFFIXES

from .paths import what_stands
from .proof.truth_table import check_truth_table
from .recipes import Labels, installed_pass_order
from .report_files import check_report_files
from .tasks import TaskSpec, value_names
from .views_yaml import ViewsSpec

# What stands in a file: rows of a table; texts, a line each; lists of ids, a line each.
PROOF_FILES = (".csv", ".txt", ".jsonl")
_PROOFS = "a folder with real images; for a table ROWS.csv, for tokens TEXTS.txt or IDS.jsonl"
Precision = Literal["fp32", "fp16", "int8"]


@dataclass(frozen=True)
class Request:
    """output: the file to write. proof: a folder of real images, a CSV file of rows or a file of texts or ids; or None
    together with `unproven`.

    golden: how many of the proof's items to embed beside the four synthetic ones (they may be private).
    labels: None until they are known (a file's own metadata may say them), and for numbers, which have names of their
    own. batch: 1 for a graph of one item at a time; None for any batch. dynamic_size: a graph for pictures of any size.
    report: write `report_files` beside the output. command: what was typed, for the report; None: no command line.
    """

    output: Path
    labels: Labels | None
    proof: Path | None
    proof_labels: Path | None = None
    unproven: bool = False
    golden: int = 0
    task: TaskSpec = field(default_factory=TaskSpec)
    batch: int | None = None
    pass_order: PassOrder | None = None
    overwrite: bool = False
    views: ViewsSpec = field(default_factory=ViewsSpec)
    dynamic_size: bool = False
    report: bool = True
    command: str | None = None

    @property
    def passes(self) -> PassOrder:
        return self.pass_order or installed_pass_order()


def check_request(request: Request, precision: str | tuple[str, ...]) -> None:
    """Refuse what cannot be done before anything long begins.

    Raises:
        RecipeError: a batch, precision or output that this version does not write.
        ProofError: neither a proof nor a word that there is none; or one that is not there.
    """
    if request.batch not in (None, 1):
        raise RecipeError(
            f"a graph of {request.batch} items at a time is not exported",
            expected="--batch 1, or any batch (in Python: batch=1 or batch=None)",
        )
    wanted = (precision,) if isinstance(precision, str) else tuple(precision)
    if wanted != ("fp32",):
        raise RecipeError(f"precision {','.join(wanted)} is not exported by this version", expected="fp32")
    _check_output(request.output, overwrite=request.overwrite, report=request.report)
    if request.proof is None and not request.unproven:
        raise ProofError(
            "no proof folder was given: equality with the original would stay unproven",
            fix="--proof FOLDER with real images, or --no-proof to write level `unproven` (in Python: proof=FOLDER, "
            "unproven=True); for a table ROWS.csv, for tokens TEXTS.txt",
        )
    _check_proof_is_there(request.proof)
    _check_truths(request)
    if not isinstance(request.golden, Integral) or isinstance(request.golden, bool) or request.golden < 0:
        raise RecipeError(
            "`golden` counts proof items to embed",
            expected="a whole number from 0 on",
            got=repr(request.golden)[:80],
        )
    if request.golden and request.proof is None:
        raise ProofError("--golden embeds proof images, and there is no proof folder")


def _check_output(output: Path, *, overwrite: bool, report: bool) -> None:
    try:
        check_new_file(
            str(output),
            "the output is a model",
            (".onnx",),
            overwrite=overwrite,
            replace="Type --overwrite to replace it (in Python: overwrite=True)",
        )
        if report:
            check_report_files(output, overwrite=overwrite)
    except TruecopyError as error:
        raise RecipeError.of(error) from error


def _check_proof_is_there(proof: Path | None) -> None:
    if proof is None or proof.is_dir():
        return
    if proof.suffix.lower() in PROOF_FILES:
        if not proof.is_file():
            raise ProofError("the proof file is not there", got=f"{proof}, {what_stands(proof)}")
        return
    if not proof.exists():
        raise ProofError(
            "the proof folder is not there", got=f"{proof}, {what_stands(proof)}", fix=f"Name {_PROOFS}"
        )
    picture = proof.suffix.lower() in SUFFIXES
    raise ProofError(
        "one picture is no proof folder" if picture else "the proof is a file of no kind that is read",
        expected=_PROOFS,
        got=f"{proof}, {what_stands(proof)}",
        fix="Put it into a folder with others and name the folder: --proof FOLDER (in Python: proof=FOLDER)"
        if picture
        else None,
    )


def _check_truths(request: Request) -> None:
    """The table of true answers has the columns of the task, as far as they are known before there is a network."""
    if request.proof_labels is None:
        return
    if not request.proof_labels.is_file():
        raise ProofError(
            "the table of proof labels is not there",
            got=f"{request.proof_labels}, {what_stands(request.proof_labels)}",
        )
    columns = value_names(request.task, request.labels) if request.task.kind == "regression" else ("label",)
    file = ("file",) if request.proof is not None and request.proof.is_dir() else ()
    if columns is not None:
        check_truth_table(request.proof_labels, (*file, *columns))


def check_proof_kind(proof: Path | None, given: Input) -> None:
    """The proof is of the kind that the model takes, as far as its name tells.

    Raises:
        ProofError: it is not; names what to give.
    """
    if proof is None:
        return
    if isinstance(given, ImageInput):
        if not proof.is_dir():
            raise ProofError(
                "the model takes pictures",
                expected="a folder with real images",
                got=f"{proof}, {what_stands(proof)}",
                fix="--proof FOLDER (in Python: proof=FOLDER)",
            )
        return
    wanted = (".csv",) if isinstance(given, TableInput) else (".txt", ".jsonl")
    if proof.is_dir() or proof.suffix.lower() not in wanted:
        what = "rows of a table" if isinstance(given, TableInput) else "sequences"
        raise ProofError(
            f"the model takes {what}",
            expected=f"a file {' or '.join(wanted)}",
            got=f"{proof}, {what_stands(proof)}",
            fix="--proof ROWS.csv (in Python: proof='rows.csv')"
            if isinstance(given, TableInput)
            else "--proof TEXTS.txt or IDS.jsonl (in Python: proof='texts.txt')",
        )
