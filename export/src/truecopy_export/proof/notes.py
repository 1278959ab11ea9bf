"""What a comparison tells people beside its table."""

from __future__ import annotations

from collections.abc import Mapping

from truecopy.contract.resize import PassOrder

from .activation import Ending
from .comparison import Comparison, Noun
from .original import Original


def proof_notes(
    comparison: Comparison, original: Original, passes: PassOrder, ending: Ending | None = None
) -> list[str]:
    """Sentences for people. ending: what the graph's answer comes out of, where that is seen."""
    many = f"{comparison.noun}s"
    notes = []
    if comparison.affected_by_passes:
        notes.append(
            f"{comparison.affected_by_passes} of {comparison.images} proof images depend on Pillow's pass order; "
            f"the file says {passes!r}. If training ran another Pillow (below 13: horizontal), say --pillow-passes"
        )
    if comparison.unreadable:
        left_out = len(comparison.unreadable)
        notes.append(
            f"{left_out} proof {many} could not be read and were left out: {comparison.unreadable[0]}"
        )
    inside = comparison.inside_unit == comparison.images > comparison.already_probabilities
    if comparison.images and inside and ending is None and comparison.task == "multiclass":
        notes.append(
            "every output lies in [0, 1], but rows do not sum to 1: if the network ends in a sigmoid, it is no "
            "multiclass model, and a softmax on top changes its answers"
        )
    if comparison.images and comparison.undecided == comparison.images:
        notes.append(
            f"all classes get the same output on every {comparison.noun}: was this network ever trained?"
        )
    elif comparison.images > 1 and comparison.width == 1 and comparison.least == comparison.most:
        notes.append(f"every {comparison.noun} gets the same output: was this network ever trained?")
    notes += _below_chance(comparison)
    notes += _bounded(comparison, original)
    notes += _weights(comparison)
    if 0 < comparison.labelled < comparison.images:
        what = "errors" if comparison.absolute else "accuracies"
        notes.append(
            f"{what} are over the {comparison.labelled} of {comparison.images} {many} that have a label"
        )
    if comparison.labelled:
        return notes
    if original.transform is not None:
        notes.append(f"equality proven, correctness not: the proof {many} have no labels")
    elif 0 < comparison.images == comparison.with_original:
        notes.append("the ids are fed as they are given; correctness is not proven: they have no labels")
    else:
        notes.append(_NO_ORIGINAL[comparison.noun])
    return notes


_NO_ORIGINAL: Mapping[Noun, str] = {
    "image": "steps written by hand have no original to equal, and the proof images have no labels: whether these steps "
    "are the right ones is not proven",
    "row": "columns written by hand have no original to equal, and the proof rows have no labels: whether these columns "
    "are the right ones is not proven",
    "text": "the text policy has no original encoder to equal, and the proof texts have no labels: whether these ids are "
    "the right ones is not proven",
}


# Fewer labelled items say too little.
_ENOUGH = 20


def _below_chance(comparison: Comparison) -> list[str]:
    """Right less than half as often as by chance: labels in another order than the outputs are the usual reason."""
    accuracy = comparison.accuracy("truecopy")
    if comparison.task not in ("multiclass", "binary") or accuracy is None or comparison.labelled < _ENOUGH:
        return []
    classes = 2 if comparison.task == "binary" else comparison.width
    if not classes or accuracy >= 0.5 / classes:
        return []
    chance = 1 / classes
    note = f"an accuracy of {accuracy:.4f} is less than half of what chance gives ({chance:.4f}): is the order of --labels right?"
    return [note]


def _weights(comparison: Comparison) -> list[str]:
    """Are the raw weights better than the averaged ones?"""
    raw, ema = comparison.accuracy("raw"), comparison.accuracy("ema")
    if raw is not None and ema is not None and raw > ema:
        return [f"the raw weights are right more often than the averaged ones: {raw:.4f} against {ema:.4f}"]
    off, smoothed = comparison.mean_error("raw"), comparison.mean_error("ema")
    if off is not None and smoothed is not None and (off < smoothed).all():
        return ["the raw weights are nearer to the truth than the averaged ones"]
    return []


def _bounded(comparison: Comparison, original: Original) -> list[str]:
    """Why the level is `bounded`."""
    notes = []
    if original.other_decoder is not None:
        notes.append(
            f"pixels of {original.other_decoder} are not reproduced: level bounded. From the same decoded array no tensor "
            f"value differs; from the files themselves by up to {comparison.max_decoder_difference:.3g}, and "
            f"{comparison.decoder_flips} of {comparison.images} images get another label"
        )
    if comparison.differing_values and comparison.noun == "row":
        notes.append(
            f"{comparison.differing_values} features differ by one unit of the last place of float32, up to "
            f"{comparison.max_tensor_difference:.2g}: level bounded"
        )
    elif comparison.differing_values:
        notes.append(
            f"{comparison.differing_values} tensor values differ by up to {comparison.max_tensor_difference:.2g}: the "
            "original's kernel depends on the CPU, and this one is not the one that is reproduced (AVX2 or AVX-512): "
            "level bounded"
        )
    return notes
