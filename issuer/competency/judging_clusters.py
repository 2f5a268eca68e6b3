"""Forming judgments of clusters from what stands of their members."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from issuer.competency.clusters import Member, judge_cluster
from issuer.competency.judging_changes import Changes
from issuer.competency.judging_spelling import Spelling
from issuer.competency.judging_terms import Terms
from issuer.competency.judgment_rows import (
    JudgmentRow,
    Standing,
    listed,
    member_of,
    outcome,
    spelt,
    state_of,
)
from issuer.competency.mastery import top_points
from issuer.competency.scales import Scale

MAX_PATTERNS: Final = 20_000
"""Rows of members' judgments whose outcome is remembered; about a kilobyte each."""
_SOME_JUDGMENT: Final = UUID(int=0)
"""The outcome does not depend on which judgments they are."""


class ClusterShape(NamedTuple):
    """What a cluster's rule makes of its members' judgments, whoever has them."""

    level_position: int | None
    score: str | None
    mastered: bool
    reasons: str


@dataclass(frozen=True, slots=True)
class ClusterPlan:
    """How judgments of one cluster are made; members in the order of their identifiers.

    Args:
        terms: what it is judged by.
        key, scale_key, version_key: the cluster's and its levels', as the database spells them.
        named: what the identifier of a judgment follows from, between learner and members.
        members: the members' competencies, as the database spells them.
        bases: for each, what the identifier says before its judgment.
        documents: for each, what the column of members says before its judgment.
    """

    terms: Terms
    key: str
    scale_key: str
    version_key: str
    named: str
    members: tuple[str, ...]
    bases: tuple[str, ...]
    documents: tuple[str, ...]


def cluster_plan(terms: Terms, competency_id: str, kept: Callable[[str], str]) -> ClusterPlan:
    """The plan of a cluster.

    Args:
        terms: what it is judged by.
        competency_id: with hyphens.
        kept: spells an identifier as the database does.
    """
    rule, members = terms.rule, sorted(terms.members)
    return ClusterPlan(
        terms=terms,
        key=kept(competency_id),
        scale_key=kept(terms.scale_id),
        version_key=kept(terms.version_id),
        named="\x1f".join(("", competency_id, rule.name, str(rule.version), terms.scale_id)),
        members=tuple(kept(str(one)) for one, _ in members),
        bases=tuple(f"\x1f{one}=" for one, _ in members),
        documents=tuple(
            listed([{"competency": str(one), "name": name}])[1:-2] + ',"judgment":'
            for one, name in members
        ),
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
        self._known: dict[tuple[Any, ...], ClusterShape] = {}
        self._members: dict[tuple[Any, ...], Member] = {}

    def judge(self, learners: Sequence[str], changes: Changes) -> None:
        """Judge some learners by what stands now."""
        for place, plan in enumerate(self.plans):
            for learner in learners:
                found = [changes.now_standing((learner, one)) for one in plan.members]
                if any(found) or (learner, plan.key) in changes.before:
                    self._judge(place, learner, found, changes)

    def _judge(
        self, place: int, learner: str, found: list[Standing | None], changes: Changes
    ) -> None:
        plan, text = self.plans[place], self._spelling.text
        texts = ["" if one is None else text(one.id) for one in found]
        basis = [begin + one for begin, one in zip(plan.bases, texts, strict=True)]
        identifier = self._spelling.judgment("".join([text(learner), plan.named, *basis]))
        pair = (learner, plan.key)
        if changes.stands(pair, identifier):
            return
        shape = self._shape(place, found)
        members = [
            f'{begin}"{one}"}}' if one else begin + "null}"
            for begin, one in zip(plan.documents, texts, strict=True)
        ]
        rule = plan.terms.rule
        row = JudgmentRow(
            identifier,
            *pair,
            rule.name,
            rule.version,
            plan.scale_key,
            "[]",
            "[]",
            shape.level_position,
            shape.score,
            shape.mastered,
            shape.reasons,
            state_of(rule),
            self._now,
            members=f"[{','.join(members)}]",
            competency_version_id=plan.version_key,
        )
        changes.note(pair, row)

    def _shape(self, place: int, found: list[Standing | None]) -> ClusterShape:
        seen = [None if one is None else (one[3], one[4], one[5], one[6]) for one in found]
        key = (place, *seen)
        shape = self._known.get(key)
        if shape is None:
            if len(self._known) >= MAX_PATTERNS:
                self._known.clear()
            shape = self._known[key] = self._formed(key, found)
        return shape

    def _formed(self, key: tuple[Any, ...], found: list[Standing | None]) -> ClusterShape:
        place, *seen = key
        terms, members = self.plans[place].terms, []
        for number, one in enumerate(found):
            same = (place, number, seen[number])
            member = self._members.get(same)
            if member is None:
                if len(self._members) >= MAX_PATTERNS:
                    self._members.clear()
                member = self._members[same] = self._member(terms, number, one)
            members.append(member)
        said = outcome(judge_cluster(terms.rule, terms.scale, members), cluster=True)
        reasons = listed(said.reasons)
        return ClusterShape(said.level_position, spelt(said.score), said.mastered, reasons)

    def _member(self, terms: Terms, number: int, found: Standing | None) -> Member:
        member = terms.members[number]
        if found is None:
            return Member(*member)
        scale, top = self._scale_of(found.scale_id), top_points(terms.scale)
        return member_of(found, _SOME_JUDGMENT, member, scale, top)
