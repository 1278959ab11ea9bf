"""Quantised operators of torch: the refusal that all formats of torch share."""

from __future__ import annotations

from truecopy.errors import CheckpointError


def quantised(what: str, where: str) -> CheckpointError:
    """what: the operator or class of the file."""
    return CheckpointError(
        "the network is quantised: its operators exist in torch alone, and ONNX has no way from them",
        expected="float operators",
        got=what,
        where=where,
        fix="Give the float network that it was made from; INT8 is made of that",
    )
