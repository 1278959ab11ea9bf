"""Run the original and the copy over the same images and count what differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from truecopy.contract import ImageInput
from truecopy.engine import Session
from truecopy.errors import InputError, OutputError, ProofError
from truecopy.pixels import Picture
from truecopy.predict import Member
from truecopy.predict.heads import activate
from truecopy.proof import relative_difference

from .images import ProofImages
from .original import Original
from .worst_case import WorstCase


@dataclass
class Comparison:
    """Counts over all images that could be read; `worst` names the image with the largest output difference."""

    images: int = 0
    differing_values: int = 0
    differing_images: int = 0
    first_differing: str | None = None
    max_tensor_difference: float = 0.0
    max_decoder_difference: float = 0.0
    decoder_flips: int = 0
    max_output_difference: float = 0.0
    worst: str | None = None
    flips: int = 0
    first_flip: str | None = None
    max_probability_delta: float = 0.0
    labelled: int = 0
    hits: dict[str, int] = field(default_factory=dict)
    affected_by_passes: int = 0
    unreadable: list[str] = field(default_factory=list)
    already_probabilities: int = 0
    inside_unit: int = 0
    undecided: int = 0
    worst_case: WorstCase | None = None

    def accuracy(self, who: str) -> float | None:
        return self.hits.get(who, 0) / self.labelled if self.labelled and who in self.hits else None


def compare(
    original: Original,
    member: Member,
    session: Session,
    images: ProofImages,
    affected: Callable[[tuple[int, int]], bool],
    advance: Callable[[int, int], None],
) -> Comparison:
    """Every image through both pipelines.

    affected: does the installed Pillow's pass order matter at (height, width)?

    Raises:
        ProofError: no image could be read, or the transform's tensor has another shape than the copy's.
    """
    result = Comparison()
    intake = member.image
    layout = member.contract.graph.inputs[0].layout
    for index, (path, truth) in enumerate(zip(images.paths, images.truths, strict=True)):
        advance(index, len(images.paths))
        try:
            picture = intake.decode(path)
            tensor = intake.plan.tensor(intake.plan.canvas(picture))
        except InputError as error:
            _refuse_if_the_original_reads(original, path, intake.spec, error)
            result.unreadable.append(str(error))
            continue
        result.images += 1
        result.affected_by_passes += affected((picture.image.height, picture.image.width))
        theirs = tensor
        if original.transform is not None:
            decoded = _read_original(original, path, intake.spec, picture)
            theirs = _original_tensor(original.transform, layout, path, decoded, tensor)
        equal = _count_values(result, path, tensor, theirs)
        try:
            answers = {
                "original": original.answer(theirs),
                "truecopy": member.rows(session, intake.feeds(tensor))[0],
            }
            # The networks are compared on one tensor, whatever the tensors are.
            same = answers["original"] if equal else original.answer(tensor)
            _count_answers(result, member, path, same, answers["truecopy"])
            _count_flip(result, path, answers["original"], answers["truecopy"])
            _keep_worst(result, WorstCase(path, theirs, tensor, same, answers["truecopy"]))
            if original.other_decoder is not None:
                answers["original"] = _by_its_decoder(result, original, layout, path, tensor, answers)
        except OutputError as error:
            raise ProofError.of(error, where=f"stage output, {path}") from error
        if truth is not None:
            answers |= {name: answer(theirs) for name, answer in original.others.items()}
            result.labelled += 1
            for who, row in answers.items():
                result.hits[who] = result.hits.get(who, 0) + (int(np.argmax(row)) == truth)
    advance(len(images.paths), len(images.paths))
    if 2 * len(result.unreadable) > len(images.paths):
        raise ProofError(
            f"{len(result.unreadable)} of {len(images.paths)} proof images could not be read",
            expected="most of them",
            got=result.unreadable[0],
            fix="Take the damaged files out of the proof folder",
        )
    return result


def _refuse_if_the_original_reads(original: Original, path: str, spec: ImageInput, error: InputError) -> None:
    """A file that the original turns into a tensor and the copy does not is a difference, not a damaged file."""
    if original.transform is None:
        return
    try:
        np.asarray(original.transform(original.read(path, spec)))
    except Exception:  # neither reads it: whatever the original's decoder or transform raises
        return
    raise ProofError(
        f"the original reads {Path(path).name}, the copy refuses it: {error}",
        where="stage decode",
        fix="If no such file will be met where the model runs, take it out of the proof folder",
    ) from error


def _read_original(original: Original, path: str, spec: ImageInput, picture: Picture) -> Image.Image:
    """The file by the original's decoder; where that is not reproduced, the copy's own pixels: all that follows the
    decoder is compared on the same array.
    """
    if original.other_decoder is not None:
        return picture.image
    try:
        return original.read(path, spec)
    except Exception as error:  # another library's decoder
        raise ProofError(
            f"the original cannot read {Path(path).name}: {type(error).__name__}: {error}",
            where="stage decode",
        ) from error


def _original_tensor(
    transform: Callable[[Image.Image], object], layout: str, path: str, decoded: Image.Image, ours: np.ndarray
) -> np.ndarray:
    """What the original library makes of its decoded file."""
    try:
        array = np.asarray(transform(decoded))
    except Exception as error:  # the transform is the user's own code
        raise ProofError(
            f"the original transform fails on {Path(path).name}: {type(error).__name__}: {error}",
            where="stage tensor",
        ) from error
    if array.dtype != np.float32:
        raise ProofError(
            f"the transform makes {array.dtype} of {Path(path).name}",
            expected="float32",
            where="stage tensor",
        )
    if array.ndim == 3 and layout == "NHWC":
        array = array.transpose(1, 2, 0)
    if array.shape != ours.shape:
        raise ProofError(
            f"the transform makes another shape of {Path(path).name} than its steps",
            expected=str(array.shape),
            got=str(ours.shape),
            where="stage tensor",
        )
    return np.ascontiguousarray(array, dtype=ours.dtype)


def _by_its_decoder(
    result: Comparison,
    original: Original,
    layout: str,
    path: str,
    ours: np.ndarray,
    answers: Mapping[str, np.ndarray],
) -> np.ndarray:
    """The original's answer to the file by its own decoder, and how far its tensor is from the copy's."""
    if original.transform is None or original.load is None:
        return answers["original"]
    try:
        decoded = original.load(path)
    except Exception as error:  # another library's decoder
        raise ProofError(
            f"{original.other_decoder} cannot read {Path(path).name}: {type(error).__name__}: {error}",
            where="stage decode",
            fix="Take the file out of the proof folder: the original would not have met it",
        ) from error
    theirs = _original_tensor(original.transform, layout, path, decoded, ours)
    result.max_decoder_difference = max(result.max_decoder_difference, _largest_difference(ours, theirs))
    row = original.answer(theirs)
    result.decoder_flips += int(np.argmax(row)) != int(np.argmax(answers["truecopy"]))
    return row


def _largest_difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Infinite where one of them holds a NaN: `max` of Python would lose it."""
    largest = float(np.abs(ours.astype(np.float64) - theirs).max())
    return largest if np.isfinite(largest) else float("inf")


