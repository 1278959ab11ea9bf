"""Where the pixels' way and the labels come from: one importer per library, each to steps of the contract."""

from .checkpoint_arguments import check_arguments
from .circumstances import Circumstances, Takes
from .importer import import_recipe
from .labels import Labels, check_class_names, check_labels, read_labels
from .metadata.reader import read_metadata
from .pillow_passes import affected_by_pass_order, installed_pass_order
from .recipe import Recipe

__all__ = [
    "Circumstances",
    "Labels",
    "Recipe",
    "Takes",
    "affected_by_pass_order",
    "check_arguments",
    "check_class_names",
    "check_labels",
    "import_recipe",
    "installed_pass_order",
    "read_labels",
    "read_metadata",
]
