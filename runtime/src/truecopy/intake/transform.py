"""A contract's preprocessing as one callable: for a training library's data set and its worker processes."""

from __future__ import annotations

from typing import Any

import numpy as np

from truecopy.contract.codec import decode as contract_of
from truecopy.contract.codec import encode
from truecopy.contract.document import Contract
from truecopy.contract.words import input_in_words
from truecopy.errors import ContractError
from truecopy.limits import DEFAULT_LIMITS, Limits
from truecopy.pixels import ChannelOrder

from .intake import intake_of


class Transform:
    """`truecopy.preprocess` with the contract in it.

        ImageFolder("photos", transform=truecopy.Transform(truecopy.read("model.onnx").contract))

    Equal to any other of the same contract and limits; safe to call from many threads. It pickles as the contract's
    JSON, and compiles that once where it is made and once in every process that it is sent to.

    OpenCV's threads are the process's, so nothing here sets their number, and no pixel depends on it. Steps that resize
    with kernel `cv2` use as many as there are cores in every worker; where the workers are as many as the cores, give
    the DataLoader a `worker_init_fn` that calls `cv2.setNumThreads(1)`.
    """

    def __init__(self, contract: Contract, *, limits: Limits = DEFAULT_LIMITS) -> None:
        """Compile; all that can fail on the contract fails here.

        Raises:
            ContractError: this is no contract, or one that contradicts itself or the limits.
        """
        if not isinstance(contract, Contract):
            raise ContractError(
                "a Transform is made of a contract",
                expected="a Contract",
                got=type(contract).__name__,
                fix=_how_to_get_one(contract),
            )
        self._json = encode(contract, limits)
        self._contract = contract
        self._limits = limits
        self._intake = intake_of(contract, limits)

    @property
    def contract(self) -> Contract:
        return self._contract

    def __call__(self, source: Any, color: ChannelOrder | None = None) -> np.ndarray:
        """What the graph's main input is fed, in its dtype and layout, without the batch axis: C-contiguous and new.

        `source` of a picture is a path, bytes, a binary stream, a PIL image, or a uint8 array, whose channel order `color`
        says.

        Raises:
            InputError: the source cannot be read, or is none for this contract.
        """
        fed: np.ndarray = self._intake.item(source, color).feeds[self._contract.graph.main_input.name][0]
        return fed

    def __repr__(self) -> str:
        graph_input = self._contract.graph.main_input
        tensor = f"{graph_input.dtype} {graph_input.layout[1:]} {' x '.join(map(str, graph_input.shape[1:]))}"
        return f"Transform({input_in_words(self._contract)}; {tensor})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Transform):
            return NotImplemented
        return (self._json, self._limits) == (other._json, other._limits)

    def __hash__(self) -> int:
        return hash((self._json, self._limits))

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickled, (self._json, self._limits)


def _unpickled(json: str, limits: Limits) -> Transform:
    return Transform(contract_of(json, limits), limits=limits)


def _how_to_get_one(mistaken: object) -> str:
    if hasattr(mistaken, "contract"):
        return "Pass its contract: truecopy.Transform(it.contract)"
    return "Read one from a file: truecopy.Transform(truecopy.read(path).contract)"
