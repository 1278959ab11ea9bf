from __future__ import annotations

import contextlib
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from truecopy.contract import decode, encode
from truecopy.errors import ContractError, Version
from truecopy.limits import Limits

VALUES = {"op": "values", "chain": [["div", 255.0]]}
RESIZE = {
    "op": "resize",
    "rule": "short",
    "size": 256,
    "kernel": "pillow",
    "filter": "box",
    "pass_order": "horizontal",
}
CROP = {
    "op": "center_crop",
    "size": [224, 224],
    "offset": "half_even",
    "pad_before": "floor",
    "fill": 0,
}
CROP_RULE = {"op": "center_crop", "offset": "floor", "pad_before": "floor", "fill": 0}
GREY = {"op": "grayscale", "method": "pillow", "channels": 1}
TORCH = {
    "op": "resize",
    "rule": "short",
    "size": 9,
    "kernel": "torch_u8",
    "filter": "nearest",
    "antialias": False,
}
PAD = {"op": "pad", "top": 0, "bottom": 0, "left": 0, "right": 1, "mode": "edge", "fill": 0}


def refusal(text: str | bytes, limits: Limits | None = None) -> str:
    with pytest.raises(ContractError) as caught:
        decode(text, limits or Limits())
    return str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        # names
        (("steps", 0, "sise"), 256, "unknown field `sise`, did you mean `size`? - at `$.steps[0]`"),
        (("grpah",), {}, "unknown field `grpah`, did you mean `graph`? - at `$`"),
        (("qqq",), 1, "unknown field `qqq`, known are truecopy, requires, input, steps, graph"),
        (
            ("input", "alpha"),
            {"ovr": [0, 0, 0]},
            "unknown field `ovr`, did you mean `over`? - at `$.input.alpha`",
        ),
        # words
        (
            ("steps", 0, "op"),
            "resise",
            "'resise', expected one of 'resize', 'resize_box', 'center_crop', 'pad', 'pad_to', 'swap_rb', 'grayscale', 'values' - at `$.steps[0].op`",
        ),
        (
            ("input", "kind"),
            "video",
            "Invalid value 'video', expected one of 'image', 'table', 'tokens' - at `$.input.kind`",
        ),
        (
            ("task", "kind"),
            "ranking",
            "expected one of 'multiclass', 'binary', 'multilabel', 'regression', 'sequence' - at `$.task.kind`",
        ),
        (
            ("steps", 0, "filter"),
            "cubic",
            (
                "Invalid enum value 'cubic', expected one of 'area', 'bicubic', 'bilinear', 'box', 'hamming', 'lanczos', "
                "'mitchellcubic', 'nearest', 'nearest-exact'"
            ),
        ),
        (
            ("steps", 2, "chain", 0, 0),
            "pow",
            "expected one of 'add', 'div', 'mul', 'mul64', 'sub' - at `$.steps[2]",
        ),
        (
            ("input", "alpha"),
            "keep",
            "Invalid enum value 'keep', expected one of 'drop', 'key_over_white' - at `$.input.alpha`",
        ),
        (("graph", "precision"), "fp64", "expected one of 'fp16', 'fp32', 'int8' - at `$.graph.precision`"),
        # types
        (("steps",), {}, "Expected `array`, got `object` - at `$.steps`"),
        (("steps", 0), None, "Expected `object`, got `null` - at `$.steps[0]`"),
        (("steps", 0, "size"), "big", "Expected `int | array`, got `str` - at `$.steps[0].size`"),
        (("proof", "labelled"), 1, "Expected `bool`, got `int` - at `$.proof.labelled`"),
        (("proof", "images"), True, "Expected `int`, got `bool` - at `$.proof.images`"),
        (("proof", "images"), 1.5, "Expected `int`, got `float` - at `$.proof.images`"),
        (
            ("provenance", "versions"),
            {"torch": 2},
            "Expected `str`, got `int` - at `$.provenance.versions[...]`",
        ),
        # pairs
        (("steps", 1, "size"), [224], "Expected `array` of length 2, got 1 - at `$.steps[1].size`"),
        (("steps", 1, "size"), [1, 2, 3], "Expected `array` of length 2, got 3 - at `$.steps[1].size`"),
        (("steps", 0, "size"), [256, 256], "rule 'short' takes one number as size - at `$.steps[0]`"),
        (("steps", 0, "rule"), "exact", "rule 'exact' takes size = [height, width] - at `$.steps[0]`"),
        (
            ("steps", 0),
            RESIZE | {"rule": "exact", "size": [1, 2, 3]},
            "takes size = [height, width] - at `$.steps[0]`",
        ),
        (
            ("steps", 0),
            RESIZE | {"rule": "ratio", "size": [1, 2]},
            "rule 'ratio' needs `fit`: contain or cover - at `$.steps[0]`",
        ),
        (("steps", 0, "fit"), "cover", "`fit` belongs to rule 'ratio', and only there - at `$.steps[0]`"),
        (("steps", 2, "chain", 0), ["div"], "Expected `array` of length 2, got 1 - at `$.steps[2].chain[0]`"),
        (
            ("graph", "inputs", 0, "shape"),
            ["b", 3, 4],
            "layout NCHW has 4 axes, not 3 - at `$.graph.inputs[0]`",
        ),
        # ranges
        (("steps", 0, "size"), 0, "Expected `int` >= 1 - at `$.steps[0].size`"),
        (("steps", 0, "size"), 65_537, "Expected `int` <= 65536 - at `$.steps[0].size`"),
        (("steps", 1, "fill"), 256, "Expected `int` <= 255 - at `$.steps[1].fill`"),
        (("steps", 2, "chain", 0, 1), 0.0, "`chain[0]`: division by zero - at `$.steps[2]`"),
        (("steps", 2, "chain", 0, 1), [], "`chain[0]`: div has no constant - at `$.steps[2]`"),
        (("input", "frame"), 1, "Expected `int` <= 0 - at `$.input.frame`"),
        (("task", "temperature"), 0, "Expected `float` > 0.0 - at `$.task.temperature`"),
        (("task", "temperature"), 10**400, "Number out of range - at `$.task.temperature`"),
        (("task", "threshold"), 1.01, "Expected `float` <= 1.0 - at `$.task.threshold`"),
        (("task", "labels", 1), "", "Expected `str` of length >= 1 - at `$.task.labels[1]`"),
        (("task", "labels", 1), "x" * 1001, "Expected `str` of length <= 1000 - at `$.task.labels[1]`"),
        (("graph", "inputs"), [], "Expected `array` of length >= 1 - at `$.graph.inputs`"),
        (("graph", "inputs", 0, "shape", 2), 0, "Expected `int` >= 1 - at `$.graph.inputs[0].shape[2]`"),
        (("graph", "sha256"), "0" * 63, "matching regex '^[0-9a-f]{64}$' - at `$.graph.sha256`"),
        (("graph", "sha256"), "A" * 64, "matching regex '^[0-9a-f]{64}$' - at `$.graph.sha256`"),
        (("graph", "sha256"), "0" * 64 + "\n", "Expected `str` of length <= 64 - at `$.graph.sha256`"),
        (("provenance", "created"), "yesterday", "- at `$.provenance.created`"),
        (("requires",), "next", "matching regex"),
        # labels
        (
            ("graph", "outputs", 0, "shape"),
            ["b", 4],
            "3 labels for 4 outputs of 'logits' - at `$.task.labels`.",
        ),
        (("graph", "outputs", 0, "shape"), ["b", 2**70], f"3 labels for {2**70} outputs"),
        (
            ("graph", "outputs", 0, "shape"),
            ["b", 3, 4],
            "one row of fixed length per item: expected (batch, classes)",
        ),
        (("graph", "outputs", 0, "shape"), ["b", "n"], "one row of fixed length per item"),
        (("task", "label_ids"), ["a", "b"], "2 label_ids for 3 labels - at `$.task`"),
        (("task", "label_ids"), ["a", "b", "a"], "label_ids repeat - at `$.task`"),
        (("task", "activation"), "sigmoid", "expected one of 'none', 'softmax' - at `$.task.activation`"),
        # steps together
        (
            ("steps",),
            [],
            "the steps must end in numbers: the graph takes no pixels - at `$.steps`. End them with `values`",
        ),
        (("steps",), [CROP], "the steps must end in numbers"),
        (
            ("steps",),
            [VALUES, RESIZE],
            "kernel 'pillow' takes 8-bit pixels, and numbers arrive - at `$.steps[1]`",
        ),
        (("steps",), [VALUES, GREY], "grayscale takes 8-bit pixels, and numbers arrive - at `$.steps[1]`"),
        (("steps",), [CROP, GREY, VALUES], "has 3 channels, but the steps make 1 of `input.color` RGB"),
        # fields of some rules and kernels only
        (("steps", 0, "pass_order"), ..., "kernel 'pillow' needs `pass_order` - at `$.steps[0]`"),
        (("steps", 0, "antialias"), True, "`antialias` belongs to kernel 'torch_u8' or 'torch_f32' or"),
        (
            ("steps", 0, "no_upscale"),
            True,
            "`no_upscale` belongs to rule 'scale_long' or 'scale_fit', and only",
        ),
        (("steps", 0, "multiple"), 32, "`multiple` and `multiple_round` go together - at `$.steps[0]`"),
        (("steps", 0), TORCH | {"rule": "scale_short", "max_size": 9}, "`max_size` belongs to rule 'short'"),
        (
            ("steps", 0),
            TORCH | {"filter": "lanczos"},
            "kernel 'torch_u8' without antialias has filters nearest, nearest-exact, bilinear, bicubic, not lanczos",
        ),
        (
            ("steps", 0),
            TORCH | {"filter": "box", "antialias": True},
            "has filters bilinear, bicubic, lanczos, not box",
        ),
        (("steps", 1, "rule"), "short_square", "center_crop takes `size` or `rule`, one of them"),
        (("steps", 1, "frac"), [0.5, 0.5], "`frac` belongs to rule 'short_frac', and only there"),
        (("steps", 1), CROP_RULE | {"rule": "aspect"}, "`aspect` belongs to rules 'aspect' and 'fastai'"),
        (("steps", 1), CROP_RULE | {"rule": "short_frac", "frac": [0.5, 1.5]}, "Expected `float` <= 1.0"),
        (
            ("steps", 2, "chain", 0, 1),
            [1.0, 2.0],
            "wrong number of constants of div: expected 3, got 2 - at `$.steps[2]`",
        ),
        (("steps", 1, "fill"), [0, 0], "wrong number of values of fill: expected 3, got 2 - at `$.steps[1]`"),
        (("steps",), [CROP] * 64 + [VALUES], "Expected `array` of length <= 64 - at `$.steps`"),
        (
            ("steps", 2, "chain"),
            [["add", 1.0]] * 65,
            "Expected `array` of length <= 64 - at `$.steps[2].chain`",
        ),
        # canvas and graph
        (
            ("steps", 1, "size"),
            [224, 240],
            "the steps make 224 x 240 pixels, the graph takes 224 x 224 - at `$.steps`",
        ),
        (
            ("steps",),
            [CROP, PAD, VALUES],
            "the steps make 224 x 225 pixels, the graph takes 224 x 224 - at `$.steps`",
        ),
        (
            ("graph", "inputs", 0, "shape"),
            ["b", 1, 224, 224],
            "input 'input' has 1 channels, but the steps make 3 of `input.color` RGB - at `$.graph.inputs[0].shape`",
        ),
        (("graph", "inputs", 0, "layout"), "NHWC", "input 'input' has 224 channels"),
        (
            ("graph", "answer"),
            "probs",
            "the answer is no output of the graph: expected one of 'logits', got 'probs' - at `$.graph.answer`",
        ),
        # views
        (
            ("views", "relabel"),
            {"horizontal_flip": [0, 1, 1]},
            "not a permutation of the 3 labels - at `$.views.relabel.horizontal_flip`",
        ),
        (
            ("views", "relabel"),
            {"rotate_180": [0, 1]},
            "not a permutation of the 3 labels - at `$.views.relabel.rotate_180`",
        ),
        (("views", "relabel"), {"f": [0, -1, 2]}, "Expected `int` >= 0 - at `$.views.relabel[...][1]`"),
        (("views", "relabel"), {"": [0, 1, 2]}, "length >= 1 - at `key` in `$.views.relabel`"),
        # version
        (("truecopy",), 0, "the contract has no version: expected 1 to 1, got 0 - at `$.truecopy`"),
        (("truecopy",), True, "got True - at `$.truecopy`"),
        (("truecopy",), "1", "got '1' - at `$.truecopy`"),
    ],
)
def test_a_wrong_value_is_named_with_its_place_and_what_may_stand_there(changed, path, value, message):
    assert message in refusal(changed(*path) if value is ... else changed(*path, to=value))


