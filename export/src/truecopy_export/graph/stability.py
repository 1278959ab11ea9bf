"""Is a given graph a function of one item? The checks of `checks.py` for a graph without its module; no torch."""

from __future__ import annotations

from typing import Literal

import numpy as np

from truecopy.engine import Session
from truecopy.errors import OutputError, Unsafe
from truecopy.proof import output_tolerance, relative_difference
from truecopy_export.signature import Signature

from .ending import Ending

ITEMS = 5


def check_stability(
    session: Session,
    signature: Signature,
    answer: str,
    precision: Literal["fp32", "fp16", "int8"],
    items: int = 0,
    ending: Ending | None = None,
) -> None:
    """Noise twice, together and alone. A fixed batch is run as it is: only twice. items: the answer's axis that counts
    them. ending: what the answer comes out of; differences of sigmoids are absolute.

    Raises:
        Unsafe: the answer changes between two runs, or with the batch.
    """
    fixed, noun = signature.inputs[0].batch, signature.noun
    noise = signature.probe(fixed or ITEMS)
    together, again = (_run(session, signature, answer, noise, items) for _ in range(2))
    if not np.array_equal(together, again, equal_nan=True):
        raise Unsafe(
            f"the graph answers the same {noun}s differently when it is run twice",
            fix="Dropout or noise is active in it: export it again in evaluation mode",
        )
    tolerance = output_tolerance(precision, "cpu")
    if fixed is not None or tolerance is None:
        return
    rows = [
        _run(session, signature, answer, tuple(array[index : index + 1] for array in noise), items)
        for index in range(ITEMS)
    ]
    alone = np.concatenate(rows, axis=items)
    scale = 1.0 if ending == "Sigmoid" else None
    difference = relative_difference(alone.astype(np.float32), together.astype(np.float32), scale)
    if np.isfinite(together).all() and not difference <= tolerance:
        raise Unsafe(
            f"the graph's answer depends on the batch: one {noun} alone gets another answer than among others",
            expected=f"at most {tolerance:.0e} "
            + ("of the largest output" if scale is None else "in probability"),
            got=f"{difference:.1e}",
            fix=f"Something in it mixes the {noun}s of a batch; fix the batch at 1, or mend the network",
        )


def _run(
    session: Session, signature: Signature, answer: str, arrays: tuple[np.ndarray, ...], items: int
) -> np.ndarray:
    """The answer, one row per item along its axis `items`."""
    count = len(arrays[0])
    feeds = dict(zip((one.name for one in signature.inputs), arrays, strict=True))
    try:
        rows = session.run(feeds)[answer]
    except OutputError as error:
        raise Unsafe(
            f"the graph's input takes any batch, but it does not run on {count}: {error.what}",
            fix="Export it again with the batch that it runs on, fixed",
        ) from error
    if rows.ndim < 2 or rows.shape[items] != count:
        raise Unsafe(
            f"the graph does not answer with one row per {signature.noun}",
            expected=f"({count}, classes)",
            got=str(rows.shape),
        )
    return rows
