"""Which backend a folder means, where its JSON settles it.

transformers 5 writes one name for both backends (`PilBackend.to_dict` takes the suffix Pil off) and opens the folder with
torchvision, so a folder that it wrote means torchvision, whatever wrote it. transformers 4 wrote `...Fast` for torchvision,
and the plain name for the class that is the pil backend today: version 4 opens such a folder with pil and version 5 with
torchvision, and nothing in it says which one the model was validated with.
Source: transformers 5.23 `models/auto/image_processing_auto.py` _resolve_backend, `image_processing_backends.py` PilBackend.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from truecopy.contract.strict_yaml import read_bounded
from truecopy.errors import RecipeError

from .reading import Backend

_MAX = 16 << 20
_FAST = "Fast"


def saved_backend(folder: Path) -> tuple[Backend, str] | None:
    """The backend and why, for people; None where the folder does not settle it."""
    kind = _read(folder / "preprocessor_config.json").get("image_processor_type")
    if isinstance(kind, str) and kind.endswith(_FAST):
        return "torchvision", f"{kind}: the torchvision backend, by its name"
    said = _read(folder / "config.json").get("transformers_version")
    version = said if isinstance(said, str) else ""
    major = version.partition(".")[0]
    if major.isascii() and major.isdigit() and int(major[:4]) >= 5:
        return "torchvision", (
            f"the folder was saved by transformers {version[:20]}, which opens it with its torchvision backend; if the "
            "model was validated with the pil backend, type --recipe-arg backend=pil"
        )
    return None


def _read(path: Path) -> dict[str, Any]:
    """A JSON object; empty where there is none. What is wrong with it, the library says when it opens it."""
    if not path.is_file():
        return {}
    try:
        found = json.loads(read_bounded(path, "the config", "the config", _MAX, RecipeError))
    except (RecipeError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
