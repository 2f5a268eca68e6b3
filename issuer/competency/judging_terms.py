"""What each competency is judged by: its rule, its levels, a cluster's members. Read once a run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import floor
from typing import Final
from uuid import UUID

from sqlmodel import Session

from issuer.competency import calibration
from issuer.competency import judgment_repository as repository
from issuer.competency.framework_versions import PresentVersions
from issuer.competency.frameworks import Frameworks
from issuer.competency.mastery import resolved
from issuer.competency.rules import MasteryRule, RuleSet
from issuer.competency.scales import Scale, Scales, scale_document, scale_id

KAPPA_DECIMALS: Final = 6
KappaOf = Callable[[UUID], Decimal | None]
"""The present agreement between the assessors of a competency's rubric; None: not known."""


def measured(session: Session) -> KappaOf:
    """Agreement as the double-scored evidence shows it now, never rounded up."""

    def kappa_of(competency_id: UUID) -> Decimal | None:
        found = calibration.kappa_of(session, [competency_id])[competency_id]
        if found is None:
            return None
        return Decimal(floor(found.value * 10**KAPPA_DECIMALS)).scaleb(-KAPPA_DECIMALS)

    return kappa_of


@dataclass(frozen=True, slots=True)
class Terms:
    """What a competency is judged by.

    Args:
        rule: the rule that fits, as it was written.
        scale: the competency's levels.
        scale_id: of the levels, as text.
        kappa: the agreement between assessors, where the rule asks for it.
        key: the same for all competencies with the same rule, levels and agreement.
        version_id: of the competency as it is worded now, as text.
        members: a cluster's: competency and name of each; () for all others.
    """

    rule: MasteryRule
    scale: Scale
    scale_id: str
    kappa: Decimal | None
    key: int
    version_id: str
    members: tuple[tuple[UUID, str], ...] = ()


class AllTerms:
    """The terms of every competency; what cannot be judged by is noted once."""

    def __init__(self, session: Session, rule_set: RuleSet, kappa_of: KappaOf) -> None:
        self.session = session
        self.rule_set = rule_set
        self.kappa_of = kappa_of
        self.frameworks = Frameworks(session)
        self.versions = PresentVersions(session, self.frameworks)
        self.scales = Scales(session)
        self.known_scales = repository.scale_ids(session)
        self.problems: list[str] = []
        self._terms: dict[str, Terms | None] = {}
        self._keys: dict[object, int] = {}

    def of(self, competency_id: str) -> Terms | None:
        """The terms of a competency; None if no rule fits, or the one that does cannot judge it."""
        if competency_id not in self._terms:
            self._terms[competency_id] = self._find(UUID(competency_id))
        return self._terms[competency_id]

    def _find(self, competency_id: UUID) -> Terms | None:
        rule = self.rule_set.rule_for(self.frameworks.place(competency_id))
        if rule is None:
            return None
        scale = self.scales.of(competency_id)
        if resolved(rule, scale) is None:
            levels = ", ".join(level.name for level in scale)
            self._note(rule, f"{self.name(competency_id)} has no level {rule.level}, only {levels}")
            return None
        members = self._members(competency_id, rule) if rule.is_cluster else ()
        if members is None:
            return None
        identifier = scale_id(scale)
        self._keep_scale(identifier, scale)
        kappa = self.kappa_of(competency_id) if rule.asks_kappa else None
        judged_by = (rule.name, rule.version, identifier, kappa)
        key = self._keys.setdefault(judged_by, len(self._keys))
        version_id = str(self.versions.of(competency_id))
        return Terms(rule, scale, str(identifier), kappa, key, version_id, members)

    def _keep_scale(self, identifier: UUID, scale: Scale) -> None:
        if identifier not in self.known_scales:
            row = {"id": identifier, "levels": scale_document(scale)}
            repository.add_scales(self.session, [row])
            self.known_scales.add(identifier)

    def _note(self, rule: MasteryRule, what: str) -> None:
        self.problems.append(f"Rule {rule.name} version {rule.version} cannot be used: {what}.")

    def name(self, competency_id: UUID) -> str:
        """A competency as people call it."""
        row = self.frameworks.rows[competency_id]
        return row.code or row.short_statement or str(row.id)

    def _members(
        self, competency_id: UUID, rule: MasteryRule
    ) -> tuple[tuple[UUID, str], ...] | None:
        """The members of a cluster, by identifier; None if one that is named cannot be found."""
        found = set() if rule.members else set(self.frameworks.children(competency_id))
        for name in rule.members:
            member = self._named(name, self.frameworks.rows[competency_id].framework_id)
            if member is None or member == competency_id:
                where = self.name(competency_id)
                self._note(rule, f"{name} cannot be a member of {where}, or is not one competency")
                return None
            found.add(member)
        return tuple((one, self.name(one)) for one in sorted(found))

    def _named(self, name: str, framework_id: UUID) -> UUID | None:
        """The one competency of an identifier or code; of the same framework, if it has one."""
        rows = self.frameworks.rows.values()
        named = [row for row in rows if not row.removed and name in {row.code, str(row.id)}]
        near = [row for row in named if row.framework_id == framework_id]
        chosen = near or named
        return chosen[0].id if len(chosen) == 1 else None

    def clusters(self) -> list[tuple[str, Terms]]:
        """Every competency that is judged by its members, those below before those above."""
        if not self.rule_set.has_clusters():
            return []
        found: dict[UUID, Terms] = {}
        for key, row in self.frameworks.rows.items():
            terms = None if row.removed else self.of(str(key))
            if terms is not None and terms.rule.is_cluster:
                found[key] = terms
        return [(str(key), found[key]) for key in self._in_order(found)]

    def _in_order(self, found: dict[UUID, Terms]) -> Iterator[UUID]:
        """Members before the clusters they are in; clusters that contain themselves are noted."""
        ahead, done = dict(found), set[UUID]()
        while ahead:
            ready = [
                key
                for key, terms in ahead.items()
                if all(member not in ahead for member, _ in terms.members)
            ]
            if not ready:
                for key, terms in ahead.items():
                    self._note(terms.rule, f"{self.name(key)} is a member of itself")
                    self._terms[str(key)] = None
                return
            for key in ready:
                done.add(key)
                del ahead[key]
                yield key
