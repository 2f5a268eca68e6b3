"""SD-JWT VC: credentials whose claims a holder shows one by one (RFC 9901, draft SD-JWT VC).

The sd-jwt library makes the disclosures; what strangers send is read here and in ``disclosures``.
The library also checks key binding only if it is given a nonce and an audience, so here they are
one argument: a verifier that asks for key binding asks for both.
"""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sd_jwt.common import SDObj  # type: ignore[import-untyped]
from sd_jwt.issuer import SDJWTIssuer  # type: ignore[import-untyped]

from credentials.errors import (
    DisclosureInvalid,
    JoseMalformed,
    KeyBindingInvalid,
    ProofInvalid,
    ProofMalformed,
    SuiteUnsupported,
)
from credentials.jose import claims, compact, disclosures
from credentials.jose.compact import Jws
from credentials.jose.disclosures import Disclosure, reveal
from credentials.json_types import JsonObject
from credentials.models.rules import is_url, point
from credentials.strict_json import JsonLimits
from keys.errors import PublicKeyInvalid
from keys.public_key import KeyKind, PublicKey

DC_SD_JWT: Final = "dc+sd-jwt"
VC_SD_JWT: Final = "vc+sd-jwt"
"""Older drafts' name for the same; VC-JOSE-COSE means a W3C credential by it."""
KB_JWT: Final = "kb+jwt"
ALWAYS_DISCLOSED: Final = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"})
"""What a verifier needs whatever the holder keeps back (draft SD-JWT VC, Registered Claims)."""
MAX_AGE: Final = timedelta(minutes=5)
"""How long ago a holder may have made a presentation, unless the verifier says otherwise."""
CLOCK_SKEW: Final = timedelta(minutes=1)
"""How far a holder's clock may be ahead."""
MAX_CHARACTERS: Final = 1024 * 1024
"""Longest token with all its disclosures."""
_PAYLOAD_LIMITS = JsonLimits(max_bytes=MAX_CHARACTERS, max_values=20_000)
_SEPARATOR = "~"


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a presentation has to be bound to.

    Attributes:
        nonce: this verifier's, for this one presentation.
        audience: this verifier's name.
        now: aware.
        max_age: how long ago the presentation may have been made.
    """

    nonce: str
    audience: str
    now: datetime
    max_age: timedelta = MAX_AGE

    def __post_init__(self) -> None:
        if not self.nonce or not self.audience:
            raise KeyBindingInvalid("Key binding is asked for without a nonce or an audience.")


@dataclass(frozen=True, slots=True)
class HolderKey:
    """What a holder binds a presentation with.

    Attributes:
        sign: returns the raw signature over the bytes that it is given.
        kind: of the key that the credential names in ``cnf``.
    """

    sign: Callable[[bytes], bytes]
    kind: KeyKind


@dataclass(frozen=True, slots=True)
class SdJwt:
    """A credential with disclosures, well formed. Nothing in it is to be believed before it is
    verified.

    Attributes:
        text: as it came.
        jws: the issuer-signed token.
        claims: everything disclosed, in its place.
        disclosures: what the holder may show or keep back.
        key_binding: the holder's token, if any.
    """

    text: str
    jws: Jws
    claims: JsonObject
    disclosures: tuple[Disclosure, ...]
    key_binding: Jws | None

    @property
    def is_w3c(self) -> bool:
        """Whether it is a W3C credential or presentation (VC-JOSE-COSE §3.2), not an SD-JWT VC."""
        return "@context" in self.claims


class _Issuer(SDJWTIssuer):  # type: ignore[misc]
    """The library's issuer, with any signer instead of a key in memory."""

    def __init__(self, user_claims: JsonObject, sign: Callable[[JsonObject], str]) -> None:
        self._sign = sign
        super().__init__(user_claims, issuer_key=None)

    def _create_signed_jws(self) -> None:
        self.serialized_sd_jwt = self._sign(self.sd_jwt_payload)


