"""What one member says by itself, without a file and without a strategy."""

from __future__ import annotations

from typing import Any

from truecopy.predict import Member, Strategy
from truecopy.predict.answering import answer
from truecopy.predict.lineup import Lineup
from truecopy.predict.results import Result


def answered(member: Member, session: Any, sources: Any, outputs: tuple[str, ...] = ()) -> list[Result]:
    """In one batch, but on a CPU."""
    lineup = Lineup.of([member], ["alone.onnx"], Strategy())
    return answer(lineup, [session], [lineup.viewer.sight(source, None) for source in sources], outputs)
