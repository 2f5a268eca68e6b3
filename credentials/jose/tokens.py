"""Tokens that secure a credential or a presentation, of every kind that is read."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from credentials.jose import claims, compact, sd_jwt_vc, vc_jose, vc_jwt
from credentials.jose.compact import Jws
from credentials.json_types import JsonObject
from keys.public_key import PublicKey

VC_JWT = "application/vc+jwt"
VP_JWT = "application/vp+jwt"
JWT = "application/jwt"
"""VC-JWT 1.1, a credential's or a presentation's."""
SD_JWT_VC = "application/dc+sd-jwt"
VC_SD_JWT = "application/vc+sd-jwt"
VP_SD_JWT = "application/vp+sd-jwt"
"""W3C documents with disclosures (VC-JOSE-COSE §3.2)."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token whose form was checked and whose claims agree with what it secures.

    Nothing in it is to be believed before ``verify``; and then the verifier still judges times,
    nonce and audience, and whether the key is the issuer's.

    Attributes:
        text: as it came.
        media_type: one of the constants of this module.
        document: the credential or presentation, without the claims of the token; of an SD-JWT
            VC, all claims that are disclosed.
        algorithm: ``alg``, such as ``ES256``.
        key_id: ``kid``, as it came: an absolute DID URL, a fragment, or any other text.
        issuer: the credential's issuer, the presentation's holder, or else ``iss``.
        nonce: the challenge that a presentation answers. None for an SD-JWT, whose holder signs
            that separately: see ``sd_jwt_vc.check_key_binding``.
        audience: whom it is for: ``aud``; empty for an SD-JWT, for the same reason.
        issued_at, not_before, expires: of the token, aware; the credential has dates of its own.
        has_own_key: it brings ``jwk``, ``jku``, ``x5c`` or ``x5u``. Such a key is never used.
    """

    text: str
    media_type: str
    document: JsonObject
    algorithm: str
    key_id: str | None
    issuer: str | None
    nonce: str | None
    audience: tuple[str, ...]
    issued_at: datetime | None
    not_before: datetime | None
    expires: datetime | None
    has_own_key: bool
    jws: Jws = field(repr=False)

    @property
    def method_id(self) -> str | None:
        """The absolute DID URL of the key, where ``kid`` gives one; a fragment is the issuer's."""
        if self.key_id is None:
            return None
        if self.key_id.startswith("#") and self.issuer is not None:
            return self.issuer + self.key_id
        return self.key_id if self.key_id.startswith("did:") else None

    def verify(self, key: PublicKey) -> None:
        """Check the signature.

        Args:
            key: the key that ``method_id`` names in the issuer's own DID document.

        Raises:
            ProofInvalid: it does not fit, or the key is of another kind than ``alg`` asks for.
            ProofMalformed: it cannot be checked.
        """
        self.jws.verify(key)


def read_token(text: str) -> Token:
    """Read a token of any kind (VC-JOSE-COSE §3, VC 1.1 §6.3.1, RFC 9901).

    Raises:
        DisclosureInvalid, KeyBindingInvalid: see ``sd_jwt_vc.read``.
        JoseMalformed, JoseAlgorithmRefused, JoseClaimsDiffer, SuiteUnsupported: as they say.
        JsonInvalid, JsonTooLarge, JsonTooDeep, JsonDuplicateMember, JsonNotAnObject,
        JsonSurrogate: header or payload is not JSON of one meaning.
    """
    if isinstance(text, str) and "~" in text:
        return _read_sd_jwt(text)
    jws = compact.read(text)
    if jws.type in vc_jwt.TYPES:
        return token_of(jws, JWT, vc_jwt.document_of(jws))
    return token_of(jws, f"application/{jws.type}", vc_jose.document_of(jws))


def _read_sd_jwt(text: str) -> Token:
    """An SD-JWT VC, whose claims are the document; or a W3C document with disclosures."""
    credential = sd_jwt_vc.read(text)
    if credential.is_w3c:
        document = vc_jose.document_of(credential.jws, credential.claims)
        media_type = f"application/{credential.jws.type}"
    else:
        document, media_type = credential.claims, SD_JWT_VC
    token = token_of(credential.jws, media_type, document)
    return replace(token, text=text, nonce=None, audience=())


def token_of(jws: Jws, media_type: str, document: JsonObject) -> Token:
    """The token with its claims read.

    Raises:
        JoseMalformed: a claim is of the wrong type.
    """
    payload = jws.payload
    # In an SD-JWT VC only 'iss' names the issuer, whatever its other claims are called.
    party = None if media_type == SD_JWT_VC else claims.issuer_of(document)
    return Token(
        text=jws.text,
        media_type=media_type,
        document=document,
        algorithm=jws.algorithm,
        key_id=jws.key_id,
        issuer=party or claims.text(payload, "iss"),
        nonce=claims.text(payload, "nonce"),
        audience=claims.audience(payload),
        issued_at=claims.issued_at(payload),
        not_before=claims.numeric_date(payload, "nbf"),
        expires=claims.numeric_date(payload, "exp"),
        has_own_key=jws.has_own_key,
        jws=jws,
    )
