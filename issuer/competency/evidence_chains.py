"""Evidence from a system that can say something else tomorrow, under the same name.

Evidence is never changed. What is said first is an entry; what differs later becomes a correction
of the last one, named after the first with a number; what is taken back, a correction without a
score. Saying the same again adds nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from issuer.competency import evidence_repository as repository
from issuer.competency.evidence import EvidenceContent, evidence_id
from issuer.competency.reports import EvidenceReport


class Chains:
    """The chains of corrections of one source.

    Args:
        session: the caller commits.
        source: whose names the sourcedIds are.
        now: time of the import.
    """

    def __init__(self, session: Session, source: str, now: datetime) -> None:
        self.session = session
        self.source = source
        self.now = now
        self.added = self.unchanged = self.corrected = 0

    def report(self) -> EvidenceReport:
        """What became of everything that was kept."""
        return EvidenceReport(self.added, self.unchanged, self.corrected)

    def keep(
        self, contents: Sequence[EvidenceContent], undated: frozenset[str] = frozenset()
    ) -> None:
        """Add what is new, and correct what is said differently now.

        Args:
            contents: what the source says now, each under the name of its first entry; without a
                score it is taken back, or was never given.
            undated: names of those whose source does not say when: an entry that is there keeps
                its time.
        """
        origins = {evidence_id(self.source, content.sourced_id) for content in contents}
        heads = repository.heads(self.session, origins)
        fresh = []
        for content in contents:
            origin = evidence_id(self.source, content.sourced_id)
            if origin not in heads:
                if content.score is not None:
                    fresh.append(evidence_row(content, origin, self.now))
                continue
            head, length = heads[origin]
            dated = content
            if content.sourced_id in undated:
                dated = replace(content, observed_at=head.observed_at)
            correction = _correction(dated, head, length)
            if correction is None:
                self.unchanged += 1
            else:
                fresh.append(evidence_row(correction, origin, self.now))
                self.corrected += 1
        repository.insert_evidence(self.session, fresh)
        self.added += len(fresh)


def _correction(
    content: EvidenceContent, head: repository.KeptEvidence, length: int
) -> EvidenceContent | None:
    """The entry that takes the head's place; None if the head says the same already."""
    if content.score is None and head.score is None:
        return None
    as_head = replace(content, sourced_id=_link(content.sourced_id, length), corrects=head.corrects)
    if as_head.digest() == head.digest:
        return None
    return replace(content, sourced_id=_link(content.sourced_id, length + 1), corrects=head.id)


def _link(sourced_id: str, number: int) -> str:
    """The name of the n-th entry of a chain of corrections."""
    return sourced_id if number == 1 else f"{sourced_id}#{number}"


def evidence_row(content: EvidenceContent, origin_id: UUID, now: datetime) -> repository.Row:
    """Evidence as a row of its table."""
    row = {name: getattr(content, name) for name in content.__slots__}
    return row | {
        "id": content.id,
        "origin_id": origin_id,
        "recorded_at": now,
        "digest": content.digest(),
    }
