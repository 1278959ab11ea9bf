"""Keras 3 as it must run here: on torch, on the CPU, channels last, float32."""

from __future__ import annotations

import os
import sys
from types import ModuleType

from truecopy.errors import CheckpointError
from truecopy_export.recipes.library import import_library

BACKEND = "KERAS_BACKEND"


class OtherBackend(CheckpointError):
    """Keras is there, and runs on something else than torch."""


def import_keras_on_torch() -> ModuleType:
    """Keras 3 on its torch backend; the backend is chosen once a process, when Keras is first imported.

    Raises:
        OtherBackend: told to run on another backend, or already running on it in this process.
        CheckpointError: not installed, too old, or with other settings.
    """
    wanted = os.environ.get(BACKEND)
    if "keras" not in sys.modules:
        if wanted not in (None, "", "torch"):
            raise OtherBackend(
                "Keras models are exported through Keras's torch backend",
                expected=f"{BACKEND}=torch, or not set",
                got=f"{BACKEND}={wanted}",
                fix=f"Type: {BACKEND}=torch truecopy export ...",
            )
        os.environ[BACKEND] = "torch"
        # An earlier import that failed (no TensorFlow, for example) leaves parts behind that hold its backend.
        for left in [name for name in sys.modules if name.startswith("keras.")]:
            del sys.modules[left]
    keras = import_library("keras", CheckpointError)
    version = str(keras.__version__)
    if int(version.partition(".")[0]) < 3:
        raise CheckpointError(
            "the installed Keras is too old",
            expected="Keras 3",
            got=version,
            fix='Type: pip install "truecopy-export[keras]"',
        )
    if keras.config.backend() != "torch":
        raise OtherBackend(
            "Keras already runs in this process, on another backend",
            expected="backend torch",
            got=f"backend {keras.config.backend()}",
            fix=f"Set {BACKEND}=torch before the first `import keras`; on the command line: {BACKEND}=torch truecopy export ...",
        )
    for setting, fixed in (("image_data_format", "channels_last"), ("floatx", "float32")):
        found = getattr(keras.config, setting)()
        if found != fixed:
            raise CheckpointError(
                f"keras.config.{setting}() is another one than models are read under",
                expected=fixed,
                got=found,
                fix=f"Call keras.config.set_{setting}({fixed!r}) first, or take it out of ~/.keras/keras.json",
            )
    return keras
