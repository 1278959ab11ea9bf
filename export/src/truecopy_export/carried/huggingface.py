"""What a Hugging Face folder says beside its weights: class, preprocessing, labels, task, and what tells which one it is.

Source: transformers 5.23 `configuration_utils.py` PreTrainedConfig, `loss/loss_utils.py` ForSequenceClassificationLoss,
`pipelines/image_classification.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from truecopy.errors import CheckpointError, RecipeError
from truecopy_export.checkpoints import Checkpoint
from truecopy_export.checkpoints.inside import file_inside
from truecopy_export.checkpoints.json_document import read_document
from truecopy_export.checkpoints.tensor_files.huggingface_folder import CONFIG, MAX_CONFIG, read_config
from truecopy_export.recipes import Labels

from .carried import Carried
from .huggingface_labels import names_in
from .weight_files import facts_of_files

_PROCESSORS = ("preprocessor_config.json", "processor_config.json")
_TASKS = {
    "single_label_classification": "multiclass",
    "multi_label_classification": "multilabel",
    "regression": "regression",
}
_TELLING = ("model_type", "architecture", "problem_type", "dtype", "torch_dtype", "transformers_version")
_TRAINER = ("epoch", "global_step", "best_metric", "best_model_checkpoint")
_MAX_STATE = 16 << 20
_CORRECT = f"Correct {CONFIG}"
_NAMES = ("id2label", "label2id", "label_names")
# --arch-arg -> entries of the config that no longer hold.
_CHANGED_BY = {"problem_type": ("problem_type",), **dict.fromkeys(("num_labels", *_NAMES), _NAMES)}


def carried_by_folder(checkpoint: Checkpoint) -> Carried:
    """Everything that the folder's JSON says. A label that is a placeholder (LABEL_0) says nothing.

    Raises:
        CheckpointError: no config, or one that cannot be read.
        RecipeError: labels or a task that contradict themselves.
    """
    config = read_config(checkpoint.path)
    names = names_in(config, str(checkpoint.path / CONFIG))
    facts = (*_about_labels(config, names), *_facts(checkpoint, config))
    return replace(_said(checkpoint.path, config, f"hf:{checkpoint.path}"), facts=facts)


def carried_by_spelling(architecture: str | None, arguments: Collection[str]) -> Carried:
    """What the folder of a typed `hf:FOLDER` says, for weights that stand elsewhere; nothing for another spelling.

    arguments: names after --arch-arg. What they change of labels and task, the folder no longer says.

    Raises:
        CheckpointError: no config, or one that cannot be read.
        RecipeError: labels or a task that contradict themselves.
    """
    library, _, name = (architecture or "").partition(":")
    folder = Path(name)
    if library != "hf" or not folder.is_dir():  # that there is none is said where it is built
        return Carried()
    changed = {entry for one in arguments for entry in _CHANGED_BY.get(one, ())}
    config = {key: value for key, value in read_config(folder).items() if key not in changed}
    return _said(folder, config, f"hf:{name}")


def _said(folder: Path, config: Mapping[str, Any], spelling: str) -> Carried:
    where = str(folder / CONFIG)
    names = names_in(config, where)
    task = _task(config, names, where)
    of_numbers = task is not None and task["kind"] == "regression"
    return Carried(
        architecture=spelling,
        recipe=spelling if _has_processor(folder, config) else None,
        labels=None if of_numbers else names,
        task=task,
    )


def _has_processor(folder: Path, config: Mapping[str, Any]) -> bool:
    """Raises:
    CheckpointError: one that is too long, too deep, or stands elsewhere; the library would open it whatever it is.
    """
    there = [name for name in _PROCESSORS if (folder / name).exists() or (folder / name).is_symlink()]
    for name in there:
        path = file_inside(folder, name, "the Hugging Face folder")
        read_document(path, "config of the image processor", MAX_CONFIG)
    return bool(there) or "pretrained_cfg" in config


def _task(config: Mapping[str, Any], names: Labels | None, where: str) -> dict[str, Any] | None:
    """What `problem_type` says. Without it nothing: transformers trains one output as a number and several as classes or
    as labels of their own, by the type of the targets, which are not here.

    Raises:
        RecipeError: another word than the three.
    """
    said = config.get("problem_type")
    if said is None:
        return None
    kind = _TASKS.get(said) if isinstance(said, str) else None
    if kind is None:
        raise RecipeError(
            "problem_type of the config",
            expected=" or ".join(_TASKS),
            got=repr(said)[:80],
            where=where,
            fix=_CORRECT,
        )
    if kind != "regression" or names is None:
        return {"kind": kind}
    return {"kind": kind, "values": list(names.labels)}


def _about_labels(config: Mapping[str, Any], names: Labels | None) -> Iterator[tuple[str, str]]:
    table = config.get("id2label")
    if isinstance(table, dict) and names is None:
        yield "id2label", f"{len(table)} placeholders (LABEL_0, ...), which are no names"
    if isinstance(table, dict) and len(table) == 1 and config.get("problem_type") is None:
        yield (
            "problem_type",
            (
                "absent, with one output: transformers trains it as a number (regression) and its pipeline shows a sigmoid; "
                "--task regression or --task binary says which"
            ),
        )


def _facts(checkpoint: Checkpoint, config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    stated = config.get("architectures")
    if isinstance(stated, list) and stated:
        yield "class", ", ".join(str(name)[:80] for name in stated[:4])
    for name in _TELLING:
        if isinstance(config.get(name), str):
            yield name, config[name][:200]
    yield from facts_of_files(checkpoint)
    try:
        state = file_inside(checkpoint.path, "trainer_state.json", "the Hugging Face folder")
        trained = read_document(state, "trainer's state", _MAX_STATE)
    except CheckpointError:  # absent or not: it tells people which step this is, and nothing depends on it
        trained = {}
    for name in _TRAINER:
        if isinstance(trained.get(name), str | int | float):
            yield name, str(trained[name])[:200]
