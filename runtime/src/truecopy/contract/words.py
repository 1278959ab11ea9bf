"""A contract in words, for people: in one line, and its steps. Part by part: `input_words`, `task_words`."""

from __future__ import annotations

import msgspec

from .document import Contract, ImageInput
from .steps import Step
from .tables import TableInput
from .tokens import TokensInput


def input_in_words(contract: Contract) -> str:
    """`RGB by pillow; resize ..., values ...`, `a table of 8 columns`, `tokens, 98 ids`."""
    match contract.input:
        case ImageInput(color=color, decoder=decoder):
            return f"{color} by {decoder}; {', '.join(in_words(step) for step in contract.steps)}"
        case TableInput(columns=columns):
            return f"a table of {len(columns)} columns"
        case TokensInput(ids=ids):
            return f"tokens, {ids} ids"


def in_words(step: Step) -> str:
    """`resize rule=short size=256 ...`, `center_crop size=224 x 224 ...`, `values div 255.0, sub 0.5`."""
    fields = msgspec.to_builtins(step)
    op = fields.pop("op")
    if op == "values":
        chain = [f"{name} {_numbers(constant)}" for name, constant in fields["chain"]]
        return f"{op} {', '.join(chain) or '0 to 255 as they are'}"
    if isinstance(fields.get("size"), list | tuple):
        fields["size"] = "{} x {}".format(*fields["size"])
    return " ".join([op, *(f"{key}={_numbers(value)}" for key, value in fields.items())])


def _numbers(value: object) -> str:
    """A number or word as it is; a list as `0.485/0.456/0.406`, or once where all are the same."""
    if not isinstance(value, list | tuple):
        return str(value)
    return str(value[0]) if len(set(value)) == 1 else "/".join(map(str, value))
