"""The one way a file is written, by export and by attach: prove, compose, seal, open anew, selftest, rename."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
from PIL import ImageFile

from truecopy.artifact import GoldenSample, compose, graph_sha256, replacing, walk
from truecopy.contract import (
    Contract,
    Graph,
    GraphInput,
    GraphOutput,
    Multiclass,
    Provenance,
    Views,
    decode,
    encode,
)
from truecopy.contract.portability import original_levels, replay_levels, tensor_units
from truecopy.contract.requires import lowest_runtime
from truecopy.contract.versions import RUNTIME_VERSION
from truecopy.contract.words import in_words
from truecopy.engine import Session, available_cores, open_session
from truecopy.errors import InputError, ProofError, RecipeError, TruecopyError
from truecopy.pixels import golden_images
from truecopy.predict import Member
from truecopy.proof import record, selftest

from .progress import Progress
from .proof import (
    Comparison,
    Original,
    ProofImages,
    are_probabilities,
    check_activation,
    check_gate,
    compare,
    find_proof_images,
    proof_document,
    proof_notes,
    unproven,
)
from .proof.isa import reproduced_here
from .proof.pillow import pillow_passes
from .recipes import Recipe, affected_by_pass_order, check_labels
from .report import Report
from .request import Precision, Request


@dataclass(frozen=True)
class Subject:
    """What is written: the graph without metadata, its signature, and where it comes from."""

    graph: bytes
    inputs: tuple[GraphInput, ...]
    outputs: tuple[GraphOutput, ...]
    answer: str
    opset: int
    precision: Precision
    recipe: Recipe
    original: Original
    provenance: Provenance
    foreign: Mapping[str, str]


def now() -> str:
    """UTC; SOURCE_DATE_EPOCH, where it is set, makes equal inputs give equal files."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    zone = dt.timezone.utc
    moment = dt.datetime.now(zone) if epoch is None else dt.datetime.fromtimestamp(int(epoch), zone)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def write(subject: Subject, request: Request, progress: Progress) -> Report:
    """Prove the subject and write its file.

    Raises:
        ProofError: original and copy differ, or the finished file does not pass its own selftest; nothing is written.
        RecipeError: labels or activation do not fit the outputs.
        ContractError, Unsafe: the parts do not go together, or the graph is refused.
    """
    _refuse_half_images()
    for step in subject.recipe.steps:
        progress.say(f"step: {in_words(step)}")
    notes = [*subject.recipe.notes, *request.names.notes, *check_labels(request.names, _classes(subject))]
    draft = decode(encode(_draft(subject, request)))
    walk(memoryview(subject.graph), str(request.output))
    session = open_session(subject.graph, "cpu", subject.precision, available_cores())
    member = Member.of(draft)
    comparison, images = None, None
    if request.proof is not None:
        images = find_proof_images(request.proof, request.names, request.proof_labels)
        progress.stage(f"proof on {len(images.paths)} images")
        comparison = _compare(subject, request, (member, session), images, progress)
        notes += [*images.notes, *proof_notes(comparison, subject.original, request.passes)]
        _pass_gate(comparison, draft, request.output)
    proven = msgspec.structs.replace(draft, proof=proof_document(comparison, subject.original, draft))
    contract = msgspec.structs.replace(proven, requires=lowest_runtime(proven))
    golden = [record(member, session, name, encoded) for name, encoded in golden_images()]
    if comparison is None:
        check_activation(draft.task, already=all(are_probabilities(sample.output) for sample in golden))
    if request.golden and images is not None:
        embedded = _embedded(request.golden, images, member, session)
        golden += embedded
        notes.append(
            f"{len(embedded)} proof images are embedded in the file as golden samples: are they public?"
        )
    progress.stage("seal, open anew, selftest")
    size = _finish(compose(subject.graph, contract, golden, dict(subject.foreign)), request.output)
    return Report(str(request.output), size, contract, comparison, tuple(notes))