def test_swapping_channels_of_a_grey_picture_is_refused(document):
    plain = document()
    plain["input"]["color"] = "L"
    plain["steps"] = [CROP, {"op": "swap_rb"}, VALUES]
    plain["graph"]["inputs"][0]["shape"][1] = 1
    assert "swap_rb needs three channels: got 1 - at `$.steps[1]`" in refusal(json.dumps(plain))


def test_a_temperature_without_softmax_is_refused(document):
    plain = document()
    plain["task"] |= {"activation": "none", "temperature": 2.0}
    assert "a temperature needs activation 'softmax' - at `$.task`" in refusal(json.dumps(plain))


def paths(value: object, prefix: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = (
        list(value.items())
        if isinstance(value, dict)
        else list(enumerate(value))
        if isinstance(value, list)
        else []
    )
    return [path for key, child in items for path in ((*prefix, key), *paths(child, (*prefix, key)))]


def test_every_field_is_required_and_its_place_is_named(document, changed):
    free = {("provenance", "versions"), ("views", "relabel")}
    optional = {("proof", "subject"), *(("proof", "accuracy", name) for name in ("raw", "ema", "images"))}
    for path in paths(document()):
        if isinstance(path[-1], str) and path[:-1] not in free and path not in optional:
            message = refusal(changed(*path))
            if path == ("truecopy",):
                assert "the contract has no version" in message
                continue
            where = "$" + "".join(f".{key}" if isinstance(key, str) else f"[{key}]" for key in path[:-1])
            missing = {"pass_order": "kernel 'pillow' needs `pass_order`"}
            if path == ("steps", 1, "size"):
                missing["size"] = "center_crop takes `size` or `rule`, one of them"
            told = missing.get(path[-1], f"Object missing required field `{path[-1]}`")
            assert f"{told} - at `{where}`" in message


def test_a_long_wrong_value_is_shown_shortened(changed):
    assert len(refusal(changed("steps", 0, "filter", to="x" * 100_000))) < 1_000
    assert len(refusal(changed("steps", 0, "x" * 100_000, to=1))) < 1_000
    assert len(refusal(changed("truecopy", to="x" * 100_000))) < 1_000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the contract is not valid JSON: Expecting value"),
        ("{} {}", "not valid JSON: Extra data"),
        ("[]", "the contract is no JSON object: got list - at `$`"),
        ('{"a":1,"a":2}', "not valid JSON: key 'a' stands twice in one object"),
        ('{"a":{"b":1,"c":2,"b":1}}', "key 'b' stands twice"),
        ('{"a":NaN}', "NaN is no JSON number"),
        ('{"a":Infinity}', "Infinity is no JSON number"),
        ('{"a":-Infinity}', "-Infinity is no JSON number"),
        ('{"a":1e999}', "1e999 is beyond float64"),
        ('{"a":-1e999}', "-1e999 is beyond float64"),
        ('{"a":' + "9" * 5000 + "}", "not valid JSON: Exceeds the limit"),
        ('{"a":"\\ud800"}', "not valid JSON: 'utf-8' codec can't encode"),
        ("\ud800", "not valid JSON: 'utf-8' codec can't decode"),
        (b'{"a":"\xff"}', "not valid JSON: 'utf-8' codec can't decode"),
        (b'\xef\xbb\xbf{"a":1}', "not valid JSON: Unexpected UTF-8 BOM"),
        ('{"a":"\t"}', "not valid JSON: Invalid control character"),
        ("{'a':1}", "not valid JSON"),
        ('{"a":1,}', "not valid JSON"),
        ("[" * 33 + "]" * 33, "the contract is nested too deeply: expected at most 32 levels"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":"' + "x" * (1 << 20) + '"}', f"the contract is too long: expected at most {1 << 20} bytes"),
    ],
    ids=range(21),
)
def test_what_is_no_strict_json_is_refused(text, message):
    assert message in refusal(text)


