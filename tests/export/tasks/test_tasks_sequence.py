"""Sequences: the vocabulary fits the answer, the layout is found only where it is certain, the decoding is said."""

from __future__ import annotations

import pytest

from truecopy.contract import Autoregressive, Ctc, GraphOutput, Plain, Sequence
from truecopy.errors import RecipeError
from truecopy_export.recipes import read_labels
from truecopy_export.tasks import TaskSpec, build_task

VOCABULARY = read_labels(["a", "b", "c", "-"])
CTC = {"rule": "ctc", "blank": "-"}


def build(shape, labels=VOCABULARY, **fields):
    output = GraphOutput(name="logits", dtype="float32", shape=shape)
    return build_task(TaskSpec("sequence", {"decoding": CTC, **fields}), labels, output)


@pytest.mark.parametrize(
    ("shape", "layout"),
    [
        (("batch", 18, 4), "NTC"),
        (("batch", "length", 4), "NTC"),
        (("batch", 4, 18), "NCT"),
        (("batch", 4, "length"), "NCT"),
        ((18, "batch", 4), "TNC"),
        (("length", "batch", 4), "TNC"),
        ((1, 4, 18), "NCT"),
        ((1, 18, 4), "NTC"),
        ((18, 1, 4), "TNC"),
    ],
)
def test_the_layout_is_found_where_the_shape_is_certain(shape, layout):
    assert build(shape).layout == layout
    assert build(shape, layout=layout).layout == layout


@pytest.mark.parametrize("shape", [("batch", 4, 4), (1, 4, 4), (1, 1, 4)])
def test_where_it_is_not_certain_it_must_be_said(shape):
    with pytest.raises(RecipeError) as caught:
        build(shape)
    assert "does not tell which axis are the steps and which the tokens" in str(caught.value)
    assert "Say --task-arg layout=NTC, NCT or TNC" in str(caught.value)
    assert build(shape, layout="NTC").layout == "NTC"


@pytest.mark.parametrize(
    ("labels", "shape", "fields", "message"),
    [
        (["a", "b", "c"], ("batch", 4, 18), {}, "the vocabulary is one short: 3 labels for 4 outputs"),
        (["a", "b", "c"], ("batch", 4, 18), {"layout": "NCT"}, "Is the blank missing from the labels?"),
        (["a", "b", "c", "d", "-"], ("batch", 18, 4), {}, "the vocabulary has one too many: 5 labels for 4 outputs"),
        (["a", "b", "-"], ("batch", 18, 9), {}, "3 labels, and the answer has no axis of that size: expected one token per output"),
        (["a", "b", "c", "-"], ("batch", 4, 18), {"layout": "NTC"}, "4 labels, and the answer has no axis of that size"),
        (["a", "b", "c", "-"], ("batch", 18, 4), {"layout": "TCN"}, "`layout` of a sequence: expected NTC, NCT, TNC, NC, got 'TCN'"),
        (["a", "b", "c", "-"], ("batch", 18, 4), {"layout": "NC", "decoding": {"rule": "autoregressive", "stop": None, "max_new": 3}}, "has 2 axes"),
        (["a", "b", "c", "-"], ("batch", 18, 4), {"decoding": None}, "nobody said how the tokens of a sequence become its text"),
        (["a", "b", "c", "-"], ("batch", 18, 4), {"decoding": "beam"}, "decoding rule 'beam' is unknown: expected plain, ctc, autoregressive"),
        (["a", "b", "c", "-"], ("batch", 18, 4), {"decoding": "ctc"}, "decoding rule 'ctc' needs `blank`"),
        (["a", "b", "c", "-"], ("batch", 18, 4), {"decoding": {"rule": "ctc", "blank": "_"}}, "`decoding.blank` '_' is none of the labels"),
        (["a", "b", "c", "-"], ("batch", 18, 4), {"decoding": {"rule": "ctc", "blank": 4}}, "expected 0 to 3, got 4"),
        (["a", "b", "c", "-"], ("batch", 18, 4), {"decoding": {**CTC, "merge": True}}, "decoding rule 'ctc' has no 'merge'"),
        (["a", "b", "c", "-"], ("batch", 18, 4), {"decoding": {**CTC, "collapse": 3}}, "$.task.decoding.collapse"),
        (["a", "b", "c", "-"], ("batch", 18, 4), {"decoding": {"rule": "autoregressive", "stop": "-"}}, "needs `max_new`"),
        (["a", "b", "c", "-"], ("batch", 18, 4), {"decoding": {"rule": "autoregressive", "max_new": 3}}, "needs `stop`"),
        (["one", "two", "c", "-"], ("batch", 18, 4), {}, "nobody said what stands between two tokens of the text: expected `joiner`"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_text(labels, shape, fields, message):
    with pytest.raises(RecipeError) as caught:
        build(shape, read_labels(labels), **fields)
    assert message in str(caught.value)


def test_ctc_collapses_unless_it_is_said_otherwise():
    task = build(("batch", 18, 4))
    assert task == Sequence(activation="softmax", labels=("a", "b", "c", "-"), labels_source="list", layout="NTC",
                            decoding=Ctc(blank=3, collapse=True), joiner="")  # fmt: skip
    assert build(("batch", 18, 4), decoding={**CTC, "collapse": False}).decoding == Ctc(
        blank=3, collapse=False
    )


def test_plain_may_stop_and_leave_tokens_out():
    assert build(("batch", 18, 4), decoding="plain").decoding == Plain(stop=None, ignore=())
    said = {"rule": "plain", "stop": "-", "ignore": ["a", 1]}
    assert build(("batch", 18, 4), decoding=said).decoding == Plain(stop=3, ignore=(0, 1))
    assert build(("batch", 18, 4), decoding={"rule": "plain", "ignore": "b"}).decoding == Plain(
        stop=None, ignore=(1,)
    )


@pytest.mark.parametrize(
    ("shape", "layout", "reads"),
    [(("batch", "length", 4), "NTC", "last_step"), (("batch", 4), "NC", "one_row")],
)
def test_autoregressive_reads_what_the_answer_is(shape, layout, reads):
    task = build(shape, decoding={"rule": "autoregressive", "stop": "-", "max_new": 7})
    assert (task.layout, task.decoding) == (layout, Autoregressive(reads=reads, stop=3, max_new=7))


def test_one_row_that_is_no_next_token_is_refused():
    with pytest.raises(RecipeError, match="layout 'NC' belongs to autoregressive decoding"):
        build(("batch", 4))


def test_what_stands_between_words_is_said_or_not_needed():
    words = read_labels(["one", "two", "three", "-"])
    assert build(("batch", 18, 4), words, joiner=" ").joiner == " "
    assert build(("batch", 18, 4), words, joiner="").joiner == ""
    specials = read_labels(["a", "<stop>", "c", "<pad>"])
    said = {"rule": "plain", "stop": "<stop>", "ignore": ["<pad>"]}
    assert build(("batch", 18, 4), specials, decoding=said).joiner == ""


@pytest.mark.parametrize("decoding", ["plain", {"rule": "autoregressive", "stop": None, "max_new": 3}])
def test_only_ctc_is_asked_for_its_blank(decoding):
    with pytest.raises(RecipeError) as caught:
        build(("batch", 4, 18), read_labels(["a", "b", "c"]), decoding=decoding)
    assert "the vocabulary is one short: 3 labels for 4 outputs" in str(caught.value)
    assert "Is a token (padding, start, stop or unknown) missing from the labels?" in str(caught.value)
    assert "blank" not in str(caught.value)
