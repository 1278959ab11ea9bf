"""A token for every step."""

from __future__ import annotations

from typing import Any

from truecopy.contract import GraphOutput, Task
from truecopy.errors import RecipeError
from truecopy_export.recipes import Labels

from .checked import checked_task
from .decoding import decoding_document, has_blank
from .layout import sequence_layout
from .spec import TaskSpec


def build_sequence(spec: TaskSpec, labels: Labels, answer: GraphOutput) -> Task:
    """Softmax over the vocabulary. `decoding` must be said; the layout is found where the shape leaves no doubt.

    Raises:
        RecipeError: a vocabulary of another size than the answer, or what must be said was not.
    """
    said = spec.fields.get("decoding")
    layout = sequence_layout(spec.fields.get("layout"), labels, answer, spec.source, blank=has_blank(said))
    decoding = decoding_document(said, layout, labels.labels, spec.source)
    document = {
        "kind": "sequence",
        "activation": spec.fields.get("activation") or "softmax",
        "labels": labels.labels,
        "labels_source": labels.source,
        "layout": layout,
        "decoding": decoding,
        "joiner": _joiner(spec, labels.labels, decoding),
    }
    return checked_task(document, answer, spec.source)


def _joiner(spec: TaskSpec, labels: tuple[str, ...], decoding: dict[str, Any]) -> Any:
    """Nothing between single characters; between longer tokens it must be said.

    Raises:
        RecipeError: it was not.
    """
    said = spec.fields.get("joiner")
    if said is not None:
        return said
    silent = {decoding.get("blank"), decoding.get("stop"), *decoding.get("ignore", ())}
    long = [label for index, label in enumerate(labels) if index not in silent and len(label) > 1]
    if not long:
        return ""
    raise RecipeError(
        "nobody said what stands between two tokens of the text",
        expected="`joiner`, because some tokens are longer than one character",
        got=repr(long[0]),
        where=spec.source,
        fix="--task-arg 'joiner=\" \"' for words, --task-arg 'joiner=\"\"' for pieces that carry their own spaces; in "
        "Python a field of the task, 'joiner': ' '",
    )
