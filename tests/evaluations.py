"""Made-up evaluations of every task, for tests of what is made of them. Names and labels are as hostile as allowed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from truecopy.jobs.evaluation import Evaluation, MemberScore, Mistake, StrategyScore
from truecopy.metrics import (
    ClassQuality,
    Gain,
    Quality,
    class_quality,
    labels_quality,
    numbers_quality,
    text_quality,
)
from truecopy.predict.strategy import Strategy

HOSTILE = "<script>alert('1')</script>\n\u202e\udc80&amp;"
TASKS = ("multiclass", "binary", "multilabel", "regression", "sequence")
MODELS = ("fold_0.onnx", f"{HOSTILE}.onnx")
STRATEGIES = {
    "standard": Strategy(),
    "tta": Strategy(views=["identity", "horizontal_flip"]),
    "ensemble": Strategy(member_merge="weighted", weights=[3, 1]),
    "adaptive": Strategy(views=["identity", "brightness"], adaptive={"confidence": 0.95}),
}


def evaluation(task: str, pictures: Path | None = None, *, classes: int = 10, items: int = 400) -> Evaluation:
    """Of `items` items under four strategies. pictures: a folder that gets the pictures of mistakes."""
    labels = _labels(task, classes)
    scores = []
    for place, (name, strategy) in enumerate(STRATEGIES.items()):
        quality = _quality(task, labels, items, seed=place)
        # Of a regression the second quantity loses what the first gains.
        units = (0.5, -0.25) if task == "regression" else (0.01,)
        gains = tuple(_gain(unit, place) for unit in units) if place else ()
        scores.append(
            StrategyScore(
                name=name,
                strategy=strategy,
                models=MODELS if name == "ensemble" else MODELS[:1],
                quality=quality,
                passes=1 + 0.75 * place,
                seconds=0.004 * (1 + place),
                ratio=1.0 + 0.9 * place,
                gains=gains,
                worst=_mistakes(task, labels, pictures),
                singles=tuple(MemberScore(f"fold_{i}.onnx", (0.9 + i / 100,) * len(units)) for i in range(2))
                if name == "ensemble"
                else (),
            )
        )
    return Evaluation(
        task=task,
        models=MODELS,
        data="val/",
        items=items + 2,
        failed=(
            (f"cat/{HOSTILE}.jpg", "the image is truncated or damaged - at cat/x.jpg"),
            ("b.png", "no picture"),
        ),
        labels=labels,
        scores=tuple(scores),
        timed=200,
        seconds=12.5,
        throughput=32.0,
        workers=2,
        device="cpu",
        notes=("3 files that are no pictures were left out",),
    )


def _gain(unit: float, place: int) -> Gain:
    """Each strategy gains a unit more than the one before it; of the first of them few items differ."""
    middle, wide = unit * place, abs(unit) * 1.5
    return Gain(middle, middle - wide, middle + wide, 0.95, 10_000, 9 if place == 1 else 40)


def _labels(task: str, classes: int) -> tuple[str, ...]:
    if task == "binary":
        return ("no", "yes")
    if task == "regression":
        return ("height", HOSTILE)
    return tuple(HOSTILE if i == 3 else f"class {i}" for i in range(classes))


def _quality(task: str, labels: tuple[str, ...], items: int, seed: int) -> Quality:
    rng = np.random.default_rng(seed)
    if task in {"multiclass", "binary"}:
        return _of_classes(labels, items, rng)
    if task == "multilabel":
        truth = rng.random((items, len(labels))) < 0.3
        probabilities = np.clip(0.7 * truth + 0.4 * rng.random(truth.shape), 0, 1)
        return labels_quality(probabilities, probabilities > 0.35, truth, labels)
    if task == "regression":
        truth = rng.normal(150, 40, (items, 2))
        said = truth + rng.normal(3, 12, truth.shape)
        said[0] += 300
        return numbers_quality(said, truth, labels, ("mm", None))
    texts = [f"plate {i}" for i in range(items)]
    said_texts = [text if rng.random() < 0.8 else text[:-1] for text in texts]
    return text_quality(said_texts, texts, rng.random(items))


def _of_classes(labels: tuple[str, ...], items: int, rng: np.random.Generator) -> ClassQuality:
    # The last class has no item.
    truth = rng.integers(0, max(len(labels) - 1, 2), items)
    logits = rng.normal(0, 1, (items, len(labels)))
    logits[np.arange(items), truth] += 2.5
    made = np.exp(logits)
    probabilities = made / made.sum(axis=1, keepdims=True)
    said = probabilities.argmax(axis=1)
    accepted = probabilities.max(axis=1) > 0.4
    return class_quality(probabilities, truth, said, accepted, labels)


def _mistakes(task: str, labels: tuple[str, ...], pictures: Path | None) -> tuple[Mistake, ...]:
    said, true = ("151.2 mm", "149 mm") if task == "regression" else (labels[0], labels[-1])
    found = []
    for place in range(30):
        name = f"{labels[0]}/{place}.png"
        source = "" if pictures is None else str(pictures / f"{place}.png")
        if pictures is not None and place != 2:
            _picture(place).save(source)
        found.append(Mistake(name, source, HOSTILE if place == 1 else said, true, 0.99 - place / 100))
    return tuple(found)


def _picture(place: int) -> Image.Image:
    """Small, wide, high, and large in turn."""
    width, height = ((32, 32), (400, 90), (60, 300), (640, 480))[place % 4]
    across = np.linspace(0, 255, width)[np.newaxis, :, np.newaxis]
    down = np.linspace(0, 255, height)[:, np.newaxis, np.newaxis]
    phases = np.arange(3)[np.newaxis, np.newaxis, :] * 60 + place * 25
    return Image.fromarray(((across + down + phases) % 256).astype(np.uint8))
