"""One photo through every stage of a contract, and what the classic mistakes would have fed instead."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from PIL import Image

from truecopy.contract import Contract, GraphInput, ImageInput, Values
from truecopy.contract.flow import flow, geometry_of
from truecopy.contract.kind import kind_of
from truecopy.contract.words import in_words
from truecopy.engine import Session, available_cores
from truecopy.errors import ContractError, InputError, OutputError
from truecopy.limits import DEFAULT_LIMITS, Limits
from truecopy.pixels import Picture, Plan, Source, Tensor, decode
from truecopy.predict import Member, Result, open_artifact
from truecopy.predict.heads import result_of

from .explanation import Explanation, Fed, LeftOut, Stage, label_changes, policy_in_words
from .mistakes import Mistake, mistakes
from .shown import numbers, shown

if TYPE_CHECKING:
    import numpy.typing as npt

Array: TypeAlias = "npt.NDArray[Any]"

# Each stage is a picture on the sheet; a contract may name thousands of steps.
_MOST_STEPS = 12


def explain(
    path: str | os.PathLike[str], source: Source, *, device: str = "auto", limits: Limits = DEFAULT_LIMITS
) -> Explanation:
    """Open the artifact and explain one photo.

    Raises:
        ArtifactError, ContractError: the file is refused, or takes no pictures.
        DeviceError: the device does not run the graph.
        InputError, OutputError: the photo cannot be read, or the graph fails on it.
    """
    opened = open_artifact(path, limits)
    check_pictures(opened.member.contract, os.fsdecode(path))
    session = opened.session(device, available_cores())
    return explained(opened.member, session, source, os.fsdecode(path))


def check_pictures(contract: Contract, model: str) -> None:
    """A sheet shows pictures.

    Raises:
        ContractError: the model takes rows or sequences.
    """
    if not isinstance(contract.input, ImageInput):
        takes = {"table": "rows of a table", "tokens": "sequences of tokens"}
        kind = kind_of(contract.input)
        raise ContractError(
            "explain draws what happens to a picture",
            got=f"a model that takes {takes[kind]}",
            where="`$.input.kind`",
            fix=f"What happens to its input: truecopy inspect {model}; whether it holds here: truecopy selftest {model}",
        )


def explained(member: Member, session: Session, source: Source, model: str) -> Explanation:
    """Explain one photo with an open session; `model` is how the file is called.

    Raises:
        ContractError: the model takes no pictures.
        InputError, OutputError: the photo cannot be read, or the graph fails on it.
    """
    check_pictures(member.contract, model)
    intake = member.image
    picture = intake.decode(source)
    canvas = intake.plan.canvas(picture)
    tensor = intake.plan.tensor(canvas)
    told = _decided(member, session, tensor, picture)
    stages, hidden = _stages(member, picture, canvas, tensor)
    run = _Run(member, session, source, picture, tensor, told)
    outcomes = [_try(run, mistake) for mistake in mistakes(member.contract)]
    return Explanation(
        model=model,
        contract=member.contract,
        device=session.running.device,
        stages=stages,
        hidden=hidden,
        answer=told,
        fed=tuple(outcome for outcome in outcomes if isinstance(outcome, Fed)),
        left_out=tuple(outcome for outcome in outcomes if isinstance(outcome, LeftOut)),
    )


def _decided(member: Member, session: Session, tensor: Tensor, picture: Picture) -> Result:
    row = member.rows(session, member.image.feeds(tensor))[0]
    return result_of(member.contract.task, row, picture.name, picture.warnings)


def _stages(member: Member, picture: Picture, canvas: Array, tensor: Tensor) -> tuple[tuple[Stage, ...], int]:
    """All stages, and how many steps stand in none of them."""
    contract = member.contract
    last = contract.steps[-1]
    count = len(geometry_of(contract.steps))
    # The last step of the geometry makes the canvas; of very many, the first ones and that one are shown.
    kept = range(count) if count <= _MOST_STEPS else (*range(_MOST_STEPS - 1), count - 1)
    pixels = picture.pixels()
    made = [Stage("decoded", policy_in_words(contract.image), numbers(pixels), shown(pixels, 0, 255))]
    for index in kept:
        after = canvas if index == count - 1 else _canvas_after(member, index + 1, picture)
        scaled = any(isinstance(step, Values) for step in contract.steps[: index + 1])
        made.append(
            Stage(f"step {index}", in_words(contract.steps[index]), numbers(after), _seen(after, scaled))
        )
    fed = channels_last(tensor, contract.graph.inputs[0])
    words = in_words(last) if isinstance(last, Values) else "the numbers as they are"
    signature = contract.graph.inputs[0]
    made.append(
        Stage(
            "tensor", f"{words}, {signature.layout} {signature.dtype}", numbers(fed), _seen(fed, scaled=True)
        )
    )
    return tuple(made), count - len(kept)


def _canvas_after(member: Member, count: int, picture: Picture) -> Array:
    """The canvas after the first `count` steps: they are a contract of their own, for a graph of any size."""
    steps = (*member.contract.steps[:count], Values(chain=()))
    channels = flow(steps, member.contract.image.channels).channels
    free = GraphInput(name="canvas", dtype="float32", layout="NHWC", shape=("n", "height", "width", channels))
    return Plan.compile(member.contract.image, steps, free, limits=member.image.limits).canvas(picture)


def _seen(values: Array, scaled: bool) -> Image.Image:
    """Values that are still pixels from 0 to 255; scaled ones from their smallest (black) to their largest (white)."""
    if not scaled:
        return shown(values, 0, 255)
    return shown(values, float(values.min()), float(values.max()))


def channels_last(tensor: Tensor, signature: GraphInput) -> Array:
    """(h, w, c) of one item in the graph's layout."""
    return tensor.transpose(1, 2, 0) if signature.layout == "NCHW" else tensor


