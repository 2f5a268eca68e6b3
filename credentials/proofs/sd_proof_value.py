"""The two forms of an ecdsa-sd-2023 proof value (ECDSA Cryptosuites 1.0 §3.5), as CBOR.

A base proof is for the holder alone: its HMAC key undoes the labels, and it has every signature.
A derived proof is for readers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import cbor2

from credentials.errors import ProofMalformed
from credentials.json_types import JsonObject
from credentials.proofs import cbor
from keys.errors import MultibaseInvalid
from keys.multibase import base64url_decode, base64url_encode

MAX_STATEMENTS = 2_048
"""Statements that are signed one by one; verifying so many takes a quarter of a second."""
MAX_CHARACTERS = 1 << 20
"""Longest proof value that is read."""
HMAC_KEY_BYTES = 32
_SIGNATURE_BYTES = 64
_PUBLIC_KEY_BYTES = 35
_LABEL_BYTES = 32
_BASE_HEADER, _DERIVED_HEADER = b"\xd9\x5d\x00", b"\xd9\x5d\x01"


@dataclass(frozen=True, slots=True)
class BaseProofValue:
    """What an issuer gives a holder (§3.5, serializeBaseProofValue).

    Attributes:
        signature: of the issuer: over configuration, ``public_key`` and mandatory statements.
        public_key: the ephemeral key as Multikey bytes: header 0x8024 and the compressed point.
        hmac_key: 32 bytes that label blank nodes.
        signatures: of the ephemeral key: one a statement that is not mandatory, in order.
        mandatory_pointers: JSON pointers.
    """

    signature: bytes
    public_key: bytes
    hmac_key: bytes
    signatures: tuple[bytes, ...]
    mandatory_pointers: tuple[str, ...]

    def encode(self) -> str:
        """The ``proofValue``: multibase base64url."""
        return _encode(
            _BASE_HEADER,
            self.signature,
            self.public_key,
            self.hmac_key,
            list(self.signatures),
            list(self.mandatory_pointers),
        )

    @classmethod
    def decode(cls, proof: JsonObject) -> Self:
        """Read a base proof's value (§3.5, parseBaseProofValue).

        Raises:
            ProofMalformed: another header or form.
        """
        signature, public_key, hmac_key, signatures, pointers = _parts(
            proof, _BASE_HEADER, "a base proof of ecdsa-sd-2023"
        )
        pointers = _listed(pointers)
        if not all(isinstance(pointer, str) for pointer in pointers):
            raise _malformed("its mandatory pointers are not text")
        return cls(
            signature=_bytes(signature, _SIGNATURE_BYTES),
            public_key=_bytes(public_key, _PUBLIC_KEY_BYTES),
            hmac_key=_bytes(hmac_key, HMAC_KEY_BYTES),
            signatures=_signatures(signatures),
            mandatory_pointers=tuple(pointers),
        )


@dataclass(frozen=True, slots=True)
class DerivedProofValue:
    """What a holder shows a reader (§3.5, serializeDerivedProofValue).

    Attributes:
        signature, public_key: of the base proof.
        signatures: of the ephemeral key: one a statement that is not mandatory, in order.
        labels: from the label a reader computes, such as ``c14n0``, to the one that was signed.
        mandatory: which of the statements, in order, are mandatory.
    """

    signature: bytes
    public_key: bytes
    signatures: tuple[bytes, ...]
    labels: Mapping[str, str]
    mandatory: tuple[int, ...]

    def encode(self) -> str:
        """The ``proofValue``: multibase base64url."""
        labels = {
            int(canonical.removeprefix("c14n")): base64url_decode(label)
            for canonical, label in self.labels.items()
        }
        return _encode(
            _DERIVED_HEADER,
            self.signature,
            self.public_key,
            list(self.signatures),
            dict(sorted(labels.items())),
            list(self.mandatory),
        )

    @classmethod
    def decode(cls, proof: JsonObject) -> Self:
        """Read a derived proof's value (§3.5, parseDerivedProofValue).

        Raises:
            ProofMalformed: another header, such as a base proof's, or another form.
        """
        signature, public_key, signatures, labels, mandatory = _parts(
            proof, _DERIVED_HEADER, "a derived proof of ecdsa-sd-2023"
        )
        return cls(
            signature=_bytes(signature, _SIGNATURE_BYTES),
            public_key=_bytes(public_key, _PUBLIC_KEY_BYTES),
            signatures=_signatures(signatures),
            labels=_labels(labels),
            mandatory=_indexes(mandatory),
        )


def _encode(header: bytes, *parts: Any) -> str:
    return base64url_encode(header + cbor2.dumps(list(parts)))


def _parts(proof: JsonObject, header: bytes, name: str) -> list[Any]:
    """The five parts behind the header."""
    text = proof.get("proofValue")
    if not isinstance(text, str) or len(text) > MAX_CHARACTERS:
        raise _malformed("it is no text, or longer than any is")
    try:
        data = base64url_decode(text)
    except MultibaseInvalid as error:
        raise _malformed("it is not base64url") from error
    if not data.startswith(header):
        raise _malformed(f"it is not that of {name}")
    try:
        parts = cbor.loads(data[len(header) :])
    except ValueError as error:
        raise _malformed("it is not CBOR of the suite's form") from error
    if not isinstance(parts, list) or len(parts) != 5:  # noqa: PLR2004
        raise _malformed("it does not have five parts")
    return parts


def _malformed(why: str) -> ProofMalformed:
    return ProofMalformed(f"The value of a selective disclosure proof cannot be read: {why}.")


def _bytes(value: Any, size: int) -> bytes:
    if not isinstance(value, bytes) or len(value) != size:
        raise _malformed(f"a part that should be {size} bytes is not")
    return value


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > MAX_STATEMENTS:
        raise _malformed("a part that should be a list is not, or is too long")
    return value


def _signatures(value: Any) -> tuple[bytes, ...]:
    return tuple(_bytes(signature, _SIGNATURE_BYTES) for signature in _listed(value))


def _labels(value: Any) -> dict[str, str]:
    """Each label once: two nodes of one label would become one (§3.5, decompressLabelMap)."""
    if not isinstance(value, dict) or not all(type(key) is int for key in value):
        raise _malformed("its labels are not a map of numbers")
    labels = {f"c14n{k}": base64url_encode(_bytes(v, _LABEL_BYTES)) for k, v in value.items()}
    if len(set(labels.values())) != len(labels):
        raise _malformed("two of its labels are alike")
    return labels


def _indexes(value: Any) -> tuple[int, ...]:
    indexes = _listed(value)
    if not all(type(index) is int for index in indexes) or len(set(indexes)) != len(indexes):
        raise _malformed("its indexes are not numbers, each once")
    return tuple(indexes)
