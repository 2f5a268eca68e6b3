"""Forming judgments of clusters from what stands of their members."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from issuer.competency.clusters import Member, judge_cluster
from issuer.competency.judging_changes import Changes
from issuer.competency.judging_spelling import BETWEEN, Spelling
from issuer.competency.judging_terms import Terms
from issuer.competency.judgment_rows import (
    PARTS,
    JudgmentRow,
    Outcome,
    Stands,
    listed,
    member_of,
    outcome,
    spelt,
    state_of,
)
from issuer.competency.mastery import top_points
from issuer.competency.scales import Scale

MAX_PATTERNS: Final = 20_000
"""Judgments of members that are remembered; about a kilobyte each."""
_SEEN: Final = attrgetter("mastered", "state", "score", "scale_id")
"""What a cluster's rule sees of a member's judgment."""
_SOME_JUDGMENT: Final = UUID(int=0)
"""The outcome does not depend on which judgments they are."""


@dataclass(frozen=True, slots=True)
class ClusterPlan:
    """How judgments of one cluster are made; members in the order of their identifiers.

    Args:
        terms: what it is judged by.
        key, scale_key, version_key: the cluster's and its levels', as the database spells them.
        named: what the identifier of a judgment follows from, after the learner; a template for
            the identifiers of the members' judgments.
        members: the members' competencies, as the database spells them.
        document: the column of members; a template for the same, as JSON.
        state: decided or proposed.
    """

    terms: Terms
    key: str
    scale_key: str
    version_key: str
    named: str
    members: tuple[str, ...]
    document: str
    state: str


def cluster_plan(terms: Terms, competency_id: str, kept: Callable[[str], str]) -> ClusterPlan:
    """The plan of a cluster.

    Args:
        terms: what it is judged by.
        competency_id: with hyphens.
        kept: spells an identifier as the database does.
    """
    rule, members = terms.rule, sorted(terms.members)
    parts = ("", competency_id, rule.name, str(rule.version), terms.scale_id)
    documents = [
        listed([{"competency": str(one), "name": name}])[1:-2] + ',"judgment":'
        for one, name in members
    ]
    return ClusterPlan(
        terms=terms,
        key=kept(competency_id),
        scale_key=kept(terms.scale_id),
        version_key=kept(terms.version_id),
        named=_template(PARTS.join(parts)) + "".join(f"{PARTS}{one}=%s" for one, _ in members),
        members=tuple(kept(str(one)) for one, _ in members),
        document=f"[{','.join(_template(one) + '%s}' for one in documents)}]",
        state=state_of(rule),
    )


class Clusters:
    """The clusters of a run, those below before those above."""

    def __init__(
        self,
        found: Sequence[tuple[str, Terms]],
        spelling: Spelling,
        scale_of: Callable[[str], Scale],
        now: str,
    ) -> None:
        """Args: found: competency and terms of each; scale_of: levels, by their identifier as the
        database spells it; now: the time of the judgments, as the database is told it.
        """
        self.plans = [cluster_plan(terms, key, spelling.kept) for key, terms in found]
        self._spelling = spelling
        self._scale_of = scale_of
        self._now = now
        self._members: dict[tuple[Any, ...], Member] = {}

    def judge(self, learners: Sequence[str], changes: Changes) -> None:
        """Judge some learners by what stands now."""
        for place, plan in enumerate(self.plans):
            concerned = []
            for learner in learners:
                found = list(map(changes.standing(learner).get, plan.members))
                if any(found) or (learner, plan.key) in changes.before:
                    concerned.append((learner, found))
            ids = [",".join([one.id for one in found if one]) for _, found in concerned]
            listings = self._spelling.listings(ids)
            for (learner, found), listing in zip(concerned, listings, strict=True):
                self._judge(place, learner, found, _aligned(found, listing), changes)

    def _judge(
        self,
        place: int,
        learner: str,
        found: Sequence[Stands | None],
        ids: Sequence[str],
        changes: Changes,
    ) -> None:
        """Note the judgment; ``ids`` are those found, with hyphens, '' where there is none."""
        plan = self.plans[place]
        name = self._spelling.text(learner) + plan.named % tuple(ids)
        identifier, pair = self._spelling.judgment(name), (learner, plan.key)
        if changes.stands(pair, identifier):
            return
        rule, said = plan.terms.rule, self._outcome(place, found)
        row = JudgmentRow(
            identifier,
            *pair,
            plan.version_key,
            "[]",
            "[]",
            rule.name,
            rule.version,
            plan.scale_key,
            said.level_position,
            spelt(said.score),
            int(said.mastered),
            listed(said.reasons),
            plan.state,
            self._now,
            members=plan.document % tuple([f'"{one}"' if one else "null" for one in ids]),
        )
        changes.note(pair, row)

    def _outcome(self, place: int, found: Sequence[Stands | None]) -> Outcome:
        """What the rule makes of it. Hardly two learners have the same scores in all members."""
        terms, members = self.plans[place].terms, []
        for number, one in enumerate(found):
            key = (place, number, None if one is None else _SEEN(one))
            member = self._members.get(key)
            if member is None:
                if len(self._members) >= MAX_PATTERNS:
                    self._members.clear()
                member = self._members[key] = self._member(terms, number, one)
            members.append(member)
        return outcome(judge_cluster(terms.rule, terms.scale, members), evidence=False)

    def _member(self, terms: Terms, number: int, found: Stands | None) -> Member:
        member = terms.members[number]
        if found is None:
            return Member(*member)
        scale, top = self._scale_of(found.scale_id), top_points(terms.scale)
        return member_of(found, _SOME_JUDGMENT, member, scale, top)


def _aligned(found: Sequence[Stands | None], listing: str) -> list[str]:
    """The identifiers of a listing in the places of those that were found."""
    listed_ids = listing.split(BETWEEN)
    if len(listed_ids) == len(found) and listing:
        return listed_ids
    ahead = iter(listed_ids)
    return ["" if one is None else next(ahead) for one in found]


def _template(text: str) -> str:
    """The text as what stands around ``%s``."""
    return text.replace("%", "%%")
