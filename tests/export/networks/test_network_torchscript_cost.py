"""Loops, calls and sizes in the code of a TorchScript archive: counted before any of it runs."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from truecopy.errors import Blocked, CheckpointError
from truecopy_export.networks.torchscript.reader import open_torchscript
from truecopy_export.networks.torchscript.source import check_source
from truecopy_export.networks.zip_members import read_members

pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit.*is deprecated:DeprecationWarning")
HEAD = "class Small(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n"


@pytest.fixture
def opened(tmp_path, changed):
    """An archive whose one class has these functions: (name, lines of its body that make y of x)."""

    class Small(nn.Module):
        def forward(self, x):
            return x

    path = tmp_path / "small.pt"
    torch.jit.save(torch.jit.script(Small()), path)
    name = next(name for name in read_members(path) if name.startswith("code/") and name.endswith(".py"))

    def call(*functions: tuple[str, list[str]]):
        text = HEAD
        for called, lines in functions:
            text += f"  def {called}(self: __torch__.Small,\n    x: Tensor) -> Tensor:\n"
            text += "".join(f"    {line}\n" for line in ["y = torch.mul(x, 2)", *lines, "return y"])
        return open_torchscript(changed(path, {name: text.encode()}))

    return call


def loop(turns: str, line: str = "y = torch.add(y, 1)") -> list[str]:
    return [f"for i in range({turns}):", f"  {line}"]


@pytest.mark.parametrize(
    "lines",
    [
        ["n = 100000000000000", *loop("n")],
        ["n = torch.mul(1000000, 1000000)", *loop("n")],
        ["n = 100000000000000", *loop("n"), "n = 1"],
        ["n = 1", "if torch.gt(torch.dim(x), 1):", "  n = 100000000000000", "else:", "  n = 1", *loop("n")],
        loop("2000", "for j in range(2000):\n        y = torch.add(y, 1)"),
        [*loop("600000"), *loop("600000")],
        ["n = torch.add(torch.size(x, 2), 2000000)", *loop("n")],
    ],
)  # fmt: skip
def test_turns_are_counted_through_names_sums_and_branches(opened, lines):
    with pytest.raises(Blocked, match="got loops and calls of more than 1,000,000 turns"):
        opened(("forward", lines))


@pytest.mark.parametrize(
    "lines",
    [
        loop("torch.size(torch.expand(torch.mean(x), [1000000, 1]), 0)"),
        loop("int(torch.sum(x))"),
        ["n = 2", "for k in range(30):", "  n = torch.mul(n, n)", *loop("n")],
        ["n = [1, 2]", "for k in range(9):", "  _0 = torch.append(n, k)", *loop("torch.len(n)")],
    ],
)
def test_a_loop_over_what_nothing_bounds_is_refused(opened, lines):
    with pytest.raises(Blocked, match="no constant and no size of the input"):
        opened(("forward", lines))


def test_turns_are_multiplied_over_calls(opened):
    calls = [
        ("g", loop("1000")),
        ("h", loop("1000", "y = (self).g(y, )")),
        ("forward", ["y = (self).h(y, )"]),
    ]
    with pytest.raises(Blocked, match="1,000,000 turns"):
        opened(*calls)


def test_a_function_that_calls_itself_is_refused(opened):
    with pytest.raises(CheckpointError, match=r"recursive|call of itself"):
        opened(("g", ["y = (self).g(y, )"]), ("forward", ["y = (self).g(y, )"]))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("y = torch.expand(torch.mean(x), [1000000000000, 1])", "expand of"),
        ("n = [1000000, 1000000]\n    y = torch.zeros(n)", "zeros of"),
        ("y = torch.ones([100000, 100000])", "ones of"),
        ("y = torch.full([1000000000], 1)", "full of"),
        ("y = torch.arange(10000000000)", "arange of"),
        ("y = torch.repeat(x, [100000, 100000, 1, 1])", "repeat of"),
        ("y = torch.as_strided(x, [1000000, 1000], [0, 0])", "as_strided of"),
        ("n = torch.mul([1, 2, 3], 10000000000)\n    y = torch.mul(x, torch.len(n))", "a list of"),
        ("n = ops.prim.rangelist(100000000000)\n    y = torch.mul(x, torch.len(n))", "a list of"),
    ],
)
def test_a_size_in_the_code_beyond_any_network_is_named(opened, line, said):
    with pytest.raises(Blocked, match=rf"{said} more than 268,435,456 numbers"):
        opened(("forward", [line]))


@pytest.mark.parametrize(
    "default",
    ["torch.zeros([1000000000000])", "[1] * 10000000000", "[torch.zeros([9])]", "float(torch.zeros([9]))"],
)
def test_a_default_that_loading_would_compute_is_refused(default):
    with pytest.raises(Blocked, match="a default that is computed while the file is loaded"):
        check_source(HEAD + f"  def forward(self, x: Tensor={default}) -> Tensor:\n    return x\n", "a.pt")


def test_plain_defaults_are_let_through():
    text = (
        '  def forward(self, x: float=float("-inf"), y: int=-1, z: List[int]=[1, 2]) -> int:\n    return y\n'
    )
    assert check_source(HEAD + text, "a.pt").body


def test_loops_over_ranks_axes_and_lists_are_let_through(tmp_path):
    class Fine(nn.Module):
        def inner(self, x, sizes: list[int]):
            for _ in range(len(sizes) - 2):
                x = x + 1.0
            return x

        def forward(self, x):
            parts = [x, x * 2]
            for part in parts:
                x = x + part
            for _ in range(x.dim()):
                x = self.inner(x, x.size())
            return x.mean((2, 3))

    torch.jit.save(torch.jit.script(Fine()), tmp_path / "fine.pt")
    network = open_torchscript(tmp_path / "fine.pt").network
    found = network.answering(torch.full((2, 3, 4, 5), 0.5))
    # 0.5 + 0.5 + 1, and on each of 4 ranks 1 for each of 2 sizes beyond the second.
    assert torch.equal(found, torch.full((2, 3), 10.0))


@pytest.mark.slow  # ten seconds, for 200,000 operators are visited before it is refused
@pytest.mark.parametrize("depth", [16, 29])
def test_functions_that_each_call_the_next_one_twice_are_refused_before_they_run(opened, depth):
    twice = [
        (f"f{number}", [f"y = torch.add((self).f{number + 1}(x), (self).f{number + 1}(x))"])
        for number in range(depth)
    ]
    last = (f"f{depth}", [])
    with pytest.raises(Blocked, match="more than 200,000 operators, with its calls resolved"):
        opened(last, *reversed(twice), ("forward", ["y = (self).f0(x)"]))
