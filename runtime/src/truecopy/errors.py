"""Every error that Truecopy raises.

    TruecopyError
    ├── ArtifactError           the .onnx file is refused                        exit 3
    │   ├── UnreadableArtifact    (OSError)       no such file, or not ONNX
    │   ├── NotSealed             (ValueError)    no seal, or not at the end: a tool rewrote the file
    │   ├── Changed               (ValueError)    bytes differ from the sealed ones
    │   ├── NoContract            (LookupError)   an ONNX file, but nothing of Truecopy in it
    │   ├── Version               (ValueError)    written for another version of the contract
    │   ├── ExternalData          (ValueError)    weights stand outside the file
    │   └── Unsafe                (ValueError)    operators, sizes or nesting that are not run
    ├── ContractError             (ValueError)  the document is wrong; names the JSON path   exit 3
    ├── InputError                              one item cannot be read                      exit 1
    │   ├── UnreadableInput       (OSError)
    │   ├── TooLarge              (ValueError)
    │   ├── Unsupported           (TypeError)
    │   └── AmbiguousChannels     (TypeError)
    ├── OutputError               (ArithmeticError)  the graph answered with NaN or infinity  exit 1
    ├── DeviceError               (RuntimeError)  the device asked for does not run the graph  exit 5
    ├── CheckpointError                         the checkpoint is refused                    exit 3
    │   ├── Blocked               (ValueError)    unpickling would run code
    │   ├── Keys                  (KeyError)      weights and architecture do not fit
    │   └── AmbiguousEma          (ValueError)    more than one set of weights could be meant
    ├── RecipeError               (ValueError)  preprocessing, labels or task cannot be taken   exit 3
    ├── StrategyError             (ValueError)  views, merges, members or settings that do not go together   exit 2
    └── ProofError                (AssertionError)  original and copy differ                 exit 4

A message says what failed, what was expected, what was found, where, and what to do next.
"""

from __future__ import annotations

from typing import ClassVar, TypeVar

Kind = TypeVar("Kind", bound="TruecopyError")

__all__ = [
    "AmbiguousChannels",
    "AmbiguousEma",
    "ArtifactError",
    "Blocked",
    "Changed",
    "CheckpointError",
    "ContractError",
    "DeviceError",
    "ExternalData",
    "InputError",
    "Keys",
    "NoContract",
    "NotSealed",
    "OutputError",
    "ProofError",
    "RecipeError",
    "StrategyError",
    "TooLarge",
    "TruecopyError",
    "UnreadableArtifact",
    "UnreadableInput",
    "Unsafe",
    "Unsupported",
    "Version",
]


class TruecopyError(Exception):
    """Root of the tree. `what` alone is a sentence; the other parts are added where they are known.

    `what` failed, `expected` and `got` (already readable, `repr` where it matters), `where`
    (file, JSON path or stage) and `fix` (what to type next) stay readable as attributes.
    """

    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        what: str,
        *,
        expected: str | None = None,
        got: str | None = None,
        where: str | None = None,
        fix: str | None = None,
    ) -> None:
        self.what, self.expected, self.got, self.where, self.fix = what, expected, got, where, fix
        message = what
        if expected is not None:
            message += f": expected {expected}"
        if got is not None:
            message += f"{', ' if expected is not None else ': '}got {got}"
        if where is not None:
            message += f" - at {where}"
        if fix is not None:
            message += f". {fix}"
        super().__init__(message)

    @classmethod
    def of(
        cls: type[Kind], error: TruecopyError, *, where: str | None = None, fix: str | None = None
    ) -> Kind:
        """The words of another error in an error of this class; `where` and `fix` replace what it said there."""
        return cls(
            error.what,
            expected=error.expected,
            got=error.got,
            where=where or error.where,
            fix=fix or error.fix,
        )

    def __str__(self) -> str:
        # KeyError would print the repr of the message.
        return str(self.args[0])


class ArtifactError(TruecopyError):
    exit_code = 3


class UnreadableArtifact(ArtifactError, OSError):
    pass


class NotSealed(ArtifactError, ValueError):
    pass


class Changed(ArtifactError, ValueError):
    pass


class NoContract(ArtifactError, LookupError):
    pass


class Version(ArtifactError, ValueError):
    pass


class ExternalData(ArtifactError, ValueError):
    pass


class Unsafe(ArtifactError, ValueError):
    pass


class ContractError(TruecopyError, ValueError):
    exit_code = 3


class InputError(TruecopyError):
    exit_code = 1


class UnreadableInput(InputError, OSError):
    pass


class TooLarge(InputError, ValueError):
    pass


class Unsupported(InputError, TypeError):
    pass


class AmbiguousChannels(InputError, TypeError):
    pass


class OutputError(TruecopyError, ArithmeticError):
    exit_code = 1


class DeviceError(TruecopyError, RuntimeError):
    exit_code = 5


class CheckpointError(TruecopyError):
    exit_code = 3


class Blocked(CheckpointError, ValueError):
    pass


class Keys(CheckpointError, KeyError):
    pass


class AmbiguousEma(CheckpointError, ValueError):
    pass


class RecipeError(TruecopyError, ValueError):
    exit_code = 3


class StrategyError(TruecopyError, ValueError):
    exit_code = 2


class ProofError(TruecopyError, AssertionError):
    exit_code = 4
