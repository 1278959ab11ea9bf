"""hf:FOLDER: an image classifier of transformers itself, from a local config.json. Nothing is downloaded, no code of the
folder runs.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints.tensor_files.huggingface_folder import CONFIG, read_config
from truecopy_export.recipes.library import import_library

from .built import Built, provenance_name
from .huggingface_config import class_of, screened
from .huggingface_names import fit_names
from .huggingface_plan import Plan

if TYPE_CHECKING:
    from truecopy_export.checkpoints import Weights

ANSWER = "logits"
# The first argument of forward() takes the picture.
_PICTURES = ("pixel_values", "inputs")


def build_huggingface(folder: str, arguments: Mapping[str, object]) -> Built:
    """The classifier that the folder's config names, with fresh weights, float32 and plain attention.

    arguments: entries of the config that are meant otherwise (`num_labels=10`).

    Raises:
        CheckpointError: no such folder, a config that is refused, or one that transformers cannot build.
    """
    path = Path(folder)
    if not path.is_dir():
        raise CheckpointError("no such folder", expected=f"hf:FOLDER, with {CONFIG}", got=repr(folder)[:200])
    where = str(path / CONFIG)
    import_library("transformers", CheckpointError)
    config = screened(_changed(read_config(path), arguments, where), where)
    model_type, name = class_of(config, where)
    with _alone():
        plan = Plan(model_type, name, config, where)
        twin = plan.on_meta()
        module = plan.build()
    if type(module).main_input_name not in _PICTURES:
        raise CheckpointError(
            f"{name} takes no pictures as numbers",
            expected=" or ".join(_PICTURES),
            got=type(module).main_input_name,
            where=where,
        )

    def renamed(weights: Weights) -> Weights:
        with _alone():
            return fit_names(twin, plan.load, weights, where)

    spelled = provenance_name(f"hf:{path.resolve().name} {name}", arguments)
    return Built(module, spelled, ANSWER, renamed)


def _changed(config: dict[str, Any], arguments: Mapping[str, object], where: str) -> dict[str, Any]:
    """The config with what was typed after --arch-arg; other labels take the place of all."""
    unknown = sorted(arguments.keys() - config.keys() - {"num_labels"})
    if unknown:
        raise CheckpointError(
            f"the config has no entry {unknown[0]!r}",
            expected=", ".join(sorted(config)[:20]) + ", num_labels",
            where=where,
            fix=f"Leave --arch-arg {unknown[0]} out, or type the config's own name: the number of classes is num_labels, which "
            "follows id2label where it is not typed",
        )
    if "num_labels" in arguments:
        config = {key: value for key, value in config.items() if key not in ("id2label", "label2id")}
    return {**config, **arguments}


@contextmanager
def _alone() -> Iterator[None]:
    """No network, no words and no progress bars of transformers, whatever the environment says."""
    constants: Any = import_library("huggingface_hub.constants", CheckpointError)
    logging: Any = import_library("transformers.utils.logging", CheckpointError)
    offline, verbosity, bars = (
        constants.HF_HUB_OFFLINE,
        logging.get_verbosity(),
        logging.is_progress_bar_enabled(),
    )
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        constants.HF_HUB_OFFLINE = True
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        constants.HF_HUB_OFFLINE = offline
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
