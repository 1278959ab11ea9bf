"""The original against the copy, on real items."""

from truecopy.jobs.labelled import OneLabel, truths_of

from .activation import Ending, Seen, activation_notes, check_activation
from .answers import are_probabilities
from .compare import compare
from .comparison import Comparison, noun_of
from .document import proof_document, unproven
from .find import find_proof_items
from .gate import check_gate
from .images import find_proof_images
from .items import ProofItems
from .notes import proof_notes
from .original import Answer, Feeds, Original

__all__ = [
    "Answer",
    "Comparison",
    "Ending",
    "Feeds",
    "OneLabel",
    "Original",
    "ProofItems",
    "Seen",
    "activation_notes",
    "are_probabilities",
    "check_activation",
    "check_gate",
    "compare",
    "find_proof_images",
    "find_proof_items",
    "noun_of",
    "proof_document",
    "proof_notes",
    "truths_of",
    "unproven",
]
