"""The file: wire format, seal, golden samples. No ONNX Runtime, no onnx package."""

from .atomic import replacing, write_atomically
from .compose import compose, graph_sha256, split
from .content import Content
from .golden import GoldenSample, decode_golden, encode_golden
from .reseal import Resealed, reseal
from .skim import Skimmed, skim
from .verify import Artifact, open_verified, read
from .walk import walk

__all__ = [
    "Artifact",
    "Content",
    "GoldenSample",
    "Resealed",
    "Skimmed",
    "compose",
    "decode_golden",
    "encode_golden",
    "graph_sha256",
    "open_verified",
    "read",
    "replacing",
    "reseal",
    "skim",
    "split",
    "walk",
    "write_atomically",
]
