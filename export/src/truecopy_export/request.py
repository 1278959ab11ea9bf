"""What an export or attach was asked to do, as far as it does not depend on where the graph comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from truecopy.contract import ImageInput, Input, TableInput
from truecopy.contract.resize import PassOrder
from truecopy.errors import ProofError, RecipeError

from .recipes import Labels, installed_pass_order
from .tasks import TaskSpec, said_labels

# What stands in a file: rows of a table; texts, a line each; lists of ids, a line each.
PROOF_FILES = (".csv", ".txt", ".jsonl")
Precision = Literal["fp32", "fp16", "int8"]


@dataclass(frozen=True)
class Request:
    """output: the file to write. proof: a folder of real images, a CSV file of rows or a file of texts or ids; or None
    together with `unproven`.

    golden: how many of the proof's items to embed beside the four synthetic ones (they may be private).
    labels: None until they are known (a file's own metadata may say them), and for numbers, which have names of their
    own. batch: 1 for a graph of one item at a time; None for any batch.
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

    @property
    def passes(self) -> PassOrder:
        return self.pass_order or installed_pass_order()

    @property
    def names(self) -> Labels:
        """The labels.

        Raises:
            RecipeError: nobody said them.
        """
        return said_labels(self.labels)


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
    if request.output.suffix != ".onnx":
        raise RecipeError("the output must end in .onnx", got=str(request.output))
    if request.output.exists() and not request.overwrite:
        raise RecipeError(
            f"{request.output} exists", fix="Type --overwrite to replace it (in Python: overwrite=True)"
        )
    if request.proof is None and not request.unproven:
        raise ProofError(
            "no proof folder was given: equality with the original would stay unproven",
            fix="--proof FOLDER with real images, or --no-proof to write level `unproven` (in Python: proof=FOLDER, "
            "unproven=True); for a table ROWS.csv, for tokens TEXTS.txt",
        )
    _check_proof_is_there(request.proof)
    if request.proof_labels is not None and not request.proof_labels.is_file():
        raise ProofError("the table of proof labels is not there", got=str(request.proof_labels))
    if request.golden and request.proof is None:
        raise ProofError("--golden embeds proof images, and there is no proof folder")


def _check_proof_is_there(proof: Path | None) -> None:
    if proof is None or proof.is_dir():
        return
    if proof.suffix.lower() not in PROOF_FILES:
        raise ProofError(
            "the proof folder is not there", got=str(proof), fix="Name a folder with real images"
        )
    if not proof.is_file():
        raise ProofError("the proof file is not there", got=str(proof))


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
                got=str(proof),
                fix="--proof FOLDER",
            )
        return
    wanted = (".csv",) if isinstance(given, TableInput) else (".txt", ".jsonl")
    if proof.is_dir() or proof.suffix.lower() not in wanted:
        what = "rows of a table" if isinstance(given, TableInput) else "sequences"
        raise ProofError(
            f"the model takes {what}",
            expected=f"a file {' or '.join(wanted)}",
            got=str(proof),
            fix="--proof ROWS.csv" if isinstance(given, TableInput) else "--proof TEXTS.txt or IDS.jsonl",
        )
