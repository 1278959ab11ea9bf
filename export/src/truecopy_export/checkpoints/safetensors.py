"""safetensors: named tensors and nothing else."""

from __future__ import annotations

from pathlib import Path

import safetensors
import safetensors.torch
import torch

from truecopy.errors import CheckpointError


def read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of one file, on the CPU.

    Raises:
        CheckpointError: damaged or cut short.
    """
    try:
        tensors: dict[str, torch.Tensor] = safetensors.torch.load_file(path, device="cpu")
    except (safetensors.SafetensorError, RuntimeError, ValueError, KeyError, OSError) as error:
        raise CheckpointError(
            "The safetensors file is damaged or cut short",
            got=str(error),
            where=str(path),
            fix="Copy or download it again",
        ) from error
    return tensors
