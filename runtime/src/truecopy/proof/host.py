"""This host as a proof names it: provider, arithmetic, instruction set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from truecopy.engine import Session, instruction_set

Precision: TypeAlias = Literal["fp32", "fp16", "int8"]


@dataclass(frozen=True, slots=True)
class Host:
    """The fields of `proof` that say where something was compared."""

    provider: str
    arithmetic: Precision
    isa: str

    @classmethod
    def of(cls, session: Session, precision: Precision) -> Host:
        """Where `session` runs a graph of `precision`."""
        device = session.running.device
        # `cuda:1` is the same provider as `cuda:0`; `provider:NAME` is NAME.
        kind, _, name = device.partition(":")
        provider = name if kind == "provider" else kind
        return cls(provider, arithmetic_on(device, precision), instruction_set())


def arithmetic_on(device: str, precision: Precision) -> Precision:
    """What a graph of `precision` is computed in.

    ONNX Runtime's CPU provider computes FP16 graphs in FP32: there a proof is about rounded weights only.
    """
    return "fp32" if device == "cpu" and precision == "fp16" else precision
