"""Text token by token: the best next one is put behind, and the graph is asked again."""

from __future__ import annotations

from truecopy.engine import Session
from truecopy.intake import Item

from .member import Member
from .results import Sequence


def generate(member: Member, session: Session, item: Item) -> Sequence:
    raise NotImplementedError
