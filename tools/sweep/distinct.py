"""The first case of every distinct recipe: names differ, steps do not."""

from __future__ import annotations

import json

import msgspec
from tools.sweep.case import Case

from truecopy.errors import RecipeError


def distinct(cases: list[Case]) -> list[Case]:
    """Cases whose recipe no case before them has; those that are refused or broken are left out."""
    kept: dict[str, Case] = {}
    for case in cases:
        try:
            recipe = case.build()[1]()
        except RecipeError:
            continue
        except Exception:  # noqa: S112 - another library's own code: the full sweep counts it as broken
            continue
        kept.setdefault(json.dumps(msgspec.to_builtins((recipe.input, recipe.steps))), case)
    return list(kept.values())
