"""Which Keras wrote a file, and what people should know of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from truecopy.errors import CheckpointError

from .weights import Stored

BY_TF_KERAS = (
    "In Python, with tf_keras: tf_keras.models.load_model(FILE).save('x.h5'); then type: truecopy export x.h5"
)


_VERSION = re.compile(r"[0-9]{1,4}(?:\.[0-9A-Za-z.+-]{1,40})?")


@dataclass(frozen=True)
class Written:
    """version: as the file says it; "" where it does not (Keras 1). saved: date, as the file says it."""

    version: str
    backend: str = ""
    saved: str = ""

    @property
    def keras2(self) -> bool:
        """Before Keras 3, tf.keras and tf_keras among them."""
        first = self.version.partition(".")[0]
        return not (first.isdecimal() and int(first) >= 3)


def version_of(said: object, where: str) -> str:
    """Of a file's `keras_version`.

    Raises:
        CheckpointError: no version.
    """
    version = str(said)
    if not _VERSION.fullmatch(version):
        raise CheckpointError(
            "the file does not say which Keras wrote it",
            expected="keras_version, like 3.15.1",
            got=repr(version)[:80],
            where=where,
            fix="Save it once more with Keras: model.save('x.keras')",
        )
    return version


def notes(written: Written, keras: ModuleType, stored: Stored) -> tuple[str, ...]:
    """Sentences for the report."""
    said = []
    if written.keras2:
        said.append(
            f"the file was written by Keras {written.version or '1'} and is read by Keras {keras.__version__}: the proof compares "
            "with that"
        )
    if stored.backslashes:
        said.append(
            "its weights have names with backslashes, as Keras 2 wrote them on Windows; they are read as slashes"
        )
    return tuple(said)


def advice(written: Written, keras: ModuleType) -> str:
    """What to do where Keras cannot load the file."""
    if written.keras2:
        return BY_TF_KERAS
    own = _number(str(keras.__version__))
    if _number(written.version) > own:
        return f'A newer Keras wrote it. Type: pip install "keras>={written.version}"'
    return "Save it once more, with the Keras that made it: model.save('x.keras')"


def _number(version: str) -> tuple[int, ...]:
    """(3, 15) of "3.15.1"."""
    found = re.match(r"(\d{1,4})\.(\d{1,4})", version)
    return (0, 0) if found is None else (int(found[1]), int(found[2]))


def architecture(model: Any, kind: str) -> str:
    """For the provenance."""
    return f"Keras {kind} {str(model.name)[:80]!r}"


def facts(written: Written, model: Any) -> tuple[tuple[str, str], ...]:
    """What the file is, for people."""
    said = [
        ("written by", f"Keras {written.version or '1'}"),
        ("backend", written.backend),
        ("saved", written.saved),
    ]
    said += [("parameters", str(model.count_params())), ("layers", str(len(model.layers)))]
    names = getattr(model, "output_names", ["output"])
    said += [
        (
            "outputs",
            ", ".join(f"{name} {one.shape}" for name, one in zip(names, model.outputs or [], strict=False)),
        )
    ]
    return tuple((name, value[:200]) for name, value in said if value)
