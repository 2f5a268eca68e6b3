"""The cryptosuite ecdsa-sd-2023: selective disclosure (ECDSA Cryptosuites 1.0 §3.6).

The issuer signs what must always be shown and, with a key made for this one document, every other
statement by itself. The holder derives a document that shows some of them; its readers see
neither the others nor how many there are. P-256 and SHA-256 throughout.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Sequence

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from credentials.canonical import without_proof
from credentials.errors import ProofInvalid, ProofMalformed, SelectionInvalid
from credentials.json_types import JsonObject
from credentials.proofs.configuration import (
    check_kind,
    check_options,
    check_signature,
    digest,
    rdf_config_hash,
    without_value,
)
from credentials.proofs.data_integrity import proofs_of
from credentials.proofs.pointers import parse_pointers, select
from credentials.proofs.sd_proof_value import (
    HMAC_KEY_BYTES,
    MAX_STATEMENTS,
    BaseProofValue,
    DerivedProofValue,
)
from credentials.proofs.statements import Relabel, Statements, relabelled
from credentials.proofs.unsecured import Unsecured
from keys.errors import PublicKeyInvalid
from keys.multibase import base58btc_encode, base64url_encode
from keys.public_key import KeyKind, PublicKey

CRYPTOSUITE = "ecdsa-sd-2023"
_KINDS = frozenset({KeyKind.P256})
_P256_HEADER = b"\x80\x24"
_COORDINATE_BYTES = 32


def create_base(
    unsecured: Unsecured,
    options: JsonObject,
    sign: Callable[[bytes], bytes],
    mandatory_pointers: Sequence[str] = (),
    *,
    hmac_key: bytes | None = None,
    ephemeral: ec.EllipticCurvePrivateKey | None = None,
) -> JsonObject:
    """Make a base proof, for the holder alone (§3.6, Create Base Proof).

    Args:
        unsecured: the document as the proof will cover it.
        options: the proof's members but ``proofValue`` (data_integrity.options).
        sign: ECDSA signing function of a P-256 key that returns r and then s.
        mandatory_pointers: JSON pointers (RFC 6901) to what every reader must be shown.
        hmac_key, ephemeral: 32 bytes and a P-256 key; new ones unless given, as vectors do.

    Returns:
        The proof; its ``proofValue`` is base64url.

    Raises:
        ProofMalformed: the options are another suite's or hold members of no standard.
        SelectionInvalid: a pointer selects nothing, or the document's parts cannot be told apart.
        TouchstoneError: the document has no canonical form.
    """
    check_options(options, CRYPTOSUITE)
    key = hmac_key or secrets.token_bytes(HMAC_KEY_BYTES)
    one_time = ephemeral or ec.generate_private_key(ec.SECP256R1())
    statements = Statements.of(unsecured, _hmac_labels(key))
    mandatory = set(statements.select(parse_pointers(mandatory_pointers)).indexes)
    config = _config_hash(options, unsecured)
    shown, others = _split(statements.lines, mandatory)
    if len(others) > MAX_STATEMENTS:
        raise SelectionInvalid(f"The document makes more than {MAX_STATEMENTS} statements.")
    public_key = _multikey_bytes(one_time)
    value = BaseProofValue(
        signature=sign(config + public_key + _lines_hash(shown)),
        public_key=public_key,
        hmac_key=key,
        signatures=tuple(_sign_line(one_time, line) for line in others),
        mandatory_pointers=tuple(mandatory_pointers),
    )
    return {**options, "proofValue": value.encode()}


def derive(document: JsonObject, selective_pointers: Sequence[str]) -> JsonObject:
    """Make the document that a holder shows (§3.6, Add Derived Proof).

    Args:
        document: with its base proof; other proofs cover more than is shown and are left out.
        selective_pointers: JSON pointers to what is shown beside the mandatory parts.

    Returns:
        What was selected, with a derived proof.

    Raises:
        ProofMalformed: there is not exactly one base proof, or it is not this document's.
        SelectionInvalid: a pointer selects nothing, or nothing at all is selected.
        TouchstoneError: the document has no canonical form.
    """
    proof = _base_proof(document)
    base = BaseProofValue.decode(proof)
    mandatory = parse_pointers(base.mandatory_pointers)
    pointers = mandatory + parse_pointers(selective_pointers)
    if not pointers:
        raise SelectionInvalid("Nothing is selected.", "Name what is to be shown.")
    bare = without_proof(document)
    statements = Statements.of(Unsecured(bare), _hmac_labels(base.hmac_key))
    always = set(statements.select(mandatory).indexes)
    shown = statements.select(pointers)
    value = DerivedProofValue(
        signature=base.signature,
        public_key=base.public_key,
        signatures=_signatures_of(base, statements.lines, always, shown.indexes),
        labels=shown.canonical,
        mandatory=tuple(i for i, index in enumerate(shown.indexes) if index in always),
    )
    revealed = select(bare, pointers)
    if relabelled(revealed, value.labels) != [statements.lines[i] for i in shown.indexes]:
        raise SelectionInvalid("What is selected means something else without the rest.")
    return {**revealed, "proof": {**without_value(proof), "proofValue": value.encode()}}


def verify(unsecured: Unsecured, proof: JsonObject, key: PublicKey) -> None:
    """Check a derived proof (§3.6, Verify Derived Proof).

    Args:
        unsecured: the document as the proof covers it.
        proof: as it stands in the document.
        key: the key that the proof's verification method names.

    Raises:
        ProofMalformed: the proof is another suite's, a base proof, or of another form.
        ProofInvalid: a signature does not fit, or the key is of another kind.
        TouchstoneError: document or proof has no canonical form.
    """
    check_options(proof, CRYPTOSUITE)
    check_kind(key.kind, _KINDS)
    value = DerivedProofValue.decode(proof)
    one_time = _ephemeral_key(value.public_key)
    config = _config_hash(without_value(proof), unsecured)
    lines = relabelled(unsecured.document, value.labels)
    if value.mandatory and max(value.mandatory) >= len(lines):
        raise ProofMalformed("A proof names a mandatory statement that the document lacks.")
    shown, others = _split(lines, set(value.mandatory))
    if len(others) != len(value.signatures):
        raise ProofInvalid("A proof does not have one signature for every statement.")
    check_signature(key, value.signature, config + value.public_key + _lines_hash(shown))
    for line, signature in zip(others, value.signatures, strict=True):
        check_signature(one_time, signature, line.encode("utf-8"))


def _config_hash(options: JsonObject, unsecured: Unsecured) -> bytes:
    """The hash of the proof configuration (§3.6, Base Proof Configuration)."""
    if "@context" in options and options["@context"] != unsecured.contexts:
        raise ProofMalformed("A proof brings contexts of its own.")
    return rdf_config_hash(options, unsecured.contexts)


def _hmac_labels(key: bytes) -> Relabel:
    """Labels that say nothing of the order of nodes (§3.4, createHmacIdLabelMapFunction)."""

    def relabel(canonical: str) -> str:
        return base64url_encode(hmac.digest(key, canonical.encode("ascii"), hashlib.sha256))

    return relabel


def _split(lines: Sequence[str], mandatory: set[int]) -> tuple[list[str], list[str]]:
    """The mandatory statements and the others, both in order."""
    shown = [line for index, line in enumerate(lines) if index in mandatory]
    return shown, [line for index, line in enumerate(lines) if index not in mandatory]


def _lines_hash(lines: Iterable[str]) -> bytes:
    """The hash of the mandatory statements (§3.4, hashMandatoryNQuads)."""
    return digest("".join(lines).encode("utf-8"))


def _signatures_of(
    base: BaseProofValue, lines: Sequence[str], mandatory: set[int], shown: Sequence[int]
) -> tuple[bytes, ...]:
    """The signatures of the statements that are shown and not mandatory."""
    signed = [index for index in range(len(lines)) if index not in mandatory]
    if len(signed) != len(base.signatures):
        raise ProofMalformed("The base proof is not that of this document.")
    by_index = dict(zip(signed, base.signatures, strict=True))
    return tuple(by_index[index] for index in shown if index in by_index)


def _base_proof(document: JsonObject) -> JsonObject:
    found = [proof for proof in proofs_of(document) if proof.get("cryptosuite") == CRYPTOSUITE]
    if len(found) != 1:
        raise ProofMalformed(
            "The document does not have exactly one base proof.",
            "Give the document as its issuer sent it.",
        )
    check_options(found[0], CRYPTOSUITE)
    if "previousProof" in found[0]:
        raise ProofMalformed("The base proof builds on another proof, which would not be shown.")
    return found[0]


def _multikey_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return _P256_HEADER + point


def _ephemeral_key(data: bytes) -> PublicKey:
    try:
        key = PublicKey.from_multikey(base58btc_encode(data))
    except PublicKeyInvalid as error:
        raise ProofMalformed("The key within a proof is malformed.") from error
    if key.kind not in _KINDS:
        raise ProofMalformed("The key within a proof is of another kind than P-256.")
    return key


def _sign_line(key: ec.EllipticCurvePrivateKey, line: str) -> bytes:
    r, s = decode_dss_signature(key.sign(line.encode("utf-8"), ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(_COORDINATE_BYTES, "big") + s.to_bytes(_COORDINATE_BYTES, "big")
