"""What a checkpoint may hold beside tensors: a short closed list, loaded with no foreign code run.

The files that matter hold an argparse Namespace (timm, torchvision), a HistoryBuffer (mmengine), a CfgNode (Swin), a NumPy
scalar as the best accuracy. Each name below is bound to something that only holds state, so the libraries need not be
installed. What is Inert is no tensor and no mapping: it cannot come to stand where weights are looked for.
"""

from __future__ import annotations

import re
from argparse import Namespace
from collections import OrderedDict
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np


class Inert:
    """Stands where an object of a training library stood: holds its arguments and state, does nothing."""

    def __new__(cls, *arguments: object) -> Inert:
        made = super().__new__(cls)
        made.arguments, made.state = arguments, None
        return made

    def __init__(self, *_: object) -> None:
        """Nothing more: `__new__` keeps the arguments, which is all that pickle's NEWOBJ calls."""

    arguments: tuple[object, ...]
    state: object

    def __setstate__(self, state: object) -> None:
        self.state = state


def _dictionary(*_: object) -> OrderedDict[Any, Any]:
    """Empty: the items of a dictionary of a library's own come behind it in the pickle."""
    return OrderedDict()


class InertDtype(Inert):
    """A NumPy dtype as pickled: `arguments` ("f8", align, copy), `state` (version, byte order, ...).

    Not `numpy.dtype` itself: its `__setstate__` believes what it is told and can break the process's own float64.
    """


def _numpy_scalar(dtype: object = None, data: object = None) -> object:
    """The number that `numpy.core.multiarray.scalar(dtype, bytes)` means; inert for anything but plain numbers."""
    spec = dtype.arguments[0] if isinstance(dtype, InertDtype) and dtype.arguments else None
    if (
        not isinstance(spec, str)
        or not re.fullmatch(r"b1|[iu][1248]|f[248]|c(8|16)", spec)
        or not isinstance(data, bytes)
    ):
        return Inert(dtype, data)
    state = dtype.state if isinstance(dtype, InertDtype) else None
    big = isinstance(state, tuple) and len(state) > 1 and state[1] == ">"
    plain = np.dtype((">" if big else "<") + spec)
    return np.frombuffer(data, plain)[0] if len(data) == plain.itemsize else Inert(dtype, data)


# (what is made, the name it has in the pickle). Nothing here opens a file, imports or calls back.
STANDINS: tuple[tuple[Any, str], ...] = (
    (Namespace, "argparse.Namespace"),
    (Inert, "mmengine.logging.history_buffer.HistoryBuffer"),
    # The buffer names its methods: protocol 2 writes them as getattr(HistoryBuffer, "min"). Nothing is looked up:
    # the call makes one more Inert, and a call of that is refused.
    (Inert, "builtins.getattr"),
    (_dictionary, "yacs.config.CfgNode"),
    # Pure paths: they cannot touch the file system and exist on every system.
    (PurePosixPath, "pathlib.PosixPath"),
    (PurePosixPath, "pathlib.PurePosixPath"),
    (PurePosixPath, "pathlib._local.PosixPath"),
    (PurePosixPath, "pathlib._local.PurePosixPath"),
    (PureWindowsPath, "pathlib.WindowsPath"),
    (PureWindowsPath, "pathlib.PureWindowsPath"),
    (PureWindowsPath, "pathlib._local.WindowsPath"),
    (PureWindowsPath, "pathlib._local.PureWindowsPath"),
    # NumPy in both spellings of its module: scalars (a best accuracy) become numbers, arrays (mmengine's
    # histories) stay what was pickled.
    (_numpy_scalar, "numpy.core.multiarray.scalar"),
    (_numpy_scalar, "numpy._core.multiarray.scalar"),
    (InertDtype, "numpy.dtype"),
    (Inert, "numpy.core.multiarray._reconstruct"),
    (Inert, "numpy._core.multiarray._reconstruct"),
    (Inert, "numpy.ndarray"),
    # OmegaConf (Hydra): containers, nodes, and the types that its metadata names.
    (Inert, "omegaconf.dictconfig.DictConfig"),
    (Inert, "omegaconf.listconfig.ListConfig"),
    (Inert, "omegaconf.base.ContainerMetadata"),
    (Inert, "omegaconf.base.Metadata"),
    (Inert, "omegaconf.nodes.AnyNode"),
    (Inert, "omegaconf.nodes.IntegerNode"),
    (Inert, "omegaconf.nodes.FloatNode"),
    (Inert, "omegaconf.nodes.StringNode"),
    (Inert, "omegaconf.nodes.BooleanNode"),
    (Inert, "typing.Any"),
    (Inert, "builtins.dict"),
    (Inert, "builtins.list"),
    (Inert, "builtins.int"),
    (Inert, "builtins.float"),
    (Inert, "builtins.str"),
    (Inert, "builtins.bool"),
    (_dictionary, "collections.defaultdict"),
)
