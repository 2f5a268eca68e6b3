"""The evidence of judgments as credentials show it: a piece of work is there once, however many
assessors scored it, with what each gave and how that became its points.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from sqlmodel import Session

from issuer.competency import judgment_repository as repository
from issuer.competency import mintable_repository as rows
from issuer.competency.evidence import OUT_OF_SCHOOL, TOOL
from issuer.competency.evidence_sources import BadgeView, RatingView
from issuer.competency.mastery import points_of
from issuer.competency.mintable_repository import EvidenceColumns, JudgmentColumns
from issuer.competency.observations import (
    Observation,
    counted_ratings,
    differ,
    select,
    works,
)
from issuer.competency.rules import MasteryRule
from issuer.competency.scales import Scale, scale_from_document
from issuer.competency.views import EvidenceView
from issuer.competency.words import combined_in_words, points_in_words
from issuer.learners.service import names_by_sourced_id

MEMBER: Final = "competency"
"""Kind of what a cluster rests on."""
_REMEMBERED: Final = 4_096
"""Spellings of points that are worked out once; a school has a few hundred."""


class Asked(NamedTuple):
    """What evidence is looked at by: the rule with its threshold in points, and the highest level's
    points.
    """

    rule: MasteryRule
    top: Decimal


class MintableEvidence:
    """What some judgments looked at, read set-wise.

    Args:
        session: reads only.
        found: the judgments, about a thousand.
    """

    def __init__(self, session: Session, found: Sequence[JudgmentColumns]) -> None:
        self._members = _members(session, found)
        self._scales = _scales(session, self._members.values())
        looked_at = {one for row in found for one in row.evidence_ids}
        looked_at.update(one for row in self._members.values() for one in row.used_ids)
        self._rows = rows.evidence(session, map(_digits, looked_at))
        self._by_several = {
            key for key, one in self._rows.items() if one.second_rating_of is not None
        }
        several = (row for row in found if self._is_by_several(row))
        self._origins = _origins(session, {_digits(x) for row in several for x in row.evidence_ids})
        self._names = _names(session, self._rows.values())
        self._badges = _badges(session, self._rows)

    def _is_by_several(self, judgment: JudgmentColumns) -> bool:
        """True if any work that a judgment looked at was scored a second time."""
        return bool(self._by_several) and not self._by_several.isdisjoint(
            map(_digits, judgment.evidence_ids)
        )

    def of(self, judgment: JudgmentColumns, asked: Asked) -> tuple[EvidenceView, ...]:
        """The pieces of work that one judgment looked at, oldest first; of a cluster, its members
        that are mastered.
        """
        if judgment.members is not None:
            return self._mastered_members(judgment.members)
        used = set(judgment.used_ids)
        if asked.rule.raters > 1 or self._is_by_several(judgment):
            return self._works(judgment, asked, used)
        top, found = asked.top, self._rows
        return tuple(
            [
                self._view(one, found[_digits(one)], top, one in used)
                for one in judgment.evidence_ids
            ]
        )

    def _view(
        self, identifier: str, row: EvidenceColumns, top: Decimal, used: bool
    ) -> EvidenceView:
        # There are several of them a credential: all columns at once, and by position; by name
        # it takes twice as long.
        (
            key, kind, title, score, low, high, observed_at, assessor_kind, assessor_role,
            artefact_url, artefact_sha256, formative, setting, assessor_id, _,
        ) = row  # fmt: skip
        return EvidenceView(
            identifier,
            kind,
            title,
            _points(score, low, high, top),
            _moment(observed_at),
            assessor_kind,
            assessor_role,
            artefact_url,
            artefact_sha256,
            bool(formative),
            used,
            setting,
            self._names[assessor_kind, assessor_id] if assessor_id else "",
            self._badges.get(_hex(key)) if self._badges else None,
        )

    def _mastered_members(
        self, members: Iterable[Mapping[str, str | None]]
    ) -> tuple[EvidenceView, ...]:
        named = {one["judgment"]: one["name"] or "" for one in members}
        found = {key: self._members.get(key or "") for key in named}
        return tuple(self._member(row, named[key]) for key, row in found.items() if row is not None)

    def _member(self, row: JudgmentColumns, name: str) -> EvidenceView:
        scale = self._scales[row.scale_id]
        used = [self._view(one, self._rows[_digits(one)], Decimal(), True) for one in row.used_ids]
        return EvidenceView(
            id=str(row.id),
            kind=MEMBER,
            title=name,
            points=None,
            observed_at=row.judged_at,
            assessor_kind="",
            assessor_role="",
            artefact_url="",
            artefact_sha256="",
            formative=False,
            used=True,
            ratings=tuple(map(_rating, used)),
            level=scale[(row.level_position or 1) - 1].name,
        )

    def _works(
        self, judgment: JudgmentColumns, asked: Asked, used: set[str]
    ) -> tuple[EvidenceView, ...]:
        """The same where several assessors score a piece of work: as it was judged."""
        found = {one: self._rows[_digits(one)] for one in judgment.evidence_ids}
        top, origins = asked.top, self._origins
        seen = [_observation(one, row, top, origins) for one, row in found.items()]
        selection = select(asked.rule, seen, judgment.judged_at)
        views = {
            UUID(one): self._view(one, row, asked.top, one in used) for one, row in found.items()
        }
        points = {one.ratings[0].id: one.points for one in selection.pieces}
        return tuple(
            _work(asked.rule, ratings, views, points.get(ratings[0].id))._replace(
                why_not=selection.left_out.get(ratings[0].id, "")
            )
            for ratings in works(selection.considered)
        )


def _work(
    rule: MasteryRule,
    ratings: Sequence[Observation],
    views: Mapping[UUID, EvidenceView],
    points: Fraction | None,
) -> EvidenceView:
    """One piece of work of all its ratings; what the first does not say, a later one may."""
    if len(ratings) == 1:
        return views[ratings[0].id]
    all_of_them = [views[one.id] for one in ratings]
    counted = counted_ratings(rule, ratings) or ratings
    by_third = differ(rule, [one.points for one in counted])
    return all_of_them[0]._replace(
        title=_first(one.title for one in all_of_them),
        artefact_url=_first(one.artefact_url for one in all_of_them),
        artefact_sha256=_first(one.artefact_sha256 for one in all_of_them),
        used=any(one.used for one in all_of_them),
        points=None if points is None else Decimal(points_in_words(points)),
        ratings=tuple(_rating(views[one.id]) for one in counted),
        combined=combined_in_words(rule.combine, len(counted), by_third=by_third),
    )


def _rating(view: EvidenceView) -> RatingView:
    if view.points is None:
        raise AssertionError(view.id)  # each rating has its own
    return RatingView(view.points, view.assessor_kind, view.assessor_role, view.assessor_name)


def _first(texts: Iterable[str]) -> str:
    """The first that says anything."""
    return next(filter(None, texts), "")


def _members(session: Session, found: Iterable[JudgmentColumns]) -> dict[str, JudgmentColumns]:
    """The judgments of all clusters' members that are mastered, by id as clusters keep it."""
    named = {one["judgment"] for row in found for one in row.members or ()} - {None}
    if not named:
        return {}
    mastered = rows.mastered(session, [UUID(one) for one in named])
    judgments = rows.judgments(session, mastered)
    return {str(key): row for key, row in judgments.items()}


