"""Contract to canonical JSON and back; every refusal names the JSON path."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from truecopy.errors import ContractError
from truecopy.limits import DEFAULT_LIMITS, Limits

from .consistency import check
from .document import Contract
from .strict_json import dumps, loads
from .versions import upgrade


def encode(contract: Contract, limits: Limits = DEFAULT_LIMITS) -> str:
    """Canonical JSON of a contract that holds together: `decode` takes it, and makes the same text of it again.

    Raises:
        ContractError: the contract contradicts itself, or has values that no reader accepts.
    """
    try:
        text = dumps(msgspec.to_builtins(contract))
    except ValueError as error:
        raise ContractError(f"the contract cannot be written as JSON: {error}") from error
    # Built in Python nothing has checked the types, and 255 stands where the document says 255.0.
    return dumps(msgspec.to_builtins(decode(text, limits)))


def decode(text: str | bytes, limits: Limits = DEFAULT_LIMITS) -> Contract:
    """Parse and check a document.

    Raises:
        ContractError: not strict JSON, an unknown field or value, or a contradiction; names the JSON path.
        Version: written for another version of the contract.
    """
    value = loads(text, max_bytes=limits.max_contract_bytes, max_depth=limits.max_contract_depth)
    contract: Contract = convert(upgrade(value), Contract)
    check(contract)
    return contract


def convert(value: Any, kind: Any, what: str = "contract", root: str = "$") -> Any:
    """`value`, plain JSON data, as the typed `kind`.

    Raises:
        ContractError: names the JSON path, what stands there and what may stand there.
    """
    try:
        return msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        # Only here: looking types up costs a start some milliseconds.
        from .explain import explain

        raise ContractError(f"the {what} is refused: {explain(str(error), value, kind, root)}") from error


def subject_sha256(contract: Contract) -> str:
    """SHA-256 of the canonical JSON of all that a proof is about: input, steps, graph, task and views.

    `contract` as `decode` gives it: built in Python, 255 may stand where the document says 255.0.
    """
    parts = {name: getattr(contract, name) for name in ("input", "steps", "graph", "task", "views")}
    return hashlib.sha256(dumps(msgspec.to_builtins(parts)).encode()).hexdigest()
