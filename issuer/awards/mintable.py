"""Awards as minting needs them: which judgments and awards may be minted, and what is said."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlmodel import Session

from issuer.awards import repository, words
from issuer.awards.definitions import (
    AchievementLeaf,
    CompetencyLeaf,
    Definition,
    Group,
    Leaf,
    Policy,
)
from issuer.awards.evaluating import known_of
from issuer.awards.holding import level_names
from issuer.awards.keeping import Catalogue
from issuer.awards.repository import AwardRow, ReceivedRow
from issuer.competency.mastery import top_points
from issuer.competency.mintable import mintable_ids, standing_ids
from issuer.competency.rule_keeping import current_rules
from issuer.competency.scales import Scales
from issuer.competency.views import CompetencyView, EarnedAs
from issuer.competency.words import rule_sentence
from issuer.db.chunks import CHUNK, chunks
from issuer.learners.service import LearnerView, learner_views

_NAMESPACE = uuid5(NAMESPACE_URL, "https://touchstone.example/award-key")


@dataclass(frozen=True, slots=True)
class AchievementTerms:
    """What an achievement says of itself, the same for all who earn it.

    Args:
        key, key_id: its key, and the UUID 5 of that.
        type: OB 3.0 achievementType.
        title, description: as people read them.
        criteria: its criteria as Markdown.
        competencies: that everybody who earns it has mastered, with those of what it requires in
            turn. A reader takes an alignment as a claim, so what may be left out is none.
    """

    key: str
    key_id: UUID
    type: str
    title: str
    description: str
    criteria: str
    competencies: tuple[CompetencyView, ...]


@dataclass(frozen=True, slots=True)
class AwardedThing:
    """One thing that an award rests on, as its credential says it.

    Args:
        unit_id: the judgment or award, which may have a credential; None if another issuer's.
        uri: id of the credential of another issuer; '' if it is ours or has none.
        id: ours, where there is no credential.
        sha256: of the other issuer's file; '' if it is ours.
    """

    unit_id: UUID | None
    id: UUID
    uri: str
    name: str
    narrative: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class MintableAward:
    """An award that was made: all that its credential needs.

    ``judgment_id`` is what minting calls a unit; here it is the award's own id.
    """

    judgment_id: UUID
    judged_at: datetime
    learner_id: UUID
    learner_name: str
    learner_sourced_id: str
    learner_email: str
    terms: AchievementTerms
    things: tuple[AwardedThing, ...]


def mintable(session: Session, catalogue: Catalogue | None) -> Iterator[UUID]:
    """Judgments and awards that may be minted, streamed; without awards, every judgment.

    Args:
        session: reads only.
        catalogue: what is awarded.
    """
    if catalogue is None:
        yield from mintable_ids(session)
        return
    if catalogue.award_set.covering():
        for part in chunks(repository.mintable(session), CHUNK):
            gated = {one.id for one in part if _policy(catalogue, one) == Policy.APPROVAL}
            made = repository.judgments_awarded(session, gated) if gated else set()
            for one in part:
                if _policy(catalogue, one) is None or one.id in made:
                    yield one.id
    else:
        yield from mintable_ids(session)
    yield from repository.awarded_ids(session)


def _policy(catalogue: Catalogue, one: repository.Covered) -> Policy | None:
    """None where it is minted at once; APPROVAL where an award has to say so."""
    found = catalogue.covering(one.competency_id, is_cluster=one.is_cluster)
    if found is None:
        return None
    if found.policy is Policy.NEVER:
        return Policy.NEVER
    return Policy.APPROVAL if found.is_gated else None


def standing(session: Session, ids: Sequence[UUID], catalogue: Catalogue | None) -> set[UUID]:
    """Those that may still be minted: what was reserved, and approved, before stays so."""
    found = standing_ids(session, ids)
    if catalogue is None:
        return found
    return found | repository.awarded_among(session, ids)


def covering(session: Session, ids: Sequence[UUID], catalogue: Catalogue) -> dict[UUID, EarnedAs]:
    """What some judgments are awarded as, where the school says so."""
    if not catalogue.award_set.covering():
        return {}
    made: dict[str, EarnedAs] = {}
    found = {}
    for one in repository.covered(session, ids).values():
        definition = catalogue.covering(one.competency_id, is_cluster=one.is_cluster)
        if definition is not None:
            terms = made.get(definition.key) or _covering(definition)
            found[one.id] = made[definition.key] = terms
    return found


def _covering(definition: Definition) -> EarnedAs:
    conditions = tuple(words.conditions(definition))
    return EarnedAs(definition.type, definition.title, definition.description, conditions)


def key_id(key: str) -> UUID:
    """The UUID 5 of an achievement's key."""
    return uuid5(_NAMESPACE, key)


def mintable_awards(
    session: Session, ids: Sequence[UUID], catalogue: Catalogue
) -> list[MintableAward]:
    """Awards with all that a credential says of them, in the order of ``ids``.

    Args:
        session: reads only.
        ids: about a thousand; those that are no awards are left out.
        catalogue: what is awarded.
    """
    rows = repository.awards(session, ids)
    return _Views(session, catalogue, list(rows.values())).all(ids, rows)


