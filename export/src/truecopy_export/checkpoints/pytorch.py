"""torch.save's files, of both containers: the pickle is looked at before anything is made of it."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import torch

from truecopy.errors import CheckpointError

from .archive import read_pickle
from .blocked import refuse_blocked
from .foreign import SAVE
from .standins import STANDINS


def read_zip(path: Path) -> Mapping[str, Any]:
    """The dictionary of a zip file, its checksums compared.

    Raises:
        CheckpointError: damaged, cut short, or no dictionary.
        Blocked: unpickling would run code.
    """
    with path.open("rb") as file:
        refuse_blocked(read_pickle(file, str(path)), str(path))
        file.seek(0)
        return _named(_load(file, str(path)), str(path))


def read_legacy(path: Path) -> Mapping[str, Any]:
    """The dictionary of a file as torch.save wrote it before 1.6.

    Raises:
        CheckpointError: damaged, cut short, or no dictionary.
        Blocked: unpickling would run code.
    """
    with path.open("rb") as file:
        refuse_blocked(file, str(path))
        file.seek(0)
        return _named(_load(file, str(path)), str(path))


def _named(content: object, where: str) -> Mapping[str, Any]:
    if not isinstance(content, Mapping) or not all(isinstance(key, str) for key in content):
        raise CheckpointError(
            "The checkpoint holds no dictionary of names", got=type(content).__name__, where=where, fix=SAVE
        )
    return content


def _load(file: BinaryIO, where: str) -> object:
    with torch.serialization.safe_globals(list(STANDINS)), warnings.catch_warnings():
        # torch warns of other pickle protocols and of its own storages; what it cannot read raises below.
        warnings.simplefilter("ignore")
        try:
            return torch.load(file, map_location="cpu", weights_only=True)
        except pickle.UnpicklingError as error:
            raise CheckpointError(
                "The checkpoint's pickle cannot be read", got=_last_line(error), where=where, fix=SAVE
            ) from error
        except Exception as error:
            # A hostile or damaged pickle makes torch raise nearly anything: RuntimeError, KeyError, EOFError, ...
            raise CheckpointError(
                "The checkpoint is damaged or cut short",
                got=f"{type(error).__name__}: {_last_line(error)}",
                where=where,
                fix="Copy or download it again",
            ) from error


def _last_line(error: Exception) -> str:
    """The one telling line of torch's long advice, which tells people to allow what is blocked."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [
        line for line in lines if not line.startswith(("Check the documentation", "Weights only load failed"))
    ]
    return (telling or lines or [type(error).__name__])[-1]
