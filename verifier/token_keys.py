"""Which key a token has to be signed with: one that its own issuer publishes.

A token says by itself who signed it (``iss``) and with which key (``kid``), and some bring the key
along (``jwk``). None of that is evidence: the key has to stand in the DID document of the issuer,
or at an https address of the issuer's own host (VC-JOSE-COSE §4; Open Badges 3.0 §8.2.4.1).
"""

from datetime import datetime
from urllib.parse import urldefrag, urlsplit

from credentials.json_types import JsonObject
from keys.did import did_of, is_did
from keys.public_key import PublicKey
from verifier.errors import DocumentMalformed, IssuerUnreadable, KeyNotTheIssuers, TokenNotBound
from verifier.json_access import identifier, listed, types
from verifier.key_times import key_in_time
from verifier.subject import Subject

_PRESENTATION = "VerifiablePresentation"


def token_signer(subject: Subject) -> str:
    """Who has to have signed a token: a credential's issuer, a presentation's holder.

    A presentation that names nobody is signed by the owner of the key that it names; empty if it
    names no key of a DID either.

    Raises:
        DidInvalid: the key's owner is no DID after all.
    """
    if _PRESENTATION not in types(subject.document):
        return subject.issuer_id
    named = identifier(subject.document.get("holder"))
    named = named or (subject.token and subject.token.issuer) or ""
    key_id = _key_id(subject)
    return named or (did_of(key_id) if key_id.startswith("did:") else "")


def token_key(subject: Subject, purpose: str) -> PublicKey:
    """The key that the subject's token has to be signed with.

    Raises:
        IssuerUnreadable, TokenNotBound: it leads to no published key; nothing is known.
        KeyNotTheIssuers: it names the key of somebody else.
        VerificationMethodMissing, DidDocumentInvalid, PublicKeyInvalid: its issuer does not vouch
            for the key that it names.
        KeyPastItsTime: the key has ended since, see :func:`verifier.key_times.key_in_time`.
        TouchstoneError: what the issuer publishes could not be had.
    """
    signer, key_id = token_signer(subject), _key_id(subject)
    if is_did(signer):
        document = subject.did_document(signer)
        method = _method_id(key_id, signer, document, purpose)
        return key_in_time(subject, document, method, purpose, _signed_at(subject))
    if signer.startswith(("https://", "http://")):
        return _hosted_key(subject, signer, key_id)
    raise IssuerUnreadable(f"Its signer is {signer[:100]!r}, which leads to no key.")


def same_host(one: str, other: str) -> bool:
    """Whether two URLs lead to one host and port by one scheme."""
    try:
        first, second = urlsplit(one), urlsplit(other)
        places = [(it.scheme, it.hostname, it.port) for it in (first, second)]
    except ValueError:
        return False
    return places[0] == places[1] and bool(first.hostname)


def _key_id(subject: Subject) -> str:
    return (subject.token.key_id or "") if subject.token is not None else ""


def _signed_at(subject: Subject) -> datetime | None:
    """When a token says that it was signed; None if it does not say."""
    token = subject.token
    return (token.issued_at or token.not_before) if token is not None else None


def _method_id(key_id: str, signer: str, document: JsonObject, purpose: str) -> str:
    """The verification method of ``signer`` that a ``kid`` names, or the only one there is."""
    if key_id in {"", signer}:
        entries = listed(document.get(purpose))
        if len(entries) != 1:
            raise TokenNotBound("It does not say with which of its issuer's keys it was signed.")
        return _absolute(identifier(entries[0]), signer)
    if key_id.startswith("did:") and did_of(key_id) != signer:
        raise KeyNotTheIssuers("It names a key of somebody else than its issuer.")
    return _absolute(key_id, signer)


def _absolute(key_id: str, signer: str) -> str:
    """A ``kid`` as a DID URL: absolute, a fragment, or the fragment's bare name."""
    if key_id.startswith("did:"):
        return key_id
    return f"{signer}#{key_id.removeprefix('#')}"


def _hosted_key(subject: Subject, signer: str, key_id: str) -> PublicKey:
    """The key at the address that a ``kid`` names, if that is the issuer's host (OB 3.0 §8.2.4.1).

    The URL leads to one JWK.
    """
    if not key_id.startswith(("https://", "http://")):
        raise TokenNotBound("It does not say where its issuer publishes the key that signed it.")
    if not same_host(key_id, signer):
        raise KeyNotTheIssuers("It names a key that stands at another host than its issuer.")
    jwk = subject.hosted_json(urldefrag(key_id).url)
    if "kty" not in jwk:
        raise DocumentMalformed("What stands at the address of its key is no key.")
    return PublicKey.from_jwk(jwk)
