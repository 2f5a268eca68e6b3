"""The levels of a competency: those of its rubric, or four that every school understands."""

from collections.abc import Iterable
from decimal import Decimal
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlmodel import Session

from issuer.competency import framework_repository as repository
from issuer.competency.framework_repository import ScaleRow
from issuer.competency.mastery import Level

_DEFAULT_NAMESPACE = uuid5(NAMESPACE_URL, "https://touchstone.example/default-levels/1")


def _default_level(position: int, name: str, description: str) -> Level:
    identifier = str(uuid5(_DEFAULT_NAMESPACE, name))
    return Level(identifier, name, description, Decimal(position), position)


DEFAULT_LEVELS = (
    _default_level(1, "Beginning", "Takes first steps, with much support."),
    _default_level(2, "Developing", "Shows some of it alone, and most of it with support."),
    _default_level(3, "Proficient", "Shows all of it alone, in settings like those practised."),
    _default_level(4, "Advanced", "Shows all of it in new settings, and can explain it to others."),
)
"""The levels of a competency that no rubric describes."""

Scale = tuple[Level, ...]


class Scales:
    """The levels of every competency of some frameworks, read with one query."""

    def __init__(self, session: Session, framework_ids: Iterable[UUID] | None = None) -> None:
        """Reads the given frameworks, or all."""
        wanted = None if framework_ids is None else set(framework_ids)
        rows: dict[UUID, list[ScaleRow]] = {}
        for row in repository.scale_rows(session, wanted):
            mine = rows.setdefault(row.competency_id, [])
            if (
                not mine or mine[0].criterion_id == row.criterion_id
            ):  # the first criterion describes
                mine.append(row)
        self._scales = {key: scale_of(mine) for key, mine in rows.items()}

    def of(self, competency_id: UUID) -> Scale:
        """The competency's levels, lowest first."""
        return self._scales.get(competency_id, DEFAULT_LEVELS)


def scale_of(rows: list[ScaleRow]) -> Scale:
    """The levels of one criterion in order of points; of position, where any lacks a score."""
    scored = all(row.points is not None for row in rows)
    ordered = sorted(rows, key=lambda row: (row.points if scored else 0, row.position))
    return tuple(
        Level(
            id=str(row.id),
            name=row.name or f"Level {place}",
            description=row.description,
            points=row.points if scored and row.points is not None else Decimal(place),
            position=place,
        )
        for place, row in enumerate(ordered, 1)
    )


def scale_id(scale: Scale) -> UUID:
    """The UUID 5 of a scale's content: the same levels always have the same."""
    text = "\n".join(
        f"{level.id}\t{level.points:f}\t{level.name!r}\t{level.description!r}" for level in scale
    )
    return uuid5(_DEFAULT_NAMESPACE, text)


def scale_document(scale: Scale) -> list[dict[str, object]]:
    """A scale as JSON, read again by scale_from_document."""
    return [
        {
            "id": level.id,
            "name": level.name,
            "description": level.description,
            "points": f"{level.points:f}",
        }
        for level in scale
    ]


def scale_from_document(document: Iterable[dict[str, str]]) -> Scale:
    """What scale_document wrote."""
    return tuple(
        Level(one["id"], one["name"], one["description"], Decimal(one["points"]), place)
        for place, one in enumerate(document, 1)
    )
