"""Whether a tensor that a file describes by size and strides lies inside its bytes."""

from __future__ import annotations

from typing import Any

from truecopy.errors import CheckpointError


def check_strided(numel: int, offset: Any, size: Any, stride: Any, where: str) -> None:
    """A tensor of this size and strides lies inside a storage of `numel` numbers; what it repeats stays small.

    Raises:
        CheckpointError: it does not.
    """
    numbers = [offset, *size, *stride]
    if len(size) != len(stride) or not all(type(one) is int and one >= 0 for one in numbers):
        raise damaged("a tensor whose size or strides are no numbers", where)
    count = 1
    for one in size:
        count *= one
    last = offset + sum((one - 1) * step for one, step in zip(size, stride, strict=True))
    if count and (last >= numel or count > max(numel, 1 << 24)):
        raise damaged(f"a tensor of {count} numbers up to place {last} in a storage of {numel}", where)


def damaged(what: str, where: str) -> CheckpointError:
    """The tensors, or what says where they lie."""
    return CheckpointError(
        "the archive's tensors are damaged", got=what, where=where, fix="Copy or download it again"
    )
