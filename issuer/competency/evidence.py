"""What one piece of evidence says, whatever file or system it came from."""

import hashlib
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from issuer.db.types import plain_decimal

KINDS: Final = (
    "assignment",
    "classroom-video",
    "community-service",
    "exhibition",
    "interview",
    "lesson-plan",
    "observation",
    "out-of-school",
    "performance-task",
    "portfolio",
    "presentation",
    "project",
    "quiz",
    "reflection",
    "self-assessment",
    "student-work",
    "test",
    "work-experience",
)
"""Kinds that rules and readers know. Others are allowed; a near miss of these is refused."""

PERSON: Final = "person"
TOOL: Final = "tool"
ASSESSOR_KINDS: Final = (PERSON, TOOL)
UNKNOWN_ASSESSOR: Final = "unknown"
"""Where a gradebook does not say who or what gave the score."""
BADGE_ISSUER: Final = "badge issuer"
"""The assessor's role of evidence that another issuer's badge became."""

SCHOOL: Final = "school"
OUT_OF_SCHOOL: Final = "out-of-school"
SETTINGS: Final = (SCHOOL, OUT_OF_SCHOOL)
"""Where the work was done; out of school is work experience, service, an internship, a museum."""

ONEROSTER_SOURCE: Final = "oneroster"
RESERVED_SOURCES: Final = (ONEROSTER_SOURCE,)
"""Sources whose evidence only their own import brings and corrects."""

_NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://touchstone.example/evidence")
_LATER_FIELDS: Final = {"setting": SCHOOL, "second_rating_of": None}
"""Fields that came later: where they say what all evidence said before, digests leave them out, so
that evidence of an older release is the same when it is imported again."""


@dataclass(frozen=True, slots=True)
class EvidenceContent:
    """One observation of one learner on one competency, checked.

    Args:
        source, sourced_id: together the name under which it is known for good.
        score: in points, or within score_min..score_max; None only to withdraw what it corrects.
        level: name of the level it was given; '' if it was given a score.
        corrects: identifier of the evidence whose place it takes.
        setting: one of SETTINGS.
        second_rating_of: origin of the evidence by which another assessor scored the same work
            first.
    """

    source: str
    sourced_id: str
    learner_id: UUID
    competency_id: UUID
    kind: str
    score: Decimal | None
    score_min: Decimal | None
    score_max: Decimal | None
    level: str
    formative: bool
    assessor_kind: str
    assessor_role: str
    assessor_id: str
    observed_at: datetime
    artefact_url: str
    artefact_sha256: str
    title: str
    note: str
    corrects: UUID | None = None
    setting: str = SCHOOL
    second_rating_of: UUID | None = None

    @property
    def id(self) -> UUID:
        """The UUID 5 of source and sourced_id."""
        return evidence_id(self.source, self.sourced_id)

    def digest(self) -> bytes:
        """SHA-256 of everything it says; one spelling for each number and time."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        parts = [_plain(value) for name, value in said.items() if name not in _LATER_FIELDS]
        parts += [
            f"{name}={said[name]}" for name, before in _LATER_FIELDS.items() if said[name] != before
        ]
        return hashlib.sha256("\x1f".join(parts).encode("utf-8")).digest()


def evidence_id(source: str, sourced_id: str) -> UUID:
    """The identifier of the evidence that a source knows under a name."""
    return uuid5(_NAMESPACE, f"{source}\x1f{sourced_id}")


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return plain_decimal(value)
    return "" if value is None else str(value)
