"""The few numbers that are read first, by task."""

from __future__ import annotations

from truecopy.jobs.evaluation import StrategyScore
from truecopy.metrics import ClassQuality, LabelsQuality, NumbersQuality, QuantityScore, TextQuality
from truecopy.report import Block, Facts, Table
from truecopy.report.numbers import count, plain, share, signed


def glance(score: StrategyScore) -> Block:
    """Of one strategy. Of numbers a table, a row each; else facts."""
    match score.quality:
        case ClassQuality() as quality:
            return Facts([*_of_classes(quality), *_cost(score)])
        case LabelsQuality() as quality:
            return Facts([*_of_labels(quality), *_cost(score)])
        case TextQuality() as quality:
            return Facts([*_of_texts(quality), *_cost(score)])
        case NumbersQuality() as quality:
            heads = [
                "quantity",
                "unit",
                "mean abs. error",
                "root mean sq. error",
                "bias",
                "R\u00b2",
                "largest error",
            ]
            caption = f"Errors of {count(quality.items)} items, each quantity in its unit"
            return Table(caption, heads, [_row(one) for one in quality.quantities], frozenset(range(2, 7)))


def _of_classes(quality: ClassQuality) -> list[tuple[str, str]]:
    threshold = [
        ("reach the threshold", share(quality.accepted)),
        ("right among those", share(quality.accepted_accuracy)),
    ]
    return [
        ("accuracy", share(quality.accuracy, 2)),
        *((f"true class among the top {k}", share(part, 2)) for k, part in quality.top_k.items() if k > 1),
        ("F1, mean of the classes", share(quality.macro.f1, 2)),
        ("recall, mean of the classes", share(quality.balanced_accuracy, 2)),
        ("calibration error (ECE)", share(quality.ece, 2)),
        *(threshold if quality.accepted < 1 else []),
        ("items answered", count(quality.items)),
    ]


def _of_labels(quality: LabelsQuality) -> list[tuple[str, str]]:
    return [
        ("exactly the true labels", share(quality.subset_accuracy, 2)),
        ("F1 of all decisions", share(quality.micro.f1, 2)),
        ("F1, mean of the labels", share(quality.macro.f1, 2)),
        ("wrong decisions", share(quality.hamming_loss, 2)),
        ("calibration error (ECE)", share(quality.ece, 2)),
        ("items answered", count(quality.items)),
    ]


def _of_texts(quality: TextQuality) -> list[tuple[str, str]]:
    return [
        ("exact texts", share(quality.exact, 2)),
        ("character error rate", share(quality.character_error_rate, 2)),
        ("letters to correct", f"{count(quality.edits)} of {count(quality.characters)}"),
        ("calibration error (ECE)", share(quality.ece, 2)),
        ("items answered", count(quality.items)),
    ]


def _row(one: QuantityScore) -> list[str]:
    errors = [plain(one.mae), plain(one.rmse), signed(one.bias), plain(one.r2), plain(one.largest)]
    return [one.name, one.unit or "", *errors]


def _cost(score: StrategyScore) -> list[tuple[str, str]]:
    return [
        ("passes an item", plain(score.passes, 3)),
        ("time an item", f"{plain(1000 * score.seconds, 3)} ms"),
    ]
