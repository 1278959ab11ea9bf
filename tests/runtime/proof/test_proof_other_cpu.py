"""A kernel whose bits depend on the CPU: another host is held to a bound there, and to bits in all that follows."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from msgspec.structs import replace

from truecopy.artifact.golden import decode_golden, encode_golden
from truecopy.contract import Resize
from truecopy.contract.portability import replay_levels
from truecopy.pixels import golden_images
from truecopy.proof import check_samples, record

CUBIC = Resize(rule="exact", size=(26, 26), kernel="cv2", filter="bicubic", area_for_downscale=False)


def means(tensors: np.ndarray) -> np.ndarray:
    """Ten numbers a picture that move with it."""
    return tensors.reshape(len(tensors), -1)[:, :: tensors[0].size // 10][:, :10]


@pytest.fixture
def cubic(member, change, digits_contract, fake_session):
    steps = (CUBIC, digits_contract.steps[-1])
    return member(replace(change(digits_contract), steps=steps)), fake_session(means)


@pytest.fixture
def other_host(monkeypatch):
    """OpenCV as on another CPU: some values `levels` further."""

    def make(levels):
        resize = cv2.resize

        def resized(*arguments, **options):
            made = resize(*arguments, **options)
            made.reshape(-1)[::7] = np.clip(made.reshape(-1)[::7].astype(int) + levels, 0, 255)
            return made

        monkeypatch.setattr(cv2, "resize", resized)

    return make


def verdicts(checked):
    return {stage.stage: stage.verdict for stage in checked.stages}


def test_the_canvas_is_carried_only_where_it_depends_on_the_cpu(cubic, member, digits_contract, fake_session):
    name, encoded = golden_images()[0]
    sample = record(*cubic, name, encoded)
    assert sample.canvas_png is not None
    assert record(member(), fake_session(means), name, encoded).canvas_png is None
    (back,) = decode_golden(encode_golden([sample]))
    assert back.canvas_png == sample.canvas_png
    assert "canvas_png" not in encode_golden([record(member(), fake_session(means), name, encoded)])
    assert (replay_levels(cubic[0].contract.steps), replay_levels(digits_contract.steps)) == (1.0, 0.0)


def test_the_same_host_makes_the_same_bits(cubic):
    sample = record(*cubic, *golden_images()[0])
    assert set(verdicts(next(check_samples(*cubic, (sample,)))).values()) == {"same"}


def test_another_host_within_the_bound_holds_and_the_rest_is_run_on_the_golden_canvas(cubic, other_host):
    sample = record(*cubic, *golden_images()[0])
    other_host(1)
    checked = next(check_samples(*cubic, (sample,)))
    assert checked.ok
    assert verdicts(checked) == {
        "decode": "same", "canvas": "within", "tensor": "same", "output": "same", "result": "same",
    }  # fmt: skip
    assert checked.stages[1].detail.startswith("1 levels on 1")
    assert checked.stages[1].detail.endswith("allowed 1 between CPUs")


def test_another_host_beyond_the_bound_differs(cubic, other_host):
    sample = record(*cubic, *golden_images()[0])
    other_host(2)
    checked = next(check_samples(*cubic, (sample,)))
    assert checked.first_difference.stage == "canvas"
    assert checked.first_difference.detail.startswith("2 levels on ")


def test_a_canvas_that_is_not_the_one_of_the_digest_excuses_nothing(cubic, other_host):
    sample = record(*cubic, *golden_images()[0])
    other = record(*cubic, *golden_images()[1])
    other_host(1)
    checked = next(check_samples(*cubic, (replace(sample, canvas_png=other.canvas_png),)))
    assert checked.first_difference.stage == "canvas"


def test_a_damaged_canvas_is_a_stage_that_is_not_reached(cubic, other_host):
    sample = record(*cubic, *golden_images()[0])
    other_host(1)
    checked = next(check_samples(*cubic, (replace(sample, canvas_png=b"no picture"),)))
    assert (checked.first_difference.stage, checked.first_difference.verdict) == ("decode", "not reached")
