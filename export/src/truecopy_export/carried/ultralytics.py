"""What a whole pickled classifier of Ultralytics says beside its weights: labels, transform, and that it answers with
probabilities.

Told by class and attribute names; nothing of the package (AGPL-3.0) is imported here.
Source: ultralytics 8.4.190 `nn/tasks.py` (ClassificationModel.names), `nn/modules/head.py` (Classify),
`models/yolo/classify/train.py` (transforms).
"""

from __future__ import annotations

from collections.abc import Mapping

from truecopy.errors import RecipeError
from truecopy_export.checkpoints import Checkpoint
from truecopy_export.recipes import Labels
from truecopy_export.recipes.module_transforms import SPELLING

from .carried import Carried
from .names import SAY_LABELS, labels_of, read_or_refused
from .telling import facts_in


def carried_by_ultralytics(checkpoint: Checkpoint) -> Carried | None:
    """None where the file holds no classifier of Ultralytics, or was not unpickled."""
    networks = [module for module in checkpoint.modules.values() if is_classifier(module)]
    if not networks:
        return None
    network = networks[0]  # raw and average carry the same
    names = getattr(network, "names", None)
    labels, refusal = read_or_refused(lambda: _labels(names, checkpoint.name))
    return Carried(
        recipe=None if getattr(network, "transforms", None) is None else SPELLING,
        labels=labels,
        labels_refusal=refusal,
        task={"kind": "multiclass", "activation": "none"},  # its head ends in a softmax
        facts=tuple(facts_in(checkpoint.content)),
    )


def is_classifier(module: object) -> bool:
    spelled = f"{type(module).__module__}.{type(module).__qualname__}"
    return spelled == "ultralytics.nn.tasks.ClassificationModel"


def _labels(names: object, where: str) -> Labels | None:
    """Raises:
    RecipeError: names that do not number the outputs, or an empty one.
    """
    if isinstance(names, Mapping):
        if {*names} != {*range(len(names))}:
            raise RecipeError(
                "the network's names do not number its outputs",
                expected=f"0 to {len(names) - 1}, each once",
                got=", ".join(map(str, list(names)[:8])),
                where=where,
                fix=SAY_LABELS,
            )
        names = [names[index] for index in range(len(names))]
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        return None
    if all(name == str(index) for index, name in enumerate(names)):
        return None  # what the network has before a data set gave it names
    return labels_of(names, "checkpoint model.names", where)
