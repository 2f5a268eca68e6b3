"""What the signature suites share: proof configurations, their hashes, and reading a signature.

A suite signs the hash of its proof's configuration and then the hash of the document, in that
order (Data Integrity EdDSA Cryptosuites 1.0 §3.2.4, ECDSA Cryptosuites 1.0 §3.2.4).
"""

import hashlib
import json
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from credentials.canonical import canonicalize
from credentials.errors import ProofInvalid, ProofMalformed
from credentials.json_types import JsonObject
from credentials.proofs.data_integrity import PROOF_TYPE, check_members
from credentials.proofs.unsecured import Unsecured, canonical_json
from credentials.rdfc import HashName
from keys.errors import MultibaseInvalid, SignatureInvalid
from keys.multibase import base58btc_decode
from keys.public_key import KeyKind, PublicKey

ECDSA_HASHES: dict[KeyKind, HashName] = {KeyKind.P256: "sha256", KeyKind.P384: "sha384"}
"""The curves of the ECDSA suites, and the hash that goes with each (ECDSA Cryptosuites 1.0 §3)."""
_SIGNATURE_CHARACTERS = 140
"""The longest, of P-384, has 96 bytes in at most 133 characters."""
_MAX_REMEMBERED = 8_192
"""Longest configuration whose hash is remembered, in characters: bounds the memory."""


def check_options(options: JsonObject, cryptosuite: str) -> None:
    """Refuse options, or a proof, of another suite or with members of no standard.

    Raises:
        ProofMalformed: as it says.
    """
    if options.get("type") != PROOF_TYPE or options.get("cryptosuite") != cryptosuite:
        raise ProofMalformed(f"The proof is not one of the suite {cryptosuite}.")
    check_members(options)


def check_kind(kind: KeyKind, allowed: Collection[KeyKind]) -> None:
    """Refuse a key that the suite cannot have been used with.

    Raises:
        ProofInvalid: it is of another kind.
    """
    if kind not in allowed:
        raise ProofInvalid(f"The proof's suite does not sign with a {kind} key.")


def without_value(proof: JsonObject) -> JsonObject:
    """The options of a proof: all its members but the value."""
    return {name: value for name, value in proof.items() if name != "proofValue"}


def with_contexts(options: JsonObject, unsecured: Unsecured) -> JsonObject:
    """The options of a suite over JSON: they carry the document's ``@context``, if it has one."""
    contexts = unsecured.contexts
    return dict(options) if contexts is None else {**options, "@context": contexts}


def signature_of(proof: JsonObject) -> bytes:
    """The signature in ``proofValue``, which must be base58btc.

    Raises:
        ProofMalformed: it is missing, or in another form.
    """
    try:
        return base58btc_decode(proof["proofValue"], max_characters=_SIGNATURE_CHARACTERS)
    except (MultibaseInvalid, KeyError) as error:
        raise ProofMalformed("The value of a proof is not base58btc.") from error


def check_signature(key: PublicKey, signature: bytes, data: bytes) -> None:
    """Verify a signature.

    Raises:
        ProofInvalid: it does not fit.
    """
    try:
        key.verify(signature, data)
    except SignatureInvalid as error:
        raise ProofInvalid("The signature does not fit the content.") from error


def digest(data: bytes, hash_name: HashName = "sha256") -> bytes:
    """The SHA-2 hash of ``data``."""
    return hashlib.sha384(data).digest() if hash_name == "sha384" else _sha256(data)


def rdf_hash_data(
    unsecured: Unsecured, options: JsonObject, hash_name: HashName = "sha256"
) -> bytes:
    """What a suite over RDF signs: the configuration's hash, then the document's.

    Raises:
        ProofMalformed: the options bring other contexts than the document's.
        TouchstoneError: the document or the configuration has no canonical form.
    """
    if "@context" in options and options["@context"] != unsecured.contexts:
        raise ProofMalformed("A proof brings contexts of its own.")
    canonical = unsecured.canonical_sha384 if hash_name == "sha384" else unsecured.canonical
    config = rdf_config_hash(options, unsecured.contexts, hash_name)
    return config + digest(canonical.encode("utf-8"), hash_name)


def rdf_config_hash(options: JsonObject, contexts: Any, hash_name: HashName = "sha256") -> bytes:
    """The hash of a proof configuration's canonical N-Quads (§3.2.5 Proof Configuration).

    A batch shares one: its canonical form is made once.

    Raises:
        UndefinedTerm: a member that the contexts do not define.
        TouchstoneError: it has no canonical form.
    """
    config = json.dumps({**options, "@context": contexts}, sort_keys=True)
    if len(config) > _MAX_REMEMBERED:
        return _config_hash.__wrapped__(config, hash_name)
    return _config_hash(config, hash_name)


def jcs_hash_data(
    unsecured: Unsecured, options: JsonObject, hash_name: HashName = "sha256"
) -> bytes:
    """What a suite over JSON signs: the configuration's hash, then the document's.

    Raises:
        ProofMalformed: the document's contexts do not begin with those of the proof.
        JsonInvalid: document or proof has no canonical JSON form.
    """
    config = digest(canonical_json(options), hash_name)
    return config + digest(_jcs_as_signed(unsecured, options), hash_name)


def _jcs_as_signed(unsecured: Unsecured, options: JsonObject) -> bytes:
    """The document with the contexts that it had when it was signed (§3.3.2 Verify Proof).

    Contexts may have been added behind them since; the proof carries the ones it was made with.
    """
    if "@context" not in options or options["@context"] == unsecured.contexts:
        return unsecured.jcs
    signed, present = _listed(options["@context"]), _listed(unsecured.contexts)
    if not signed or present[: len(signed)] != signed:
        raise ProofMalformed("The document's contexts do not begin with those of its proof.")
    return canonical_json({**unsecured.document, "@context": options["@context"]})


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


@lru_cache(maxsize=256)
def _config_hash(config: str, hash_name: HashName) -> bytes:
    canonical = canonicalize(json.loads(config), hash_name=hash_name)
    return digest(canonical.encode("utf-8"), hash_name)
