"""What an Open Badges 3.0 credential says: about whom, of what, at which level, on what evidence.

Only for credentials whose signature holds. The order of arrays is not signed, so a rubric's levels
are put in order by their own points or level.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from credentials.json_types import JsonObject
from verifier.json_access import identifier, listed, objects, text, types

ACHIEVEMENT, ENDORSEMENT, TRANSCRIPT = "achievement", "endorsement", "transcript"
"""What a credential is: somebody met something; somebody speaks for something; a collection."""
_LEVEL_RESULT = "RubricCriterionLevel"
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")
"""Points as people write them; Python would also read 1_0, nan and digits of other scripts."""


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a rubric (OB 3.0 RubricCriterionLevel); ``rank`` is None if it states none."""

    id: str
    name: str
    description: str = ""
    rank: float | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The level that was achieved, on its ladder from lowest to highest.

    Args:
        ladder: empty if the levels state no order.
        position: 1 for the lowest; None if the levels state no order.
    """

    level: Level
    ladder: tuple[Level, ...] = ()
    position: int | None = None

    def words(self) -> str:
        """The level and its place, for a person."""
        if self.position is None:
            return self.level.name
        return f"{self.level.name} (level {self.position} of {len(self.ladder)})"


@dataclass(frozen=True, slots=True)
class Alignment:
    """A competency of a published framework that the achievement stands for (OB 3.0 Alignment)."""

    code: str
    url: str
    name: str
    framework: str


_SHOWN_OF_EVIDENCE = ("id", "name", "genre", "narrative", "description")


@dataclass(frozen=True, slots=True)
class Record:
    """One credential as its reader needs it."""

    id: str
    name: str
    issuer: str
    subject: str
    achievement: str
    achievement_name: str
    criteria: str
    alignments: tuple[Alignment, ...]
    standings: tuple[Standing, ...]
    evidence: tuple[JsonObject, ...] = field(default=())
    valid_from: str = ""
    valid_until: str = ""
    kind: str = ACHIEVEMENT
    endorsement: str = ""
    records: int = 0
    partial: bool = False

    @property
    def standing(self) -> Standing | None:
        """The one level it states; None if it states none or several."""
        return self.standings[0] if len(self.standings) == 1 else None

    def to_json(self) -> dict[str, Any]:
        """The facts for a report."""
        standing = self.standing
        return {
            "kind": self.kind,
            "id": self.id,
            "name": self.name or self.achievement_name,
            "issuer": self.issuer,
            "subject": self.subject,
            "achievement": {"id": self.achievement, "name": self.achievement_name},
            "alignments": [
                {"code": a.code, "url": a.url, "name": a.name, "framework": a.framework}
                for a in self.alignments
            ],
            "level": standing and level_json(standing),
            "evidence": list(self.evidence),
            "validFrom": self.valid_from,
            "validUntil": self.valid_until or None,
            **self._kind_json(),
        }

    def _kind_json(self) -> dict[str, Any]:
        """What only an endorsement or only a transcript says."""
        if self.kind == ENDORSEMENT:
            return {"endorsement": {"endorsed": self.subject, "comment": self.endorsement}}
        if self.kind == TRANSCRIPT:
            return {"records": self.records, "partial": self.partial}
        return {}


def level_json(standing: Standing) -> dict[str, Any]:
    """A standing as JSON: name, meaning, place on the ladder."""
    return {
        "name": standing.level.name,
        "meaning": standing.level.description,
        "position": standing.position,
        "of": len(standing.ladder) or None,
        "ladder": [level.name for level in standing.ladder],
    }


def read_record(document: JsonObject) -> Record:
    """Read a credential; what it does not state is empty.

    The achievements that a transcript's cover holds are definitions, which nobody is said to have
    met (CLR 2.0 ClrSubject.achievement); an endorsement says nothing of its subject's levels.
    """
    kind = _kind(document)
    subject = (objects(document.get("credentialSubject")) or [{}])[0]
    if kind != ACHIEVEMENT:
        return _without_achievement(document, subject, kind)
    achievement = (objects(subject.get("achievement")) or [{}])[0]
    return Record(
        id=text(document, "id"),
        name=text(document, "name"),
        issuer=identifier(document.get("issuer")),
        subject=identifier(subject),
        achievement=identifier(achievement),
        achievement_name=text(achievement, "name"),
        criteria=text(achievement.get("criteria"), "narrative"),
        alignments=tuple(_alignment(node) for node in objects(achievement.get("alignment"))),
        standings=tuple(_standings(subject, achievement)),
        evidence=tuple(_evidence(node) for node in objects(document.get("evidence"))),
        valid_from=text(document, "validFrom") or text(document, "issuanceDate"),
        valid_until=text(document, "validUntil") or text(document, "expirationDate"),
    )


def _kind(document: JsonObject) -> str:
    names = types(document)
    if "ClrCredential" in names:
        return TRANSCRIPT
    return ENDORSEMENT if "EndorsementCredential" in names else ACHIEVEMENT


def _without_achievement(document: JsonObject, subject: JsonObject, kind: str) -> Record:
    """A credential that is no achievement: a transcript's cover, or an endorsement."""
    return Record(
        id=text(document, "id"),
        name=text(document, "name"),
        issuer=identifier(document.get("issuer")),
        subject=identifier(subject),
        achievement="",
        achievement_name="",
        criteria="",
        alignments=(),
        standings=(),
        valid_from=text(document, "validFrom") or text(document, "issuanceDate"),
        valid_until=text(document, "validUntil") or text(document, "expirationDate"),
        kind=kind,
        endorsement=text(subject, "endorsementComment"),
        records=len(listed(subject.get("verifiableCredential"))),
        partial=document.get("partial") is True,
    )


