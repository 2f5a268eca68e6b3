"""The cryptosuite ecdsa-jcs-2019 (Data Integrity ECDSA Cryptosuites 1.0 §3.3): signed as JSON.

The curve decides the hash: P-256 goes with SHA-256 and P-384 with SHA-384.
"""

from collections.abc import Callable

from credentials.json_types import JsonObject
from credentials.proofs.configuration import (
    ECDSA_HASHES,
    check_kind,
    check_options,
    check_signature,
    jcs_hash_data,
    signature_of,
    with_contexts,
    without_value,
)
from credentials.proofs.unsecured import Unsecured
from keys.multibase import base58btc_encode
from keys.public_key import KeyKind, PublicKey

CRYPTOSUITE = "ecdsa-jcs-2019"


def create(
    unsecured: Unsecured, options: JsonObject, sign: Callable[[bytes], bytes], *, kind: KeyKind
) -> JsonObject:
    """Sign a document (§3.3.1 Create Proof).

    Args:
        unsecured: the document as the proof will cover it.
        options: the proof's members but ``proofValue`` (data_integrity.options).
        sign: ECDSA signing function that returns r and then s, such as ``Signer.sign``.
        kind: the kind of its key: P-256 or P-384.

    Returns:
        The proof with the document's ``@context``; its ``proofValue`` is base58btc of 64 or 96
        bytes.

    Raises:
        ProofMalformed: the options are another suite's or hold members of no standard.
        ProofInvalid: the key is of another kind.
        JsonInvalid: the document has no canonical JSON form.
    """
    check_options(options, CRYPTOSUITE)
    check_kind(kind, ECDSA_HASHES)
    carried = with_contexts(options, unsecured)
    signature = sign(jcs_hash_data(unsecured, carried, ECDSA_HASHES[kind]))
    return {**carried, "proofValue": base58btc_encode(signature)}


def verify(unsecured: Unsecured, proof: JsonObject, key: PublicKey) -> None:
    """Check a proof (§3.3.2 Verify Proof).

    Args:
        unsecured: the document as the proof covers it.
        proof: as it stands in the document.
        key: the key that the proof's verification method names.

    Raises:
        ProofMalformed: the proof is another suite's, its value is not base58btc, or the
            document's contexts do not begin with its own.
        ProofInvalid: the signature does not fit, or the key is of another kind.
        JsonInvalid: document or proof has no canonical JSON form.
    """
    check_options(proof, CRYPTOSUITE)
    check_kind(key.kind, ECDSA_HASHES)
    signature = signature_of(proof)
    data = jcs_hash_data(unsecured, without_value(proof), ECDSA_HASHES[key.kind])
    check_signature(key, signature, data)
