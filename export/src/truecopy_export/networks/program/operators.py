"""Which operators a torch.export program may name.

torch resolves `torch.A.B.C` of the file by `getattr` from the package `torch` on, and calls what comes out
(`serialize.py`, `deserialize_operator`): `torch.load` and `torch.os.system` are such names. Only what is listed is let through.
"""

from __future__ import annotations

import re

import torch

from truecopy.errors import Blocked
from truecopy_export.networks.aten import computes
from truecopy_export.networks.quantised import quantised

_ATEN = re.compile(r"torch\.ops\.aten\.([A-Za-z_]\w*)\.([A-Za-z_]\w*)")
# Of symbolic sizes (`serialize.py`, `_SYM_OPS`), without powers and shifts, whose numbers grow without bound.
_OF_SIZES = frozenset(
    {f"_operator.{name}" for name in ("add", "sub", "mul", "floordiv", "truediv", "mod", "neg", "pos", "eq", "ne", "lt",
                                      "le", "gt", "ge", "and_", "or_", "not_", "getitem")}
    | {f"math.{name}" for name in ("ceil", "floor", "trunc", "sqrt")}
    | {f"torch.{name}" for name in ("sym_max", "sym_min", "sym_float", "sym_int", "sym_ite", "sym_not", "sym_sum",
                                    "_sym_sqrt")}
)  # fmt: skip
_AROUND = frozenset(
    {
        f"torch.ops.higher_order.{name}"
        for name in ("wrap_with_set_grad_enabled", "wrap_with_autocast", "cond")
    }
)


def check_operator(target: object, where: str) -> None:
    """Raises:
    Blocked: no operator of `aten` that computes.
    CheckpointError: a quantised one.
    """
    text = str(target)
    if text.startswith(("torch.ops.quantized", "torch.ops.torchao")):
        raise quantised(text, where)
    if text in _OF_SIZES or text in _AROUND:
        return
    if _computes(text):
        return
    raise Blocked(
        "the program names an operator that is not one of aten's which compute: it is not loaded",
        expected="torch.ops.aten.NAME.OVERLOAD",
        got=text[:120],
        where=where,
        fix="Export the network again from its own code, without operators of other libraries",
    )


def _computes(text: str) -> bool:
    """An operator of aten that is there, and none of the refused."""
    found = _ATEN.fullmatch(text)
    if found is None or not computes(found[1]):
        return False
    packet = getattr(torch.ops.aten, found[1], None)
    if not isinstance(packet, torch._ops.OpOverloadPacket):
        return False
    return isinstance(getattr(packet, found[2], None), torch._ops.OpOverload)
