"""A folder as `save_pretrained` writes it: which of its files hold the weights, and what its config says.

Source: transformers 5.23 `modeling_utils.py` _get_resolved_checkpoint_files: safetensors before pickles, one file before
shards. Other files (optimizer.pt, training_args.bin) are never opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from truecopy.errors import CheckpointError
from truecopy_export.checkpoints.inside import file_inside
from truecopy_export.checkpoints.json_document import read_document

from .shards import Index, Read, check_bytes, read_index, read_shards

CONFIG = "config.json"
MAX_CONFIG = 16 << 20  # bytes; the names of 20,000 classes are one
_WEIGHTS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
_OTHER_FRAMEWORKS = {
    "tf_model.h5": "TensorFlow",
    "tf_model.h5.index.json": "TensorFlow",
    "flax_model.msgpack": "Flax",
    "flax_model.msgpack.index.json": "Flax",
}


@dataclass(frozen=True)
class WeightFiles:
    """chosen: the file named in `_WEIGHTS` that is read. files: all that belong to it. index: where it is one.

    ignored: other files of weights beside it.
    """

    chosen: Path
    files: tuple[Path, ...]
    index: Index | None
    ignored: tuple[str, ...]


def read_config(folder: Path) -> dict[str, Any]:
    """`config.json`.

    Raises:
        CheckpointError: not there, too long, or no JSON object.
    """
    path = file_inside(folder, CONFIG, "the Hugging Face folder")
    return read_document(path, "config", MAX_CONFIG)


def find_weights(folder: Path) -> WeightFiles:
    """The files that transformers itself would read.

    Raises:
        CheckpointError: none, an adapter beside them, or shards that are not there.
    """
    names = {entry.name for entry in folder.iterdir()}
    adapter = sorted(name for name in names if name.startswith("adapter_"))
    if adapter:
        raise CheckpointError(
            "The folder holds an adapter (LoRA), which transformers lays over the weights",
            got=", ".join(adapter),
            where=str(folder),
            fix="Merge it where it was trained (peft: model.merge_and_unload()) and save the model with save_pretrained",
        )
    there = [name for name in _WEIGHTS if name in names]
    if not there:
        raise _no_weights(folder, names)
    chosen = file_inside(folder, there[0], "the Hugging Face folder")
    others = (*there[1:], *sorted(names & {*_OTHER_FRAMEWORKS}))
    if chosen.name.endswith(".index.json"):
        index = read_index(chosen)
        return WeightFiles(chosen, (chosen, *index.files), index, others)
    check_bytes((chosen,), chosen)
    return WeightFiles(chosen, (chosen,), None, others)


def read_weights(found: WeightFiles, read: Read) -> Mapping[str, Any]:
    """The content of the files. read: one file, whatever its format.

    Raises:
        CheckpointError: shards that are not as their index says; or what `read` raises.
    """
    return read(found.chosen) if found.index is None else read_shards(found.index, read)


def _no_weights(folder: Path, names: set[str]) -> CheckpointError:
    where = str(folder)
    expected = ", ".join(_WEIGHTS)
    steps = sorted(name for name in names if name.startswith("checkpoint-") and (folder / name).is_dir())
    foreign = sorted({_OTHER_FRAMEWORKS[name] for name in names & {*_OTHER_FRAMEWORKS}})
    variants = sorted(
        name for name in names if name.startswith(("model.", "pytorch_model.")) and name not in _WEIGHTS
    )
    if foreign:
        return CheckpointError(
            f"The folder holds weights of {' and '.join(foreign)} only",
            expected=expected,
            where=where,
            fix="Load it with a transformers below 5 and from_tf=True (or from_flax=True), and save it with save_pretrained",
        )
    if variants:
        fix = f"Give the variant the plain name, in a folder of its own: {variants[0]}"
    elif steps:
        fix = f"The trainer saved its steps in folders: truecopy export {folder / steps[-1]}"
    else:
        fix = "Download the folder again, whole; with only a config, give the file of weights and --arch hf:FOLDER"
    return CheckpointError(
        "The Hugging Face folder holds no weights",
        expected=f"one of {expected}",
        got=", ".join(sorted(names)[:8]),
        where=where,
        fix=fix,
    )
