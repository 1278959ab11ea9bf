"""A JSON document of a checkpoint: a config, an index of shards, a TensorFlow.js model. One reader, whoever asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from truecopy.contract import strict_json
from truecopy.contract.strict_yaml import read_bounded
from truecopy.errors import CheckpointError, ContractError

# Networks of Keras inside networks are the deepest; their own reader takes 64 levels of parts.
_DEPTH = 128
_AGAIN = "Copy or download the folder again, whole"


def read_document(path: Path, what: str, most: int) -> dict[str, Any]:
    """A JSON object of at most `most` bytes, no key twice. what: in words, for messages.

    Raises:
        CheckpointError: not there, too long, too deep, or no JSON object.
    """
    data = read_bounded(path, f"the {what}", f"the {what}", most, CheckpointError)
    try:
        found = strict_json.loads(data, max_bytes=most, max_depth=_DEPTH, what=what)
    except ContractError as error:
        raise CheckpointError.of(error, where=str(path), fix=_AGAIN) from error
    if not isinstance(found, dict):
        raise CheckpointError(
            f"the {what} is no JSON object", got=type(found).__name__, where=str(path), fix=_AGAIN
        )
    return found
