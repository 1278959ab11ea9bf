"""Does the graph answer like the module, whatever the batch, and twice the same?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx
import torch

from truecopy.engine import Session
from truecopy.errors import CheckpointError, ProofError
from truecopy.proof import FP32_CPU, relative_difference
from truecopy_export.signature import Extent, Signature

from .chance import by_chance
from .ending import ends_in
from .network import Answering
from .outputs import named_outputs
from .prepare import plain_attention
from .stability import tried_items
from .trace import Traced, shapes, tensors

BATCHES = (1, 2, 5)
# A sequence of this many ids is tried where a network says that it takes as many.
_LONGEST_TRIED = 4096


def check_module(module: Answering, signature: Signature, answer: str, items: int = 0) -> None:
    """The module itself is a function of one item. items: the answer's axis that counts them.

    Raises:
        CheckpointError: its outputs change between two runs, with the batch, or are not finite.
    """
    inputs = tensors(signature.probe(max(BATCHES)))
    together, again = (_run(module, inputs, answer) for _ in range(2))
    alone = _alone(module, inputs, answer, items, together, signature.noun)
    if not torch.isfinite(together).all():
        raise CheckpointError("the network answers noise with NaN or infinity", fix="Look at its weights")
    if not torch.equal(together, again):
        raise CheckpointError(
            f"the outputs change between two runs on the same {signature.noun}s",
            expected=f"a function of the {signature.noun} alone",
            got=f"a difference of {relative_difference(again.numpy(), together.numpy()):.1e} of the largest output",
            fix="Dropout or noise is active although the network is in eval mode: F.dropout without "
            "training=self.training is the usual place",
        )
    difference = relative_difference(alone.numpy(), together.numpy())
    if not difference <= FP32_CPU:  # NaN is no agreement
        raise CheckpointError(
            f"the outputs depend on the batch: one {signature.noun} alone gets another answer than among others",
            expected=f"at most {FP32_CPU:.0e} of the largest output",
            got=f"{difference:.1e}",
            fix=f"Something in forward() mixes the {signature.noun}s of a batch (a mean over the whole tensor, BatchNorm "
            f"without running statistics); make it work on each {signature.noun}, or type --batch 1 for a graph that "
            "takes one at a time (in Python: batch=1)",
        )


def check_module_of_fixed(module: Answering, signature: Signature, answer: str, items: int = 0) -> str | None:
    """The same for a graph of a fixed batch. Of one item at a time the batch may matter: how much it does, in words.

    Of several, an answer must not depend on the others, nor on what fills up the last batch.

    Raises:
        CheckpointError: the outputs change between two runs or with the batch, or are not finite.
    """
    size = signature.inputs[0].batch or 1
    inputs = tensors(signature.probe(size))
    once, again = (_run(module, inputs, answer) for _ in range(2))
    if not torch.isfinite(once).all():
        raise CheckpointError("the network answers noise with NaN or infinity", fix="Look at its weights")
    if not torch.equal(once, again):
        raise CheckpointError(
            f"the outputs change between two runs on the same {signature.noun}",
            expected=f"a function of the {signature.noun} alone",
            fix="Dropout or noise is active although the network is in eval mode",
        )
    if size == 1:
        return _how_much_one_matters(module, signature, answer, items)
    difference = _filled_up(module, inputs, answer, items, once)
    if not difference <= FP32_CPU:
        raise CheckpointError(
            f"the outputs depend on the batch of {size}: one {signature.noun} that fills it gets another answer than among "
            "others",
            expected=f"at most {FP32_CPU:.0e} of the largest output",
            got=f"{difference:.1e}",
            fix="What fills up the last batch would change answers. Make forward() work on each "
            f"{signature.noun}, or export it with a batch of 1",
        )
    return None


def _filled_up(
    module: Answering, inputs: tuple[torch.Tensor, ...], answer: str, items: int, together: torch.Tensor
) -> float:
    """How far the answers to a batch of one item, repeated, are from those among others: in every place."""
    size = len(inputs[0])
    alone, among = [], []
    for index in tried_items(size):
        full = tuple(array[index : index + 1].repeat_interleave(size, dim=0) for array in inputs)
        alone.append(_run(module, full, answer))
        among.append(together.narrow(items, index, 1).repeat_interleave(size, dim=items))
    return relative_difference(torch.cat(alone, dim=items).numpy(), torch.cat(among, dim=items).numpy())


def _how_much_one_matters(module: Answering, signature: Signature, answer: str, items: int) -> str | None:
    several = tensors(signature.probe(max(BATCHES)))
    try:
        together = _run(module, several, answer)
        alone = _alone(module, several, answer, items, together, signature.noun)
    except CheckpointError:
        return f"the network does not run on several {signature.noun}s; the graph takes one at a time"
    difference = relative_difference(alone.numpy(), together.numpy())
    if difference <= FP32_CPU:
        return None
    return (
        f"the outputs depend on the batch: one {signature.noun} among others gets another answer, up to {difference:.1e} "
        "of the largest output; the graph takes one at a time"
    )


def _run(module: Answering, inputs: tuple[torch.Tensor, ...], answer: str) -> torch.Tensor:
    try:
        with plain_attention():
            return named_outputs(module(*inputs), answer)[answer]
    except CheckpointError:
        raise
    except Exception as error:  # the module is the user's own code
        raise CheckpointError(
            f"the network does not run on a batch of {len(inputs[0])} of shape {shapes(inputs)}: {error}",
            fix="Something in forward() counts on the batch size or the length",
        ) from error


def _alone(
    module: Answering,
    inputs: tuple[torch.Tensor, ...],
    answer: str,
    items: int,
    together: torch.Tensor,
    noun: str,
) -> torch.Tensor:
    """The answers to each item by itself, side by side.

    Raises:
        CheckpointError: the module does not run on one, or answers with another shape.
    """
    wanted = (*together.shape[:items], 1, *together.shape[items + 1 :])
    rows = []
    for index in range(len(inputs[0])):
        one = tuple(array[index : index + 1] for array in inputs)
        try:
            with plain_attention():
                row = named_outputs(module(*one), answer)[answer]
        except CheckpointError:  # the network itself says why
            raise
        except Exception as error:  # the module is the user's own code
            raise CheckpointError(
                f"the network does not run on one {noun} alone: {error}",
                fix="Something in forward() counts on the batch size (view, reshape)",
            ) from error
        if row.shape != wanted:
            raise CheckpointError(
                f"the network answers one {noun} alone with another shape than among others",
                expected=str(wanted),
                got=str(tuple(row.shape)),
                fix="squeeze() without an axis is the usual place: squeeze(-1) or flatten(1)",
            )
        rows.append(row)
    return torch.cat(rows, dim=items)


def check_graph(module: Answering, traced: Traced, session: Session, signature: Signature) -> None:
    """The graph answers like the module at batch 1, 2 and 5, and at every length or size that is tried.

    Raises:
        ProofError: it does not.
        CheckpointError: the module does not run on the longest sequence that its recipe lets in, or the graph holds a node
            that draws random numbers or trains.
    """
    model = onnx.load_model_from_string(traced.graph)
    _refuse_chance(model)
    fixed, apart = signature.inputs[0].batch, _judged_apart(traced, model)
    for extent in _extents(module, signature):
        for batch in BATCHES if fixed is None else (fixed,):
            # The longest one is tried once: it may be slow.
            if batch == 1 or extent is None or extent in signature.extents:
                _compare(module, traced, session, signature.probe(batch, extent), apart)


def _extents(module: Answering, signature: Signature) -> tuple[Extent | None, ...]:
    if not signature.extents:
        return (None,)
    if not signature.free_length:
        return signature.extents
    more: list[Extent] = []
    if _runs(module, tensors(signature.probe(1, 1))):
        more.append(1)
    longest = signature.longest
    if longest is not None and longest <= _LONGEST_TRIED:
        example = tensors(signature.probe(1, longest))
        if not _runs(module, example):
            raise CheckpointError(
                f"the network does not run on sequences of {longest}, the recipe's max_length",
                fix="Say the max_length that it was made for (its position embedding is the usual end)",
            )
        more.append(longest)
    return tuple(dict.fromkeys((*signature.extents, *more)))


def _runs(module: Answering, inputs: tuple[torch.Tensor, ...]) -> bool:
    try:
        with plain_attention():
            module(*inputs)
    except Exception:  # the module is the user's own code
        return False
    return True


def _refuse_chance(model: onnx.ModelProto) -> None:
    """Raises:
    CheckpointError: names the first node by chance; a converter left it, or the network is in training mode.
    """
    found = by_chance(model)
    if found:
        raise CheckpointError(
            "the exported graph is no function of its input",
            expected="no random numbers, and every node in evaluation mode",
            got=found[0],
            fix="Call eval() before the network is saved; dropout or noise that forward() itself asks for must go",
        )


def _judged_apart(traced: Traced, model: onnx.ModelProto) -> frozenset[str]:
    """Outputs that come out of a sigmoid."""
    return frozenset(output.name for output in traced.outputs if ends_in(model, output.name) == "Sigmoid")


def _compare(
    module: Answering,
    traced: Traced,
    session: Session,
    arrays: tuple[np.ndarray, ...],
    apart: frozenset[str],
) -> None:
    """All outputs that the contract names: shapes, whole numbers exactly, the others within the tolerance.

    apart: those that come out of a sigmoid. Their differences are absolute: what is rare is close to 0 for every item, and
    a rounding error of the logit any share of it.
    """
    with plain_attention():
        expected = named_outputs(module(*tensors(arrays)), traced.answer)
    feeds = dict(zip((one.name for one in traced.inputs), arrays, strict=True))
    made = session.run(feeds)
    at = f"at batch {len(arrays[0])}"
    if traced.inputs[0].layout == "NT":
        at += f" and length {arrays[0].shape[1]}"
    elif any(isinstance(side, str) for side in traced.inputs[0].shape[1:]):
        at += f" and shape {arrays[0].shape[1:]}"
    for output in traced.outputs:
        by_itself = output.name in apart
        _compare_output(made, expected[output.name].numpy(), output.name, at, 1.0 if by_itself else None)


def _compare_output(
    made: Mapping[str, np.ndarray], expected: np.ndarray, name: str, at: str, scale: float | None
) -> None:
    answer = made[name]
    if answer.shape != expected.shape:
        raise ProofError(
            f"the exported graph answers with another shape {at}",
            expected=str(expected.shape),
            got=f"{answer.shape} of {name!r}",
            where="stage output",
        )
    if expected.dtype.kind != "f":
        if not np.array_equal(answer, expected):
            raise ProofError(
                f"the exported graph differs from the network {at}",
                expected=f"the same whole numbers of {name!r}",
                where="stage output",
            )
        return
    difference = relative_difference(answer.astype(np.float64), expected.astype(np.float64), scale)
    if not difference <= FP32_CPU:  # NaN is no agreement
        raise ProofError(
            f"the exported graph differs from the network {at}",
            expected=f"at most {FP32_CPU:.0e} "
            + ("of the largest output" if scale is None else "in probability"),
            got=f"{difference:.1e}",
            where="stage output",
        )
