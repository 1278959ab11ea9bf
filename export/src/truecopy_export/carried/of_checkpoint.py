"""What a training checkpoint says beside its weights."""

from __future__ import annotations

from truecopy_export.checkpoints import Checkpoint

from .carried import Carried
from .label_tables import labels_in
from .telling import facts_in
from .training_scripts import timm_script, torchvision_script


def carried_by(checkpoint: Checkpoint) -> Carried:
    """Labels under any of their usual names, architecture and recipe of the scripts of timm and torchvision, and the
    numbers and settings that tell which file this is.

    Raises:
        RecipeError: two tables of labels that differ.
    """
    content, arguments = checkpoint.content, checkpoint.arguments
    labels = labels_in(content, checkpoint.name)
    facts = tuple(facts_in(content))
    if arguments is not None:
        by_timm = timm_script(content, arguments)
        if by_timm is not None:
            return Carried(by_timm[0], by_timm[1], "timm:arguments", arguments, labels, None, facts)
        by_torchvision = torchvision_script(arguments)
        if by_torchvision is not None:
            return Carried(by_torchvision, {}, "torchvision:arguments", arguments, labels, None, facts)
    return Carried(training=arguments, labels=labels, facts=facts)
