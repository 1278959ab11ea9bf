"""What a training checkpoint says beside its weights."""

from __future__ import annotations

from truecopy_export.checkpoints import Checkpoint

from .carried import Carried
from .huggingface import carried_by_folder
from .label_tables import labels_in
from .telling import facts_in
from .training_scripts import timm_script, torchvision_script
from .ultralytics import carried_by_ultralytics
from .weight_files import facts_of_files


def carried_by(checkpoint: Checkpoint) -> Carried:
    """Labels under any of their usual names, architecture and recipe of the scripts of timm and torchvision, and the
    numbers and settings that tell which file this is.

    Raises:
        RecipeError: two tables of labels that differ.
    """
    if checkpoint.format == "huggingface-folder":
        return carried_by_folder(checkpoint)
    ultralytics = carried_by_ultralytics(checkpoint)
    if ultralytics is not None:
        return ultralytics
    content, arguments = checkpoint.content, checkpoint.arguments
    labels = labels_in(content, checkpoint.name)
    facts = (*facts_in(content), *facts_of_files(checkpoint))
    if arguments is not None:
        by_timm = timm_script(content, arguments)
        if by_timm is not None:
            return Carried(by_timm[0], by_timm[1], "timm:arguments", arguments, labels, None, facts)
        by_torchvision = torchvision_script(arguments)
        if by_torchvision is not None:
            return Carried(by_torchvision, {}, "torchvision:arguments", arguments, labels, None, facts)
    return Carried(training=arguments, labels=labels, facts=facts)
