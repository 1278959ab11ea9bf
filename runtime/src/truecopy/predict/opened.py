"""A verified file with its plan compiled, ready for sessions."""

from __future__ import annotations

import os
from dataclasses import dataclass

from truecopy.artifact import Artifact, Content, open_verified
from truecopy.engine import Session, open_session
from truecopy.errors import ContractError
from truecopy.limits import Limits

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
            ContractError: the graph has no such input or answer as the contract names.
        """
        graph = self.member.contract.graph
        session = open_session(self.content.session_source, device, graph.precision, threads)
        for index, tensor in enumerate(graph.inputs):
            _check_name(f"inputs[{index}].name", tensor.name, session.inputs)
        fed = {tensor.name for tensor in graph.inputs}
        unfed = [name for name in session.inputs if name not in fed]
        if unfed:
            raise ContractError(
                "the graph has an input that the contract does not feed",
                got=", ".join(map(repr, unfed)),
                where="`$.graph.inputs`",
            )
        _check_name("answer", graph.answer, session.outputs)
        return session


def _check_name(field: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        raise ContractError(
            "the contract names a tensor that the graph does not have",
            expected=f"one of {', '.join(map(repr, known))}",
            got=repr(name),
            where=f"`$.graph.{field}`",
        )


def open_artifact(path: str | os.PathLike[str], limits: Limits) -> Opened:
    """Verify the file and compile its contract.

    Raises:
        ArtifactError: the file is refused.
        ContractError: the document in it is wrong.
    """
    artifact, content = open_verified(path, limits)
    return Opened(artifact, Member.of(artifact.contract, limits), content)
