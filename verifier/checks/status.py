"""Has the school withdrawn it?"""

from dataclasses import dataclass
from functools import lru_cache

from credentials.canonical import canonicalize, without_proof
from credentials.errors import StatusListInvalid
from credentials.json_types import JsonObject
from credentials.proofs.data_integrity import parse_date_time_stamp
from credentials.status_list import Bitstring
from credentials.strict_json import loads
from schemas.errors import TouchstoneError
from verifier.errors import HostUnreachable, ListUnusable
from verifier.json_access import identifier, listed, objects, text, types
from verifier.names import host_of
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding, timestamp
from verifier.signatures import signature_proofs, verify_signature
from verifier.signed_form import hidden, misplaced
from verifier.subject import Subject
from verifier.words import finding

NAME = "status"
TITLE = "Has the school withdrawn it?"
HELP = (
    "We read the school's signed list of withdrawn records, whole, so that the school does not\n"
    "learn which record you are reading. A list that does not answer is not a yes."
)
ENTRY_TYPE = "BitstringStatusListEntry"
LIST_TYPE = "BitstringStatusListCredential"
MAX_ENTRIES = 8
"""Status entries of one record that are looked up: each may lead to another host."""
KEPT_LISTS = 4
"""Lists that are remembered, of 16 MiB each at the most."""
REVOCATION, SUSPENSION, REFRESH = "revocation", "suspension", "refresh"
_PURPOSES = frozenset({REVOCATION, SUSPENSION, REFRESH})


@dataclass(frozen=True, slots=True)
class _Entry:
    """A BitstringStatusListEntry (Bitstring Status List 1.0 §2.1)."""

    purpose: str
    index: int
    url: str


def check(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    """Look up every status entry; one finding each."""
    entries = listed(subject.document.get("credentialStatus"))
    if not entries:
        return [finding(NAME, "status.none")]
    if len(entries) > MAX_ENTRIES:
        cause = f"it names more than {MAX_ENTRIES} lists."
        return [finding(NAME, "status.unknown-type", cause=cause)]
    return [_check_one(subject, entry, ports, settings) for entry in entries]


def _check_one(subject: Subject, node: object, ports: Ports, settings: CheckSettings) -> Finding:
    try:
        entry = _read_entry(node)
    except ValueError as error:
        return finding(NAME, "status.unknown-type", cause=f"{error}.")
    host = host_of(entry.url)
    details = {"purpose": entry.purpose, "list": entry.url, "index": entry.index}
    try:
        is_set = _is_set(subject, entry, ports, settings)
    except HostUnreachable as error:
        details["cause"] = error.code
        time = timestamp(subject.now)
        return finding(NAME, "status.not-read", host=host, time=time, details=details)
    except TouchstoneError as error:
        details["cause"] = error.code
        return finding(NAME, "status.unusable", host=host, cause=str(error), details=details)
    return _say(subject, entry.purpose, is_set, details)


def _say(subject: Subject, purpose: str, is_set: bool, details: dict[str, object]) -> Finding:
    if not is_set:
        return finding(NAME, "status.passed", details=details)
    codes = {REVOCATION: "status.withdrawn", SUSPENSION: "status.on-hold"}
    code = codes.get(purpose, "status.replaced")
    # One bit holds neither date nor reason (Bitstring Status List 1.0 §2.1 statusPurpose).
    when = "since (its list gives neither the day nor the reason)"
    return finding(NAME, code, issuer=subject.issuer_name, when=when, details=details)


def _read_entry(node: object) -> _Entry:
    """Read an entry of one bit.

    Raises:
        ValueError: another kind of entry, or a malformed one.
    """
    if ENTRY_TYPE not in types(node) or not isinstance(node, dict):
        raise ValueError(f"it names {(types(node) or ['no type'])[0][:60]!r}")
    index, url = text(node, "statusListIndex"), text(node, "statusListCredential")
    if not (index.isascii() and index.isdigit() and len(index) <= 12) or not url:  # noqa: PLR2004
        raise ValueError("it does not say where in which list it stands")
    purpose = text(node, "statusPurpose")
    if purpose not in _PURPOSES or node.get("statusSize", 1) != 1:
        raise ValueError(f"it is a status of the kind {purpose[:40]!r}")
    return _Entry(purpose, int(index), url)


def _is_set(subject: Subject, entry: _Entry, ports: Ports, settings: CheckSettings) -> bool:
    """Whether the bit is set, in a list that can be relied on (§3.2 Validate Algorithm).

    Raises:
        ListUnusable, StatusListInvalid: it cannot.
        TouchstoneError: it could not be had.
    """
    data = ports.documents.fetch(entry.url, max_bytes=settings.max_status_list_bytes)
    document, canonical = _read_list(data)
    published = Subject(document, ports, subject.now, settings, canonical=canonical)
    if document.get("id", entry.url) != entry.url:
        raise ListUnusable("Another list stands at its address.")
    _check_signed_by(published, subject.issuer)
    _check_current(published)
    lists = objects(published.document.get("credentialSubject"))
    if len(lists) != 1 or entry.purpose not in listed(lists[0].get("statusPurpose")):
        raise ListUnusable(f"It is not a list for the purpose {entry.purpose}.")
    if lists[0].get("statusSize", 1) != 1:
        raise ListUnusable("Its entries have more than one bit.")
    encoded = lists[0].get("encodedList")
    if not isinstance(encoded, str):
        raise StatusListInvalid("The list holds no bits.")
    return _decode_bits(encoded).get(entry.index)


@lru_cache(maxsize=KEPT_LISTS)
def _read_list(data: bytes) -> tuple[JsonObject, str]:
    """A list and its canonical form: what its bytes alone decide, so that a batch reads it once.

    Signatures, keys and dates are looked at anew for every credential.
    """
    document = loads(data)
    canonical = canonicalize(without_proof(document))
    if misplaced(document) or hidden(document, canonical):
        raise ListUnusable("The list does not show what was signed.")
    return document, canonical


_decode_bits = lru_cache(maxsize=KEPT_LISTS)(Bitstring.decode)


def _check_signed_by(published: Subject, issuer: str) -> None:
    """The list is a credential of the same issuer, and all its signatures fit."""
    document = published.document
    if LIST_TYPE not in types(document) or "VerifiableCredential" not in types(document):
        raise ListUnusable("It is not a status list credential.")
    if identifier(document.get("issuer")) != issuer:
        raise ListUnusable("The list is another issuer's.")
    proofs = signature_proofs(published)
    if not proofs:
        raise ListUnusable("The list is not signed.")
    for proof in proofs:
        verify_signature(published, proof)
    if not any(_is_by(proof, issuer) for proof in proofs):
        raise ListUnusable("The list is signed by somebody else.")


def _is_by(proof: JsonObject, issuer: str) -> bool:
    return str(proof.get("verificationMethod", "")).partition("#")[0] == issuer


def _check_current(published: Subject) -> None:
    document = published.document
    try:
        if "validFrom" in document and parse_date_time_stamp(document["validFrom"]) > published.now:
            raise ListUnusable("The list is dated in the future.")
        if (
            "validUntil" in document
            and parse_date_time_stamp(document["validUntil"]) < published.now
        ):
            raise ListUnusable("The list is out of date.")
    except ValueError as error:
        raise ListUnusable("The list has a date that cannot be read.") from error
