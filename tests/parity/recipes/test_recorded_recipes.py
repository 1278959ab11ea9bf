"""Every distinct recipe that `make sweep` found exact, replayed against the digests of the libraries' own tensors.

The libraries are not needed: the file holds what they made of pictures that code makes anew.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from tools.sweep.images import made_by_code
from tools.sweep.judge import short_digest

from truecopy.contract import GraphInput, ImageInput, Step
from truecopy.contract.codec import convert
from truecopy.contract.flow import flow
from truecopy.limits import Limits
from truecopy.pixels import Plan, decode
from truecopy.pixels.kernels import FAST
from truecopy.pixels.literal import LITERAL

# As the sweep: its libraries have no limit.
LIMITS = Limits(max_pixels=200_000_000)
FILE = Path(__file__).with_name("recorded.jsonl.gz")
RECORDED = [json.loads(line) for line in gzip.decompress(FILE.read_bytes()).splitlines()]
LIBRARIES = sorted({entry["library"] for entry in RECORDED})


@pytest.fixture(scope="module")
def pictures():
    return made_by_code()


def differing(entry, pictures, kernels):
    """Names of the pictures whose tensor is not the library's."""
    spec = convert(entry["input"], ImageInput)
    steps = convert(entry["steps"], tuple[Step, ...])
    shape = ("batch", flow(steps, spec.channels).channels, "height", "width")
    graph_input = GraphInput(name="input", dtype="float32", layout="NCHW", shape=shape)
    plan = Plan.compile(spec, steps, graph_input, limits=LIMITS, kernels=kernels)
    return [
        name
        for name, digest in entry["digests"].items()
        # "": the library itself does not take that picture.
        if digest
        and short_digest(plan.tensor(plan.canvas(decode(pictures[name].convert(spec.color), spec)))) != digest
    ]


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_recorded_recipe_makes_the_librarys_own_tensors(pictures, library):
    entries = [entry for entry in RECORDED if entry["library"] == library]
    wrong = {entry["recipe"]: found for entry in entries if (found := differing(entry, pictures, FAST))}
    assert entries
    assert wrong == {}


@pytest.mark.slow
@pytest.mark.parametrize("library", LIBRARIES)
def test_the_literal_kernels_make_the_same(pictures, library):
    entries = [entry for entry in RECORDED if entry["library"] == library]
    assert {
        entry["recipe"]: found for entry in entries if (found := differing(entry, pictures, LITERAL))
    } == {}


def test_the_record_is_about_every_library_of_the_sweep_and_says_its_version():
    assert {"timm", "torchvision", "huggingface", "keras", "albumentations", "ultralytics"} <= set(LIBRARIES)
    assert all(entry["versions"] and any(entry["digests"].values()) for entry in RECORDED)
