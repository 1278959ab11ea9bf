"""The words and numbers of an export's report: verdicts, sizes, names, what was left out."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.contract import Bound
from truecopy.errors import ProofError
from truecopy_export.export_page import Account, export_document, export_page
from truecopy_export.export_page.stages import stage_lines
from truecopy_export.export_page.verdict import verdict
from truecopy_export.export_page.wording import bytes_in_words, counted, seconds_in_words, short_name, tiny
from truecopy_export.proof import Original


@pytest.fixture
def account(report) -> Account:
    """That of a labelled, bit-exact export."""
    return Account(
        output="best model.onnx",
        bytes=12_345,
        contract=report.contract,
        original=Original(transform=lambda image: image, answer=lambda feeds: feeds["input"]),
        comparison=report.comparison,
        notes=(),
        findings=None,
        seconds=(("trace the network", 1.25),),
    )


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def changed(account, **fields):
    """With other numbers in the comparison."""
    return replace(account, comparison=replace(account.comparison, **fields))


def test_a_labelled_bit_exact_proof_is_good(account):
    assert verdict(account).mood == "good"


def test_pixels_of_another_decoder_are_a_caution_with_the_flips_they_cost(account):
    other = replace(account, original=replace(account.original, other_decoder="tensorflow"))
    other.comparison.by_decoder.flips = 2
    try:
        said = verdict(other)
        assert said.mood == "caution"
        assert (
            "those of tensorflow are not reproduced, and by its own decoder the original decides otherwise on 2 of 4."
            in plain(said.text)
        )
        decode = next(stage_lines(other))
        assert (
            decode.why == "pixels of tensorflow are not reproduced: what follows starts from the same pixels"
        )
        assert "From the files themselves, each by its own decoder (tensorflow and pillow)" in export_page(
            other
        )
    finally:
        other.comparison.by_decoder.flips = 0


def test_items_that_could_not_be_read_are_counted_and_listed(account):
    left_out = changed(account, unreadable=[f"photos/{number}.png: truncated" for number in range(102)])
    assert "102 images could not be read and count nowhere." in plain(verdict(left_out).text)
    assert verdict(left_out).mood == "caution"
    page = export_page(replace(left_out, notes=("a note",)))
    assert "photos/99.png: truncated" in page
    assert "photos/100.png: truncated" not in page
    assert "and 2 more, which stand in the JSON" in plain(page)
    assert len(export_document(left_out)["unreadable"]) == 102


def test_a_failure_says_what_failed_and_what_to_do(account):
    error = ProofError("the outputs differ too much", where="stage output, a.png", fix="Report it")
    failed = replace(account, failure=error, bytes=None)
    assert plain(verdict(failed).text) == (
        "The proof does not hold: the outputs differ too much at stage output, a.png. All that is fed to the graph is equal. "
        "No model was written."
    )
    page = export_page(failed)
    assert "Report it" in page
    assert "truecopy predict" not in page
    assert export_document(failed)["error"] == {
        "kind": "ProofError", "what": "the outputs differ too much", "expected": None, "got": None,
        "where": "stage output, a.png", "fix": "Report it",
    }  # fmt: skip


def test_a_bound_is_said_at_a_glance(account):
    bound = Bound(source="cpu", levels=0.25, tensor=0.01)
    proof = msgspec.structs.replace(account.contract.proof, bound=bound, level="bounded")
    page = export_page(replace(account, contract=msgspec.structs.replace(account.contract, proof=proof)))
    assert "the original itself, on another CPU" in page
    assert "within 0.25 levels of 255" in page


def test_numbers_that_are_not_finite_are_null_in_the_document(account):
    document = export_document(changed(account, max_output_difference=float("inf")))
    assert document["outputs"]["largest"] is None
    assert tiny(float("inf")) == tiny(float("nan")) == "not finite"


def test_commands_are_quoted_and_a_dash_is_no_option(account):
    assert export_document(account)["next"][0] == "truecopy selftest 'best model.onnx'"
    dashed = export_document(replace(account, output="-o.onnx"))
    assert dashed["next"][0] == "truecopy selftest ./-o.onnx"


def test_the_same_account_gives_the_same_page(account):
    assert export_page(account) == export_page(account)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (76_408, "76.4 kB (76 408 bytes)"),
        (14_048_591, "14.0 MB (14 048 591 bytes)"),
        (3_000_000_000, "3.0 GB (3 000 000 000 bytes)"),
    ],
)
def test_sizes_are_said_in_their_unit_and_in_bytes(size, words):
    assert plain(bytes_in_words(size)) == words


def test_one_thing_has_no_s():
    assert (counted(1, "images"), counted(2, "texts")) == ("1 image", "2 texts")
    assert plain(seconds_in_words(12.345)) == "12.3 s"
    assert (tiny(0), tiny(3.14e-7)) == ("0", "3.1e-07")


def test_a_long_path_keeps_its_end():
    assert short_name("photos/cat/0.png") == "photos/cat/0.png"
    assert short_name("photos/of/a/very/long/folder/of/cats/0.png") == "…/a/very/long/folder/of/cats/0.png"
    assert short_name("x" * 50) == "x" * 50


@settings(deadline=None)
@given(parts=st.lists(st.text("ab", min_size=1, max_size=20), min_size=1, max_size=8))
def test_a_short_name_is_an_end_of_the_name(parts):
    name = "/".join(parts)
    short = short_name(name)
    assert name.endswith(short.removeprefix("…"))
    assert short.endswith(parts[-1])
    assert len(short) <= max(36, len(parts[-1]) + 2)
