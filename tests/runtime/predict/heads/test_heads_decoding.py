from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.contract import Autoregressive, Ctc, Plain
from truecopy.predict.heads.decoding import Decoded, decoded

BEST = st.lists(st.integers(0, 3), max_size=12)


def of(decoding, best, confidence=None) -> Decoded:
    sure = np.ones(len(best), np.float32) if confidence is None else np.array(confidence, np.float32)
    return decoded(decoding, np.array(best, np.int64), sure)


def collapsed(best: list[int], blank: int) -> list[int]:
    """The definition, letter by letter: what differs from the letter before it, but no blank."""
    return [now for before, now in itertools.pairwise([None, *best]) if now not in (before, blank)]


@settings(deadline=None)
@given(BEST, st.integers(0, 3))
def test_ctc_merges_equal_neighbours_and_then_leaves_blanks_out(best, blank):
    made = of(Ctc(blank=blank, collapse=True), best)
    assert [best[step] for step in made.steps] == collapsed(best, blank)
    assert made.finished is None


@settings(deadline=None)
@given(st.lists(st.integers(0, 2), max_size=5))
def test_ctc_reads_every_alignment_of_a_text_as_that_text(text):
    """Brute force the other way: any stretching of a text, with a blank between equal letters, is read as the text."""
    random = np.random.default_rng(len(text))
    best: list[int] = []
    for before, now in itertools.pairwise([None, *text]):
        best += [3] * int(random.integers(now == before, 3))
        best += [now] * int(random.integers(1, 4))
    made = of(Ctc(blank=3, collapse=True), best)
    assert [best[step] for step in made.steps] == text


@settings(deadline=None)
@given(BEST, st.integers(0, 3))
def test_without_collapse_every_step_counts_but_those_of_the_blank(best, blank):
    made = of(Ctc(blank=blank, collapse=False), best)
    assert made.steps == tuple(step for step, token in enumerate(best) if token != blank)


def test_a_run_stands_for_its_most_confident_step_and_ties_for_the_first():
    best, confidence = [1, 1, 1, 0, 1, 1, 2], [0.5, 0.75, 0.25, 0.5, 0.5, 0.5, 0.25]
    assert of(Ctc(blank=0, collapse=True), best, confidence).steps == (1, 4, 6)


@settings(deadline=None)
@given(BEST, st.none() | st.integers(0, 3), st.sets(st.integers(0, 3)))
def test_plain_reads_to_the_first_stop_and_leaves_tokens_out(best, stop, ignore):
    made = of(Plain(stop=stop, ignore=tuple(ignore)), best)
    read = list(itertools.takewhile(lambda token: token != stop, best))
    assert [best[step] for step in made.steps] == [token for token in read if token not in ignore]
    assert made.finished is (None if stop is None else stop in best)


@pytest.mark.parametrize(("stop", "steps", "finished"), [(2, (0, 1), True), (7, (0, 1, 2, 3), False), (None, (0, 1, 2, 3), None)])  # fmt: skip
def test_generated_tokens_are_read_as_plain_ones(stop, steps, finished):
    decoding = Autoregressive(reads="last_step", stop=stop, max_new=9)
    assert of(decoding, [1, 1, 2, 0]) == Decoded(steps, finished)
