"""Let torch.onnx export a GRU or LSTM of free length more than once in a process."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch


@contextlib.contextmanager
def fresh_recurrence() -> Iterator[None]:
    """Forget which kernels the recurrent operators were dispatched to, before and after.

    torch.onnx gives them a decomposition of free length while it traces (torch `export/_patches.py`
    `_register_rnn_while_loop_decomposition`), but the operators remember the kernel that they were dispatched to before:
    from the second export on, or after any run under a tracer, the length would be fixed. torch 2.13.0.
    """
    _forget()
    try:
        yield
    finally:
        _forget()


def _forget() -> None:
    for operator in (torch.ops.aten.gru.input, torch.ops.aten.lstm.input):
        cache = getattr(operator, "_dispatch_cache", None)
        if cache is not None:
            cache.clear()
