"""One case over all pictures: the library's own tensors against ours, bit by bit."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import msgspec
import numpy as np
from PIL import Image
from tools.sweep.case import Case, Original

from truecopy.contract import GraphInput, Step
from truecopy.contract.portability import original_levels, tensor_units
from truecopy.errors import InputError, RecipeError, TruecopyError
from truecopy.limits import Limits
from truecopy.pixels import Plan, decode
from truecopy.pixels.kernels import Kernels
from truecopy_export.recipes import Recipe

# A banner of 1 x 61 pixels brought to a short side of 1024 is beyond a host's default; the libraries have no limit.
_LIMITS = Limits(max_pixels=200_000_000)
Verdict: TypeAlias = Literal["exact", "bounded", "refused", "different", "broken"]


@dataclass(frozen=True)
class Judgement:
    """exact: equal bits on all pictures. bounded: `difference` is at most what the recipe's kernel states for it.

    refused: by our importer, `reason` says why. different: a bug. broken: the library itself fails to build it.
    digests: picture name to the digest of the library's own tensor, "" where the library fails on that picture.
    """

    library: str
    name: str
    verdict: Verdict
    reason: str = ""
    difference: float = 0.0
    input: str = ""
    steps: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)


class Judge:
    """Remembers digests by recipe and picture: many names of a library mean the same recipe, and tensors are large."""

    def __init__(self, pictures: Mapping[str, Image.Image], kernels: Kernels) -> None:
        self._pictures = pictures
        self._kernels = kernels
        self._ours: dict[tuple[str, str], str] = {}
        self._exact: dict[str, Recipe] = {}

    def judge(self, case: Case) -> Judgement:
        try:
            original, read = case.build()
        except Exception as error:  # another library's own code
            return Judgement(case.library, case.name, "broken", f"{type(error).__name__}: {error}")
        try:
            recipe = read()
        except RecipeError as error:
            return Judgement(case.library, case.name, "refused", str(error))
        return self._compare(case, original, recipe)

    def _compare(self, case: Case, original: Original, recipe: Recipe) -> Judgement:
        steps = json.dumps(msgspec.to_builtins(recipe.steps), sort_keys=True)
        spec = json.dumps(msgspec.to_builtins(recipe.input), sort_keys=True)
        digests, worst, reason = {}, 0.0, ""
        for name, picture in self._pictures.items():
            try:
                theirs = np.asarray(original(picture.convert(recipe.input.color)))
            except Exception:  # the library does not take a picture of this size
                digests[name] = ""
                continue
            digests[name] = short_digest(theirs)
            if self._digest(recipe, spec + steps, name) == digests[name]:
                continue
            difference, told = apart(theirs, _tensor(recipe, picture, self._kernels))
            if difference > worst:
                worst, reason = difference, f"{name}: {told}"
        allowed = original_levels(recipe.steps) * tensor_units(recipe.steps)[1] * (1 + 1e-4)
        verdict: Verdict = "exact" if worst == 0 else "bounded" if worst <= allowed else "different"
        if not any(digests.values()):
            verdict, reason = "broken", "the library fails on every picture"
        if verdict == "exact":
            self._exact[spec + steps] = recipe
        return Judgement(case.library, case.name, verdict, reason, worst, spec, steps, digests)

    def _digest(self, recipe: Recipe, key: str, name: str) -> str:
        """Of our tensor; "" where we refuse the picture."""
        if (key, name) not in self._ours:
            self._ours[key, name] = digest_of(_tensor(recipe, self._pictures[name], self._kernels))
        return self._ours[key, name]

    def recipes(self) -> tuple[Recipe, ...]:
        """The distinct recipes that were found exact."""
        return tuple(self._exact.values())

    def differs(self, recipe: Recipe, steps: tuple[Step, ...]) -> bool:
        """Do `steps` make another tensor than the recipe's own steps of any picture?

        Raises:
            ContractError: the steps do not hold together.
        """
        key = next(key for key, known in self._exact.items() if known is recipe)
        wrong = dataclasses.replace(recipe, steps=steps)
        return any(
            self._ours.get((key, name)) not in (None, "", digest_of(_tensor(wrong, picture, self._kernels)))
            for name, picture in self._pictures.items()
        )


def digest_of(tensor: np.ndarray | InputError) -> str:
    return short_digest(tensor) if isinstance(tensor, np.ndarray) else ""


def _tensor(recipe: Recipe, picture: Image.Image, kernels: Kernels) -> np.ndarray | InputError:
    shape = ("batch", recipe.made.channels, "height", "width")
    graph_input = GraphInput(name="input", dtype="float32", layout="NCHW", shape=shape)
    plan = Plan.compile(recipe.input, recipe.steps, graph_input, limits=_LIMITS, kernels=kernels)
    try:
        return plan.tensor(plan.canvas(decode(picture.convert(recipe.input.color), recipe.input)))
    except InputError as error:
        return error


def apart(theirs: np.ndarray, ours: np.ndarray | TruecopyError) -> tuple[float, str]:
    """(largest difference, in words); infinite where the two cannot be compared."""
    if isinstance(ours, TruecopyError):
        return np.inf, f"ours is refused: {ours}"
    if theirs.shape != ours.shape or theirs.dtype != ours.dtype:
        return np.inf, f"{theirs.dtype} {theirs.shape}, ours {ours.dtype} {ours.shape}"
    differing = np.ascontiguousarray(theirs).view(np.uint32) != np.ascontiguousarray(ours).view(np.uint32)
    if not differing.any():
        return 0.0, ""
    largest = float(np.abs(theirs.astype(np.float64) - ours).max())
    largest = largest if np.isfinite(largest) else np.inf
    return max(largest, 5e-324), f"{np.count_nonzero(differing)} of {ours.size} values, up to {largest:.3g}"


def short_digest(tensor: np.ndarray) -> str:
    """16 hex digits of SHA-256 over dtype, shape and little-endian bytes."""
    little = np.ascontiguousarray(tensor, tensor.dtype.newbyteorder("<"))
    header = f"{little.dtype.str} {list(little.shape)}".encode()
    return hashlib.sha256(header + little.tobytes()).hexdigest()[:16]
