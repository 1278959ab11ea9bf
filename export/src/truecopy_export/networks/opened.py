"""A file that holds the whole network, opened."""

from __future__ import annotations

from dataclasses import dataclass

from truecopy_export.carried import Carried
from truecopy_export.checkpoints.formats import Format
from truecopy_export.graph.network import Network


@dataclass(frozen=True)
class Opened:
    """name, sha256: of the file, or of a folder (`checkpoints.digest`). architecture: for the provenance, in words.

    carried: what the file says beside the network.
    """

    name: str
    sha256: str
    format: Format
    network: Network
    architecture: str
    carried: Carried
