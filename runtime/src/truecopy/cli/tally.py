"""What is counted while answers go by, for the line that stands below them."""

from __future__ import annotations

from dataclasses import dataclass

from truecopy.predict import Failure, Model, Result

from .output import count


@dataclass(slots=True)
class Tally:
    """passes: of all items that were answered."""

    items: int = 0
    failed: int = 0
    passes: int = 0

    def add(self, outcome: Result | Failure) -> None:
        self.items += 1
        if isinstance(outcome, Failure):
            self.failed += 1
        else:
            self.passes += outcome.passes

    def looks(self, model: Model, strategy: str, noun: str) -> str:
        """`tta_ensemble: 3 models x 2 views, 3.2 passes an image; `; empty where one pass is all there is."""
        models, views = len(model.contracts), len(model.strategy.views)
        if models * views == 1:
            return ""
        parts = [count(number, word) for number, word in ((models, "model"), (views, "view")) if number > 1]
        told = f"{strategy}: {' x '.join(parts)}"
        if answered := self.items - self.failed:
            each = f"{self.passes / answered:.3g}"
            told += (
                f", {each} {'pass' if each == '1' else 'passes'} {'an' if noun[0] in 'aeiou' else 'a'} {noun}"
            )
        return f"{told}; "
