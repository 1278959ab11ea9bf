"""The JSON Schema of the contract, generated from the types; `docs/contract.schema.json` is its copy."""

from __future__ import annotations

from typing import Any

import msgspec.json

from .document import Contract


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the contract document."""
    schema = msgspec.json.schema(Contract)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Truecopy contract", **schema}
