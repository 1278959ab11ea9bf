"""A TensorFlow SavedModel: its signature is the original, tf2onnx makes the graph."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from truecopy.errors import CheckpointError
from truecopy_export.carried import Carried
from truecopy_export.checkpoints.digest import digest_of_files
from truecopy_export.graph.network import Network
from truecopy_export.graph.tensorflow.library import import_tensorflow, quiet_tensorflow
from truecopy_export.networks.opened import Opened

from .checked import check_program
from .files import INDEX, PROGRAM, SavedModelFiles, saved_model_files
from .input import network_of

SIGNATURE = "serving_default"
_SAVE = (
    f"Save it again with one signature: tf.saved_model.save(model, folder, signatures={{'{SIGNATURE}': ...}})"
)


def open_saved_model(path: Path) -> Opened:
    """The signature `serving_default`, or the only one. path: the folder, or its `saved_model.pb`.

    The program is read before TensorFlow is: only operators that compute on tensors are let in. Keras' own description of
    the network (`keras_metadata.pb`) and assets are not looked at.

    Raises:
        Blocked: it reads or writes files, calls Python, fills tables, or links out of its folder.
        CheckpointError: damaged; several signatures; an input that is no picture and no row; TensorFlow is not installed.
    """
    files = saved_model_files(path)
    check_program(files.program, files.folder / PROGRAM)
    signature, network = _network(_loaded(files), str(files.folder))
    return Opened(
        files.folder.name,
        digest_of_files(files.folder, files.all),
        "tensorflow-savedmodel",
        network,
        f"TensorFlow SavedModel, signature {signature}",
        Carried(),
    )


def _loaded(files: SavedModelFiles) -> Any:
    """From a folder of our own with the checked files alone: TensorFlow reads others, too, where they are there."""
    tensorflow = import_tensorflow()
    with tempfile.TemporaryDirectory() as made, quiet_tensorflow(), tensorflow.device("/CPU:0"):
        inside = Path(made) / "variables"
        inside.mkdir()
        (Path(made) / PROGRAM).write_bytes(files.program)
        for one in files.variables:
            (inside / one.name).symlink_to(one.resolve())
        try:
            _check_variables(tensorflow, inside, files)
            return tensorflow.saved_model.load(made)
        except CheckpointError:
            raise
        except Exception as error:  # TensorFlow and protobuf raise many kinds
            lines = [line.strip() for line in str(error).replace(made, "").splitlines() if line.strip()]
            raise CheckpointError(
                f"TensorFlow cannot load the SavedModel: {type(error).__name__}: {lines[0] if lines else ''}",
                where=str(files.folder),
                fix="Copy the whole folder again, or save it again with tf.saved_model.save",
            ) from error


def _check_variables(tensorflow: Any, inside: Path, files: SavedModelFiles) -> None:
    """What the index promises is not more than its shards hold."""
    if not files.variables:
        return
    reader = tensorflow.train.load_checkpoint(str(inside / INDEX.removesuffix(".index")))
    kinds = reader.get_variable_to_dtype_map()
    size = 0
    for name, shape in reader.get_variable_to_shape_map().items():
        elements = 1
        for axis in shape:
            elements *= axis
        size += elements * max(kinds[name].size if kinds[name] != tensorflow.string else 0, 0)
    held = sum(one.stat().st_size for one in files.variables[1:])
    if size > held:
        raise CheckpointError(
            "the variables of the SavedModel are cut short",
            expected=f"{size} bytes, as {INDEX} says",
            got=str(held),
            where=str(files.folder),
            fix="Copy the whole folder again",
        )


def _network(loaded: Any, where: str) -> tuple[str, Network]:
    """The signature's name and what it computes."""
    signatures: Mapping[str, Any] = getattr(loaded, "signatures", {})
    if not signatures:
        raise CheckpointError("the SavedModel has no signature", where=where, fix=_SAVE)
    name = SIGNATURE if SIGNATURE in signatures else next(iter(signatures))
    if name != SIGNATURE and len(signatures) > 1:
        raise CheckpointError(
            "the SavedModel has several signatures, and none is the usual one",
            expected=SIGNATURE,
            got=", ".join(sorted(signatures)),
            where=where,
            fix=_SAVE,
        )
    signature, at = signatures[name], f"{where}, signature {name}"
    taken = signature.structured_input_signature[1]
    if len(taken) != 1:
        raise CheckpointError(
            "the signature does not take one picture",
            expected="one input",
            got=", ".join(sorted(taken)) or "none",
            where=at,
            fix=_SAVE,
        )
    ((fed, spec),) = taken.items()
    if spec.shape.rank is None:
        raise CheckpointError("the signature does not say the shape of its input", where=at, fix=_SAVE)

    def call(given: Any) -> Mapping[str, Any]:
        answers = signature(**{fed: given})
        return {key: answers[key] for key in sorted(answers)}

    return name, network_of(call, tuple(spec.shape.as_list()), spec.dtype.name, loaded, at)