def test_brackets_in_strings_do_not_count_as_nesting():
    assert "no JSON object" in refusal('["' + "[" * 100 + '","\\"' + "{" * 100 + '"]')
    assert "no version" in refusal('{"a":"\\\\","b":"' + "[" * 100 + '"}')


def test_limits_are_those_of_the_caller(example):
    assert "expected at most 10 bytes" in refusal(example, Limits(max_contract_bytes=10))
    assert "expected at most 3 levels" in refusal(example, Limits(max_contract_depth=3))


@pytest.mark.parametrize(
    "text",
    [
        '"' + '\\"' * 500_000,
        '"\\' * 400_000,
        '"' * 1_000_001,
        "{" + ",".join(f'"{key:x}":0' for key in range(90_000)) + ',"15f8f":0}',
    ],
    ids=["escaped quotes", "backslashes", "quotes", "many keys"],
)
def test_text_made_to_be_slow_is_refused_quickly(text):
    start = time.perf_counter()
    refusal(text)
    assert time.perf_counter() - start < 3


def version_error(text: str) -> str:
    with pytest.raises(Version) as caught:
        decode(text)
    return str(caught.value)


def test_a_newer_document_says_which_version_it_needs(document, changed):
    plain = document() | {"truecopy": 2, "requires": "3.1", "unheard": "of"}
    message = version_error(json.dumps(plain))
    assert "the contract is of version 2; this runtime (0.5.0) reads up to 1 - at `$.truecopy`" in message
    assert "It needs truecopy >= 3.1: pip install --upgrade truecopy" in message
    del plain["requires"]
    assert "It needs a later truecopy" in version_error(json.dumps(plain))


