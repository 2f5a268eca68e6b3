"""Credentials of other issuers that a learner brings, as what an award may rest on.

The verifier says whose a credential is and that it stands; nobody but the registrar says whose
learner it is about. It is looked at again when an award that rests on it is made.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlmodel import Session

from issuer.awards import repository
from issuer.awards.errors import ReceivedTaken, ReceivedUnfit
from issuer.awards.models import ReceivedCredential
from issuer.competency.badge_check import VerifiedBadge
from issuer.competency.badges import holder_sentence
from issuer.learners.service import find_learner

MAX_TEXT: Final = 2_000
"""Characters of an id, a name or a code that is kept."""
MAX_TARGETS: Final = 200
MAX_LEVELS: Final = 100
_NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://touchstone.example/received")


@dataclass(frozen=True, slots=True)
class ReceivedReport:
    """What taking in a credential did; ``is_new`` is False where it was there already."""

    id: UUID
    learner_id: UUID
    is_new: bool
    sentence: str


def receive(
    session: Session, badge: VerifiedBadge, learner: str, *, own_did: str, now: datetime
) -> ReceivedReport:
    """Keep a verified credential as a learner's; the same again changes nothing.

    Args:
        session: the caller commits.
        badge: what badge_check.check_badge found.
        learner: id, sourcedId or another name of whose it is.
        own_did: the school's, whose own credentials are no others'.
        now: aware UTC.

    Raises:
        NotFound: there is no such learner.
        ReceivedUnfit: it is the school's own, or has texts of no ordinary length.
        ReceivedTaken: it is kept as another learner's.
    """
    if badge.issuer == own_did:
        raise ReceivedUnfit(
            "It is a credential of this school: what it attests is known here already.",
            "Only credentials of other issuers are taken in.",
        )
    person = find_learner(session, learner)
    holder = holder_sentence(badge, person)
    same = repository.received_as(
        session, sha256=badge.sha256, issuer=badge.issuer, credential_id=badge.id
    )
    if any(one.learner_id != person.id for one in same):
        raise ReceivedTaken(
            "This credential is kept as another learner's already.", "Ask whose it is."
        )
    name = _line(badge.achievement)
    who = f"{person.name} ({person.sourced_id})"
    if same:
        told = f"{name} is kept for {who} already; nothing changed. {holder}"
        return ReceivedReport(same[0].id, person.id, False, told)
    row = _row(badge, person.id, holder, now)
    repository.add_received(session, row)
    told = f"{name}, by {_line(badge.issuer_name)}, is kept for {who}. {holder}"
    return ReceivedReport(row.id, person.id, True, told)


def _row(badge: VerifiedBadge, learner_id: UUID, holder: str, now: datetime) -> ReceivedCredential:
    texts = (badge.id, badge.issuer, badge.achievement_id, badge.achievement_type)
    kept = (*texts, *(text for pair in badge.targets for text in pair), *badge.ladder)
    many = len(badge.targets) > MAX_TARGETS or len(badge.ladder) > MAX_LEVELS
    if many or any(len(text) > MAX_TEXT or not _is_text(text) for text in kept):
        raise ReceivedUnfit("The credential has ids or levels of no ordinary length or number.")
    return ReceivedCredential(
        id=uuid5(_NAMESPACE, f"{learner_id}\x1f{badge.sha256}"),
        learner_id=learner_id,
        sha256=badge.sha256,
        credential_id=badge.id,
        issuer=badge.issuer,
        issuer_name=_line(badge.issuer_name),
        achievement_id=badge.achievement_id,
        achievement_type=badge.achievement_type,
        achievement=_line(badge.achievement),
        targets=[list(pair) for pair in badge.targets],
        levels=list(badge.ladder),
        position=badge.position,
        valid_from=badge.valid_from or badge.awarded_at,
        valid_until=badge.valid_until,
        holder=holder,
        document=badge.data,
        received_at=now,
        checked_at=now,
    )


def _is_text(text: str) -> bool:
    """Whether a database can keep it."""
    return "\x00" not in text and text.isprintable()


def _line(text: str) -> str:
    """A stranger's text as one line of what can be printed."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:MAX_TEXT]
