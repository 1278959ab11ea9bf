"""Which module the weights go into: timm, torchvision, transformers, or the user's own Python."""

from .arguments import parse_arguments
from .build import build
from .built import Built

__all__ = ["Built", "build", "parse_arguments"]
