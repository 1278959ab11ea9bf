"""The one way a file is written, by export and by attach: prove, compose, seal, open anew, selftest, rename."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PIL import ImageFile

from truecopy.artifact import GoldenSample, compose, graph_sha256, walk
from truecopy.contract import (
    Contract,
    Graph,
    GraphInput,
    GraphOutput,
    ImageInput,
    Provenance,
    Regression,
    TableInput,
    Task,
    decode,
    encode,
    names_of,
)
from truecopy.contract.input_words import input_parts
from truecopy.contract.portability import original_levels, replay_levels, tensor_units
from truecopy.contract.requires import lowest_runtime
from truecopy.contract.versions import RUNTIME_VERSION
from truecopy.contract.words import in_words
from truecopy.engine import Session, available_cores, open_session
from truecopy.errors import ContractError, InputError, ProofError, RecipeError, TruecopyError
from truecopy.predict import Member
from truecopy.predict.answering import own_steps
from truecopy.proof import record, write_tested

from .export_page import Account
from .paths import stored_name
from .progress import Progress, Stopwatch
from .proof import (
    Comparison,
    Ending,
    Original,
    ProofItems,
    Seen,
    activation_notes,
    check_activation,
    check_gate,
    compare,
    find_proof_items,
    noun_of,
    proof_document,
    proof_notes,
    unproven,
)
from .proof.isa import reproduced_here
from .proof.pillow import pillow_passes
from .recipes import Recipe, affected_by_pass_order, check_labels
from .report import Report
from .reported import report_failed, report_written
from .request import Precision, Request
from .views_yaml import build_views

if TYPE_CHECKING:
    from .findings import Findings


@dataclass(frozen=True)
class Subject:
    """What is written: the graph without metadata, its signature, and where it comes from.

    ending: what the answer comes out of, where the graph shows it. findings: on the given file, for the report.
    """

    graph: bytes
    inputs: tuple[GraphInput, ...]
    outputs: tuple[GraphOutput, ...]
    answer: str
    opset: int
    precision: Precision
    task: Task
    recipe: Recipe
    original: Original
    provenance: Provenance
    foreign: Mapping[str, str]
    ending: Ending | None = None
    findings: Findings | None = None


def write(subject: Subject, request: Request, progress: Progress) -> Report:
    """Prove the subject and write its file.

    Raises:
        ProofError: original and copy differ, or the finished file does not pass its own selftest; nothing is written.
        RecipeError: task, labels or activation do not fit the outputs.
        RecipeError, Unsafe: the parts do not go together, or the graph is refused.
    """
    progress = Stopwatch.of(progress)
    if isinstance(subject.recipe.input, ImageInput):
        _refuse_half_images()
    for step in subject.recipe.steps:
        progress.say(f"step: {in_words(step)}")
    task = subject.task
    notes = [*subject.recipe.notes, *_label_notes(task, request)]
    draft = _checked(_draft(subject, request))
    if not subject.recipe.steps:
        for part, said in input_parts(draft):
            progress.say(f"{part}: {said}")
    walk(memoryview(subject.graph), str(request.output))
    session = open_session(subject.graph, "cpu", subject.precision, available_cores())
    member = Member.of(draft)
    stated = request.task.fields.get("activation") is not None
    notes += _check_golden_outputs(subject, member, session, stated=stated)
    comparison, items = None, None
    if request.proof is not None:
        items = find_proof_items(request.proof, member, request.proof_labels)
        progress.stage(f"proof on {len(items.sources)} {noun_of(draft)}s")
        comparison = _compare(subject, request, (member, session), items, progress)
        notes += items.notes
        try:
            _pass_gate(comparison, draft, subject, stated=stated)
        except ProofError as error:
            account = _account(subject, request, draft, comparison, notes, progress)
            raise report_failed(error, account, request) from error
        notes += proof_notes(comparison, subject.original, request.passes, subject.ending)
        notes += activation_notes(task, Seen.in_proof(comparison), subject.ending)
    proven = msgspec.structs.replace(draft, proof=proof_document(comparison, subject.original, draft))
    contract = msgspec.structs.replace(proven, requires=lowest_runtime(proven))
    golden = [record(member, session, name, encoded) for name, encoded in member.intake.golden()]
    if request.golden and items is not None:
        embedded = _embedded(request.golden, items, member, session)
        golden += embedded
        notes.append(
            f"{len(embedded)} proof {noun_of(draft)}s are embedded in the file as golden samples: are they public?"
        )
    progress.stage("seal, open anew, selftest")
    size = _finish(compose(subject.graph, contract, golden, dict(subject.foreign)), request.output)
    html, more = report_written(
        _account(subject, request, contract, comparison, notes, progress), size, request
    )
    notes += more
    return Report(
        str(request.output), size, contract, comparison, tuple(dict.fromkeys(notes)), subject.findings, html
    )


def _account(
    subject: Subject,
    request: Request,
    contract: Contract,
    comparison: Comparison | None,
    notes: list[str],
    progress: Stopwatch,
) -> Account:
    """For the report: of a model that is not written, until `bytes` says otherwise."""
    return Account(
        output=str(request.output),
        bytes=None,
        contract=contract,
        original=subject.original,
        comparison=comparison,
        notes=tuple(dict.fromkeys(notes)),
        findings=subject.findings,
        seconds=progress.seconds,
        command=request.command,
    )


def _checked(draft: Contract) -> Contract:
    """The contract as a reader will see it.

    Raises:
        RecipeError: recipe, task and graph contradict one another.
    """
    try:
        return decode(encode(draft))
    except ContractError as error:
        raise RecipeError.of(
            error, fix=error.fix or "Do recipe, --task and network belong together?"
        ) from error


def _label_notes(task: Task, request: Request) -> tuple[str, ...]:
    if request.labels is None or isinstance(task, Regression):
        return ()
    return (*request.labels.notes, *check_labels(request.labels, len(names_of(task))))


def _check_golden_outputs(
    subject: Subject, member: Member, session: Session, *, stated: bool
) -> tuple[str, ...]:
    """The stated activation, held against what the graph makes of the golden sources; before anything long begins."""
    items = [member.intake.item(member.intake.stored(encoded)) for _, encoded in member.intake.golden()]
    seen = Seen.of(own_steps(member.rows(session, item.feeds)[0], item, member.contract) for item in items)
    check_activation(member.contract.task, seen, subject.ending, stated=stated)
    return activation_notes(member.contract.task, seen, subject.ending)


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


def _pass_gate(comparison: Comparison, draft: Contract, subject: Subject, *, stated: bool) -> None:
    """The gate. A table's arithmetic is floating point on both sides: scikit-learn's BLAS and NumPy may differ in the last
    place.
    """
    ulps = 1 if isinstance(draft.input, TableInput) else 0
    check_gate(comparison, draft.task, _allowed(draft), ulps, subject.ending, stated=stated)


def _draft(subject: Subject, request: Request) -> Contract:
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
        task=subject.task,
        views=build_views(request.views, subject.task, subject.recipe.input),
        provenance=subject.provenance,
        proof=unproven(subject.precision),
    )


def _compare(
    subject: Subject, request: Request, copy: tuple[Member, Session], items: ProofItems, progress: Progress
) -> Comparison:
    def affected(size: tuple[int, int]) -> bool:
        return affected_by_pass_order(subject.recipe.steps, size)

    member, session = copy
    with pillow_passes(request.passes):
        return compare(subject.original, member, session, items, affected, progress.advance)


def _embedded(count: int, items: ProofItems, member: Member, session: Session) -> list[GoldenSample]:
    """The first `count` proof items that can be read."""
    samples: list[GoldenSample] = []
    for source in items.sources:
        if len(samples) == count:
            break
        with contextlib.suppress(InputError):
            encoded = member.intake.encoded(source)
            samples.append(record(member, session, stored_name(member.intake.name(source)), encoded))
    return samples


def _finish(content: bytes, output: Path) -> int:
    try:
        write_tested(content, output, "cpu")
    except TruecopyError:
        raise
    except OSError as error:
        raise RecipeError(
            f"cannot write {output}: {error.strerror or error}", fix="Name another file with -o"
        ) from error
    return len(content)
