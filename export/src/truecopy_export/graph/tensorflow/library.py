"""TensorFlow and what goes with it, imported without its noise, on the CPU only."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from types import ModuleType

from truecopy.errors import CheckpointError

# All of them are in the extra `tensorflow`.
_NEEDED = ("tensorflow", "tf2onnx", "tf_keras")
_BUILDS = ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tensorflow-macos")
# Read once, while TensorFlow is imported. Without oneDNN the kernels are the same on every machine; with Keras 2 as its
# Keras it does not import Keras 3, which is run on torch here.
_SETTINGS = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "TF_USE_LEGACY_KERAS": "1"}
_LOGGERS = ("tensorflow", "tf2onnx", "absl", "h5py")


def import_tensorflow() -> ModuleType:
    """The library, with nothing said on stderr and no accelerator taken.

    Raises:
        CheckpointError: TensorFlow, tf2onnx or tf_keras is not installed.
    """
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    first = "tensorflow" not in sys.modules
    with quiet_tensorflow(), _stderr_closed() if first else contextlib.nullcontext():
        tensorflow = imported("tensorflow")
        for name in _NEEDED[1:]:
            imported(name)
        with contextlib.suppress(RuntimeError):  # it already runs, on whatever the caller chose
            tensorflow.config.set_visible_devices([], "GPU")
    return tensorflow


def imported(name: str) -> ModuleType:
    """A module of TensorFlow, tf2onnx or tf_keras.

    Raises:
        CheckpointError: not installed; says the one line that installs all of them.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = (error.name or name).partition(".")[0]
        raise CheckpointError(
            f"{missing} is not installed", fix='Type: pip install "truecopy-export[tensorflow]"'
        ) from error


def distribution() -> str:
    """What the installed build of TensorFlow is called: its version goes into the provenance."""
    for name in _BUILDS:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            importlib.metadata.version(name)
            return name
    return "tensorflow"


@contextlib.contextmanager
def quiet_tensorflow() -> Iterator[None]:
    """Its loggers say nothing, and its deprecations are not the user's."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [one.level for one in loggers]
    try:
        for one in loggers:
            # What tf2onnx cannot convert is an error of ours, with the operator's name.
            one.setLevel(logging.CRITICAL)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for one, level in zip(loggers, levels, strict=True):
            one.setLevel(level)


@contextlib.contextmanager
def _stderr_closed() -> Iterator[None]:
    """Lines that the C++ side writes before its log level is known go nowhere. Python's own errors are raised, not lost."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)
