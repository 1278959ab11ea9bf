"""`--arch-arg key=value`: YAML scalars and lists, never code."""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from truecopy.errors import CheckpointError


def parse_arguments(pairs: Sequence[str]) -> dict[str, object]:
    """`["num_classes=10", "pad_type=same"]` as `{"num_classes": 10, "pad_type": "same"}`.

    Raises:
        CheckpointError: not key=value, a key twice, or a value that is not YAML.
    """
    arguments: dict[str, object] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key.isidentifier():
            raise CheckpointError(
                "an --arch-arg",
                expected="key=value",
                got=repr(pair),
                fix="For example: --arch-arg num_classes=10",
            )
        if key in arguments:
            raise CheckpointError(f"--arch-arg {key} stands twice", got=f"{arguments[key]!r} and {text!r}")
        try:
            arguments[key] = yaml.safe_load(text)
        except (yaml.YAMLError, ValueError) as error:
            raise CheckpointError(
                f"the value of --arch-arg {key}", expected="YAML", got=repr(text)
            ) from error
    return arguments
