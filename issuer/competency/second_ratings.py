"""Second ratings as they come in: of the same work, by another assessor, named by the first."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from sqlmodel import Session

from issuer.competency import evidence_repository as repository
from issuer.competency.evidence import EvidenceContent, evidence_id
from issuer.competency.evidence_file import Entry
from issuer.competency.evidence_repository import Rating


@dataclass(frozen=True, slots=True)
class _Incoming:
    """A second rating that is being looked at: whose entry, what it says, its chain's origin."""

    entry: Entry
    content: EvidenceContent
    origin_id: UUID


class SecondRatings:
    """What one chunk of an import needs to know of the work that it scores again.

    Args:
        session: reads only.
        entries: the chunk; only what they name in secondRatingOf is read.
    """

    def __init__(self, session: Session, entries: Iterable[Entry]) -> None:
        named = {
            evidence_id(entry.source, entry.second_rating_of)
            for entry in entries
            if entry.second_rating_of
        }
        self._origins: dict[UUID, UUID] = repository.origins(session, named)
        self._ratings: dict[UUID, Rating] = {}
        self._of_work: dict[UUID, set[UUID]] = {}
        for rating in repository.ratings(session, set(self._origins.values())):
            self._keep(rating)

    def add(self, content: EvidenceContent, origin_id: UUID) -> None:
        """Note evidence that the chunk brings: later entries of it may score it again."""
        self._origins[content.id] = origin_id
        self._keep(
            Rating(
                origin_id=origin_id,
                learner_id=content.learner_id,
                competency_id=content.competency_id,
                assessor_id=content.assessor_id,
                second_rating_of=content.second_rating_of,
            )
        )

    def _keep(self, rating: Rating) -> None:
        self._ratings[rating.origin_id] = rating
        work = rating.second_rating_of or rating.origin_id
        self._of_work.setdefault(work, set()).add(rating.origin_id)

    def resolved(self, content: EvidenceContent) -> EvidenceContent:
        """The same with the origin of the entry that it scores a second time, where that is known:
        whichever entry of a chain of corrections was named, it says the same.
        """
        first = self._origins.get(content.second_rating_of or content.id)
        if content.second_rating_of is None or first is None:
            return content
        return replace(content, second_rating_of=first)

    def accept(self, entry: Entry, content: EvidenceContent, origin_id: UUID) -> bool:
        """Whether it is what it says, a rating of the same work by somebody else.

        Everything that is wrong with it is noted with the entry.

        Args:
            entry: the entry, for its problems.
            content: what it says, resolved.
            origin_id: the first of its chain of corrections; its own id where it corrects nothing.
        """
        if content.second_rating_of is None:
            return True
        first = self._ratings.get(content.second_rating_of)
        if first is None:
            entry.problem(
                "unknown-first-rating",
                "secondRatingOf",
                f"There is no earlier evidence {entry.second_rating_of} that it could be a second "
                "rating of.",
                "Write the first rating above it, or import it before.",
            )
            return False
        incoming = _Incoming(entry, content, origin_id)
        # All of them are asked, so that all problems are there at once.
        checks = [
            _is_first(incoming, first),
            _same_work(incoming, first),
            self._other(incoming, first),
        ]
        return all(checks)

    def _other(self, incoming: _Incoming, first: Rating) -> bool:
        """Whether nobody who has rated this work is the assessor."""
        entry, content = incoming.entry, incoming.content
        work = self._of_work[first.second_rating_of or first.origin_id]
        others = work - {incoming.origin_id}
        fine = content.assessor_id not in {self._ratings[one].assessor_id for one in others}
        if not fine:
            sentence = f"{content.assessor_id} has rated this work already."
            hint = "A second rating is another assessor's; correct the first if it was wrong."
            entry.problem("same-assessor", "assessorId", sentence, hint)
        if not first.assessor_id:
            sentence = f"{entry.second_rating_of} does not say who its assessor was."
            hint = "Append a correction of it that has an assessorId."
            entry.problem("unknown-assessor", "secondRatingOf", sentence, hint)
            fine = False
        return fine


def _is_first(incoming: _Incoming, first: Rating) -> bool:
    if first.second_rating_of is None:
        return True
    sentence = f"{incoming.entry.second_rating_of} is itself a second rating."
    hint = "Name the entry by which the work was scored first."
    incoming.entry.problem("not-first-rating", "secondRatingOf", sentence, hint)
    return False


def _same_work(incoming: _Incoming, first: Rating) -> bool:
    entry, content = incoming.entry, incoming.content
    fine = True
    for column, same, what in (
        ("learnerSourcedId", content.learner_id == first.learner_id, "learner"),
        ("competency", content.competency_id == first.competency_id, "competency"),
    ):
        if not same:
            sentence = f"{entry.second_rating_of} is of another {what}."
            entry.problem("other-work", column, sentence, "A second rating is of the same work.")
            fine = False
    return fine
