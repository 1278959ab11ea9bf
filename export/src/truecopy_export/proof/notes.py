"""What a comparison tells people beside its table."""

from __future__ import annotations

from truecopy.contract.resize import PassOrder

from .compare import Comparison
from .original import Original


def proof_notes(comparison: Comparison, original: Original, passes: PassOrder) -> list[str]:
    """Sentences for people."""
    notes = []
    if comparison.affected_by_passes:
        notes.append(
            f"{comparison.affected_by_passes} of {comparison.images} proof images depend on Pillow's pass order; "
            f"the file says {passes!r}. If training ran another Pillow (below 13: horizontal), say --pillow-passes"
        )
    if comparison.unreadable:
        left_out = len(comparison.unreadable)
        notes.append(
            f"{left_out} proof images could not be read and were left out: {comparison.unreadable[0]}"
        )
    if comparison.images and comparison.inside_unit == comparison.images > comparison.already_probabilities:
        notes.append(
            "every output lies in [0, 1], but rows do not sum to 1: if the network ends in a sigmoid, it is no "
            "multiclass model, and a softmax on top changes its answers"
        )
    if comparison.images and comparison.undecided == comparison.images:
        notes.append("all classes get the same output on every image: was this network ever trained?")
    notes += _bounded(comparison, original)
    raw, ema = comparison.accuracy("raw"), comparison.accuracy("ema")
    if raw is not None and ema is not None and raw > ema:
        notes.append(
            f"the raw weights are right more often than the averaged ones: {raw:.4f} against {ema:.4f}"
        )
    if 0 < comparison.labelled < comparison.images:
        notes.append(
            f"accuracies are over the {comparison.labelled} of {comparison.images} images that have a label"
        )
    if comparison.labelled:
        return notes
    if original.transform is None:
        notes.append(
            "steps written by hand have no original to equal, and the proof images have no labels: whether these "
            "steps are the right ones is not proven"
        )
    else:
        notes.append("equality proven, correctness not: the proof images have no labels")
    return notes


def _bounded(comparison: Comparison, original: Original) -> list[str]:
    """Why the level is `bounded`."""
    notes = []
    if original.other_decoder is not None:
        notes.append(
            f"pixels of {original.other_decoder} are not reproduced: level bounded. From the same decoded array no tensor "
            f"value differs; from the files themselves by up to {comparison.max_decoder_difference:.3g}, and "
            f"{comparison.decoder_flips} of {comparison.images} images get another label"
        )
    if comparison.differing_values:
        notes.append(
            f"{comparison.differing_values} tensor values differ by up to {comparison.max_tensor_difference:.2g}: the "
            "original's kernel depends on the CPU, and this one is not the one that is reproduced (AVX2 or AVX-512): "
            "level bounded"
        )
    return notes