def issue(
    content: JsonObject,
    *,
    vct: str,
    issuer: str,
    sign: Callable[[bytes], bytes],
    kind: KeyKind,
    key_id: str,
    disclosable: Collection[str] = (),
    holder: PublicKey | None = None,
    issued_at: datetime | None = None,
    not_before: datetime | None = None,
    expires: datetime | None = None,
    status: JsonObject | None = None,
) -> str:
    """Issue an SD-JWT VC.

    Args:
        content: the claims about the subject.
        vct: the credential's type, an https URL.
        issuer: a DID or an https URL.
        sign: returns the raw signature over the bytes that it is given.
        kind: of the signer's key.
        key_id: ``kid``: the absolute DID URL of the key.
        disclosable: JSON pointers into ``content``: what the holder may show or keep back.
        holder: the key that presentations are to be bound with.
        issued_at, not_before, expires: ``iat``, ``nbf``, ``exp``; aware.
        status: where the credential's status is to be read.

    Returns:
        The token with all disclosures and no key binding.

    Raises:
        JoseMalformed: ``content`` has a claim that is not its own to make, or ``vct`` is no URL;
            or the token is longer than any that is read.
        DisclosureInvalid: a pointer leads nowhere.
        SuiteUnsupported: no algorithm for this kind of key.
        JsonInvalid, JsonSurrogate: ``content`` has no JSON form.
    """
    _check_content(content, vct)
    plain: dict[str, Any] = {"iss": issuer, "vct": vct}
    moments = {"iat": issued_at, "nbf": not_before, "exp": expires}
    plain |= {
        name: claims.seconds(moment) for name, moment in moments.items() if moment is not None
    }
    plain |= {} if status is None else {"status": status}
    plain |= {} if holder is None else {"cnf": {"jwk": holder.to_jwk()}}
    wanted = set(disclosable)
    marked = _mark(content, (), wanted)
    if wanted:
        raise DisclosureInvalid(f"There is nothing at {min(wanted)[:200]!r} to be disclosed.")
    header = {"typ": DC_SD_JWT, "kid": key_id}
    made = _Issuer(
        plain | marked, lambda payload: compact.sign(header, payload, sign=sign, kind=kind)
    )
    return read(made.sd_jwt_issuance).text


def read(text: object) -> SdJwt:
    """Take an SD-JWT apart. Its signatures are not checked here.

    Raises:
        JoseMalformed: not of the form, without ``vct``, or of two types at once.
        DisclosureInvalid: see ``disclosures.reveal``; or a claim that has to be always disclosed.
        KeyBindingInvalid: the holder's token is none.
        JoseAlgorithmRefused, SuiteUnsupported, Json…: see ``compact.read``.
    """
    if not isinstance(text, str) or len(text) > MAX_CHARACTERS:
        raise JoseMalformed(f"A token has to be text of at most {MAX_CHARACTERS:,} characters.")
    if not 1 <= text.count(_SEPARATOR) <= disclosures.MAX_DISCLOSURES + 1:
        raise JoseMalformed("A token has no disclosures, not even none, or too many.")
    signed, *texts, bound = text.split(_SEPARATOR)
    jws = compact.read(signed, _PAYLOAD_LIMITS)
    revealed = reveal(jws.payload, texts)
    for disclosure in revealed.disclosures:
        if disclosure.pointer.removeprefix("/") in ALWAYS_DISCLOSED:
            raise DisclosureInvalid(f"The claim {disclosure.pointer[1:]!r} can be kept back.")
    _check_type(jws, revealed.claims)
    key_binding = _read_key_binding(bound) if bound else None
    return SdJwt(text, jws, revealed.claims, revealed.disclosures, key_binding)


def present(
    sd_jwt: str,
    disclose: Collection[str],
    *,
    holder: HolderKey | None = None,
    challenge: Challenge | None = None,
) -> str:
    """Show some claims and keep back the others; with a challenge, bound to it.

    Args:
        sd_jwt: as issued.
        disclose: JSON pointers of what to show (``SdJwt.disclosures``); what they stand in is
            shown with them, what stands in them is not.
        holder: needed to answer a challenge.
        challenge: the verifier's nonce and name, and the moment.

    Raises:
        DisclosureInvalid: a pointer leads to nothing that can be disclosed.
        KeyBindingInvalid: a challenge without a key, or a key without a challenge.
        JoseMalformed, Json…: see ``read``.
    """
    credential = read(sd_jwt)
    if (holder is None) != (challenge is None):
        raise KeyBindingInvalid("Key binding needs the holder's key and a challenge.")
    known = {disclosure.pointer: disclosure for disclosure in credential.disclosures}
    if missing := set(disclose) - set(known):
        raise DisclosureInvalid(f"Nothing at {min(missing)[:200]!r} can be disclosed.")
    shown = {known[pointer].text for pointer in disclose}
    shown |= {text for pointer in disclose for text in known[pointer].within}
    texts = [disclosure.text for disclosure in credential.disclosures if disclosure.text in shown]
    bare = _SEPARATOR.join([credential.jws.text, *texts, ""])
    if holder is None or challenge is None:
        return bare
    payload = {
        "nonce": challenge.nonce,
        "aud": challenge.audience,
        "iat": claims.seconds(challenge.now),
        "sd_hash": disclosures.hash_of(credential.jws.payload)(bare),
    }
    return bare + compact.sign({"typ": KB_JWT}, payload, sign=holder.sign, kind=holder.kind)


def verify(text: str, key: PublicKey, *, challenge: Challenge | None) -> SdJwt:
    """Check the issuer's signature and, if asked for, that the holder made this presentation.

    The verifier still judges ``nbf`` and ``exp``, ``status``, ``vct``, and whether the key is the
    issuer's.

    Args:
        key: from the document of the issuer that ``iss`` names.
        challenge: None where key binding is not asked for.

    Raises:
        ProofInvalid, ProofMalformed: the issuer's signature.
        KeyBindingInvalid: the holder's is missing, does not fit, or answers another challenge.
        JoseMalformed, DisclosureInvalid, Json…: see ``read``.
    """
    credential = read(text)
    credential.jws.verify(key)
    if challenge is not None:
        check_key_binding(credential, challenge)
    return credential


