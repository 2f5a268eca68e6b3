"""Ed25519Signature2020, the suite before eddsa-rdfc-2022: verified only, as wallets still use it.

It is eddsa-rdfc-2022 under another name (Data Integrity EdDSA Cryptosuites 1.0): its type
says it all, and the document's contexts include the suite's own. Some programs leave that context
in the proof instead, which then stands for the proof alone.
"""

from credentials.errors import ProofMalformed
from credentials.json_types import JsonObject
from credentials.proofs.configuration import (
    check_kind,
    check_signature,
    digest,
    rdf_config_hash,
    signature_of,
    without_value,
)
from credentials.proofs.data_integrity import check_members
from credentials.proofs.unsecured import Unsecured
from keys.public_key import KeyKind, PublicKey

PROOF_TYPE = "Ed25519Signature2020"
CONTEXT = "https://w3id.org/security/suites/ed25519-2020/v1"
_KINDS = frozenset({KeyKind.ED25519})


def verify(unsecured: Unsecured, proof: JsonObject, key: PublicKey) -> None:
    """Check a proof.

    Args:
        unsecured: the document as the proof covers it.
        proof: as it stands in the document.
        key: the key that the proof's verification method names.

    Raises:
        ProofMalformed: the proof is another suite's, its value is not base58btc, or it brings
            contexts other than the document's and the suite's.
        ProofInvalid: the signature does not fit, or the key is of another kind.
        TouchstoneError: document or proof has no canonical form.
    """
    if proof.get("type") != PROOF_TYPE or "cryptosuite" in proof:
        raise ProofMalformed(f"The proof is not one of the suite {PROOF_TYPE}.")
    check_members(proof)
    check_kind(key.kind, _KINDS)
    signature = signature_of(proof)
    config = rdf_config_hash(without_value(proof), _contexts(unsecured, proof))
    check_signature(key, signature, config + digest(unsecured.canonical.encode("utf-8")))


def _contexts(unsecured: Unsecured, proof: JsonObject) -> object:
    own = proof.get("@context", unsecured.contexts)
    if own not in (unsecured.contexts, CONTEXT, [CONTEXT]):
        raise ProofMalformed("A proof brings contexts of its own.")
    return own
