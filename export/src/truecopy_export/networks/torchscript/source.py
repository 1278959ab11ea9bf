"""The source text in a TorchScript archive, read before torch compiles and runs it.

A ScriptModule is a program: `code/` is source in a language of torch's own, compiled on loading, and `__setstate__` of a
class runs while it loads (pytorch `SECURITY.md`: models are programs; `torch/csrc/jit/serialization/import.cpp`). What
stands here is let through: `aten` operators that compute, the plain ones of `prim`, and loops whose turns are bounded.
"""

from __future__ import annotations

import ast
import functools
import io
import re
import tokenize
from collections.abc import Iterator

import torch

from truecopy.errors import Blocked, CheckpointError
from truecopy_export.networks.aten import computes
from truecopy_export.networks.quantised import quantised

PLAIN_PRIM = frozenset(
    {
        "NumToTensor", "RaiseException", "Uninitialized", "unchecked_unwrap_optional", "unchecked_cast", "min", "max",
        "abs", "dtype", "device", "layout", "data", "is_cuda", "is_quantized", "is_mkldnn", "itemsize", "type",
        "requires_grad", "rangelist", "tolist", "isinstance", "SetAttr", "StringIndex", "IfThenElse", "is_cpu",
        "is_meta", "is_nested", "is_sparse", "is_xla", "is_mps", "is_xpu", "is_mtia", "is_ipu", "is_maia", "is_vulkan",
        "ConstantChunk", "index",
    }
)  # fmt: skip
_REFUSED_BARE = frozenset(
    {"print", "fork", "awaitable", "awaitable_nowait", "rpc_async", "rpc_sync", "rpc_remote", "open"}
)
MAX_TURNS = 1_000_000
MAX_NESTED = 3
_DEVICE = re.compile(r'torch\.device\("(?!cpu")([a-z]+)(?::\d+)?"\)')
_FIX = "Save the weights alone (torch.save(model.state_dict(), ...)) and export them with --arch"


def on_the_cpu(text: str) -> tuple[str, str | None]:
    """The source with every device that it names turned into the CPU, and the first one that was."""
    found = _DEVICE.search(text)
    return _DEVICE.sub('torch.device("cpu")', text), None if found is None else found[1]


def check_source(text: str, where: str) -> ast.Module:
    """The parsed source.

    Raises:
        Blocked: it does more than compute; names the operator.
        CheckpointError: no source as torch prints it.
    """
    tree = _parsed(text, where)
    for node in ast.walk(tree):
        _check_node(node, where)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            if function.name in ("__setstate__", "__getstate__"):
                raise _blocked(f"a class with {function.name}, which runs while the file is loaded", where)
            _check_loops(function, where)
    return tree


def _parsed(text: str, where: str) -> ast.Module:
    """Torch's own lexer must see what Python's sees: ASCII, and none of the syntax that torch never prints."""
    if any(char != "\n" and not " " <= char <= "~" for char in text) or '"""' in text or "'''" in text:
        raise _no_source("characters that torch never prints", where)
    try:
        tree = ast.parse(text)
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError) as error:
        raise _no_source(f"{type(error).__name__}: {str(error).splitlines()[0]}", where) from error
    if any(token.type == tokenize.COMMENT for token in tokens):
        raise _no_source("a comment, which torch never prints", where)
    return tree


def _check_node(node: ast.AST, where: str) -> None:
    if isinstance(node, ast.Attribute):
        _check_chain(node, where)
    elif isinstance(node, ast.Name) and node.id in _REFUSED_BARE:
        raise _blocked(node.id, where)
    elif isinstance(node, ast.While):
        raise _blocked("a while loop: nothing bounds its turns", where)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        # Archives of torch 1.0 and 1.1.
        raise CheckpointError(
            "the archive was written by torch below 1.2", where=where, fix="Save it with a newer torch"
        )
    elif isinstance(
        node, ast.Lambda | ast.JoinedStr | ast.NamedExpr | ast.Await | ast.Yield | ast.With | ast.Global
    ):
        raise _no_source(type(node).__name__, where)


