"""Names of tensors as files have them, to those of the modules of the installed transformers.

Files keep the names that they were first published under, and the library renames, splits and joins them whenever it
loads (older names of LayerNorm, a base model without its prefix, the blocks of ViT). Its own rules are used here, and
what they do not place is refused: the library itself would fill it with random numbers.
Source: transformers 5.23 `core_model_loading.py` convert_and_load_state_dict_in_model, `conversion_mapping.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from truecopy.errors import CheckpointError, Keys
from truecopy_export.recipes.library import import_library

if TYPE_CHECKING:
    import torch

    from truecopy_export.checkpoints import Weights

    # Tensors -> a model filled with them, and what the library says: missing_keys, unexpected_keys, mismatched_keys.
    Load: TypeAlias = Callable[[Mapping[str, torch.Tensor]], tuple[Any, Mapping[str, Any]]]


@dataclass(frozen=True)
class _Placed:
    """tensors: under the module's names; what has no place keeps its own. missing: names that nothing came for."""

    tensors: Mapping[str, torch.Tensor]
    missing: tuple[str, ...]
    unplaced: tuple[str, ...]


def fit_names(twin: Any, load: Load, weights: Weights, where: str) -> Weights:
    """The weights under the names of `twin`, a model without memory (meta device). load: what the library makes of them.

    Raises:
        Keys: the classifier's head is not in the file, two of its tensors go to one place, or the library cannot convert it.
    """
    best: _Placed | None = None
    for prefix in _prefixes(weights.prefix):
        placed = _place(twin, load, {prefix + name: one for name, one in weights.tensors.items()}, where)
        if best is None or _lost(placed) < _lost(best):
            best = placed
        if not _lost(best):
            break
    if best is None:
        return weights
    _refuse_headless(twin, best, where)
    return replace(weights, tensors=best.tensors, prefix="")


def _lost(placed: _Placed) -> int:
    return len(placed.missing) + len(placed.unplaced)


def _prefixes(stripped: str) -> Iterator[str]:
    """Nothing, then as much as was stripped from the names, from its end."""
    parts = stripped.split(".")[:-1]
    for count in range(len(parts) + 1):
        yield "".join(f"{part}." for part in parts[len(parts) - count :])


def _place(twin: Any, load: Load, tensors: Mapping[str, torch.Tensor], where: str) -> _Placed:
    import torch

    wanted: dict[str, torch.Tensor] = twin.state_dict()
    _refuse_collisions(twin, wanted, tensors, where)
    model, said = load(tensors)
    missing, unplaced = {*said["missing_keys"]}, sorted(said["unexpected_keys"])
    # Stand-ins for what has no place, by name and shape: whoever loads the rest says what is wrong with it.
    stray = {name: torch.empty(0, device="meta") for name in unplaced if name not in wanted}
    other = {name: torch.empty(tuple(shape), device="meta") for name, shape, _ in said["mismatched_keys"]}
    loaded = {name: one.detach() for name, one in model.state_dict().items() if name not in missing}
    return _Placed({**loaded, **stray, **other}, tuple(sorted(missing - other.keys())), tuple(unplaced))


def _refuse_collisions(
    twin: Any, wanted: Mapping[str, torch.Tensor], tensors: Mapping[str, torch.Tensor], where: str
) -> None:
    """The library would take one of two and say nothing; and it would turn integers into numbers."""
    loading = import_library("transformers.core_model_loading", CheckpointError)
    conversions = import_library("transformers.conversion_mapping", CheckpointError)
    rules = conversions.get_model_conversion_mapping(twin)
    prefix = twin.base_model_prefix
    renamings = [rule for rule in rules if isinstance(rule, loading.WeightRenaming)]
    converters = [rule for rule in rules if isinstance(rule, loading.WeightConverter)]
    came: dict[str, str] = {}
    for name, tensor in tensors.items():
        target, joined = loading.rename_source_key(name, renamings, converters, prefix, wanted)
        if target not in wanted and name in wanted:
            target, joined = loading.rename_source_key(name, [], [], prefix, wanted)
        if target not in wanted:
            continue
        if joined is None and came.setdefault(target, name) != name:
            raise Keys(
                "Two tensors of the file have one place in the network",
                got=f"{came[target]} and {name}, both {target}",
                where=where,
                fix="Save the model once more with save_pretrained",
            )
        if tensor.is_floating_point() != wanted[target].is_floating_point():
            raise Keys(
                "The weights are of another kind than the architecture's",
                expected=f"{wanted[target].dtype} for {target}",
                got=str(tensor.dtype),
                where=where,
                fix="A quantised checkpoint is not read; save the float model",
            )


def _refuse_headless(twin: Any, placed: _Placed, where: str) -> None:
    base = f"{twin.base_model_prefix}."
    if not placed.missing or any(name.startswith(base) for name in placed.missing):
        return
    shown = ", ".join(placed.missing[:5])
    unplaced = f"; {len(placed.unplaced)} others ({placed.unplaced[0]})" if placed.unplaced else ""
    raise Keys(
        "The classifier's head is not in the file: the base model was never fine-tuned",
        expected=f"the {len(twin.state_dict())} names of {type(twin).__name__}",
        got=f"{shown} missing{unplaced}",
        where=where,
        fix="transformers itself would fill the head with random numbers. Give the folder that the fine-tuning saved",
    )
