"""A CASE package as it was read: complete and consistent, its objects typed.

Of each object, ``extra`` has the members that have no place of their own.
"""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from credentials.json_types import JsonObject


@dataclass(frozen=True, slots=True)
class CaseItem:
    """A CFItem."""

    id: UUID
    uri: str
    code: str
    statement: str
    short_statement: str
    item_type: str
    extra: JsonObject
    pointer: str


@dataclass(frozen=True, slots=True)
class CaseAssociation:
    """A CFAssociation; ``origin`` and ``destination`` are the link objects as they came.

    ``position`` is its place in the package's array; identical repetitions stand at
    ``repeated_at``.
    """

    id: UUID
    type: str
    origin_id: str
    destination_id: str
    origin: JsonObject
    destination: JsonObject
    sequence_number: int | None
    external: bool
    position: int
    repeated_at: tuple[int, ...]
    extra: JsonObject
    pointer: str

    @property
    def occurrences(self) -> int:
        """How often it stands in the package."""
        return 1 + len(self.repeated_at)


@dataclass(frozen=True, slots=True)
class CaseLevel:
    """A CFRubricCriterionLevel; ``points`` is its score."""

    id: UUID
    name: str
    description: str
    points: Decimal | None
    extra: JsonObject


@dataclass(frozen=True, slots=True)
class CaseCriterion:
    """A CFRubricCriterion; ``item_id`` is the CFItem of this package whose levels it describes."""

    id: UUID
    item_id: UUID | None
    levels: tuple[CaseLevel, ...]
    extra: JsonObject


@dataclass(frozen=True, slots=True)
class CaseRubric:
    """A CFRubric."""

    id: UUID
    title: str
    criteria: tuple[CaseCriterion, ...]
    extra: JsonObject
    digest: bytes


@dataclass(frozen=True, slots=True)
class CasePackage:
    """A whole CASE package that passed every check. ``digest`` is SHA-256 of its canonical JSON.

    ``wrapper`` is what stood beside CFPackage; None of a bare package.
    """

    id: UUID
    uri: str
    title: str
    creator: str
    extra: JsonObject
    package_extra: JsonObject
    wrapper: JsonObject | None
    definitions: JsonObject | None
    items: tuple[CaseItem, ...]
    associations: tuple[CaseAssociation, ...]
    rubrics: tuple[CaseRubric, ...]
    digest: bytes
