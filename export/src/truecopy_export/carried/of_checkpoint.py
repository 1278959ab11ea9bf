"""What a training checkpoint says beside its weights."""

from __future__ import annotations

from dataclasses import replace

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints import Checkpoint

from .carried import Carried
from .huggingface import carried_by_folder
from .label_tables import labels_in, unread_labels
from .names import read_or_refused
from .telling import facts_in
from .training_scripts import timm_script, torchvision_script
from .ultralytics import carried_by_ultralytics
from .weight_files import facts_of_files


def carried_by(checkpoint: Checkpoint) -> Carried:
    """Labels under any of their usual names, architecture and recipe of the scripts of timm and torchvision, and the
    numbers and settings that tell which file this is.

    Raises:
        CheckpointError, RecipeError: a Hugging Face folder's JSON cannot be read, or contradicts itself.
    """
    if checkpoint.format == "huggingface-folder":
        return carried_by_folder(checkpoint)
    ultralytics = carried_by_ultralytics(checkpoint)
    if ultralytics is not None:
        return ultralytics
    content, arguments = checkpoint.content, checkpoint.arguments
    labels, refusal = read_or_refused(lambda: labels_in(content, checkpoint.name))
    said = Carried(
        training=arguments,
        labels=labels,
        facts=(*unread_labels(content), *facts_in(content), *facts_of_files(checkpoint)),
        labels_refusal=refusal,
    )
    if arguments is not None:
        try:
            by_timm = timm_script(content, arguments)
        except CheckpointError as error:
            return replace(said, recipe="timm:arguments", architecture_refusal=error)
        if by_timm is not None:
            return replace(
                said, architecture=by_timm[0], arguments=by_timm[1], recipe="timm:arguments", hub=by_timm[2]
            )
        by_torchvision = torchvision_script(content, arguments)
        if by_torchvision is not None:
            return replace(
                said,
                architecture=by_torchvision[0],
                arguments=by_torchvision[1],
                recipe="torchvision:arguments",
            )
    return said
