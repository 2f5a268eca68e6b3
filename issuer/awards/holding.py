"""What learners have, read set-wise for many at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from sqlmodel import Session

from issuer.awards import repository
from issuer.awards.keeping import Catalogue
from issuer.awards.models import AwardState
from issuer.awards.progress import Basis, Held, HeldCompetency, HeldCredential
from issuer.awards.repository import AwardRow, ReceivedRow
from issuer.competency import judgment_repository
from issuer.competency.scales import scale_from_document


class Holdings:
    """Judgments, awards and received credentials of some learners."""

    def __init__(self, session: Session, catalogue: Catalogue, learners: Collection[UUID]) -> None:
        """Reads them with one query a kind."""
        self._competencies = _mastered(session, catalogue, learners)
        self.rows: dict[UUID, list[AwardRow]] = defaultdict(list)
        for row in repository.awards_of(session, learners):
            self.rows[row.learner_id].append(row)
        self.received: dict[UUID, list[HeldCredential]] = defaultdict(list)
        for one in repository.received_of(session, learners):
            self.received[one.learner_id].append(held_credential(one))

    def live(self, learner_id: UUID) -> dict[str, AwardRow]:
        """A learner's awards that did not lapse, by key."""
        rows = self.rows.get(learner_id, ())
        return {row.key: row for row in rows if row.state != AwardState.LAPSED}

    def of(self, learner_id: UUID) -> Held:
        """What one learner has."""
        live = self.live(learner_id).values()
        return Held(
            competencies=self._competencies.get(learner_id, {}),
            awards={row.key: row.id for row in live if row.state == AwardState.AWARDED},
            credentials=tuple(self.received.get(learner_id, ())),
        )


def _mastered(
    session: Session, catalogue: Catalogue, learners: Collection[UUID]
) -> dict[UUID, dict[UUID, HeldCompetency]]:
    wanted = {named.id for named in catalogue.competencies.values()}
    rows = repository.mastered(session, learners, wanted) if wanted else []
    levels = level_names(session, {row.scale_id for row in rows})
    found: dict[UUID, dict[UUID, HeldCompetency]] = defaultdict(dict)
    for row in rows:
        found[row.learner_id][row.competency_id] = HeldCompetency(
            row.id, row.level_position, levels[row.scale_id]
        )
    return found


def level_names(session: Session, scales: Iterable[UUID]) -> dict[UUID, tuple[str, ...]]:
    """The names of the levels of some scales, lowest first."""
    return {
        key: tuple(level.name for level in scale_from_document(document))
        for key, document in judgment_repository.scales(session, scales).items()
    }


def held_credential(row: ReceivedRow) -> HeldCredential:
    """A received credential as requirements see it."""
    return HeldCredential(
        id=row.id,
        issuer=row.issuer,
        achievement_id=row.achievement_id,
        achievement_type=row.achievement_type,
        targets=tuple((url, code) for url, code in row.targets),
        levels=tuple(row.levels),
        position=row.position,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        refused=row.refused,
    )


def written(basis: Iterable[Basis]) -> list[list[str]]:
    """What an award rests on, as it is kept."""
    return [[one.kind, str(one.id)] for one in basis]


def received_in(basis: Iterable[Iterable[str]]) -> frozenset[UUID]:
    """The received credentials among what an award rests on."""
    return frozenset(UUID(identifier) for kind, identifier in basis if kind == "received")
