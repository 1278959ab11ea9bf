"""What `make zoo` exports: the smallest architecture of every timm module, and every torchvision classifier."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

# timm's own miniatures for its tests: nobody has a checkpoint of one.
MINIATURES = "test_"
# A larger default input than this is made smaller, where timm says that the size is not fixed: attention over all of it is
# what an hour would be spent on.
LARGE = 512


@dataclass(frozen=True)
class Entry:
    """family: the timm module that registers it, or `torchvision`. side: pixels of its own default input, or less of them.

    parameters: 0 where timm cannot build it without memory. name: empty where the module registers nothing.
    """

    library: Literal["timm", "torchvision"]
    family: str
    name: str
    parameters: int
    side: int

    @property
    def key(self) -> str:
        return f"{self.library}:{self.name or self.family}"

    @property
    def cost(self) -> int:
        """Weights times pixels: what an export takes grows about so."""
        return self.parameters * self.side**2


def lineup(cache: Path) -> list[Entry]:
    """Cheapest first. cache: counting the weights of every timm model takes two minutes, once a version."""
    versions = {name: importlib.metadata.version(name) for name in ("timm", "torchvision", "torch")}
    if cache.exists():
        document = json.loads(cache.read_text("utf-8"))
        if document["versions"] == versions:
            return [Entry(**entry) for entry in document["entries"]]
    entries = sorted((*of_timm(), *of_torchvision()), key=lambda entry: (entry.cost, entry.key))
    cache.parent.mkdir(parents=True, exist_ok=True)
    document = {"versions": versions, "entries": [asdict(entry) for entry in entries]}
    cache.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    return entries


def of_timm() -> list[Entry]:
    """Of each module the model with the least weights times pixels."""
    import timm

    return [_smallest(module, timm.list_models(module=module)) for module in timm.list_modules()]


def _smallest(module: str, names: list[str]) -> Entry:
    found = [_counted(module, name) for name in names if not name.startswith(MINIATURES)]
    built = [entry for entry in found if entry.parameters]
    return min(built or found, key=lambda entry: entry.cost, default=Entry("timm", module, "", 0, 0))


def _counted(module: str, name: str) -> Entry:
    """Built on the meta device: shapes only."""
    import timm
    import torch

    try:
        with torch.device("meta"):
            network = timm.create_model(name)
    except Exception:  # a few read numbers while they are built
        return Entry("timm", module, name, 0, 0)
    parameters = sum(one.numel() for one in network.parameters())
    return Entry("timm", module, name, parameters, _side(network.pretrained_cfg))


def _side(config: Mapping[str, Any]) -> int:
    """Three times the smallest that timm states, or half: both are whole numbers of patches as the default is."""
    side, smallest = int(config["input_size"][-1]), config.get("min_input_size")
    if side <= LARGE or config.get("fixed_input_size"):
        return side
    return side // 2 if smallest is None else 3 * int(smallest[-1])


def of_torchvision() -> list[Entry]:
    """All of `torchvision.models` itself, which are the classifiers, as their weights describe them."""
    from torchvision import models

    entries = []
    for name in models.list_models(module=models):
        weights = models.get_model_weights(name).DEFAULT
        (side,) = weights.transforms().crop_size
        entries.append(Entry("torchvision", "torchvision", name, weights.meta["num_params"], side))
    return entries
