"""The source text in a TorchScript archive, read before torch compiles and runs it.

A ScriptModule is a program: `code/` is source in a language of torch's own, compiled on loading, and `__setstate__` of a
class runs while it loads (pytorch `SECURITY.md`: models are programs; `torch/csrc/jit/serialization/import.cpp`). What
stands here is let through: `aten` operators that compute, the plain ones of `prim`, and loops over a range. How many turns
those take is counted in the compiled graphs (`cost`).
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
            for default in (*function.args.defaults, *function.args.kw_defaults):
                if default is not None and not _literal(default):
                    raise _blocked("a default that is computed while the file is loaded", where)
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
    elif isinstance(node, ast.For) and not (
        isinstance(node.iter, ast.Call)
        and isinstance(node.iter.func, ast.Name)
        and node.iter.func.id == "range"
    ):
        raise _blocked("a loop that is not over a range", where)
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


def _literal(default: ast.expr) -> bool:
    """Torch runs the others on loading (`torch/csrc/jit/frontend/ir_emitter.cpp`, `evaluateDefaults`)."""
    if isinstance(default, ast.List | ast.Tuple):
        return all(map(_literal, default.elts))
    if isinstance(default, ast.UnaryOp):
        return isinstance(default.operand, ast.Constant)
    if isinstance(default, ast.Call):
        return list(_names(default.func)) in (["float"], ["torch", "device"]) and all(
            map(_literal, default.args)
        )
    return isinstance(default, ast.Constant)


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