def check_key_binding(credential: SdJwt, challenge: Challenge) -> None:
    """Check that the holder made this presentation for this challenge (RFC 9901 §7.3).

    Raises:
        KeyBindingInvalid: there is no key binding, or it is not for this.
    """
    bound = credential.key_binding
    if bound is None:
        raise KeyBindingInvalid(
            "The presentation is not bound to its holder.", "Ask for it with key binding."
        )
    confirmation = credential.jws.payload.get("cnf")
    try:
        jwk = confirmation.get("jwk") if isinstance(confirmation, dict) else None
        bound.verify(PublicKey.from_jwk(jwk))
    except (PublicKeyInvalid, ProofInvalid, ProofMalformed) as error:
        raise KeyBindingInvalid("The holder's signature does not fit the credential.") from error
    bare = credential.text[: credential.text.rindex(_SEPARATOR) + 1]
    expected = {
        "nonce": challenge.nonce,
        "aud": challenge.audience,
        "sd_hash": disclosures.hash_of(credential.jws.payload)(bare),
    }
    for name, wanted in expected.items():
        if bound.payload.get(name) != wanted:
            raise KeyBindingInvalid(
                f"The presentation was made for something else: its {name!r} differs."
            )
    _check_moment(bound.payload, challenge)


def issuer_jwt_digest(text: str) -> bytes:
    """SHA-256 of the issuer-signed token: it stays the same whatever is disclosed.

    Raises:
        JoseMalformed, DisclosureInvalid, Json…: see ``read``.
    """
    return hashlib.sha256(read(text).jws.text.encode("ascii")).digest()


def _check_content(content: JsonObject, vct: str) -> None:
    taken = (ALWAYS_DISCLOSED | {"iat", "@context"}) & set(content)
    if taken:
        raise JoseMalformed(f"The claim {min(taken)!r} is not part of the content.")
    compact.encode_json(content)  # the library would write down what is no JSON
    if not is_url(vct) or not vct.startswith("https:"):
        raise JoseMalformed("The type of an SD-JWT VC has to be an https URL.")


def _mark(value: Any, at: tuple[object, ...], wanted: set[str]) -> Any:
    """The value with what can be disclosed wrapped as the library asks for it."""
    if isinstance(value, dict):
        if reserved := disclosures.RESERVED & set(value):
            raise JoseMalformed(f"The claim {min(reserved)!r} is reserved for digests.")
        return {
            SDObj(name) if _wants((*at, name), wanted) else name: _mark(member, (*at, name), wanted)
            for name, member in value.items()
        }
    if isinstance(value, list):
        marked = []
        for index, member in enumerate(value):
            wants = _wants((*at, index), wanted)
            inner = _mark(member, (*at, index), wanted)
            marked.append(SDObj(inner) if wants else inner)
        return marked
    return value


def _wants(at: tuple[object, ...], wanted: set[str]) -> bool:
    pointer = point(*at)
    found = pointer in wanted
    wanted.discard(pointer)
    return found


def _check_type(jws: Jws, content: JsonObject) -> None:
    is_w3c, has_type = "@context" in content, "vct" in content
    if jws.type not in (DC_SD_JWT, VC_SD_JWT, "vp+sd-jwt"):
        raise SuiteUnsupported(f"Tokens of the type {str(jws.type)[:40]!r} are not known.")
    if is_w3c == has_type or (is_w3c and jws.type == DC_SD_JWT):
        raise JoseMalformed("A token does not say of which one type its credential is.")
    if has_type:
        claims.text(content, "vct")
        claims.text(content, "iss")
        for name in ("cnf", "status"):
            if not isinstance(content.get(name, {}), dict):
                raise JoseMalformed(f"The claim {name!r} of a token is not an object.")


def _read_key_binding(text: str) -> Jws:
    try:
        jws = compact.read(text)
    except JoseMalformed as error:
        raise KeyBindingInvalid(f"The holder's token is none: {error.sentence}") from error
    if jws.type != KB_JWT:
        raise KeyBindingInvalid(f"The holder's token is not of the type {KB_JWT}.")
    return jws


def _check_moment(payload: JsonObject, challenge: Challenge) -> None:
    made = claims.numeric_date(payload, "iat")
    if made is None:
        raise KeyBindingInvalid("The presentation does not say when it was made.")
    if not challenge.now - challenge.max_age <= made <= challenge.now + CLOCK_SKEW:
        raise KeyBindingInvalid(
            "The presentation was not made just now.", "Ask the holder for a new one."
        )
