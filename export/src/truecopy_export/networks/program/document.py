"""The JSON of a torch.export program, checked string by string and written anew before torch reads it.

What text of it torch would evaluate, import or compile (torch 2.13, `torch/_export/serde/serialize.py` and `torch/fx`):
sizes go to sympy (`symbolic`); operators are resolved by name (`operators`); tree specs import the modules of enums
and default factories (`torch/utils/_pytree.py`); guards are exec'ed (`torch/export/_unlift.py`); names of nodes and
parameters stand as they are in the Python that `torch.fx` writes and exec's (`torch/fx/graph.py`, `_format_target`). A string
that is none of the known ones is refused. Notes for people, guards and example inputs are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from truecopy.errors import Blocked, CheckpointError

from .operators import check_operator
from .symbolic import SYMBOL, check_expression

MAX_BYTES = 64 << 20
_MAX_INTEGER = 1 << 63
_MAX_TENSOR = 1 << 33  # numbers in one tensor of the graph
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,400}")
_PATH = re.compile(r"[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+){0,60}")
_NAMES = frozenset({"name", "as_name", "user_input_name", "forward_arg_names"})
_PATHS = frozenset({"parameter_name", "buffer_name", "tensor_constant_name", "fqn"})
_LEFT_OUT: Mapping[str, Any] = {"metadata": {}, "guards_code": [], "treespec_namedtuple_fields": {}}
_OBJECTS = frozenset({"as_custom_obj", "custom_obj", "token", "class_fqn"})
_CPU = {"type": "cpu", "index": None}
_CONTAINERS = frozenset({"builtins.tuple", "builtins.list", "builtins.dict", "collections.OrderedDict"})
_VERIFIERS = frozenset({"ATEN", "TRAINING"})

Json: TypeAlias = Any


def parsed(data: bytes, where: str) -> Json:
    """Raises:
    CheckpointError: no JSON, too large, or nested too deeply.
    """
    if len(data) > MAX_BYTES:
        raise CheckpointError("the program's description is too large", got=f"{len(data)} bytes", where=where)
    try:
        return json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _malformed(f"{type(error).__name__}: {error}"[:200], where) from error


def checked(document: Json, where: str) -> Json:
    """A copy without what torch does not need, every device the CPU.

    Raises:
        Blocked: a string in it is none that a program of plain tensors has.
        CheckpointError: not the JSON of a program.
    """
    try:
        return _Check(where).value(document, "")
    except CheckpointError:
        raise
    except RecursionError as error:
        raise _malformed("nested too deeply", where) from error
    except (TypeError, ValueError, KeyError, AttributeError) as error:  # UnicodeError is a ValueError
        # The checks below name what they look for; this is for what none of them thought of.
        raise _malformed(f"{type(error).__name__}: {error}"[:200], where) from error


class _Check:
    def __init__(self, where: str) -> None:
        self._where = where

    def value(self, value: Json, key: str) -> Json:
        """key: under which it stands."""
        if key in _LEFT_OUT:
            return _LEFT_OUT[key]
        if key in ("device", "as_device"):
            return _CPU
        if key in _OBJECTS or (key == "custom_obj_values" and value):
            raise self._blocked("an object of a class", value)
        if isinstance(value, dict):
            made = {self._key(name, key): self.value(inner, name) for name, inner in value.items()}
            if "dtype" in made and "sizes" in made:
                self._tensor(made)
            return made
        if isinstance(value, list):
            return [self.value(inner, key) for inner in value]
        if isinstance(value, str):
            return self._text(value, key)
        if value is not None and not isinstance(value, bool | float) and abs(value) >= _MAX_INTEGER:
            raise self._blocked("a number beyond 64 bits", value)
        return value

    def _key(self, name: str, of: str) -> str:
        pattern = SYMBOL if of == "range_constraints" else _PATH if of == "config" else _IDENTIFIER
        if not pattern.fullmatch(name):
            raise self._blocked("a name", name)
        return name

    def _text(self, text: str, key: str) -> str:
        checks: Mapping[str, Callable[[str], object]] = {
            "target": lambda one: check_operator(one, self._where),
            "as_operator": lambda one: check_operator(one, self._where),
            "expr_str": lambda one: check_expression(one, self._where),
        }
        if key in checks:
            checks[key](text)
            return text
        if key in ("in_spec", "out_spec"):
            return json.dumps(self._spec_of(text))
        if key in ("as_string", "as_strings"):  # repr'ed where it is written into Python
            known = len(text) <= 1000
        elif key == "verifiers":
            known = text in _VERIFIERS
        elif key == "torch_version":
            known = len(text) < 100
        elif key == "path_name":
            known = re.fullmatch(r"(?:weight|tensor)_\d{1,9}", text) is not None
        elif key in _PATHS:
            known = not text or _PATH.fullmatch(text) is not None
        else:
            known = key in _NAMES and (not text or _IDENTIFIER.fullmatch(text) is not None)
        if not known:
            raise self._blocked(f"a text under {key!r}", text)
        return text

    def _tensor(self, meta: Mapping[str, Json]) -> None:
        count = 1
        if not isinstance(meta["sizes"], list):
            raise self._blocked("sizes", meta["sizes"])
        for size in meta["sizes"]:
            number = size.get("as_int", 1) if isinstance(size, dict) else None
            if not isinstance(number, int) or number < 0:
                raise self._blocked("a size", size)
            count *= max(number, 1)
        if count > _MAX_TENSOR:
            raise self._blocked(f"a tensor of more than {_MAX_TENSOR:,} numbers", count)

    def _spec_of(self, text: str) -> Json:
        if not text.isascii():
            raise self._blocked("a tree spec", text)
        spec = parsed(text.encode("ascii"), self._where)
        if not (isinstance(spec, list) and len(spec) == 2 and spec[0] == 1):
            raise self._blocked("a tree spec", text)
        return [1, self._spec(spec[1])]

    def _spec(self, spec: Json) -> Json:
        """Tuples, lists and dicts; the output classes of libraries are dicts of their keys."""
        if not isinstance(spec, dict) or not isinstance(spec.get("children_spec"), list):
            raise self._blocked("a tree spec", spec)
        children = [self._spec(child) for child in spec["children_spec"]]
        kind, context = spec.get("type"), spec.get("context")
        if not isinstance(kind, str | None):
            raise self._blocked("a tree spec", spec)
        if kind is None and context is None and not children:
            return {"type": None, "context": None, "children_spec": []}
        keys = parsed(context.encode("utf-8"), self._where) if isinstance(context, str) else context
        if kind in ("builtins.tuple", "builtins.list") and keys is None:
            return {"type": kind, "context": context, "children_spec": children}
        if (
            isinstance(keys, list)
            and len(keys) == len(children)
            and all(isinstance(one, str | int) for one in keys)
        ):
            return {
                "type": kind if kind in _CONTAINERS else "builtins.dict",
                "context": json.dumps(keys),
                "children_spec": children,
            }
        raise self._blocked("a container of another library", kind)

    def _blocked(self, what: str, got: object) -> Blocked:
        return Blocked(
            f"the program holds {what} that no program of plain tensors has: it is not loaded",
            got=repr(got)[:120],
            where=self._where,
            fix="Export the network again from its own code, with tensors as inputs and outputs",
        )


def _malformed(what: str, where: str) -> CheckpointError:
    return CheckpointError(
        "the file is not a program that torch.export wrote",
        got=what,
        where=where,
        fix="Copy or download it again",
    )
