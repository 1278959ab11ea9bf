"""The refusal of a pickle that asks for more than tensors, plain containers and the closed list of stand-ins."""

from __future__ import annotations

import re
from collections.abc import Set

from truecopy.errors import Blocked
from truecopy_export.checkpoints.foreign import SAVE

_UNSAFE = (
    "Or say --unsafe-pickle, which RUNS CODE from the file with your rights: only for a file that you trust as you trust a "
    "program"
)


_PACKAGE = (
    ". It takes the package that made the file (pip install ultralytics; its licence is AGPL-3.0, which is why Truecopy does "
    "not depend on it)"
)
# Far more than any library has; a hostile file may name millions.
_MOST, _LONGEST = 200, 200
_ULTRALYTICS = ("ultralytics.", "models.yolo.", "models.common.")
_MODULES = (
    "torch.nn.modules.",
    "torch.fx.",
    "torch.ao.nn.",
    "torch._dynamo.",
    "torch.nn.parallel.",
    *_ULTRALYTICS,
)
_ULTRALYTICS_TASK = re.compile(
    r"ultralytics\.nn\.tasks\.(?!Classification)(\w+)Model$|models\.yolo\.(?!Classification)(\w+)Model$"
)


def refuse_blocked(names: Set[str], where: str) -> None:
    """Refuse if there are any names, each a dotted global outside the closed list.

    Raises:
        Blocked: every name is in the message, with the two ways out.
    """
    if not names:
        return
    ultralytics = any(name.startswith(_ULTRALYTICS) for name in names)
    raise Blocked(
        f"The checkpoint holds {_kind(names, ultralytics=ultralytics)}: unpickling it would run code",
        expected="tensors and plain values",
        got=_listed(sorted(names)),
        where=where,
        fix=f"{SAVE}. {_UNSAFE}" + (_PACKAGE if ultralytics else ""),
    )


def _listed(names: list[str]) -> str:
    shown = [name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..." for name in names[:_MOST]]
    return ", ".join(shown) + (f" and {len(names) - _MOST} more" if len(names) > _MOST else "")


def _kind(names: Set[str], *, ultralytics: bool) -> str:
    other = next(filter(None, map(_ULTRALYTICS_TASK.match, sorted(names))), None)
    if other is not None:
        return f"a network of Ultralytics that is no classifier ({other[0].rpartition('.')[2]})"
    if ultralytics:
        return "a whole pickled module (Ultralytics saves its best.pt and last.pt so)"
    if any(name.startswith(_MODULES) for name in names):
        return "a whole pickled module"
    return "objects of Python classes"
