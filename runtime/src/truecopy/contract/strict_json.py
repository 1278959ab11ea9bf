"""Canonical JSON out; strict JSON in: no duplicate keys, no NaN or infinity, limited size and depth."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Any, NoReturn

from truecopy.errors import ContractError

# A string (also one that never ends: else every quote in it is tried anew) or a bracket.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


def dumps(value: object) -> str:
    """Canonical form: UTF-8, sorted keys, no spaces. `json.loads` of it gives `value` back."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def loads(text: str | bytes, *, max_bytes: int, max_depth: int, what: str = "contract") -> Any:
    """Parse untrusted JSON.

    Raises:
        ContractError: too long, too deep, not UTF-8, not JSON, a key twice, NaN, or a number beyond float64.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else bytes(text)
    if len(data) > max_bytes:
        raise ContractError(
            f"the {what} is too long", expected=f"at most {max_bytes} bytes", got=f"{len(data)}"
        )
    try:
        string = data.decode("utf-8")
        _check_depth(string, max_depth, what)
        value = json.loads(
            string, object_pairs_hook=_no_duplicates, parse_constant=_no_constant, parse_float=_finite
        )
        dumps(value).encode()  # escaped lone surrogates parse, but are no UTF-8
    except ContractError:
        raise
    except (ValueError, RecursionError) as error:
        raise ContractError(f"the {what} is not valid JSON: {error}") from error
    return value


def _check_depth(text: str, max_depth: int, what: str) -> None:
    depth = 0
    for token in _TOKEN.finditer(text):
        character = token[0][0]
        if character in "[{":
            depth += 1
            if depth > max_depth:
                raise ContractError(
                    f"the {what} is nested too deeply", expected=f"at most {max_depth} levels"
                )
        elif character in "]}":
            depth -= 1


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise ValueError(f"key {twice!r} stands twice in one object")
    return result


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits[:40]} is beyond float64")
    return value
