"""``vc+jwt`` and ``vp+jwt``: the credential itself is what is signed (VC-JOSE-COSE §3.1)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from credentials.errors import JoseMalformed, SuiteUnsupported
from credentials.jose import claims, compact
from credentials.jose.compact import Jws
from credentials.json_types import JsonObject
from credentials.models.rules import as_list
from keys.public_key import KeyKind, PublicKey

VC_JWT: Final = "vc+jwt"
VP_JWT: Final = "vp+jwt"
TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        VC_JWT: "VerifiableCredential",
        VP_JWT: "VerifiablePresentation",
    }
)
"""What each ``typ`` secures, by the type that the document has to have."""
SD_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {"vc+sd-jwt": "VerifiableCredential", "vp+sd-jwt": "VerifiablePresentation"}
)
"""The same with selective disclosure (§3.2)."""


def sign(
    document: JsonObject,
    *,
    sign: Callable[[bytes], bytes],
    kind: KeyKind,
    key_id: str,
    issued_at: datetime | None = None,
    expires: datetime | None = None,
    nonce: str | None = None,
    audience: str | None = None,
) -> str:
    """Secure a credential or a presentation; which of them its type says.

    Args:
        document: a VC 2.0 credential or presentation that was checked already.
        sign: returns the raw signature over the bytes that it is given.
        kind: of the signer's key.
        key_id: ``kid``: the absolute DID URL of the key.
        issued_at, expires: of the signature, not of what is signed (``iat``, ``exp``).
        nonce, audience: for presentations: the verifier's challenge and name.

    Raises:
        JoseMalformed: neither of both, or it has members that name claims of tokens.
        SuiteUnsupported: no algorithm for this kind of key.
        JsonInvalid, JsonSurrogate: the document has no JSON form.
    """
    kind_of_document = VP_JWT if claims.is_presentation(document) else VC_JWT
    if found := claims.REGISTERED & set(document):
        raise JoseMalformed(f"The document has a member {min(found)!r}, which is a token's.")
    moments = {"iat": issued_at, "exp": expires}
    payload: dict[str, Any] = document | {
        name: claims.seconds(moment) for name, moment in moments.items() if moment is not None
    }
    payload |= {name: value for name, value in (("nonce", nonce), ("aud", audience)) if value}
    _check_document(payload, TYPES[kind_of_document])
    header = {"typ": kind_of_document, "cty": kind_of_document[:2], "kid": key_id}
    return compact.sign(header, payload, sign=sign, kind=kind)


def verify(token: str, jwk: object) -> JsonObject:
    """Check a token with a key that is known to be the signer's.

    Args:
        token: ``vc+jwt`` or ``vp+jwt``, compact.
        jwk: the public key as a JSON Web Key.

    Returns:
        The credential or presentation, without the claims of the token. Its dates, and the
        token's, are not judged here.

    Raises:
        JoseMalformed, JoseClaimsDiffer, JoseAlgorithmRefused, SuiteUnsupported, Json…: the
        token (see ``compact.read`` and ``document_of``).
        PublicKeyInvalid: the key.
        ProofInvalid, ProofMalformed: the signature.
    """
    jws = compact.read(token)
    document = document_of(jws)
    jws.verify(PublicKey.from_jwk(jwk))
    return document


def document_of(jws: Jws, revealed: JsonObject | None = None) -> JsonObject:
    """What a token secures, its claims compared with it (§3.1.3).

    Args:
        jws: the issuer-signed token.
        revealed: for the SD-JWT forms (§3.2): its claims with all disclosures in their place.

    Raises:
        SuiteUnsupported: another ``typ``.
        JoseMalformed: another ``cty``, the claims ``vc`` or ``vp``, another type of document.
        JoseClaimsDiffer: ``iss``, ``sub`` or ``jti`` say something else than the document.
    """
    kind, types = jws.type, TYPES if revealed is None else SD_TYPES
    if kind is None or kind not in types:
        raise SuiteUnsupported(f"Tokens of the type {str(kind)[:40]!r} are not known.")
    if jws.content_type not in (None, kind[:2]):
        raise JoseMalformed("The headers 'typ' and 'cty' of a token contradict each other.")
    payload = jws.payload if revealed is None else revealed
    _check_document(payload, types[kind])
    document = claims.without_registered(payload)
    claims.check_names(payload, document)
    signer = jws.header.get("iss")
    if signer is not None and signer != claims.issuer_of(document):
        raise claims.differs("iss", signer, claims.issuer_of(document))
    return document


def _check_document(payload: JsonObject, wanted: str) -> None:
    if "vc" in payload or "vp" in payload:
        raise JoseMalformed("A token that is a credential itself has a claim 'vc' or 'vp'.")
    if wanted not in as_list(payload.get("type")) or "@context" not in payload:
        raise JoseMalformed(f"A token does not hold the {wanted} that it says it holds.")
    for credential in as_list(payload.get("verifiableCredential", [])):
        if not _is_secured(credential):
            raise JoseMalformed("A presentation holds a credential that nothing secures.")


def _is_secured(credential: object) -> bool:
    """§3.1.2: enveloped; or with a proof of its own, which some wallets send."""
    if not isinstance(credential, dict):
        return False
    if "EnvelopedVerifiableCredential" in as_list(credential.get("type")):
        return str(credential.get("id")).startswith("data:application/")
    return bool(credential.get("proof"))
