"""Lightning's StochasticWeightAveraging: which of its two sets is what the trainer itself would run.

Source: lightning/pytorch/callbacks/stochastic_weight_avg.py. The average holds parameters only; its buffers are those
of a deep copy made before the training. At the end the callback copies the average into the model, and for a
network with BatchNorm computes the statistics anew in one more epoch.
"""

from __future__ import annotations

import shlex

from truecopy.errors import AmbiguousEma
from truecopy_export.checkpoints.weights import Weights, relative_distance

from .running_statistics import parameters, statistics


def holds_the_average(raw: Weights, ema: Weights) -> bool:
    """Whether the model itself is the average already: all parameters equal, value for value."""
    return relative_distance(parameters(raw), parameters(ema)) == 0.0


def refuse_without_statistics(raw: Weights, ema: Weights, where: str) -> None:
    """The average of a network with BatchNorm is no network that anybody ran.

    Raises:
        AmbiguousEma: the network has running statistics, which the average lacks.
    """
    found = statistics(ema)
    if not found:
        return
    distance = relative_distance(parameters(raw), parameters(ema))
    raise AmbiguousEma(
        f"The average at {ema.field} was never given its BatchNorm statistics: it needs one more pass over the "
        "training data (torch.optim.swa_utils.update_bn)",
        got=f"{len(found)} statistics from before the training; counter {ema.counter}, distance {distance:.3g} "
        f"(relative L2 of the parameters, {raw.field} to average)",
        where=where,
        fix=f"Say --ema raw for {raw.field}, which is what the trainer itself runs (in the checkpoint of the last epoch, "
        f"the average with new statistics), or --ema {shlex.quote(ema.field)}",
    )
