"""What all Data Integrity proofs share (VC Data Integrity 1.0 §2.1 Proofs)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Self

from credentials.errors import ProofMalformed, SuiteUnsupported
from credentials.json_types import JsonObject

PROOF_TYPE = "DataIntegrityProof"
MAX_PROOFS = 16
"""Proofs of one document that are looked at; more cost time and prove nothing."""
MEMBERS = frozenset(
    {
        "@context", "challenge", "created", "cryptosuite", "domain", "expires", "id", "nonce",
        "previousProof", "proofPurpose", "proofValue", "type", "verificationMethod",
    }
)  # fmt: skip
"""All members of a proof that the standard knows. Any other could be one of these in disguise."""
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")
_MAX_DATE_CHARACTERS = 128
_DATE_TIME_STAMP = re.compile(
    r"-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?"
    r"(Z|[+-]([01]\d|2[0-3]):[0-5]\d)"
)


def parse_date_time_stamp(text: object) -> datetime:
    """An XML Schema dateTimeStamp as an aware datetime in UTC (VC 2.0 §4.9).

    Raises:
        ValueError: not a dateTimeStamp, or not a day of the calendar.
    """
    if not isinstance(text, str) or len(text) > _MAX_DATE_CHARACTERS:
        raise ValueError(text)
    return _moment_of(text)


@lru_cache(maxsize=1024)
def _moment_of(text: str) -> datetime:
    if not _DATE_TIME_STAMP.fullmatch(text):
        raise ValueError(text)
    # Python keeps microseconds; further digits are within the standard and are cut.
    shortened = re.sub(r"(\.\d{6})\d+", r"\1", text)
    try:
        return datetime.fromisoformat(shortened).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error


def format_date_time_stamp(moment: datetime) -> str:
    """A moment as a dateTimeStamp in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def proofs_of(document: JsonObject) -> list[JsonObject]:
    """The proofs of a document, in order: none, one, or a set (§2.1.1).

    Raises:
        ProofMalformed: null, an empty set, something that is no object, or too many.
    """
    if "proof" not in document:
        return []
    found = document["proof"]
    proofs = found if isinstance(found, list) else [found]
    if not proofs or not all(isinstance(proof, dict) for proof in proofs):
        raise ProofMalformed("The member 'proof' is neither a proof nor a set of proofs.")
    if len(proofs) > MAX_PROOFS:
        raise ProofMalformed(f"The document has more than {MAX_PROOFS} proofs.")
    return list(proofs)


@dataclass(frozen=True, slots=True)
class DataIntegrityProof:
    """The members of a proof, checked for form.

    Attributes:
        cryptosuite: ``eddsa-rdfc-2022``, …
        verification_method: absolute DID URL of the key.
        purpose: ``assertionMethod`` or ``authentication``.
        created, expires: aware moments, where given.
        challenge, domain: for presentations.
        value: the ``proofValue``, still encoded.
        chained: whether it names a previous proof.
        id, nonce: where given.
        previous: the ids of the proofs that it builds on.
    """

    cryptosuite: str
    verification_method: str
    purpose: str
    created: datetime | None
    expires: datetime | None
    challenge: str | None
    domain: tuple[str, ...]
    value: str
    chained: bool
    id: str | None
    nonce: str | None
    previous: tuple[str, ...]

    @classmethod
    def read(cls, proof: JsonObject) -> Self:
        """Read and check the members (§2.1).

        Raises:
            SuiteUnsupported: the proof is not a DataIntegrityProof.
            ProofMalformed: a member is missing, of another type, or not the standard's.
        """
        if proof.get("type") != PROOF_TYPE:
            raise SuiteUnsupported(f"Proofs of type {str(proof.get('type'))[:80]!r} are not known.")
        check_members(proof)
        return cls(
            cryptosuite=_text(proof, "cryptosuite"),
            verification_method=_text(proof, "verificationMethod"),
            purpose=_text(proof, "proofPurpose"),
            created=_moment(proof, "created"),
            expires=_moment(proof, "expires"),
            challenge=_text(proof, "challenge") if "challenge" in proof else None,
            domain=_texts(proof, "domain"),
            value=_text(proof, "proofValue"),
            chained="previousProof" in proof,
            id=_url(proof, "id"),
            nonce=_text(proof, "nonce") if "nonce" in proof else None,
            previous=previous_proofs(proof),
        )


def check_members(proof: JsonObject) -> None:
    """Refuse a member that the standard does not know (§2.1).

    An undefined term would not be signed by an RDF suite, and a term that some context defines
    could stand for ``expires`` where nobody looks for it.

    Raises:
        ProofMalformed: there is one.
    """
    for name in proof:
        if name not in MEMBERS:
            raise ProofMalformed(f"Proofs have no member {name[:80]!r}.")


def previous_proofs(proof: JsonObject) -> tuple[str, ...]:
    """The ids that a proof names in ``previousProof``; none if it has no such member (§2.1.2).

    Raises:
        ProofMalformed: it is neither text nor a list of texts, is empty, or repeats an id.
    """
    named = _texts(proof, "previousProof")
    if "previousProof" in proof and not named:
        raise ProofMalformed("The member 'previousProof' of a proof names no proof.")
    if len(set(named)) != len(named):
        raise ProofMalformed("The member 'previousProof' of a proof names a proof twice.")
    return named


def _texts(proof: JsonObject, member: str) -> tuple[str, ...]:
    """The texts of a member that is one or a list of them; none if it is absent."""
    if member not in proof:
        return ()
    value = proof[member]
    texts = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) and text for text in texts):
        raise ProofMalformed(f"The member {member!r} of a proof is neither text nor a list of it.")
    return tuple(texts)


def _url(proof: JsonObject, member: str) -> str | None:
    if member not in proof:
        return None
    value = _text(proof, member)
    if not _URL.fullmatch(value):
        raise ProofMalformed(f"The member {member!r} of a proof is not a URL.")
    return value


def _text(proof: JsonObject, member: str) -> str:
    value = proof.get(member)
    if not isinstance(value, str) or not value:
        raise ProofMalformed(f"A proof lacks its member {member!r}, or it is not text.")
    return value


def _moment(proof: JsonObject, member: str) -> datetime | None:
    if member not in proof:
        return None
    try:
        return parse_date_time_stamp(proof[member])
    except ValueError as error:
        raise ProofMalformed(
            f"The member {member!r} of a proof is not a date with zone."
        ) from error


def options(
    cryptosuite: str,
    verification_method: str,
    created: datetime,
    *,
    purpose: str = "assertionMethod",
    **more: Any,
) -> JsonObject:
    """A proof without its value, ready to be secured (§2.1).

    Args:
        more: further members such as ``challenge`` and ``domain``.
    """
    return {
        "type": PROOF_TYPE,
        "cryptosuite": cryptosuite,
        "created": format_date_time_stamp(created),
        "verificationMethod": verification_method,
        "proofPurpose": purpose,
        **more,
    }
