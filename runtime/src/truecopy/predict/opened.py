"""A verified file with its plan compiled, ready for sessions."""

from __future__ import annotations

import os
from dataclasses import dataclass

from truecopy.artifact import Artifact, Content, open_verified
from truecopy.engine import Session, open_session
from truecopy.limits import Limits
from truecopy.pixels import Plan

from .member import Member


@dataclass(frozen=True, slots=True)
class Opened:
    artifact: Artifact
    member: Member
    content: Content

    def session(self, device: str, threads: int) -> Session:
        """A new session over the verified bytes.

        Raises:
            DeviceError: the device does not run the graph.
        """
        precision = self.member.contract.graph.precision
        return open_session(self.content.session_source, device, precision, threads)


def open_artifact(path: str | os.PathLike[str], limits: Limits) -> Opened:
    """Verify the file and compile its contract.

    Raises:
        ArtifactError: the file is refused.
        ContractError: the document in it is wrong.
    """
    artifact, content = open_verified(path, limits)
    return Opened(
        artifact, Member(artifact.contract, Plan.of(artifact.contract, limits=limits), limits), content
    )
