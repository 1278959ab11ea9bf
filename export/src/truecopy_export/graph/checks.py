"""Does the graph answer like the module, whatever the batch, and twice the same?"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from truecopy.engine import Session
from truecopy.errors import CheckpointError, ProofError
from truecopy.proof import FP32_CPU, relative_difference

from .prepare import plain_attention
from .trace import Traced

BATCHES = (1, 2, 5)


def probe(channels: int, size: tuple[int, int]) -> torch.Tensor:
    """Five different noise images (5, channels, height, width), always the same ones."""
    return torch.randn(max(BATCHES), channels, *size, generator=torch.Generator().manual_seed(1))


def check_module(module: nn.Module, images: torch.Tensor) -> None:
    """The module itself is a function of one image.

    Raises:
        CheckpointError: its outputs change between two runs, with the batch, or are not finite.
    """
    with plain_attention():
        together, again = module(images), module(images)
        alone = torch.cat([_alone(module, image[None], together.shape[1:]) for image in images])
    if not torch.isfinite(together).all():
        raise CheckpointError("the network answers noise with NaN or infinity", fix="Look at its weights")
    if not torch.equal(together, again):
        raise CheckpointError(
            "the outputs change between two runs on the same images",
            expected="a function of the image alone",
            got=f"a difference of {relative_difference(again.numpy(), together.numpy()):.1e} of the largest logit",
            fix="Dropout or noise is active although the network is in eval mode: F.dropout without "
            "training=self.training is the usual place",
        )
    difference = relative_difference(alone.numpy(), together.numpy())
    if not difference <= FP32_CPU:  # NaN is no agreement
        raise CheckpointError(
            "the outputs depend on the batch: one image alone gets another answer than among others",
            expected=f"at most {FP32_CPU:.0e} of the largest logit",
            got=f"{difference:.1e}",
            fix="Something in forward() mixes the images of a batch (a mean over the whole tensor, BatchNorm without "
            "running statistics); make it work on each image",
        )


def _alone(module: nn.Module, image: torch.Tensor, shape: torch.Size) -> torch.Tensor:
    try:
        answer: torch.Tensor = module(image)
    except Exception as error:  # the module is the user's own code
        raise CheckpointError(
            f"the network does not run on one image alone: {error}",
            fix="Something in forward() counts on the batch size (view, reshape)",
        ) from error
    if answer.shape != (1, *shape):
        raise CheckpointError(
            "the network answers one image alone with another shape than among others",
            expected=str((1, *shape)),
            got=str(tuple(answer.shape)),
            fix="squeeze() without an axis is the usual place: squeeze(-1) or flatten(1)",
        )
    return answer


def check_graph(module: nn.Module, traced: Traced, session: Session, images: torch.Tensor) -> None:
    """The graph answers like the module at batch 1, 2 and 5.

    Raises:
        ProofError: it does not.
    """
    for batch in BATCHES:
        part = images[:batch]
        with plain_attention():
            expected = module(part).numpy()
        answer = session.run({traced.inputs[0].name: part.numpy()})[traced.outputs[0].name]
        if answer.shape != expected.shape:
            raise ProofError(
                f"the exported graph answers a batch of {batch} with another shape",
                expected=str(expected.shape),
                got=str(answer.shape),
                where="stage output",
            )
        difference = relative_difference(answer.astype(np.float32), expected)
        if not difference <= FP32_CPU:  # NaN is no agreement
            raise ProofError(
                f"the exported graph differs from the network at batch {batch}",
                expected=f"at most {FP32_CPU:.0e} of the largest logit",
                got=f"{difference:.1e}",
                where="stage output",
            )
