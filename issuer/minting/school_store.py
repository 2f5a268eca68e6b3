"""Where minting finds what may be minted: judgments, as the school awards them, and awards."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from sqlmodel import Session

from issuer.awards import mintable as awards
from issuer.awards.keeping import Catalogue
from issuer.awards.mintable import MintableAward
from issuer.competency import service as competency
from issuer.competency.views import EarnedAs, MintableJudgment
from issuer.minting import award_documents, work_repository
from issuer.minting.award_documents import AwardUnit, Unit


class SchoolStore:
    """The school's competency store and its awards.

    Where the school awards nothing of its own, it costs one short query a call more than the
    competency store alone.
    """

    def ids(self, session: Session) -> Iterator[UUID]:
        """Judgments of mastery that are awarded as such, and awards that were made."""
        return awards.mintable(session, Catalogue.of(session))

    def standing(self, session: Session, ids: Sequence[UUID]) -> set[UUID]:
        """Those that may still be minted."""
        return awards.standing(session, ids, Catalogue.of(session))

    def views(self, session: Session, ids: Sequence[UUID]) -> Sequence[Unit]:
        """What credentials say of them."""
        judgments = competency.mintable_views(session, ids)
        catalogue = Catalogue.of(session)
        if catalogue is None:
            return judgments
        terms = awards.covering(session, ids, catalogue)
        found: dict[UUID, Unit] = {one.judgment_id: _covered(one, terms) for one in judgments}
        others = [one for one in ids if one not in found]
        made = awards.mintable_awards(session, others, catalogue)
        found |= {one.judgment_id: one for one in _with_credentials(session, made)}
        return [found[one] for one in ids if one in found]


def _covered(judgment: MintableJudgment, terms: dict[UUID, EarnedAs]) -> MintableJudgment:
    found = terms.get(judgment.judgment_id)
    if found is None:
        return judgment
    return replace(judgment, earned_as=found)


def _with_credentials(session: Session, made: list[MintableAward]) -> list[AwardUnit]:
    units = {thing.unit_id for one in made for thing in one.things if thing.unit_id is not None}
    credentials = work_repository.credentials_of(session, units)
    return [award_documents.unit(one, credentials) for one in made]
