"""Write export/src/truecopy_export/checkpoints/fitting/known_networks.tsv from the installed torchvision and timm.

    .venv/bin/python tools/known_networks.py

Some minutes: every architecture is built once, on the meta device where it can be. Nothing is downloaded.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import timm
import torch
import torchvision

from truecopy_export.checkpoints.fitting.known_networks import fingerprint

TABLE = Path(__file__).parents[1] / "export/src/truecopy_export/checkpoints/fitting/known_networks.tsv"


def networks() -> Iterator[tuple[str, torch.nn.Module]]:
    for name in torchvision.models.list_models(module=torchvision.models):
        yield f"torchvision:{name}", built(lambda name=name: torchvision.models.get_model(name, weights=None))
    for name in timm.list_models():
        yield f"timm:{name}", built(lambda name=name: timm.create_model(name, pretrained=False))


def built(make) -> torch.nn.Module:
    try:
        with torch.device("meta"):
            return make()
    except NotImplementedError:  # an initialiser that reads its values
        return make()


def main() -> None:
    warnings.simplefilter("ignore")
    table: dict[str, list[str]] = {}
    for name, network in networks():
        table.setdefault(fingerprint(network.state_dict()), []).append(name)
    rows = sorted(f"{digest}\t{' '.join(names)}\n" for digest, names in table.items())
    TABLE.write_text("".join(rows), "utf-8")
    print(f"{sum(map(len, table.values()))} architectures, {len(rows)} sets of names and sizes")


if __name__ == "__main__":
    main()
