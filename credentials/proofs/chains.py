"""Proof sets and chains: what each proof of a document covers (VC Data Integrity 1.0 §2.1.1).

The proofs of a set each cover the bare document. A proof of a chain names earlier ones in
``previousProof`` and covers the document together with those.
"""

from collections.abc import Iterator, Mapping, Sequence

from credentials.canonical import without_proof
from credentials.errors import ProofMalformed
from credentials.json_types import JsonObject
from credentials.proofs.data_integrity import previous_proofs, proofs_of
from credentials.proofs.unsecured import Unsecured


def covered_by(
    document: JsonObject, proof: JsonObject, *, bare: Unsecured | None = None
) -> Unsecured:
    """The document as one of its proofs covers it (§4.4 Verify Proof Sets and Chains).

    Args:
        document: with all its proofs.
        proof: one of them.
        bare: the document without proofs, where it is at hand with its canonical form.

    Returns:
        The document without proofs, or with the proofs that this one names, in document order.

    Raises:
        ProofMalformed: a named proof is missing, is this one, or leads back to it; two proofs
            have one id.
    """
    named = previous_proofs(proof)
    if not named:
        return bare or Unsecured(without_proof(document))
    proofs = proofs_of(document)
    by_id = _by_id(proofs)
    _check_ends(proof, by_id)
    before = [other for other in proofs if other.get("id") in named]
    return Unsecured({**without_proof(document), "proof": before})


def anchored_forms(
    document: JsonObject, place: int, *, bare: Unsecured | None = None
) -> Iterator[Unsecured]:
    """The forms of a document that a Merkle proof in its proof set may have been made over.

    Ours is made over the bare document, wherever it stands. Blockcerts hashes the document with
    the proofs that stand before. A leaf is a digest, so a proof fits one form at the most.

    Args:
        document: with all its proofs.
        place: where the Merkle proof stands among them, from 0.
        bare: the document without proofs, where it is at hand with its canonical form.

    Raises:
        ProofMalformed: what stands under ``proof`` is no proof set.
    """
    yield bare or Unsecured(without_proof(document))
    if place:
        yield Unsecured({**without_proof(document), "proof": proofs_of(document)[:place]})


def _by_id(proofs: Sequence[JsonObject]) -> dict[str, JsonObject]:
    by_id: dict[str, JsonObject] = {}
    for proof in proofs:
        name = proof.get("id")
        if name is None:
            continue
        if not isinstance(name, str):
            raise ProofMalformed("The id of a proof is not text.")
        if name in by_id:
            raise ProofMalformed(f"Two proofs have the id {name[:100]!r}.")
        by_id[name] = proof
    return by_id


def _check_ends(proof: JsonObject, by_id: Mapping[str, JsonObject]) -> None:
    """Follow a chain back: every proof is there, and none leads to itself again."""
    reached = _reached(proof, by_id)
    circles = {name for name in reached if name in _reached(by_id[name], by_id)}
    for name in reached:
        if name in circles or name == proof.get("id"):
            raise ProofMalformed(f"The proof {name[:100]!r} builds on itself.")


def _reached(proof: JsonObject, by_id: Mapping[str, JsonObject]) -> set[str]:
    """The ids of all proofs that a proof builds on, directly or not."""
    reached: set[str] = set()
    waiting = list(previous_proofs(proof))
    while waiting:
        name = waiting.pop()
        if name not in by_id:
            raise ProofMalformed(f"A proof builds on {name[:100]!r}, which the document lacks.")
        if name not in reached:
            reached.add(name)
            waiting += previous_proofs(by_id[name])
    return reached
