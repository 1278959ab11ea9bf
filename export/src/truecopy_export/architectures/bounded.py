"""Build a network only as large as an artifact can hold: what a config or a file's arguments say is counted while it is
built.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from truecopy.errors import CheckpointError
from truecopy_export.counted import counted
from truecopy_export.graph.prepare import MAX_WEIGHT_BYTES

if TYPE_CHECKING:
    import torch

# Parts, parameters and buffers; the largest classifiers have some 10,000.
MAX_PARTS = 50_000


@contextmanager
def bounded(where: str) -> Iterator[None]:
    """Modules built inside are counted, part by part and weight by weight; on torch's meta device no memory is taken.

    Raises:
        CheckpointError: more weights, or more parts, than an artifact holds.
    """
    from torch.nn.modules import module as hooks

    count = _Count(where)
    with ExitStack() as stack:
        for register, hook in (
            (hooks.register_module_module_registration_hook, count.part),
            (hooks.register_module_parameter_registration_hook, count.tensor),
            (hooks.register_module_buffer_registration_hook, count.tensor),
        ):
            stack.callback(register(hook).remove)
        yield


class _Count:
    """Torch calls its hooks with (module, name, what is registered under it)."""

    def __init__(self, where: str) -> None:
        self._where, self._parts, self._bytes = where, 0, 0

    def part(self, *_: object) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise CheckpointError(
                "the network has too many parts",
                expected=f"at most {counted(MAX_PARTS, 'part')}",
                where=self._where,
                fix="Are its numbers of layers right?",
            )

    def tensor(self, module: torch.nn.Module, name: str, tensor: torch.Tensor | None) -> None:
        self.part()
        if tensor is None:
            return
        self._bytes += tensor.numel() * tensor.element_size()
        if self._bytes > MAX_WEIGHT_BYTES:
            raise CheckpointError(
                "the network is too large",
                expected="less than protobuf's 2 GiB of weights: an artifact is one file",
                got=f"{name} of shape {tuple(tensor.shape)} in {type(module).__name__}",
                where=self._where,
                fix="Are its sizes (of pictures, classes and layers) right?",
            )
