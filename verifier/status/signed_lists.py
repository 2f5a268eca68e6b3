"""A status list that is a credential: who signed it, for what, and whether it is current.

Bitstring Status List 1.0 §3.2 (Validate Algorithm). What is remembered of a list is only what its
bytes alone decide, and which key each of its signatures fits; whose key that is today, and all
dates, are looked at anew for every credential.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from credentials.canonical import canonicalize, without_proof
from credentials.errors import JoseMalformed
from credentials.jose.envelope import is_envelope, open_envelope
from credentials.jose.tokens import Token, read_token
from credentials.json_types import JsonObject
from credentials.proofs.data_integrity import parse_date_time_stamp
from credentials.strict_json import loads
from keys.public_key import PublicKey
from schemas.errors import TouchstoneError
from verifier.errors import ListUnusable
from verifier.json_access import listed, objects, types
from verifier.signatures import signature_proofs, verify_signature, verify_token
from verifier.signed_form import hidden, misplaced
from verifier.subject import Subject

KEPT_LISTS = 4
"""Lists that are remembered, of 2 MiB each at the most."""
MAX_BESIDE_BITS = 64 * 1024
MAX_PARTS = 1000
"""Objects and arrays in a list, and bytes of it besides its bits: they cost time before a
signature says whose they are."""
_CREDENTIAL = "VerifiableCredential"
_MILLISECONDS = 1000
_STARTS = ("validFrom", "issuanceDate")
_ENDS = ("validUntil", "expirationDate")


def read_signed_list(
    subject: Subject, url: str, purpose: str, *, credential_type: str, list_type: str
) -> JsonObject:
    """The list at ``url``, if it can be relied on for a status of ``subject``.

    Args:
        subject: the credential whose status is asked for.
        url: where the list is.
        purpose: what it has to be a list of.
        credential_type, list_type: the types of the list's credential and of its subject.

    Raises:
        ListUnusable: it is not signed by the credential's issuer, for this purpose, for today.
        TouchstoneError: it could not be had, or its signature could not be checked.
    """
    limit = subject.settings.max_status_list_bytes
    read = _read(subject.ports.documents.fetch(url, max_bytes=limit))
    document = read.document
    published = Subject(
        document,
        subject.ports,
        subject.now,
        subject.settings,
        canonical=read.canonical,
        token=read.token,
        effort=subject.effort,
        asked=subject.asked,
        is_for_today=True,
    )
    if document.get("id", url) != url:
        raise ListUnusable("Another list stands at its address.")
    if credential_type not in types(document) or _CREDENTIAL not in types(document):
        raise ListUnusable("It is not a status list credential.")
    _check_signed_by(published, subject.issuer_id, read.fitting)
    # A copy of a list was a good answer if the list was current when it was copied.
    _check_current(document, subject.ports.snapshot or subject.now)
    return _list_for(document, purpose, list_type)


class _Read(NamedTuple):
    """A list, with its canonical form or the token that it came in.

    Attributes:
        fitting: its proofs with the keys that they fit, see verify_signature.
    """

    document: JsonObject
    canonical: str | None
    token: Token | None
    fitting: set[tuple[str, PublicKey]]


@lru_cache(maxsize=KEPT_LISTS)
def _read(data: bytes) -> _Read:
    if data.count(b"{") + data.count(b"[") > MAX_PARTS:
        raise ListUnusable(f"It has more than {MAX_PARTS:,} parts.")
    document, token = _opened(data)
    _check_slim(data, document)
    canonical = None if token else canonicalize(without_proof(document))
    if misplaced(document) or (canonical is not None and hidden(document, canonical)):
        raise ListUnusable("The list does not show what was signed.")
    return _Read(document, canonical, token, set())


def _opened(data: bytes) -> tuple[JsonObject, Token | None]:
    """A list out of its token or envelope, if it came in one (VC-JOSE-COSE)."""
    token = _token(data)
    document = token.document if token else loads(data)
    if token is None and is_envelope(document):
        token = open_envelope(document)
        document = token.document
    return document, token


def _check_slim(data: bytes, document: JsonObject) -> None:
    """Refuse a list that is long for other reasons than its bits."""
    bits = [item.get("encodedList") for item in objects(document.get("credentialSubject"))]
    longest = max((len(text) for text in bits if isinstance(text, str)), default=0)
    # In a token the bits are packed once more, four letters for three.
    if len(data) > MAX_BESIDE_BITS + longest * 2:
        raise ListUnusable(f"It holds more than {MAX_BESIDE_BITS:,} bytes beside its bits.")


def _token(data: bytes) -> Token | None:
    """The token that stands at a list's address, if it is one and not JSON."""
    if not data.startswith(b"ey"):
        return None
    try:
        return read_token(data.decode("ascii").strip())
    except UnicodeDecodeError as error:
        raise JoseMalformed("What stands at the list's address is neither JSON nor a token.") from (
            error
        )


def _check_signed_by(published: Subject, issuer: str, fitting: set[tuple[str, PublicKey]]) -> None:
    """The list is of the same issuer, and all its signatures fit."""
    if published.issuer_id != issuer or not issuer:
        raise ListUnusable("The list is another issuer's.")
    if published.token is not None:
        verify_token(published)
    proofs = signature_proofs(published)
    if not proofs and published.token is None:
        raise ListUnusable("The list is not signed.")
    for proof in proofs:
        verify_signature(published, proof, fitting=fitting)
    if published.token is None and not any(_is_by(proof, issuer) for proof in proofs):
        raise ListUnusable("The list is signed by somebody else.")


def _is_by(proof: JsonObject, issuer: str) -> bool:
    return str(proof.get("verificationMethod", "")).partition("#")[0] == issuer


def _check_current(document: JsonObject, now: datetime) -> None:
    if any(moment > now for moment in _moments(document, _STARTS)):
        raise ListUnusable("The list is dated in the future.")
    if any(moment < now for moment in _moments(document, _ENDS)):
        raise ListUnusable("The list is out of date.")


def _moments(document: JsonObject, members: tuple[str, ...]) -> list[datetime]:
    try:
        return [parse_date_time_stamp(document[name]) for name in members if name in document]
    except ValueError as error:
        raise ListUnusable("The list has a date that cannot be read.") from error


def _list_for(document: JsonObject, purpose: str, list_type: str) -> JsonObject:
    lists = objects(document.get("credentialSubject"))
    if len(lists) != 1 or list_type not in types(lists[0]):
        raise ListUnusable("The list does not hold exactly one list.")
    if purpose not in listed(lists[0].get("statusPurpose")):
        raise ListUnusable(f"It is not a list for the purpose {purpose}.")
    return lists[0]


def seconds_to_live(data: bytes) -> float | None:
    """How long a fetched list says that a copy may be kept (``ttl``, §2.2); None if it does not.

    Args:
        data: what was fetched: a list, or anything else.
    """
    try:
        document, _ = _opened(data)
    except TouchstoneError:
        return None
    values: list[Any] = [item.get("ttl") for item in objects(document.get("credentialSubject"))]
    numbers = [it for it in values if isinstance(it, int | float) and not isinstance(it, bool)]
    return max(0.0, min(numbers) / _MILLISECONDS) if numbers else None
