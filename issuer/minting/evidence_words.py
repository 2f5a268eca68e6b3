"""What a credential says of a piece of evidence: its points, who gave them, where. Pure.

Assessors are persons too: their names stand here only where the school asks for it; otherwise
their roles do. What scored is never more certain here than in the store.
"""

from decimal import Decimal
from functools import lru_cache
from typing import Final

from issuer.competency.evidence import OUT_OF_SCHOOL, PERSON, TOOL
from issuer.competency.evidence_sources import RatingView
from issuer.competency.views import EvidenceView

NAME_CHARACTERS: Final = 160
"""Longest name of an achievement or title of work; what has a description says it whole there."""
_REMEMBERED: Final = 4_096
"""Words for points and assessors that are kept: a school says the same ones again and again."""


def evidence_narrative(piece: EvidenceView, top: Decimal, *, named: bool) -> str:
    """One piece of work in words.

    Args:
        piece: the work.
        top: points of the highest level.
        named: whether people who scored it are named.
    """
    if piece.level:
        return f"{', '.join(filter(None, (piece.level, _by_all(piece, named))))}. {piece.title}"
    parts = [_points(piece.points, top, piece.formative, piece.setting), _source(piece, named)]
    narrative = f"{', '.join(filter(None, parts))}."
    if piece.why_not:
        narrative += f" It does not count: {piece.why_not}"
    return f"{narrative} {short(piece.title)}".strip()


def _source(piece: EvidenceView, named: bool) -> str:
    if piece.badge is not None:
        return f"for the badge {short(piece.badge.id)} of {short(piece.badge.issuer)}"
    if piece.ratings:
        who = ", ".join(_given(one, named) for one in piece.ratings)
        return f"{piece.combined}: {who}" if piece.points is not None else f"scores: {who}"
    return _scored_by(piece.assessor_kind, piece.assessor_role, _shown_name(piece, named))


def _by_all(piece: EvidenceView, named: bool) -> str:
    """Everybody who scored what a member's score came from, each once."""
    who = dict.fromkeys(
        _assessor(one.assessor_kind, one.assessor_role, _shown_name(one, named))
        for one in piece.ratings
    )
    return f"judged by {', '.join(who)}" if who else ""


def _given(rating: RatingView, named: bool) -> str:
    who = _assessor(rating.assessor_kind, rating.assessor_role, _shown_name(rating, named))
    return f"{who} gave {_spelt(rating.points)}"


def _shown_name(one: EvidenceView | RatingView, named: bool) -> str:
    """A tool is no person: what it is called may always be said."""
    return one.assessor_name if named or one.assessor_kind == TOOL else ""


@lru_cache(maxsize=_REMEMBERED)
def _points(points: Decimal | None, top: Decimal, formative: bool, setting: str) -> str:
    parts = [] if points is None else [f"{_spelt(points)} of {_spelt(top)} points"]
    if formative:
        parts.append("formative")
    if setting == OUT_OF_SCHOOL:
        parts.append("out of school")
    return ", ".join(parts)


@lru_cache(maxsize=_REMEMBERED)
def _scored_by(kind: str, role: str, name: str) -> str:
    if kind not in (PERSON, TOOL) and not role and not name:
        return "by an assessor whom the school's records do not name"
    verb = "scored" if kind == TOOL else "judged" if kind == PERSON else "given"
    return f"{verb} by {_assessor(kind, role, name)}"


@lru_cache(maxsize=_REMEMBERED)
def _assessor(kind: str, role: str, name: str) -> str:
    """Who scored: 'a teacher', 'Tess Berg (teacher)', 'quiz engine'."""
    if kind == TOOL:
        return role or name or "a machine"
    if name:
        return f"{name} ({role})" if role else name
    if role:
        return f"{'an' if role[:1].lower() in tuple('aeio') else 'a'} {role}"
    return "a person" if kind == PERSON else "an assessor who is not named"


@lru_cache(maxsize=_REMEMBERED)
def _spelt(points: Decimal) -> str:
    return f"{points.normalize():f}"


@lru_cache(maxsize=_REMEMBERED)
def short(text: str) -> str:
    """On one line, and cut after a word where it is too long for a name."""
    line = " ".join(text.split())
    if len(line) <= NAME_CHARACTERS:
        return line
    start = line[: NAME_CHARACTERS - 1]
    words, _, _ = start.rpartition(" ")
    return f"{words or start}…"