@dataclass(frozen=True, slots=True)
class _Run:
    """What every mistake is held against."""

    member: Member
    session: Session
    source: Source
    picture: Picture
    tensor: Tensor
    answer: Result


def _try(run: _Run, mistake: Mistake) -> Fed | LeftOut:
    try:
        return _fed(run, mistake)
    except (ContractError, InputError) as error:
        return LeftOut(mistake.name, error.what)


def _fed(run: _Run, mistake: Mistake) -> Fed | LeftOut:
    contract, limits = run.member.contract, run.member.image.limits
    picture = run.picture
    if mistake.input != contract.image:
        picture = decode(run.source, mistake.input, limits=limits)
        # Whoever ignores a turn is warned of it, and nobody else.
        if set(picture.warnings) == set(run.picture.warnings):
            return LeftOut(mistake.name, "no EXIF turn in this file")
    plan = Plan.compile(mistake.input, mistake.steps, contract.graph.inputs[0], limits=limits)
    tensor = plan.tensor(plan.canvas(picture))
    if tensor.shape != run.tensor.shape:
        return LeftOut(mistake.name, f"makes a tensor of another shape, {tensor.shape}")
    if np.array_equal(tensor, run.tensor):
        return LeftOut(mistake.name, "the same tensor for this photo")
    return _compared(run, mistake, tensor)


def _compared(run: _Run, mistake: Mistake, tensor: Tensor) -> Fed:
    signature = run.member.contract.graph.inputs[0]
    own, fed = (channels_last(values, signature).astype(np.float32) for values in (run.tensor, tensor))
    low, high = float(own.min()), float(own.max())
    with np.errstate(all="ignore"):
        distance = float(np.abs(fed - own).mean(dtype=np.float64))
    told, failure = None, ""
    try:
        told = _decided(run.member, run.session, tensor, run.picture)
    except OutputError as error:
        failure = error.what
    return Fed(
        mistake=mistake,
        numbers=numbers(channels_last(tensor, signature)),
        picture=shown(fed, low, high),
        moved=distance / (high - low) if high > low else None,
        differing=float(np.mean(fed != own)),
        answer=told,
        failure=failure,
        label_changes=label_changes(run.answer, told),
    )
