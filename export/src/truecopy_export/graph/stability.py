"""Is a given graph a function of one item? The checks of `checks.py` for a graph without its module; no torch."""

from __future__ import annotations

from typing import Literal

import numpy as np
import onnx

from truecopy.engine import Session
from truecopy.errors import OutputError, Unsafe
from truecopy.proof import output_tolerance, relative_difference
from truecopy_export.signature import Signature

from .chance import by_chance
from .ending import Ending

ITEMS = 5
_MODES = "Export it again in evaluation mode (model.eval(), training=TrainingMode.EVAL)"


def check_nodes(model: onnx.ModelProto) -> None:
    """No node of it draws random numbers or trains, wherever it stands.

    Raises:
        Unsafe: names the first one.
    """
    found = by_chance(model)
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise Unsafe(
            "the graph is no function of its input: it answers the same item differently when it is run twice, or with "
            "other items",
            expected="no random numbers, and every node in evaluation mode",
            got=found[0] + more,
            fix=_MODES,
        )


def check_stability(
    session: Session,
    signature: Signature,
    answer: str,
    precision: Literal["fp32", "fp16", "int8"],
    items: int = 0,
    ending: Ending | None = None,
) -> None:
    """Noise twice, together and alone; a fixed batch alone is one that is filled up with the item. items: the answer's
    axis that counts them. ending: what the answer comes out of; differences of sigmoids are absolute.

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
    if fixed == 1 or tolerance is None:
        return
    size, tried = fixed or 1, tried_items(fixed or ITEMS)
    alone = [
        _run(session, signature, answer, tuple(filled(array, index, size) for array in noise), items)
        for index in tried
    ]
    among = [np.repeat(np.take(together, [index], axis=items), size, axis=items) for index in tried]
    scale = 1.0 if ending == "Sigmoid" else None
    rows, wanted = (np.concatenate(parts, axis=items).astype(np.float32) for parts in (alone, among))
    difference = relative_difference(rows, wanted, scale)
    if np.isfinite(together).all() and not difference <= tolerance:
        raise _mixed(noun, fixed, tolerance, difference, of_largest=scale is None)


def filled(array: np.ndarray, index: int, size: int) -> np.ndarray:
    """A batch of `size` of nothing but one item: how the runtime fills up a last batch that holds one."""
    return np.repeat(array[index : index + 1], size, axis=0)


def tried_items(count: int) -> tuple[int, ...]:
    """The places of a batch whose items are run alone, too: at most `ITEMS`, the first and the last among them."""
    return tuple(sorted({round(index) for index in np.linspace(0, count - 1, min(count, ITEMS))}))


def _mixed(noun: str, fixed: int | None, tolerance: float, difference: float, *, of_largest: bool) -> Unsafe:
    fix = f"Something in it mixes the {noun}s of a batch; fix the batch at 1, or mend the network"
    if fixed is not None:
        fix += f". As it is, what fills up the last batch of {fixed} would change answers"
    return Unsafe(
        f"the graph's answer depends on the batch: one {noun} alone gets another answer than among others",
        expected=f"at most {tolerance:.0e} " + ("of the largest output" if of_largest else "in probability"),
        got=f"{difference:.1e}",
        fix=fix,
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
