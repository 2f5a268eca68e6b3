"""The cryptosuite eddsa-rdfc-2022 (Data Integrity EdDSA Cryptosuites 1.0 §3.2)."""

from collections.abc import Callable
from typing import Any

from credentials.json_types import JsonObject
from credentials.proofs.configuration import (
    check_kind,
    check_options,
    check_signature,
    rdf_config_hash,
    rdf_hash_data,
    signature_of,
    without_value,
)
from credentials.proofs.unsecured import Unsecured
from keys.multibase import base58btc_encode
from keys.public_key import KeyKind, PublicKey

CRYPTOSUITE = "eddsa-rdfc-2022"
_KINDS = frozenset({KeyKind.ED25519})


def create(unsecured: Unsecured, options: JsonObject, sign: Callable[[bytes], bytes]) -> JsonObject:
    """Sign a document (§3.2.1 Create Proof).

    Args:
        unsecured: the document as the proof will cover it.
        options: the proof's members but ``proofValue`` (data_integrity.options).
        sign: Ed25519 signing function, such as ``Signer.sign``.

    Returns:
        The proof; its ``proofValue`` is base58btc of 64 bytes.

    Raises:
        ProofMalformed: the options are another suite's or hold members of no standard.
        TouchstoneError: the document has no canonical form.
    """
    check_options(options, CRYPTOSUITE)
    return {**options, "proofValue": base58btc_encode(sign(rdf_hash_data(unsecured, options)))}


class Series:
    """Proofs with the same options over many documents with the same contexts.

    What :func:`create` does, with the hash of the proof configuration made once.

    Args:
        options, sign: as for :func:`create`.
        contexts: the ``@context`` of every document.

    Raises:
        ProofMalformed: the options are another suite's or hold members of no standard.
        TouchstoneError: they have no canonical form.
    """

    def __init__(self, options: JsonObject, contexts: Any, sign: Callable[[bytes], bytes]) -> None:
        check_options(options, CRYPTOSUITE)
        self._options = options
        self._config_hash = rdf_config_hash(options, contexts)
        self._sign = sign

    def create(self, document_hash: bytes) -> JsonObject:
        """The proof over a document, given the SHA-256 of its canonical N-Quads."""
        value = base58btc_encode(self._sign(self._config_hash + document_hash))
        return {**self._options, "proofValue": value}


def verify(unsecured: Unsecured, proof: JsonObject, key: PublicKey) -> None:
    """Check a proof (§3.2.2 Verify Proof).

    Args:
        unsecured: the document as the proof covers it.
        proof: as it stands in the document.
        key: the key that the proof's verification method names.

    Raises:
        ProofMalformed: the proof is another suite's, its value is not base58btc, or it brings
            other contexts.
        ProofInvalid: the signature does not fit, or the key is of another kind.
        TouchstoneError: document or proof has no canonical form.
    """
    check_options(proof, CRYPTOSUITE)
    check_kind(key.kind, _KINDS)
    signature = signature_of(proof)
    check_signature(key, signature, rdf_hash_data(unsecured, without_value(proof)))
