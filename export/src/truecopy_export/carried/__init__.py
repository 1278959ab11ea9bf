"""Recipe, labels, task and architecture that a file itself states, and what the user states instead."""

from .carried import Carried
from .huggingface import carried_by_spelling
from .of_checkpoint import carried_by
from .settled import Said, Settled, settle

__all__ = ["Carried", "Said", "Settled", "carried_by", "carried_by_spelling", "settle"]
