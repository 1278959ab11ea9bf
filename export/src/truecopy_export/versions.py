"""Which libraries took part."""

from __future__ import annotations

import importlib.metadata


def versions(distributions: tuple[str, ...]) -> dict[str, str]:
    """Versions of the libraries that are installed here, local parts (`+cpu`) kept."""
    found = {"truecopy_export": importlib.metadata.version("truecopy-export")}
    for name in distributions:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
