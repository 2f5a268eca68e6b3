"""The signing profiles: each a name, the kinds of key it signs with, and the form that results.

One file a cryptosuite stands below in credentials.proofs; a profile only says which one, and
what goes around it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final, Self

from credentials.canonical import without_proof
from credentials.jose import envelope, vc_jose
from credentials.json_types import JsonObject
from credentials.models.credential import is_version_1
from credentials.models.rules import as_list
from credentials.proofs import (
    ecdsa_jcs_2019,
    ecdsa_rdfc_2019,
    ecdsa_sd_2023,
    eddsa_jcs_2022,
    eddsa_rdfc_2022,
)
from credentials.proofs.data_integrity import proofs_of
from credentials.proofs.unsecured import Unsecured
from issuer.identity.signing import Publisher
from issuer.vc_api.errors import OptionInvalid
from issuer.vc_api.options import IssueOptions
from keys.kinds import KeyKind

DEFAULT_PROFILE: Final = "eddsa-rdfc-2022"
DATA_INTEGRITY_CONTEXT: Final = "https://w3id.org/security/data-integrity/v2"
STATUS_CONTEXT: Final = "https://www.w3.org/ns/credentials/status/v1"
_DATA_INTEGRITY_CONTEXTS: Final = frozenset(
    {DATA_INTEGRITY_CONTEXT, "https://w3id.org/security/data-integrity/v1"}
)
ALWAYS_SHOWN: Final = (
    "issuer",
    "validFrom",
    "validUntil",
    "issuanceDate",
    "expirationDate",
    "credentialStatus",
    "credentialSchema",
    "termsOfUse",
)
"""Members that no derived credential may leave out: a holder who could hide the status or the end
of a credential could show one that was withdrawn."""

MakeProof = Callable[[Unsecured, JsonObject, Publisher, IssueOptions], JsonObject]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A credential that was checked and may be signed.

    Attributes:
        document: with the proofs that it came with.
        covered: what a proof will cover; its canonical form is made already.
    """

    document: JsonObject
    covered: Unsecured

    @classmethod
    def of(cls, document: JsonObject) -> Self:
        """A document whose canonical form is still to be made."""
        return cls(document, Unsecured(without_proof(document)))


Secure = Callable[[Prepared, IssueOptions, Publisher, datetime], JsonObject]
"""From a checked credential to what is answered as ``verifiableCredential``."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One way of signing.

    Attributes:
        name: as it stands in ``/profiles/{name}/credentials/issue``.
        kinds: kinds of key it signs with, the preferred one first.
        secure: makes the proof or the envelope.
        is_embedded: whether the proof stands in the document, whose contexts must define it.
        gives_status: whether the credential gets a place in a status list.
    """

    name: str
    kinds: tuple[KeyKind, ...]
    secure: Secure
    is_embedded: bool = True
    gives_status: bool = False


def with_own_contexts(document: JsonObject, profile: Profile) -> JsonObject:
    """A VC 1.1 document with the contexts of what the profile adds; VC 2.0 has them in its own."""
    if not is_version_1(document):
        return document
    contexts = as_list(document["@context"])
    named = {one for one in contexts if isinstance(one, str)}
    added = []
    if profile.is_embedded and not named & _DATA_INTEGRITY_CONTEXTS:
        added.append(DATA_INTEGRITY_CONTEXT)
    if profile.gives_status and STATUS_CONTEXT not in named:
        added.append(STATUS_CONTEXT)
    return {**document, "@context": [*contexts, *added]} if added else document


def _embedded(cryptosuite: str, make: MakeProof) -> Secure:
    """Adds a proof to the proof set (VC Data Integrity 1.0 §4.2 Add Proof)."""

    def secure(
        ready: Prepared, options: IssueOptions, publisher: Publisher, now: datetime
    ) -> JsonObject:
        members = options.proof_members(cryptosuite, publisher.verification_method, now)
        proof = make(ready.covered, members, publisher, options)
        before = proofs_of(ready.document)
        return {**ready.document, "proof": [*before, proof] if before else proof}

    return secure


def _enveloped(
    ready: Prepared, options: IssueOptions, publisher: Publisher, now: datetime
) -> JsonObject:
    """A vc+jwt in an EnvelopedVerifiableCredential (VC-JOSE-COSE §3.1.1, VC 2.0 §4.13.1)."""
    if is_version_1(ready.document):
        raise OptionInvalid(
            "This profile signs credentials of VC 2.0 only.", "Use a profile with embedded proof."
        )
    signer = publisher.signer
    token = vc_jose.sign(
        ready.document,
        sign=signer.sign,
        kind=signer.public_key.kind,
        key_id=publisher.verification_method,
    )
    return envelope.envelop(token)


def _eddsa_rdfc(
    covered: Unsecured, members: JsonObject, publisher: Publisher, options: IssueOptions
) -> JsonObject:
    return eddsa_rdfc_2022.create(covered, members, publisher.signer.sign)


def _eddsa_jcs(
    covered: Unsecured, members: JsonObject, publisher: Publisher, options: IssueOptions
) -> JsonObject:
    return eddsa_jcs_2022.create(covered, members, publisher.signer.sign)


def _ecdsa_rdfc(
    covered: Unsecured, members: JsonObject, publisher: Publisher, options: IssueOptions
) -> JsonObject:
    signer = publisher.signer
    return ecdsa_rdfc_2019.create(covered, members, signer.sign, kind=signer.public_key.kind)


def _ecdsa_jcs(
    covered: Unsecured, members: JsonObject, publisher: Publisher, options: IssueOptions
) -> JsonObject:
    signer = publisher.signer
    return ecdsa_jcs_2019.create(covered, members, signer.sign, kind=signer.public_key.kind)


def _ecdsa_sd(
    covered: Unsecured, members: JsonObject, publisher: Publisher, options: IssueOptions
) -> JsonObject:
    shown = [f"/{member}" for member in ALWAYS_SHOWN if member in covered.document]
    mandatory = list(dict.fromkeys([*options.mandatory_pointers, *shown]))
    return ecdsa_sd_2023.create_base(covered, members, publisher.signer.sign, mandatory)


_RDFC = _embedded(eddsa_rdfc_2022.CRYPTOSUITE, _eddsa_rdfc)
_ECDSA_RDFC = _embedded(ecdsa_rdfc_2019.CRYPTOSUITE, _ecdsa_rdfc)
_ALL = (
    Profile("eddsa-rdfc-2022", (KeyKind.ED25519,), _RDFC),
    Profile(
        "eddsa-jcs-2022", (KeyKind.ED25519,), _embedded(eddsa_jcs_2022.CRYPTOSUITE, _eddsa_jcs)
    ),
    Profile("ecdsa-rdfc-2019-p256", (KeyKind.P256,), _ECDSA_RDFC),
    Profile("ecdsa-rdfc-2019-p384", (KeyKind.P384,), _ECDSA_RDFC),
    Profile(
        "ecdsa-jcs-2019-p256", (KeyKind.P256,), _embedded(ecdsa_jcs_2019.CRYPTOSUITE, _ecdsa_jcs)
    ),
    Profile("ecdsa-sd-2023", (KeyKind.P256,), _embedded(ecdsa_sd_2023.CRYPTOSUITE, _ecdsa_sd)),
    Profile("vc-jwt", (KeyKind.P256, KeyKind.ED25519), _enveloped, is_embedded=False),
    Profile("status", (KeyKind.ED25519,), _RDFC, gives_status=True),
)
PROFILES: Mapping[str, Profile] = MappingProxyType({profile.name: profile for profile in _ALL})
"""All profiles; an issuer offers those for which it has a key."""
