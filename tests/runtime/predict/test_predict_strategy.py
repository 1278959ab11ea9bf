from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace
from tests.tiny_models import BINARY, MULTICLASS, MULTILABEL, REGRESSION, TAGS

import truecopy
from truecopy.errors import StrategyError
from truecopy.predict.strategy import Adaptive, Strategy, certainty


def test_a_strategy_is_written_out():
    plain = truecopy.Strategy()
    assert (plain.views, plain.view_merge, plain.member_merge) == (("identity",), "mean", "soft_voting")
    assert (plain.weights, plain.adaptive) == (None, None)
    full = Strategy(["brightness", "horizontal_flip"], "max", "weighted", [3, 1], {"margin": 0.5})
    assert full.views == ("identity", "brightness:0.9", "brightness:1.1", "horizontal_flip")
    assert full.weights == (0.75, 0.25)
    assert full.adaptive == Adaptive("margin", 0.5)
    assert full == Strategy(full.views, "max", "weighted", full.weights, full.adaptive)
    assert repr(full) == (
        "Strategy(views=['identity', 'brightness:0.9', 'brightness:1.1', 'horizontal_flip'], view_merge='max', "
        "member_merge='weighted', weights=[0.75, 0.25], adaptive={'margin': 0.5})"
    )


def test_weights_alone_make_a_weighted_vote():
    assert Strategy(weights=[0.6, 0.4]).member_merge == "weighted"
    assert type(Strategy(adaptive={"margin": np.float32(0.5)}).adaptive.value) is float  # type: ignore[union-attr]
    assert Strategy(weights=np.float32([3, 1])).weights == (0.75, 0.25)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"views": "identity"}, r"`views` are names: got 'identity'. Write views=\['identity'\]"),
        ({"views": ["hflip"]}, "there is no view 'hflip'.* Nearest: horizontal_flip"),
        ({"views": ["scale:1.1", "scale:1.10"]}, "the view 'scale:1.1' stands twice"),
        ({"view_merge": "median"}, "`view_merge` has no 'median': expected one of mean, max, voting"),
        ({"member_merge": "mean"}, "`member_merge` has no 'mean': expected one of soft_voting, hard_voting, weighted"),
        ({"member_merge": "weighted"}, "`weighted` needs weights: expected one number a member"),
        ({"member_merge": "hard_voting", "weights": [1, 2]}, "weights go with `weighted`, not with 'hard_voting'"),
        ({"weights": [1, 0]}, r"weights are numbers from 1e-09 to 1e\+09, one a member: got \[1, 0\]. .*a member that counts"),
        ({"weights": [1e308, 1e308]}, "weights are numbers from"),
        ({"weights": ["a", 2]}, r"weights are numbers from .*, one a member: got \['a', 2\]"),
        ({"weights": 0.5}, "weights are numbers from .*, one a member: got 0.5"),
        ({"weights": [10**400, 1]}, "weights are numbers from"),
        ({"weights": [1e-10, 1]}, "weights are numbers from"),
        ({"weights": np.array(3)}, "weights are numbers from"),
        ({"adaptive": {"margin": 10**400}}, "`adaptive.margin` is a number from 0 to 1: got 1000"),
        ({"weights": [True, 1]}, "weights are numbers from"),
        ({"views": None}, r"`views` is a list of names: expected such as \['horizontal_flip'\], got None"),
        ({"weights": [1, float("nan")]}, "weights are numbers from"),
        ({"weights": []}, "weights are numbers from"),
        ({"adaptive": {"entropy": 1}}, "there is no measure 'entropy' to stop by: expected confidence or margin"),
        ({"adaptive": {"confidence": 1.5}}, "`adaptive.confidence` is a number from 0 to 1: got 1.5"),
        ({"adaptive": {"margin": True}}, "`adaptive.margin` is a number from 0 to 1: got True"),
        ({"adaptive": {}}, "`adaptive` names one measure and its value: expected {confidence: 0.95}"),
        ({"adaptive": 0.9}, "`adaptive` names one measure and its value"),
    ],
)  # fmt: skip
def test_what_is_no_strategy_is_refused(arguments, message):
    with pytest.raises(StrategyError, match=message):
        Strategy(**arguments)


def row(*numbers: float) -> np.ndarray:
    return np.array(numbers, np.float32)


@pytest.mark.parametrize(
    ("task", "given", "confidence", "margin"),
    [
        (MULTICLASS, row(0.25, 0.625, 0.125), 0.625, 0.375),
        (MULTICLASS, row(0.5, 0.5, 0), 0.5, 0),
        (BINARY, row(0.25, 0.75), 0.75, 0.25),
        (BINARY, row(0.75, 0.25), 0.75, 0.25),
        (replace(BINARY, threshold=0.125), row(0.75, 0.25), 0.25, 0.125),
        (replace(BINARY, positive=0, threshold=0.875), row(0.75, 0.25), 0.25, 0.125),
        (MULTILABEL, row(1, 0, 0.75), 0.75, 0),  # thresholds 0.5, 0.25, 0.75
        (MULTILABEL, row(0.625, 0, 0), 0.625, 0.125),
        (TAGS, np.stack([row(0.5, 0.25, 0.25), row(0, 0.625, 0.375)]), 0.5, 0.25),
        (TAGS, np.empty((0, 3), np.float32), 1, 1),
    ],
)
def test_certainty_is_that_of_the_least_sure_decision(task, given, confidence, margin):
    assert certainty(task, given, "confidence") == confidence
    assert certainty(task, given, "margin") == margin


def test_numbers_have_no_certainty():
    with pytest.raises(
        StrategyError, match="numbers have no confidence, so nothing says when enough have looked"
    ):
        certainty(REGRESSION, np.array([1.0, 2.0]), "confidence")
