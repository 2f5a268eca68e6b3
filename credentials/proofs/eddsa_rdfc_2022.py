"""The cryptosuite eddsa-rdfc-2022 (Data Integrity EdDSA Cryptosuites 1.0 §3.2)."""

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache

from credentials.canonical import canonicalize
from credentials.errors import ProofInvalid, ProofMalformed
from credentials.json_types import JsonObject
from credentials.proofs.unsecured import Unsecured
from keys.errors import MultibaseInvalid, SignatureInvalid
from keys.multibase import base58btc_decode, base58btc_encode
from keys.public_key import PublicKey

CRYPTOSUITE = "eddsa-rdfc-2022"
_SIGNATURE_CHARACTERS = 128


def create(unsecured: Unsecured, options: JsonObject, sign: Callable[[bytes], bytes]) -> JsonObject:
    """Sign a document (§3.2.1 Create Proof).

    Args:
        unsecured: the document as the proof will cover it.
        options: the proof's members but ``proofValue`` (data_integrity.options).
        sign: Ed25519 signing function, such as ``Signer.sign``.

    Returns:
        The proof; its ``proofValue`` is base58btc of 64 bytes.
    """
    signature = sign(_hash_data(unsecured, options))
    return {**options, "proofValue": base58btc_encode(signature)}


def verify(unsecured: Unsecured, proof: JsonObject, key: PublicKey) -> None:
    """Check a proof (§3.2.2 Verify Proof).

    Args:
        unsecured: the document as the proof covers it.
        proof: as it stands in the document.
        key: the key that the proof's verification method names.

    Raises:
        ProofMalformed: the value is not base58btc, or the proof brings other contexts.
        ProofInvalid: the signature does not fit.
    """
    if "@context" in proof and proof["@context"] != unsecured.contexts:
        raise ProofMalformed("A proof brings contexts of its own.")
    try:
        signature = base58btc_decode(proof["proofValue"], max_characters=_SIGNATURE_CHARACTERS)
    except (MultibaseInvalid, KeyError) as error:
        raise ProofMalformed("The value of a proof is not base58btc.") from error
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        key.verify(signature, _hash_data(unsecured, options))
    except SignatureInvalid as error:
        raise ProofInvalid("The signature does not fit the content.") from error


def _hash_data(unsecured: Unsecured, options: JsonObject) -> bytes:
    """§3.2.4 Hashing: 64 bytes, the proof's hash and then the document's."""
    config = json.dumps(
        {**options, "@context": unsecured.contexts}, sort_keys=True, ensure_ascii=True
    )
    return _proof_hash(config) + hashlib.sha256(unsecured.canonical.encode("utf-8")).digest()


@lru_cache(maxsize=256)
def _proof_hash(config: str) -> bytes:
    """§3.2.5 Proof Configuration. A batch shares one: its canonical form is made once."""
    return hashlib.sha256(canonicalize(json.loads(config)).encode("utf-8")).digest()