def _allowed(draft: Contract) -> float:
    """How far tensors may be apart because the original's kernel depends on the CPU, in tensor units.

    Nothing on a CPU whose torch is the one that is reproduced: AVX2 or AVX-512, and several threads. OpenCV's bicubic is
    the same call on both sides of the proof.
    """
    if reproduced_here(available_cores()):
        return 0.0
    levels = original_levels(draft.steps) - replay_levels(draft.steps)
    return (
        levels * tensor_units(draft.steps)[1] * (1 + 1e-4)
    )  # the two sides of a level are rounded to float32


def _refuse_half_images() -> None:
    if ImageFile.LOAD_TRUNCATED_IMAGES:
        raise RecipeError(
            "PIL.ImageFile.LOAD_TRUNCATED_IMAGES is on in this process: half images would count as equal",
            fix="Set it to False before the export",
        )


def _pass_gate(comparison: Comparison, draft: Contract, output: Path) -> None:
    """The gate; where it does not hold, the worst case is saved beside the file that is not written."""
    try:
        check_gate(comparison, draft.task, _allowed(draft))
    except ProofError as error:
        saved = output.with_suffix(".failed-proof.npz")
        if comparison.worst_case is not None:
            comparison.worst_case.save(saved)
        fix = f"{error.fix or 'No file was written'}. The worst case is saved: numpy.load({str(saved)!r})"
        raise ProofError.of(error, fix=fix) from error


def _classes(subject: Subject) -> int:
    answer = next(output for output in subject.outputs if output.name == subject.answer)
    if answer.classes is None:
        raise RecipeError(
            f"the answer {answer.name!r} is not one row of fixed length per image",
            expected="(batch, classes)",
            got=f"shape {list(answer.shape)}",
        )
    return answer.classes


def _draft(subject: Subject, request: Request) -> Contract:
    task = Multiclass(
        activation=request.activation or "softmax",
        labels=request.names.labels,
        label_ids=request.names.label_ids,
        labels_source=request.names.source,
        threshold=request.threshold,
        temperature=1.0,
    )
    graph = Graph(
        inputs=subject.inputs,
        outputs=subject.outputs,
        answer=subject.answer,
        precision=subject.precision,
        opset=subject.opset,
        sha256=graph_sha256(subject.graph),
    )
    return Contract(
        truecopy=1,
        requires=RUNTIME_VERSION,
        input=subject.recipe.input,
        steps=subject.recipe.steps,
        graph=graph,
        task=task,
        views=Views(forbidden=(), relabel={}),
        provenance=subject.provenance,
        proof=unproven(subject.precision),
    )


def _compare(
    subject: Subject, request: Request, copy: tuple[Member, Session], images: ProofImages, progress: Progress
) -> Comparison:
    def affected(size: tuple[int, int]) -> bool:
        return affected_by_pass_order(subject.recipe.steps, size)

    member, session = copy
    with pillow_passes(request.passes):
        return compare(subject.original, member, session, images, affected, progress.advance)


def _embedded(count: int, images: ProofImages, member: Member, session: Session) -> list[GoldenSample]:
    """The first `count` proof images that can be read."""
    samples: list[GoldenSample] = []
    for path in images.paths:
        if len(samples) == count:
            break
        # A file name may hold any bytes; the document is UTF-8.
        name = os.fsencode(Path(path).name).decode("utf-8", "replace")
        with contextlib.suppress(InputError):
            samples.append(record(member, session, name, Path(path).read_bytes()))
    return samples


def _finish(content: bytes, output: Path) -> int:
    try:
        return _write_and_test(content, output)
    except TruecopyError:
        raise
    except OSError as error:
        raise RecipeError(
            f"cannot write {output}: {error.strerror or error}", fix="Name another file with -o"
        ) from error


def _write_and_test(content: bytes, output: Path) -> int:
    """Write beside the target, open the finished file anew, selftest it, and only then give it its name."""
    with replacing(output) as temporary:
        temporary.write_bytes(content)
        report = selftest(temporary, device="cpu")
        if not report.ok:
            failed = next(sample for sample in report.samples if not sample.ok)
            first = failed.first_difference
            raise ProofError(
                f"the finished file fails its own selftest on sample {failed.name!r}",
                where=f"stage {first.stage}" if first else None,
                got=first.detail if first else None,
            )
    return len(content)
