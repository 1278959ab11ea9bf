"""Spellings from the field, turned into our own before click reads the line: the one place that knows them.

    --ensemble A B C            the members, as if they stood first; they end at the first word that is no model file
    --checkpoint_path P         the same, of one model
    --tta-augmentations A B     --tta A,B; the views end at the first word that is no view: a folder of such a name is ./contrast
    --tta_aggregation, ...      underscores for dashes

Each also with underscores for dashes, dashes for underscores, or `=` before the first value. Models that stand right
behind the verb stay first. Nothing behind `--` is touched.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Sequence

import click

from truecopy.contract.view_names import BASES, base_of, canonical
from truecopy.errors import StrategyError

from .arguments import is_model

# The exporter's verbs have options of their own.
VERBS = ("predict", "evaluate", "tune", "inspect", "calibrate", "selftest", "bench", "explain")
_MODELS = ("--ensemble", "--checkpoint-path")
_VIEWS = ("--tta-augmentations", "--tta")
# What could be a slip of the pen: no path, no pattern, no file with an ending.
_NAME = re.compile(r"[A-Za-z0-9_-]+(:[0-9.]*)?")
_DASHED = ("--tta-aggregation", "--ensemble-aggregation", "--use-ema", "--no-use-ema")


def rewrite(words: Sequence[str]) -> list[str]:
    """The command line, without the program's name, in our own spelling.

    Raises:
        click.UsageError: an option without what it names.
    """
    if not words or words[0] not in VERBS:
        return list(words)
    models: list[str] = []
    others: list[str] = []
    place = 1
    while place < len(words):
        word = words[place]
        if word == "--":
            others += words[place:]
            break
        option, equals, value = word.partition("=")
        name = option.replace("_", "-") if option.startswith("--") else option
        following = [*([value] if equals else []), *words[place + 1 :]]
        if name in _MODELS:
            taken = _models(option, following, most=1 if name == "--checkpoint-path" else len(following))
            models += taken
        elif name in _VIEWS:
            taken = _views(option, following)
            others += ["--tta", ",".join(taken)]
        else:
            taken = [value] if equals else []
            others.append(word if name not in _DASHED else word.replace(option, name, 1))
        place += 1 + len(taken) - (1 if equals else 0)
    first = _leading(words[1:])
    if models:
        _check_one_place(others[first:])
    return [words[0], *others[:first], *models, *others[first:]]


def _check_one_place(words: Sequence[str]) -> None:
    """Weights follow the order of the models, so nothing may change that silently.

    Raises:
        click.UsageError: a model stands apart from the others.
    """
    for before, word in zip(("", *words), words, strict=False):
        # Behind an option it is its value, such as a new file; a number before it was the value of one.
        if is_model(word) and not before.startswith("-"):
            raise click.UsageError(
                f"name the models in one place, right behind the verb or behind --ensemble: {word} stands apart"
            )


def _leading(words: Sequence[str]) -> int:
    """How many models stand first; `--ensemble=a.onnx` only ends like one."""
    return next((i for i, word in enumerate(words) if word.startswith("-") or not is_model(word)), len(words))


def _models(option: str, following: Sequence[str], most: int) -> list[str]:
    taken = list(following[: min(_leading(following), most)])
    if not taken:
        got = f", got {following[0]!r}" if following else ""
        comma = ", with spaces between them" if following and "," in following[0] else ""
        raise click.UsageError(f"{option} names model files (*.onnx){comma}{got}")
    return taken


def _views(option: str, following: Sequence[str]) -> list[str]:
    """The first word whatever it is: that it is no view is said, with the nearest, where views are read."""
    if not following or following[0].startswith("-"):
        raise click.UsageError(f"{option} names views, for example {option} horizontal_flip")
    taken = [following[0]]
    for word in following[1:]:
        if word.startswith("-") or not _is_views(word):
            break
        taken.append(word)
    return taken


def _is_views(word: str) -> bool:
    """View names; also what is nearly one and no file: better refused as a view than looked for as an input."""
    try:
        for name in word.split(","):
            canonical(name.strip())
    except StrategyError:
        if not _NAME.fullmatch(word) or os.path.lexists(word):
            return False
        return bool(difflib.get_close_matches(base_of(word), BASES, n=1, cutoff=0.8))
    return True