def _count_values(result: Comparison, path: str, ours: np.ndarray, theirs: np.ndarray) -> bool:
    """Count what differs; are the two equal?"""
    bits = f"u{ours.itemsize}"  # as bits: 0.0 is not -0.0
    differing = int(np.count_nonzero(ours.view(bits) != theirs.view(bits)))
    result.differing_values += differing
    if differing:
        result.max_tensor_difference = max(result.max_tensor_difference, _largest_difference(ours, theirs))
    result.differing_images += differing > 0
    if differing and result.first_differing is None:
        result.first_differing = path
    return differing == 0


def _count_answers(result: Comparison, member: Member, path: str, row: np.ndarray, copy: np.ndarray) -> None:
    difference = relative_difference(copy, row)
    if result.worst is None or difference > result.max_output_difference:
        result.max_output_difference, result.worst = difference, path
    task = member.contract.task
    theirs, ours = activate(task, np.stack([row, copy]))
    result.max_probability_delta = max(result.max_probability_delta, float(np.abs(theirs - ours).max()))
    result.already_probabilities += are_probabilities(row)
    result.undecided += float(np.ptp(row)) == 0.0
    result.inside_unit += bool((row >= 0).all() and (row <= 1).all())


def _count_flip(result: Comparison, path: str, row: np.ndarray, copy: np.ndarray) -> None:
    if int(np.argmax(row)) != int(np.argmax(copy)):
        result.flips += 1
        result.first_flip = result.first_flip or path


def _keep_worst(result: Comparison, case: WorstCase) -> None:
    if result.worst_case is None or case.severity > result.worst_case.severity:
        result.worst_case = case


def are_probabilities(row: np.ndarray) -> bool:
    """Does this row of raw outputs lie in [0, 1] and sum to 1?"""
    inside = bool((row >= 0).all() and (row <= 1).all())
    return inside and abs(float(row.sum(dtype=np.float64)) - 1.0) < 1e-3
