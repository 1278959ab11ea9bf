"""torch.export programs (torch.export.save, `.pt2`): checked, loaded, and exported by torch.onnx as they are."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import torch

from truecopy.errors import CheckpointError
from truecopy_export.carried import Carried
from truecopy_export.checkpoints.digest import digest_of
from truecopy_export.graph.eager import quiet
from truecopy_export.graph.network import Network
from truecopy_export.graph.program import Program, by_program, check_evaluation, in_float32
from truecopy_export.networks.opened import Opened
from truecopy_export.networks.zip_members import read_members

from .archive import safe_archive
from .inputs import program_inputs


def open_exported_program(path: Path) -> Opened:
    """The program in an archive, on the CPU and in float32, with the inputs that it fixes.

    Raises:
        Blocked: it would run code while it is loaded; nothing was.
        CheckpointError: damaged, exported in training mode, or inputs that no recipe makes.
    """
    where = str(path)
    archive, version = safe_archive(read_members(path), where)
    program = _loaded(archive, version, where)
    check_evaluation(program, where)
    inputs, batch = program_inputs(program, where)
    plain, cast = in_float32(program, where)
    return Opened(
        name=path.name,
        sha256=digest_of(path),
        format="torch-export",
        network=Network(
            Program(plain, batch, inputs).eval(),
            by_program,
            inputs=inputs,
            notes=() if cast is None else (cast,),
        ),
        architecture=f"torch.export program of torch {version}",
        carried=Carried(),
    )


def _loaded(archive: BytesIO, version: str, where: str) -> torch.export.ExportedProgram:
    with _told() as causes:
        try:
            with quiet():
                return torch.export.load(archive)
        except Exception as error:  # torch raises many kinds
            cause = causes[0] if causes else error
            lines = [line.strip() for line in str(cause).splitlines() if line.strip()] or [
                type(cause).__name__
            ]
            raise CheckpointError(
                f"torch {torch.__version__} cannot load this program: {lines[-1][:200]}",
                expected=f"a program of the same schema (it was saved by torch {version})",
                where=where,
                fix="Export the network again with this torch",
            ) from error


@contextmanager
def _told() -> Iterator[list[BaseException]]:
    """What `torch.export.load` only logs, before it says that something went wrong."""
    causes: list[BaseException] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.exc_info and record.exc_info[1] is not None:
                causes.append(record.exc_info[1])

    logger, keep = logging.getLogger("torch.export"), Keep()
    passes_on = logger.propagate
    logger.addHandler(keep)
    logger.propagate = False
    try:
        yield causes
    finally:
        logger.removeHandler(keep)
        logger.propagate = passes_on