class _Views:
    """What some awards name, read with one query a kind and worked out once each."""

    def __init__(self, session: Session, catalogue: Catalogue, rows: list[AwardRow]) -> None:
        self.catalogue = catalogue
        basis = [(kind, UUID(one)) for row in rows for kind, one in row.basis]
        self.judgments = repository.mastery(session, _of(basis, "judgment"))
        self.awards = repository.awards(session, _of(basis, "award"))
        self.received = repository.received(session, _of(basis, "received"))
        self.learners: dict[UUID, LearnerView] = learner_views(
            session, {row.learner_id for row in rows}
        )
        self.levels = level_names(session, {one.scale_id for one in self.judgments.values()})
        self._writing = _Writing(session, catalogue) if rows else None
        self._terms: dict[tuple[str, int], AchievementTerms] = {}

    def all(self, ids: Sequence[UUID], rows: dict[UUID, AwardRow]) -> list[MintableAward]:
        return [self._view(rows[one]) for one in ids if one in rows]

    def _view(self, row: AwardRow) -> MintableAward:
        learner = self.learners[row.learner_id]
        return MintableAward(
            judgment_id=row.id,
            judged_at=row.changed_at,
            learner_id=row.learner_id,
            learner_name=learner.name,
            learner_sourced_id=learner.sourced_id,
            learner_email=learner.email,
            terms=self._terms_of(row),
            things=tuple(self._thing(kind, UUID(one)) for kind, one in row.basis),
        )

    def _terms_of(self, row: AwardRow) -> AchievementTerms:
        key = (row.key, row.version)
        if key not in self._terms:
            if self._writing is None:
                raise AssertionError(row.id)
            self._terms[key] = self._writing.terms(self.catalogue.definitions[key])
        return self._terms[key]

    def _thing(self, kind: str, identifier: UUID) -> AwardedThing:
        if kind == "judgment":
            one = self.judgments[identifier]
            level = self.levels[one.scale_id][one.level_position - 1]
            name = self.catalogue.names.name(one.competency_id)
            return AwardedThing(identifier, identifier, "", name, f"Mastered at the level {level}.")
        if kind == "award":
            row = self.awards[identifier]
            title = self.catalogue.definitions[row.key, row.version].title
            return AwardedThing(identifier, identifier, "", title, "Awarded by this school.")
        return _other(self.received[identifier])


def _other(row: ReceivedRow) -> AwardedThing:
    told = f"Issued by {row.issuer}."
    return AwardedThing(None, row.id, row.credential_id, row.achievement, told, row.sha256)


def _of(basis: Iterable[tuple[str, UUID]], wanted: str) -> set[UUID]:
    return {identifier for kind, identifier in basis if kind == wanted}


class _Writing:
    """Writes what achievements say of themselves, with the rules that hold."""

    def __init__(self, session: Session, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.definitions = known_of(catalogue).definitions
        self.rules = current_rules(session)
        self.scales = Scales(session)

    def terms(self, definition: Definition) -> AchievementTerms:
        """Of one achievement with requirements."""
        ids = self._competencies(definition, Group.leaves)
        frameworks = self.catalogue.names.frameworks
        return AchievementTerms(
            key=definition.key,
            key_id=key_id(definition.key),
            type=definition.type,
            title=definition.title,
            description=definition.description,
            criteria=words.criteria(definition, self.definitions, self._name, self._sentences(ids)),
            competencies=tuple(
                frameworks.view(one) for one in self._competencies(definition, Group.certain)
            ),
        )

    def _name(self, leaf: CompetencyLeaf) -> str:
        named = self.catalogue.competencies.get(leaf)
        return leaf.competency if named is None else named.name

    def _competencies(
        self, definition: Definition, leaves: Callable[[Group], Iterator[Leaf]]
    ) -> list[UUID]:
        """Those it requires, and what it requires requires in turn; each once, in order.

        Args:
            definition: the achievement.
            leaves: which ends of a tree of requirements are meant, all or those that are certain.
        """
        found: dict[UUID, None] = {}
        ahead, seen = [definition], {definition.key}
        while ahead:
            one = ahead.pop(0)
            for leaf in leaves(one.requires) if one.requires is not None else ():
                if isinstance(leaf, CompetencyLeaf):
                    named = self.catalogue.competencies.get(leaf)
                    found |= {} if named is None else {named.id: None}
                elif isinstance(leaf, AchievementLeaf) and leaf.achievement not in seen:
                    seen.add(leaf.achievement)
                    below = self.definitions.get(leaf.achievement)
                    ahead += [] if below is None else [below]
        return list(found)

    def _sentences(self, ids: Iterable[UUID]) -> dict[str, list[str]]:
        """The sentence of each rule, and the competencies that it judges."""
        found: dict[str, list[str]] = {}
        frameworks = self.catalogue.names.frameworks
        for one in ids:
            rule = self.rules.rule_for(frameworks.place(one))
            if rule is not None:
                sentence = rule_sentence(rule, top_points(self.scales.of(one)))
                row = frameworks.rows[one]
                found.setdefault(sentence, []).append(row.code or self.catalogue.names.name(one))
        return found
