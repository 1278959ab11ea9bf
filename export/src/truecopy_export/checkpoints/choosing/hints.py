"""What a file with one set of weights does not say by its keys: a callback's trace, or the name of a file.

A name never decides which weights are taken. It only says what the one set that is there is called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from truecopy_export.checkpoints.checkpoint import Checkpoint
from truecopy_export.checkpoints.weights import Kind

_LIGHTNING = "pytorch-lightning_version"
_AVERAGING = ("WeightAveraging", "EMAWeightAveraging")  # the state keys of Lightning's callbacks
_EMA_SUFFIX = "-EMA"


def averaged_by_name(checkpoint: Checkpoint) -> Kind:
    """Kind "ema" for NeMo's NAME-EMA.ckpt, whose only `state_dict` is the average (nemo/utils/callbacks)."""
    return "ema" if _LIGHTNING in checkpoint.content and _is_nemos(checkpoint) else "raw"


def hints(checkpoint: Checkpoint) -> Iterator[str]:
    """Lines for the report of a file with one set of weights."""
    callbacks = checkpoint.content.get("callbacks")
    names = callbacks if isinstance(callbacks, Mapping) else {}
    if any(str(name).startswith(_AVERAGING) for name in names):
        yield (
            "a Lightning WeightAveraging callback is named, but its two sets are not: the file was saved outside fit, "
            "where state_dict is the average once the training has finished"
        )
    if averaged_by_name(checkpoint) == "ema":
        yield f"by the name of the file ({checkpoint.name}) this is the average, as NeMo writes it; nothing inside says so"
    sibling = checkpoint.path.with_name(checkpoint.path.stem + _EMA_SUFFIX + checkpoint.path.suffix)
    if _LIGHTNING in checkpoint.content and sibling.exists():
        yield f"beside this file stands {sibling.name}: NeMo keeps the averaged weights there"
    if checkpoint.name == "average_model.pth":
        yield "super-gradients writes the average of the best checkpoints under this name; nothing inside says so"


def _is_nemos(checkpoint: Checkpoint) -> bool:
    return checkpoint.path.stem.endswith(_EMA_SUFFIX)