def _check_chain(node: ast.Attribute, where: str) -> None:
    """`torch.NAME`, `ops.NAMESPACE.NAME`, `__torch__.torch.classes.NAMESPACE.NAME`; and the same as a method."""
    names = list(_names(node))
    if names[0] in ("ops", "torch") and "mkldnn" in node.attr.lower():
        raise CheckpointError(
            "the archive was optimised for the processor that saved it, with operators of oneDNN",
            got=".".join(names),
            where=where,
            fix="Save the module as it was before torch.jit.optimize_for_inference",
        )
    if _is_aten(node.attr) and not computes(node.attr):
        raise _blocked(f"aten::{node.attr}", where)
    if names[0] == "ops" and len(names) == 3:
        _, space, name = names
        if space == "quantized":
            raise quantised(f"quantized::{name}", where)
        if space != "aten" and not (space == "prim" and name in PLAIN_PRIM):
            raise _blocked(f"{space}::{name}", where)
    if "classes" in names and "torch" in names[: names.index("classes")]:
        if "quantized" in names:
            raise quantised(".".join(names[names.index("classes") :]), where)
        raise _blocked(f"the custom class {'.'.join(names[names.index('classes') :])}", where)


@functools.cache
def _is_aten(name: str) -> bool:
    """Also where it is written as a method, x.NAME(...)."""
    return bool(torch._C._jit_get_schemas_for_operator(f"aten::{name}"))


def _names(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Attribute):
        yield from _names(node.value)
        yield node.attr
    elif isinstance(node, ast.Name):
        yield node.id
    else:
        yield ""


def _check_loops(function: ast.FunctionDef, where: str) -> None:
    made = {
        target.id: node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }

    def visit(nodes: list[ast.stmt], turns: int, depth: int) -> None:
        for node in nodes:
            inside, deeper = turns, depth
            if isinstance(node, ast.For):
                inside, deeper = turns * _turns(node.iter, made), depth + 1
                if inside > MAX_TURNS or deeper > MAX_NESTED:
                    raise _blocked(
                        f"loops of more than {MAX_TURNS:,} turns, or {MAX_NESTED} inside each other", where
                    )
            for block in (getattr(node, "body", []), getattr(node, "orelse", [])):
                visit(block, inside, deeper)

    def _turns(source: ast.expr, made: dict[str, ast.expr]) -> int:
        if not (
            isinstance(source, ast.Call) and isinstance(source.func, ast.Name) and source.func.id == "range"
        ):
            raise _blocked("a loop that is not over a range", where)
        most = 1
        for bound in source.args:
            if not _sized(bound, made, 8):
                raise _blocked(
                    "a loop whose number of turns is no constant and no size of a tensor or list", where
                )
            numbers = [one.value for one in ast.walk(bound) if isinstance(one, ast.Constant)]
            most = max(most, *(abs(one) for one in numbers if isinstance(one, int)), 1)
        return most

    visit(function.body, 1, 0)


def _sized(bound: ast.expr, made: dict[str, ast.expr], left: int) -> bool:
    """A number, a size, or a sum or difference of them."""
    if isinstance(bound, ast.Constant):
        return isinstance(bound.value, int)
    if isinstance(bound, ast.Name) and left:
        return bound.id in made and _sized(made[bound.id], made, left - 1)
    if isinstance(bound, ast.UnaryOp):
        return _sized(bound.operand, made, left)
    if isinstance(bound, ast.Call):
        name = list(_names(bound.func))[-2:]
        if name in (["torch", "len"], ["torch", "size"], ["torch", "dim"]):
            return True
        return name in (["torch", "add"], ["torch", "sub"]) and all(
            _sized(one, made, left) for one in bound.args
        )
    return False


def _blocked(what: str, where: str) -> Blocked:
    return Blocked(
        "the archive's code does more than compute: it is not run",
        expected="operators of aten that compute, and loops that end",
        got=what,
        where=where,
        fix=_FIX,
    )


def _no_source(what: str, where: str) -> CheckpointError:
    return CheckpointError(
        "the archive's code is not what torch.jit.save writes", got=what, where=where, fix=_FIX
    )
