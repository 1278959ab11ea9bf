"""Symbolic sizes in the JSON of a torch.export program, parsed before torch hands them to `sympy.sympify`, which evals them
(`torch/_export/serde/serialize.py`, `_parse_sym_expr`).
"""

from __future__ import annotations

import ast
import re

from truecopy.errors import Blocked

MAX_LENGTH = 2000
_MAX_INTEGER = 1 << 63
_MAX_POWERS = 2
_MAX_EXPONENT = 8
# The names of torch.fx's symbols: s77, u0, zuf3, zf1 (`torch/utils/_sympy/symbol.py`).
SYMBOL = re.compile(r"(?:s|u|zf|zuf|f|i|r|x|y|z)\d{1,6}")
# sympy's constructors as srepr writes them, and `torch/utils/_sympy/functions.py`; those that grow without bound are not here.
_FUNCTIONS = frozenset(
    {
        "Symbol", "Integer", "Rational", "Float", "Add", "Mul", "Pow", "Max", "Min", "Eq", "Ne", "Lt", "Le", "Gt", "Ge",
        "Equality", "Unequality", "StrictLessThan", "LessThan", "StrictGreaterThan", "GreaterThan", "And", "Or", "Not",
        "Abs", "Piecewise", "ExprCondPair", "Tuple",
        "FloorDiv", "ModularIndexing", "Where", "PythonMod", "Mod", "CleanDiv", "CeilToInt", "FloorToInt", "CeilDiv",
        "PowByNatural", "FloatTrueDiv", "IntTrueDiv", "TruncToFloat", "TruncToInt", "RoundToInt", "ToFloat", "Identity",
        "IsNonOverlappingAndDenseIndicator",
    }
)  # fmt: skip
_POWERS = frozenset({"Pow", "PowByNatural"})
_VALUES = frozenset({"true", "false", "True", "False"})
_ASSUMPTIONS = frozenset(
    {"positive", "integer", "nonnegative", "real", "negative", "nonpositive", "precision", "evaluate"}
)
_OPERATORS = (
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.USub, ast.UAdd, ast.Not, ast.Invert, ast.And,
    ast.Or, ast.BitAnd, ast.BitOr, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE,
)  # fmt: skip


def check_expression(text: object, where: str) -> None:
    """Integers, symbols like s77, + - * // %, comparisons, and the functions above: nothing else is parsed by sympy.

    Raises:
        Blocked: anything else.
    """
    try:
        if (
            not isinstance(text, str)
            or len(text) > MAX_LENGTH
            or not text.isascii()
            or "\n" in text
            or "__" in text
        ):
            raise ValueError("not a short line of plain text")
        tree = ast.parse(text.strip(), mode="eval")
        _check(tree.body)
        powers = sum(
            isinstance(node, ast.Pow) or (isinstance(node, ast.Name) and node.id in _POWERS)
            for node in ast.walk(tree)
        )
        if powers > _MAX_POWERS:
            raise ValueError("too many powers")
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise Blocked(
            "a size in the program is no arithmetic of symbols: it is not evaluated",
            expected="integers, symbols like s77, and their sums, products and quotients",
            got=repr(text)[:120] + f" ({str(error).splitlines()[0]})",
            where=where,
            fix="Export the network again from its own code",
        ) from error


def _check(node: ast.expr) -> None:
    match node:
        case ast.Constant():
            if not isinstance(node.value, int | float) or abs(node.value) >= _MAX_INTEGER:
                raise ValueError(f"the constant {node.value!r}"[:60])
        case ast.Name(id=name):
            if not (SYMBOL.fullmatch(name) or name in _VALUES):
                raise ValueError(f"the name {name}"[:60])
        case ast.Call(func=ast.Name(id=name)) if name in _FUNCTIONS:
            _check_call(name, node.args, node.keywords)
        case _:
            for part in _parts(node):
                _check(part)


def _parts(node: ast.expr) -> list[ast.expr]:
    """The operands of an operator that is let through."""
    parts: list[ast.expr] = []
    operators: list[ast.AST] = []
    match node:
        case ast.BinOp():
            parts, operators = [node.left, node.right], [node.op]
            if isinstance(node.op, ast.Pow):
                _check_exponent(node.right)
        case ast.UnaryOp():
            parts, operators = [node.operand], [node.op]
        case ast.BoolOp():
            parts, operators = node.values, [node.op]
        case ast.Compare():
            parts, operators = [node.left, *node.comparators], [*node.ops]
    if not parts or not all(isinstance(one, _OPERATORS) for one in operators):
        raise ValueError(f"{type(node).__name__} {ast.unparse(node)}"[:60])
    return parts


def _check_call(name: str, arguments: list[ast.expr], keywords: list[ast.keyword]) -> None:
    for word in keywords:
        if word.arg not in _ASSUMPTIONS or not isinstance(word.value, ast.Constant):
            raise ValueError(f"the argument {word.arg}")
        if not isinstance(word.value.value, bool | int) or abs(word.value.value) > 1000:
            raise ValueError(f"the argument {word.arg}")
    if name in ("Symbol", "Float"):
        # A name in quotes, which sympy keeps as it is; a number in quotes.
        pattern = SYMBOL if name == "Symbol" else re.compile(r"-?\d{1,40}(?:\.\d{0,40})?(?:e[+-]?\d{1,3})?")
        if len(arguments) != 1 or not isinstance(arguments[0], ast.Constant):
            raise ValueError(name)
        if not pattern.fullmatch(str(arguments[0].value)):
            raise ValueError(f"{name} of {arguments[0].value!r}"[:60])
        return
    if name in _POWERS:
        if len(arguments) != 2:
            raise ValueError(name)
        _check_exponent(arguments[1])
    for argument in arguments:
        _check(argument)


def _check_exponent(node: ast.expr) -> None:
    """A small number as it stands: 9**9**9 takes more memory than there is."""
    match node:
        case ast.Constant(value=int() as value) if abs(value) <= _MAX_EXPONENT:
            return
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            _check_exponent(inner)
        case ast.Call(func=ast.Name(id="Integer"), args=[argument], keywords=[]):
            _check_exponent(argument)
        case _:
            raise ValueError("a power whose exponent is no small number")
