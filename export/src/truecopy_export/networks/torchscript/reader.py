"""TorchScript archives (torch.jit.save): a program with its weights, checked, loaded and exported by torch's old exporter.

What a hostile archive could do is closed before torch sees it: code is read (`source`), pickles are gone through
(`pickle`), and torch's C++ reader gets an archive written anew of the members that were checked (`zip_members`). Before
anything runs, its loops, calls and sizes are counted as far as the graphs tell them (`cost`). What is left open: memory and
time of operators whose sizes are computed from the numbers in a tensor.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from truecopy.errors import CheckpointError
from truecopy_export.carried import Carried
from truecopy_export.checkpoints.digest import digest_of
from truecopy_export.graph.eager import quiet
from truecopy_export.graph.network import Network
from truecopy_export.graph.script import FixedBatch, by_script, check_evaluation
from truecopy_export.graph.weight_dtypes import dtype_note
from truecopy_export.networks.opened import Opened
from truecopy_export.networks.zip_members import read_members, written

from .cost import check_cost
from .pickle import check_pickle
from .source import check_source, on_the_cpu

OLD_EXPORTER = (
    "exported by torch.onnx's old exporter (dynamo=False), which torch has deprecated: a ScriptModule has no Python that the "
    "new one could trace. Where the network's own code is at hand, export that"
)
_TRAINED = "it was saved in training mode (train()); it is exported in evaluation mode, as after eval()"


def open_torchscript(path: Path) -> Opened:
    """The module in an archive, on the CPU, in evaluation mode and float32.

    Raises:
        Blocked: its code or its pickles do more than compute; nothing was run.
        CheckpointError: damaged, quantised, in training mode for good, or not to be loaded.
    """
    where = str(path)
    members, notes = _checked(read_members(path), where)
    module = _loaded(members, where)
    names = [one.name for one in module.forward.schema.arguments[1:]]
    required = [one.name for one in module.forward.schema.arguments[1:] if not one.has_default_value()]
    if len(required) > 1 or not names:
        raise CheckpointError(
            "the network takes several inputs" if required else "the network takes no input",
            expected="one tensor",
            got=", ".join(names),
            where=where,
            fix="Wrap it in a module of one input, and save that with torch.jit",
        )
    cast = dtype_note(module)
    # A frozen module has no such attribute.
    trained = any(getattr(one, "training", False) for one in module.modules())
    module = module.float().eval()
    check_evaluation(module, where)
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    return Opened(
        name=path.name,
        sha256=digest_of(path),
        format="torchscript",
        network=Network(
            FixedBatch(module).eval(),
            by_script,
            notes=tuple(note for note in (OLD_EXPORTER, _TRAINED if trained else None, cast, *notes) if note),
        ),
        architecture=f"TorchScript {module.original_name}",
        carried=Carried(),
    )


def _checked(members: Mapping[str, bytes], where: str) -> tuple[Mapping[str, bytes], list[str]]:
    """The members that torch needs, of what was read; what was changed, in words."""
    kept: dict[str, bytes] = {}
    devices: set[str] = set()
    for name, data in members.items():
        if name.startswith("code/") and name.endswith(".py"):
            try:
                text, device = on_the_cpu(data.decode("ascii"))
            except UnicodeDecodeError as error:
                raise CheckpointError(
                    "the archive's code is not what torch.jit.save writes", got=str(error), where=where
                ) from error
            check_source(text, where)
            devices.update([device] if device else [])
            kept[name] = text.encode("ascii")
        elif name.startswith(("data/", "constants/")) or name in ("version", "byteorder", ".data/version"):
            kept[name] = data
    for pickle in ("data.pkl", "constants.pkl"):
        if pickle not in members:
            raise CheckpointError("the archive is cut short", expected=f"a member {pickle}", where=where)
        check_pickle(members[pickle], members, pickle.removesuffix(".pkl"), where)
        kept[pickle] = members[pickle]
    _check_versions(kept, where)
    return kept, [f"its code names the device {one}; it runs on the CPU here" for one in sorted(devices)]


def _check_versions(members: Mapping[str, bytes], where: str) -> None:
    for name in ("version", ".data/version"):
        if name in members and not members[name].strip().isdigit():
            raise CheckpointError(
                "the archive's version is no number", got=repr(members[name][:20]), where=where
            )
    if members.get("byteorder", b"little") != b"little":
        raise CheckpointError("the archive was written on a big-endian machine", where=where)


def _loaded(members: Mapping[str, bytes], where: str) -> Any:
    """As `torch.jit.load` does, which keeps the functions that it reads to itself; their cost is checked."""
    functions = torch._C.CompilationUnit()
    try:
        with quiet():
            read = torch._C.import_ir_module_from_buffer(
                functions, written(members).read(), torch.device("cpu"), {}, False
            )
            module = torch.jit._recursive.wrap_cpp_module(read)
    except Exception as error:  # the C++ reader raises many kinds
        lines = [line for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
        raise CheckpointError(
            f"torch {torch.__version__} cannot load this archive: {lines[0]}",
            where=where,
            fix="Load it with the torch that saved it, and save it again with a newer one",
        ) from error
    if not hasattr(module, "forward"):
        raise CheckpointError("the archive's module has no forward()", where=where)
    check_cost(functions, f"{read._type().qualified_name()}.forward", where)
    return module
