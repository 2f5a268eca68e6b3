"""Open Badges 2.0 assertions: older badges, shown as what they are and never as more.

A hosted one is the word of its host and of nobody else; a signed one has a key that its issuer's
host publishes (Open Badges 2.0, Verification). Neither says what a credential says, so none is
ever VERIFIED: there is always the finding that says what it is.
"""

import base64
from typing import Any

from credentials.errors import ProofInvalid, ProofMalformed, StructureInvalid
from credentials.jose import compact
from credentials.jose.compact import Jws
from credentials.models.open_badge_2 import Assertion, Verification, is_assertion, read_assertion
from keys.errors import PublicKeyInvalid
from keys.public_key import KeyKind, PublicKey
from schemas.errors import Fault, TouchstoneError
from verifier.errors import DocumentMalformed, DocumentMissing, KeyNotTheIssuers, TokenNotBound
from verifier.json_access import identifier, listed, text
from verifier.names import host_of, unconfirmed
from verifier.report import Finding, Outcome, day, timestamp
from verifier.subject import Subject
from verifier.token_keys import same_host
from verifier.words import finding

SD_JWT_MARK = "~"
_PEM = ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----")
MAX_PEM_CHARACTERS = 8192
_VOUCHED = frozenset({"proof.hosted", "proof.badge-signed"})


def signed_badge(received: str) -> Jws | None:
    """The token of a signed assertion, None if a text is something else.

    Raises:
        JoseMalformed, JoseAlgorithmRefused, SuiteUnsupported, Json…: see ``compact.read``.
    """
    if SD_JWT_MARK in received:
        return None
    token = compact.read(received)
    return token if is_assertion(token.payload) else None


def check_open_badge_2(subject: Subject, token: Jws | None) -> tuple[Finding, ...]:
    """What can be said of an assertion. One of the findings always leaves it undecided.

    Args:
        subject: the assertion.
        token: the token it came in, if it is signed and came in one.
    """
    try:
        badge = read_assertion(subject.document)
    except StructureInvalid as error:
        return (finding("structure", "structure.invalid", cause=error.sentence),)
    word = _signed(subject, badge, token) if token else _hosted(subject, badge)
    if word.outcome is Outcome.FAILED:
        return (word,)
    return (finding("schema", "schema.open-badge-2"), word, *_standing(subject, badge))


