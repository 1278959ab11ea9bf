"""Is a given graph a function of one image? The checks of `checks.py` for a graph without its module; no torch."""

from __future__ import annotations

from typing import Literal

import numpy as np

from truecopy.contract import GraphInput
from truecopy.engine import Session
from truecopy.errors import OutputError, Unsafe
from truecopy.proof import output_tolerance, relative_difference

IMAGES = 5


def check_stability(
    session: Session,
    graph_input: GraphInput,
    answer: str,
    shape: tuple[int, ...],
    precision: Literal["fp32", "fp16", "int8"],
) -> None:
    """Noise of `shape` (one item) twice, together and alone. A fixed batch is run as it is: only twice.

    Raises:
        Unsafe: the answer changes between two runs, or with the batch.
    """
    count = graph_input.batch or IMAGES
    noise = np.random.default_rng(1).standard_normal((count, *shape)).astype(graph_input.dtype)
    together, again = (_run(session, graph_input.name, answer, noise) for _ in range(2))
    if not np.array_equal(together, again, equal_nan=True):
        raise Unsafe(
            "the graph answers the same images differently when it is run twice",
            fix="Dropout or noise is active in it: export it again in evaluation mode",
        )
    tolerance = output_tolerance(precision, "cpu")
    if graph_input.batch is not None or tolerance is None:
        return
    alone = np.concatenate([_run(session, graph_input.name, answer, image[None]) for image in noise])
    difference = relative_difference(alone.astype(np.float32), together.astype(np.float32))
    if np.isfinite(together).all() and not difference <= tolerance:
        raise Unsafe(
            "the graph's answer depends on the batch: one image alone gets another answer than among others",
            expected=f"at most {tolerance:.0e} of the largest logit",
            got=f"{difference:.1e}",
            fix="Something in it mixes the images of a batch; fix the batch at 1, or mend the network",
        )


def _run(session: Session, name: str, answer: str, images: np.ndarray) -> np.ndarray:
    """The answer, one row per image."""
    try:
        rows = session.run({name: images})[answer]
    except OutputError as error:
        raise Unsafe(
            f"the graph's input takes any batch, but it does not run on {len(images)}: {error.what}",
            fix="Export it again with the batch that it runs on, fixed",
        ) from error
    if rows.ndim < 2 or len(rows) != len(images):
        raise Unsafe(
            "the graph does not answer with one row per image",
            expected=f"({len(images)}, classes)",
            got=str(rows.shape),
        )
    return rows
