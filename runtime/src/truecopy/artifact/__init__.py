"""The file: wire format, seal, golden samples. No ONNX Runtime, no onnx package."""

from .atomic import check_other_file, replacing, try_to_write, write_atomically
from .compose import compose, graph_sha256, split
from .content import Content
from .golden import GoldenSample, decode_golden, encode_golden
from .new_file import check_new_file
from .reseal import Resealed, reseal
from .resolve import CHECKPOINT_SUFFIXES, artifact_of
from .skim import Skimmed, skim
from .variants import half_of
from .verify import Artifact, open_verified, read
from .walk import walk

__all__ = [
    "CHECKPOINT_SUFFIXES",
    "Artifact",
    "Content",
    "GoldenSample",
    "Resealed",
    "Skimmed",
    "artifact_of",
    "check_new_file",
    "check_other_file",
    "compose",
    "decode_golden",
    "encode_golden",
    "graph_sha256",
    "half_of",
    "open_verified",
    "read",
    "replacing",
    "reseal",
    "skim",
    "split",
    "try_to_write",
    "walk",
    "write_atomically",
]