@pytest.mark.parametrize("requires", ["9.0", "0.6", "0.5.1", "1.0.0"])
def test_a_document_for_a_newer_runtime_is_refused_before_its_unknown_fields(document, requires):
    message = version_error(json.dumps(document() | {"requires": requires, "unheard": "of"}))
    assert f"the contract needs truecopy >= {requires}; this is 0.5.0 - at `$.requires`" in message


@pytest.mark.parametrize("requires", ["0.1", "0.1.0", "0.2", "0.3", "0.4", "0.5", "0.0.9"])
def test_a_document_for_this_runtime_or_an_older_one_is_read(changed, requires):
    assert decode(changed("requires", to=requires)).requires == requires


def test_a_required_version_of_five_thousand_digits_is_no_crash(changed):
    assert "needs truecopy >= 99999999999999999999;" in version_error(changed("requires", to="9" * 5000))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([2**63, -(2**64), 1e308]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def mutate(plain, data):
    where = data.draw(st.sampled_from(paths(plain)))
    parent = plain
    for key in where[:-1]:
        parent = parent[key]
    match data.draw(st.sampled_from(["drop", "replace", "insert", "move"])):
        case "drop":
            del parent[where[-1]]
        case "replace":
            parent[where[-1]] = data.draw(JSON)
        case "insert" if isinstance(parent, list):
            parent.insert(where[-1], data.draw(JSON))
        case "insert":
            parent[data.draw(st.text(max_size=8))] = data.draw(JSON)
        case "move":
            other = plain
            for key in data.draw(st.sampled_from(paths(plain))):
                other = other[key]
            parent[where[-1]] = json.loads(json.dumps(other))


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_a_mutated_document_is_read_or_refused_and_nothing_else(document, data):
    plain = document()
    for _ in range(data.draw(st.integers(1, 3))):
        mutate(plain, data)
    with contextlib.suppress(ContractError, Version):
        contract = decode(json.dumps(plain))
        assert decode(encode(contract)) == contract


@settings(deadline=None)
@given(st.text() | st.binary())
def test_any_text_is_refused_and_nothing_else(text):
    refusal(text)
