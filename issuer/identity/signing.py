"""Secures the school's own documents with eddsa-rdfc-2022 (Data Integrity EdDSA 1.0)."""

from dataclasses import dataclass
from datetime import datetime

from credentials.json_types import JsonObject
from credentials.proofs import data_integrity, eddsa_rdfc_2022
from credentials.proofs.unsecured import Unsecured
from keys.signers import Signer


@dataclass(frozen=True)
class Publisher:
    """What the school needs to sign a document of its own.

    Attributes:
        did: the school's DID; the ``issuer`` of what it signs.
        base_url: where its documents are served, without a trailing slash.
        verification_method: id of the signing key in the DID document.
        signer: holds the private key.
    """

    did: str
    base_url: str
    verification_method: str
    signer: Signer


def create_proof(unsecured: Unsecured, publisher: Publisher, now: datetime) -> JsonObject:
    """The eddsa-rdfc-2022 proof over a document.

    Args:
        unsecured: the document without proof.
        publisher: signs.
        now: the proof's ``created``; aware.
    """
    options = data_integrity.options(
        eddsa_rdfc_2022.CRYPTOSUITE, publisher.verification_method, now
    )
    return eddsa_rdfc_2022.create(unsecured, options, publisher.signer.sign)


def sign_document(document: JsonObject, publisher: Publisher, now: datetime) -> JsonObject:
    """The document with one proof.

    Raises:
        UnknownContext, UndefinedTerm: the document says something its contexts do not define.
    """
    return {**document, "proof": create_proof(Unsecured(document), publisher, now)}