def _scales(session: Session, found: Iterable[JudgmentColumns]) -> dict[UUID, Scale]:
    wanted = {row.scale_id for row in found}
    documents = repository.scales(session, wanted) if wanted else {}
    return {key: scale_from_document(document) for key, document in documents.items()}


def _names(session: Session, found: Iterable[EvidenceColumns]) -> dict[tuple[str, str], str]:
    """By assessor's kind and id: a person's name, '' of a stranger; a tool's own."""
    pairs = {(one.assessor_kind, one.assessor_id) for one in found if one.assessor_id}
    people = names_by_sourced_id(session, {key for _, key in pairs}) if pairs else {}
    return {
        (kind, key): people.get(key, "") if kind != TOOL else "" if key in people else key
        for kind, key in pairs
    }


def _origins(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """For each piece of evidence, by its digits: the first of its chain of corrections."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {_hex(one.id): _hex(one.origin_id) for one in rows.origins(session, wanted)}


def _badges(session: Session, found: Mapping[str, EvidenceColumns]) -> dict[str, BadgeView]:
    """Other issuers' badges among some evidence, by the evidence that stands for them."""
    away = (key for key, one in found.items() if one.setting == OUT_OF_SCHOOL)
    origins = _origins(session, away)
    if not origins:
        return {}
    badges = {
        _hex(one.id): BadgeView(one.source, one.sourced_id.rsplit("#", 2)[0])
        for one in rows.badges(session, set(origins.values()))
    }
    return {key: badges[origin] for key, origin in origins.items() if origin in badges}


def _observation(
    identifier: str, row: EvidenceColumns, top: Decimal, origins: Mapping[str, str]
) -> Observation:
    second = row.second_rating_of
    return Observation(
        id=UUID(identifier),
        points=_exact(row.score, row.score_min, row.score_max, top),
        kind=row.kind,
        observed_at=_moment(row.observed_at),
        formative=bool(row.formative),
        setting=row.setting,
        assessor=row.assessor_id,
        # It matters only where work was scored twice: what scores it again names the origin.
        origin=UUID(origins.get(_digits(identifier), _digits(identifier))),
        second_rating_of=None if second is None else UUID(_hex(second)),
    )


def _hex(identifier: UUID | str) -> str:
    return identifier if isinstance(identifier, str) else identifier.hex


def _digits(identifier: str) -> str:
    return identifier.replace("-", "")


@lru_cache(maxsize=_REMEMBERED)
def _moment(observed_at: datetime | str) -> datetime:
    """SQLite has times as text and forgets the zone, PostgreSQL answers in the session's."""
    if isinstance(observed_at, str):
        return datetime.fromisoformat(observed_at).replace(tzinfo=UTC)
    return observed_at.astimezone(UTC)


@lru_cache(maxsize=_REMEMBERED)
def _exact(score: str | None, low: str | None, high: str | None, top: Decimal) -> Fraction:
    return points_of(_decimal(score) or Decimal(), _decimal(low), _decimal(high), top)


@lru_cache(maxsize=_REMEMBERED)
def _points(score: str | None, low: str | None, high: str | None, top: Decimal) -> Decimal:
    """A score on a scale with this highest level, rounded as it is shown."""
    return Decimal(points_in_words(_exact(score, low, high, top)))


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
