"""A person's decision about an award: a record of its own, which stays."""

from datetime import UTC, datetime
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlmodel import Session

from issuer.awards import repository
from issuer.awards.errors import (
    AwardDecided,
    AwardDecisionIncomplete,
    AwardNotDue,
    AwardUnchecked,
    UnknownAward,
)
from issuer.awards.models import WHO_LENGTH, AwardDecision, AwardState
from issuer.awards.progress import Standing
from issuer.awards.repository import OPEN, AwardRow
from issuer.awards.settling import Answers, look, note_checks

MAX_REASON: Final = 10_000
"""Characters."""
APPROVED: Final = "approved"
DECLINED: Final = "declined"
_NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://touchstone.example/award-decision")


def approve(
    session: Session, award_id: UUID, *, by: str, reason: str, answers: Answers, now: datetime
) -> None:
    """Approve an award that waits, or that was declined.

    What it rests on is looked at again: judgments by the database, all else by ``answers``.

    Args:
        session: the caller commits.
        award_id: the award.
        by: who decides, as the school names them.
        reason: why; the school keeps it, credentials do not show it.
        answers: from settling.ask, of the award's own plan.
        now: aware UTC.

    Raises:
        UnknownAward: there is no such award.
        AwardDecided: it is made already, or has lapsed.
        AwardNotDue: a requirement or a condition does not hold; says which.
        AwardUnchecked: one could not be checked; nothing was decided.
        AwardDecisionIncomplete: nobody or no reason is named.
    """
    row = _open(session, award_id, (*OPEN, AwardState.DECLINED))
    decision = _decision(row, APPROVED, by, reason, now)
    note_checks(session, answers, now)
    found = look(session, {row.id: row}, answers, now)[row.id]
    if found.standing is Standing.UNKNOWN:
        raise AwardUnchecked(
            f"The award {award_id} cannot be approved now. {found.reason}", "Try again later."
        )
    if found.standing is not Standing.MET or not _judgment_stands(session, row):
        reason = found.reason or "The judgment that it is for no longer stands."
        raise AwardNotDue(
            f"The award {award_id} cannot be approved. {reason}",
            "Decline it, or approve it once that is so.",
        )
    repository.add_decision(session, decision)
    _set(session, row, AwardState.AWARDED, found.basis, now)


def decline(session: Session, award_id: UUID, *, by: str, reason: str, now: datetime) -> None:
    """Decline an award that waits or is held: it is not made unless a person approves it later.

    Args:
        as for approve.

    Raises:
        UnknownAward, AwardDecided, AwardDecisionIncomplete: as for approve.
    """
    row = _open(session, award_id, OPEN)
    repository.add_decision(session, _decision(row, DECLINED, by, reason, now))
    _set(session, row, AwardState.DECLINED, row.basis, now)


def _open(session: Session, award_id: UUID, states: tuple[AwardState, ...]) -> AwardRow:
    repository.lock_awarding(session)
    row = repository.awards(session, [award_id]).get(award_id)
    if row is None:
        raise UnknownAward(f"There is no award {award_id}.", "List them with `issuer award list`.")
    if row.state not in states:
        raise AwardDecided(
            f"The award {award_id} is {row.state}, and does not wait for this decision.",
            "See `issuer award queue`. A credential that was minted is withdrawn with "
            "`issuer revoke`.",
        )
    return row


def _judgment_stands(session: Session, row: AwardRow) -> bool:
    return row.judgment_id is None or bool(repository.standing(session, [row.judgment_id]))


def _set(
    session: Session, row: AwardRow, state: AwardState, basis: list[list[str]], now: datetime
) -> None:
    values = {"id": row.id, "state": state.value, "reason": "", "basis": basis, "changed_at": now}
    repository.change_awards(session, [values])


def _decision(row: AwardRow, verdict: str, by: str, reason: str, now: datetime) -> AwardDecision:
    by, reason = by.strip(), reason.strip()
    if not 0 < len(by) <= WHO_LENGTH or not 0 < len(reason) <= MAX_REASON:
        raise AwardDecisionIncomplete(
            f"A decision names who made it, in at most {WHO_LENGTH} characters, and why, in at "
            f"most {MAX_REASON:,}.",
            "Give both.",
        )
    decided_at = now.astimezone(UTC)
    parts = (row.id, verdict, by, reason, decided_at.isoformat())
    return AwardDecision(
        id=uuid5(_NAMESPACE, "\x1f".join(map(str, parts))),
        award_id=row.id,
        verdict=verdict,
        decided_by=by,
        reason=reason,
        decided_at=decided_at,
    )
