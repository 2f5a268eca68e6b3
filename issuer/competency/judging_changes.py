"""What some learners' judgments become, and how it is kept."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session

from issuer.competency import judgment_repository as repository
from issuer.competency.judging_repository import (
    add_kept_judgments,
    decided_on,
    judgments_by_id,
    known_judgments,
)
from issuer.competency.judging_spelling import Spelling
from issuer.competency.judgment_rows import DECIDED, JudgmentRow, Standing, Stands

Pair = tuple[str, str]
"""Identifiers of a learner and a competency, as the database spells them; so are all here."""


class Kept(NamedTuple):
    """How many judgments were made, and how many of those before stand no more."""

    new: int
    superseded: int


class Changes:
    """Rows that do not stand yet, and what they replace.

    A learner's judgments on a competency always have one that stands. So where none stood before,
    none was ever made, and there is nothing to look for.

    Attributes:
        before: what stood.
        unchanged: how many stand as they did.
    """

    def __init__(self, before: Iterable[Standing], spelling: Spelling) -> None:
        self.before = {(one.learner_id, one.competency_id): one for one in before}
        self.unchanged = 0
        self._spelling = spelling
        self._first: list[JudgmentRow] = []
        self._later: dict[str, JudgmentRow] = {}
        self._successors: dict[str, str] = {}
        self._now: dict[str, dict[str, Stands]] = {}
        for one in self.before.values():
            self._stand(one.learner_id, one.competency_id, one)

    def stands(self, pair: Pair, identifier: str) -> bool:
        """True, and counted, if a judgment stands already, as it is or as a person decided it."""
        was = self.before.get(pair)
        if was is None or identifier not in (was.id, was.proposal_id):
            return False
        self.unchanged += 1
        return True

    def note(self, pair: Pair, row: JudgmentRow) -> None:
        """A judgment that came out, and does not stand."""
        self._stand(*pair, row)
        was = self.before.get(pair) if self.before else None
        if was is None:
            self._first.append(row)
        else:
            self._later[row.id] = row
            self._successors[was.id] = row.id

    def _stand(self, learner: str, competency: str, one: Stands) -> None:
        mine = self._now.get(learner)
        if mine is None:
            mine = self._now[learner] = {}
        mine[competency] = one

    def standing(self, learner: str) -> Mapping[str, Stands]:
        """What stands for a learner now, by competency."""
        return self._now.get(learner, {})

    def stand_again(self, session: Session) -> None:
        """Where a proposal comes out that a person decided before, that decision stands again."""
        text, kept = self._spelling.text, self._spelling.kept
        proposals = [text(one.id) for one in self._later.values() if one.state != DECIDED]
        decisions = decided_on(session, proposals) if proposals else {}
        if not decisions:
            return
        for found in judgments_by_id(session, decisions.values()).values():
            one = found._replace(
                id=kept(found.id),
                learner_id=kept(found.learner_id),
                competency_id=kept(found.competency_id),
                scale_id=kept(found.scale_id),
                proposal_id=None if found.proposal_id is None else kept(found.proposal_id),
            )
            self._stand(one.learner_id, one.competency_id, one)

    def keep(self, session: Session) -> Kept:
        """Write what is new; what was there before, and holds again, stands again."""
        text = self._spelling.text
        later = {text(key): row for key, row in self._later.items()}
        again = known_judgments(session, later) if later else set()
        decisions = decided_on(session, again) if again else {}
        rows = [row for key, row in later.items() if key not in again]
        add_kept_judgments(session, [*self._first, *rows] if rows else self._first)
        repository.reinstate(session, (UUID(decisions.get(one, one)) for one in again))
        successors = {
            UUID(was): UUID(decisions.get(text(new), new)) for was, new in self._successors.items()
        }
        repository.supersede(session, successors)
        return Kept(len(self._first) + len(later), len(successors))
