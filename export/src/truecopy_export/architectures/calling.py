"""Call a model builder and say whose fault it is; list the nearest names."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from truecopy.errors import CheckpointError

if TYPE_CHECKING:
    import torch


def call(builder: Callable[..., Any], spec: str, arguments: Mapping[str, object]) -> torch.nn.Module:
    """`builder(**arguments)`, which must be a module.

    Raises:
        CheckpointError: it raised, or gave something else; or what counts its parts (`bounded`) raises.
    """
    import torch

    try:
        module = builder(**arguments)
    except CheckpointError:
        raise
    except Exception as error:
        raise CheckpointError(
            f"{spec} cannot be built with {dict(arguments)}",
            got=f"{type(error).__name__}: {error}",
            fix="Give its arguments as --arch-arg key=value",
        ) from error
    if not isinstance(module, torch.nn.Module):
        raise CheckpointError(
            f"{spec} does not build a model", expected="a torch.nn.Module", got=type(module).__name__
        )
    return module


def unknown_name(spec: str, name: str, known: Iterable[str]) -> CheckpointError:
    close = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    library = spec.partition(":")[0]
    return CheckpointError(
        f"{library} has no model {name!r}",
        fix=f"Nearest: {', '.join(f'{library}:{other}' for other in close)}" if close else None,
    )
