"""Recipe, labels, task and architecture that a file itself states, and what the user states instead."""

from .carried import Carried
from .of_checkpoint import carried_by
from .settled import Said, Settled, settle

__all__ = ["Carried", "Said", "Settled", "carried_by", "settle"]