def _alignment(node: JsonObject) -> Alignment:
    return Alignment(
        code=text(node, "targetCode"),
        url=text(node, "targetUrl"),
        name=text(node, "targetName"),
        framework=text(node, "targetFramework"),
    )


def _evidence(node: JsonObject) -> JsonObject:
    shown = ((member, text(node, member)) for member in _SHOWN_OF_EVIDENCE)
    return {member: value for member, value in shown if value}


def _standings(subject: JsonObject, achievement: JsonObject) -> list[Standing]:
    """The levels among a subject's results (OB 3.0 Result.achievedLevel)."""
    descriptions = {
        identifier(node): node
        for node in objects(achievement.get("resultDescription"))
        if text(node, "resultType") == _LEVEL_RESULT
    }
    found = []
    for result in objects(subject.get("result")):
        description = descriptions.get(text(result, "resultDescription"))
        if "Result" in types(result) and description is not None:
            standing = _standing(description, text(result, "achievedLevel"))
            found += [standing] if standing else []
    return found


def _standing(description: JsonObject, achieved: str) -> Standing | None:
    nodes = objects(description.get("rubricCriterionLevel"))
    ranks = _ranks(nodes)
    levels = [_level(node, rank) for node, rank in zip(nodes, ranks, strict=True)]
    mine = next((level for level in levels if level.id and level.id == achieved), None)
    if mine is None:
        return None
    if mine.rank is None:
        return Standing(mine)
    ladder = tuple(sorted(levels, key=lambda level: level.rank or 0.0))
    return Standing(mine, ladder, ladder.index(mine) + 1)


def _ranks(nodes: list[JsonObject]) -> list[float | None]:
    """What puts a rubric's levels in order: the points of all, or the level of all, or nothing."""
    for member in ("points", "level"):
        ranks = [_number(text(node, member)) for node in nodes]
        if None not in ranks and len(set(ranks)) == len(ranks):
            return ranks
    return [None] * len(nodes)


def _level(node: JsonObject, rank: float | None) -> Level:
    return Level(
        id=identifier(node),
        name=text(node, "name") or text(node, "level"),
        description=text(node, "description"),
        rank=rank,
    )


def _number(value: str) -> float | None:
    return float(value) if _NUMBER.fullmatch(value) else None


def people(documents: list[JsonObject]) -> set[str]:
    """The subjects of several credentials."""
    return {
        identifier(subject)
        for document in documents
        for subject in listed(document.get("credentialSubject"))
    } - {""}
