"""Evidence as it is listed and exported: every entry with the names that an import reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from sqlmodel import Session

from issuer.competency import evidence_repository as repository
from issuer.db.types import plain_decimal


@dataclass(frozen=True, slots=True)
class ListedEvidence:
    """One entry; all entries of a chain of corrections are listed.

    Args:
        corrects, second_rating_of: sourcedIds of the same source; '' if it does neither.
        stands: False once another entry has taken its place, and for one that withdraws.
        note: the school's own: of a badge, whom it names as its holder and what that is worth.
    """

    id: UUID
    source: str
    sourced_id: str
    learner_sourced_id: str
    learner_id: UUID
    competency_id: UUID
    competency_code: str
    framework_title: str
    kind: str
    setting: str
    formative: bool
    score: Decimal | None
    score_min: Decimal | None
    score_max: Decimal | None
    level: str
    assessor_kind: str
    assessor_role: str
    assessor_id: str
    second_rating_of: str
    observed_at: datetime
    artefact_url: str
    artefact_sha256: str
    title: str
    note: str
    corrects: str
    recorded_at: datetime
    stands: bool

    def cells(self) -> dict[str, str]:
        """The entry as a row of our own evidence file, ``evidence_cells.COLUMNS``."""
        return {
            "sourcedId": self.sourced_id,
            "learnerSourcedId": self.learner_sourced_id,
            "competency": str(self.competency_id),
            "kind": self.kind,
            "observedAt": _stamp(self.observed_at),
            "framework": self.framework_title,
            "score": _number(self.score),
            "scoreMin": _number(self.score_min),
            "scoreMax": _number(self.score_max),
            "level": self.level,
            "formative": "true" if self.formative else "false",
            "assessorKind": self.assessor_kind,
            "assessorRole": self.assessor_role,
            "assessorId": self.assessor_id,
            "artefactUrl": self.artefact_url,
            "artefactSha256": self.artefact_sha256,
            "title": self.title,
            "note": self.note,
            "corrects": self.corrects,
            "source": self.source,
            "setting": self.setting,
            "secondRatingOf": self.second_rating_of,
        }


def listed_evidence(
    session: Session, *, learner_id: UUID | None = None, competency_id: UUID | None = None
) -> Iterator[ListedEvidence]:
    """Evidence in the order in which it was recorded, streamed.

    Of what was recorded together first ratings come first, then second ones, then corrections.

    Args:
        session: reads only.
        learner_id, competency_id: of this learner, on this competency; of all where None.
    """
    for row in repository.listed(session, learner_id, competency_id):
        yield ListedEvidence(*row)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _number(value: Decimal | None) -> str:
    return "" if value is None else plain_decimal(value)
