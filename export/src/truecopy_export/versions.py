"""Which libraries took part."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping

from truecopy.contract import ImageInput, Input, TableInput, TokensInput

_OF_INPUT: Mapping[type, tuple[str, ...]] = {
    ImageInput: ("pillow", "timm", "torchvision"),
    TableInput: ("pandas", "scikit-learn"),
    TokensInput: (),
}


def versions_for(given: Input, *distributions: str) -> dict[str, str]:
    """`distributions`, and the libraries that prepare this kind of input."""
    return versions((*distributions, *_OF_INPUT[type(given)]))


def versions(distributions: tuple[str, ...]) -> dict[str, str]:
    """Versions of the libraries that are installed here, local parts (`+cpu`) kept."""
    found = {"truecopy_export": importlib.metadata.version("truecopy-export")}
    for name in distributions:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
