"""What an export or attach was asked to do, as far as it does not depend on where the graph comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from truecopy.contract.resize import PassOrder
from truecopy.errors import ProofError, RecipeError

from .recipes import Labels, installed_pass_order

Precision = Literal["fp32", "fp16", "int8"]


@dataclass(frozen=True)
class Request:
    """output: the file to write. proof: the folder of real images, or None together with `unproven`.

    golden: how many of the proof's images to embed beside the four synthetic ones (they may be private).
    labels, activation: None until they are known: a file's own metadata may say them.
    """

    output: Path
    labels: Labels | None
    proof: Path | None
    proof_labels: Path | None = None
    unproven: bool = False
    golden: int = 0
    activation: Literal["softmax", "none"] | None = None
    threshold: float | None = None
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
        if self.labels is None:
            raise RecipeError(
                "there are no labels", fix="--labels labels.txt (one per line, in the order of the outputs)"
            )
        return self.labels


def check_request(request: Request, task: str, precision: str | tuple[str, ...]) -> None:
    """Refuse what cannot be done before anything long begins.

    Raises:
        RecipeError: a task, precision or output that this version does not write.
        ProofError: neither a proof folder nor a word that there is none; or one that is not there.
    """
    if task != "multiclass":
        raise RecipeError(f"task {task!r} is not exported by this version", expected="multiclass")
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
            "unproven=True)",
        )
    if request.proof is not None and not request.proof.is_dir():
        raise ProofError(
            "the proof folder is not there", got=str(request.proof), fix="Name a folder with real images"
        )
    if request.proof_labels is not None and not request.proof_labels.is_file():
        raise ProofError("the table of proof labels is not there", got=str(request.proof_labels))
    if request.golden and request.proof is None:
        raise ProofError("--golden embeds proof images, and there is no proof folder")
