"""The original against the copy, on real images."""

from .compare import Comparison, are_probabilities, compare
from .document import proof_document, unproven
from .gate import check_activation, check_gate
from .images import ProofImages, find_proof_images
from .notes import proof_notes
from .original import Answer, Original

__all__ = [
    "Answer",
    "Comparison",
    "Original",
    "ProofImages",
    "are_probabilities",
    "check_activation",
    "check_gate",
    "compare",
    "find_proof_images",
    "proof_document",
    "proof_notes",
    "unproven",
]
