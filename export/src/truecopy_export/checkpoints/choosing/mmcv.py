"""mmcv 1.x keeps the average in the same state dict: `ema_conv_weight` beside `conv.weight`.

Source: mmcv/runner/hooks/ema.py. Which of the two is the average depends on the order of the hooks at
the time of saving, so it must be said; buffers (BatchNorm statistics) have no twin.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TWINS = "ema_"  # the last part of the field that names the twins: `--ema state_dict.ema_`


def split_twins(state_dict: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """(the plain names, the same names with the twins' values); None when there are no twins."""
    twin_of = {name: TWINS + name.replace(".", "_") for name in state_dict}
    twins = {twin for twin in twin_of.values() if twin in state_dict}
    if not twins:
        return None
    plain = {name: value for name, value in state_dict.items() if name not in twins}
    return plain, {name: state_dict.get(twin_of[name], value) for name, value in plain.items()}