def badge_facts(subject: Subject, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """What an assertion says, if its host or its issuer's key vouches for it; else nothing.

    Its host is the only name that is known.
    """
    if _VOUCHED.isdisjoint(it.code for it in findings):
        return {}
    badge = read_assertion(subject.document)
    return {
        "kind": "open-badge-2",
        "id": badge.url,
        "name": badge.badge.name,
        "issuer": badge.badge.issuer.url if badge.badge.issuer else "",
        "issuerName": unconfirmed(_place(badge)),
        "issuerHost": host_of(_place(badge)),
        "achievement": {"id": badge.badge.url, "name": badge.badge.name},
        "evidence": [{"id": it.url, "name": it.name} for it in badge.evidence],
        "validFrom": timestamp(badge.issued_on),
        "validUntil": badge.expires and timestamp(badge.expires),
    }


def _place(badge: Assertion) -> str:
    """The address that vouches for a badge: its key's, or its own."""
    return badge.creator if badge.verification is Verification.SIGNED else badge.url


def _standing(subject: Subject, badge: Assertion) -> list[Finding]:
    """Whether it is past its end, and whose it is, where somebody asked."""
    found = []
    host = host_of(_place(badge))
    if badge.expires and badge.expires < subject.now:
        found.append(finding("validity", "validity.past", issuer=host, date=day(badge.expires)))
    holder = subject.settings.holder
    if holder is not None:
        mine = badge.recipient.is_for(holder.removeprefix("mailto:"))
        code = "holder.passed" if mine else "holder.other"
        found.append(finding("holder", code, person=holder if mine else "the person named"))
    return found


def _hosted(subject: Subject, badge: Assertion) -> Finding:
    """Whether the assertion's own address has the same assertion today."""
    host = host_of(badge.url)
    if badge.verification is Verification.SIGNED:
        return finding("proof", "proof.badge-token")
    if not badge.url.startswith(("https://", "http://")):
        return finding("proof", "proof.badge-nowhere")
    try:
        published = subject.hosted_json(badge.url)
    except TouchstoneError as error:
        gone = isinstance(error, DocumentMissing)
        code = "proof.hosted-gone" if gone else "proof.hosted-not-read"
        return finding("proof", code, host=host, details={"cause": error.code})
    if published.get("revoked") is True:
        return finding("status", "status.withdrawn", issuer=host, when="by its host")
    if published != subject.document:
        return finding("proof", "proof.hosted-differs", host=host)
    return finding("proof", "proof.hosted", host=host, date=day(subject.now))


def _signed(subject: Subject, badge: Assertion, token: Jws) -> Finding:
    """Whether the key that the badge's issuer publishes at its host made the signature."""
    host = host_of(badge.creator) or "its issuer"
    try:
        token.verify(_published_key(subject, badge))
    except ProofInvalid as error:
        return finding("proof", "proof.altered", details={"cause": error.code})
    except (KeyNotTheIssuers, DocumentMissing, DocumentMalformed, PublicKeyInvalid) as error:
        details, date = {"cause": error.code}, day(subject.now)
        return finding("proof", "proof.wrong-key", host=host, date=date, details=details)
    except ProofMalformed as error:
        return finding(
            "proof", "proof.malformed", cause=error.sentence, details={"cause": error.code}
        )
    except TouchstoneError as error:
        code = "key-not-read" if error.fault is Fault.TRANSPORT else "key-not-asked"
        details = {"cause": error.code}
        return finding("proof", f"proof.{code}", host=host, cause=error.sentence, details=details)
    return finding("proof", "proof.badge-signed", host=host)


def _published_key(subject: Subject, badge: Assertion) -> PublicKey:
    """The key of a signed badge, as its issuer's profile and its host publish it.

    Raises:
        KeyNotTheIssuers: key, owner, badge and issuer are not of one host, or do not agree.
        TokenNotBound: the badge does not say by whose key.
        TouchstoneError: one of them could not be had.
    """
    if not badge.creator:
        raise TokenNotBound("It does not say with whose key it was signed.")
    key = subject.hosted_json(badge.creator)
    owner = text(key, "owner")
    profile = subject.hosted_json(owner) if same_host(owner, badge.creator) else {}
    if badge.creator not in [identifier(item) for item in listed(profile.get("publicKey"))]:
        raise KeyNotTheIssuers("Its key is not one that the key's owner publishes.")
    if _issuer_url(subject, badge, owner) != owner:
        raise KeyNotTheIssuers("Its key belongs to somebody else than the badge's issuer.")
    return _rsa_key(text(key, "publicKeyPem"))


def _issuer_url(subject: Subject, badge: Assertion, owner: str) -> str:
    """The issuer of the badge that is signed, or of the one that its address on that host has."""
    if badge.badge.issuer is not None:
        return badge.badge.issuer.url
    if not same_host(badge.badge.url, owner):
        return ""
    return identifier(subject.hosted_json(badge.badge.url).get("issuer"))


def _rsa_key(pem: str) -> PublicKey:
    """The RSA key of a CryptographicKey (Open Badges 2.0; RFC 7468 §13).

    Raises:
        DocumentMalformed: no such key.
        PublicKeyInvalid: not an RSA key that is safe.
    """
    body = pem.strip()
    framed = body.startswith(_PEM[0]) and body.endswith(_PEM[1]) and len(body) < MAX_PEM_CHARACTERS
    if not framed:
        raise DocumentMalformed("The key that its host publishes is not in PEM.")
    inner = "".join(body.removeprefix(_PEM[0]).removesuffix(_PEM[1]).split())
    try:
        raw = base64.b64decode(inner, validate=True)
    except ValueError as error:
        raise DocumentMalformed("The key that its host publishes is not in PEM.") from error
    return PublicKey(raw, KeyKind.RSA)
