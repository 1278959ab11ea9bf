"""What `inspect` says about the runtime that a file needs, and about its bound."""

from __future__ import annotations

from msgspec.structs import replace

from truecopy.contract import Bound


def test_the_bound_and_the_required_runtime_are_shown(rewritten, digits_contract, cli):
    bound = Bound(source="cpu", levels=1.0, tensor=0.00784)
    contract = replace(digits_contract, requires="0.2", proof=replace(digits_contract.proof, bound=bound))
    done = cli("inspect", str(rewritten(contract=contract)))
    assert done.code == 0
    words = " ".join(done.out.split())
    assert "truecopy >= 0.2" in words
    assert "on another CPU the original is within 1 levels, 0.00784 in the tensor" in words


def test_a_newer_document_is_named_with_its_file(raw_document, cli):
    path = raw_document(lambda document: document.update(requires="9.0"))
    done = cli("inspect", str(path))
    assert done.code == 3
    assert f"needs truecopy >= 9.0; this is 0.5.0 - at {path}: `$.requires`" in done.err
