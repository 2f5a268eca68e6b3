"""A judgment as an Open Badges 3.0 credential on VC 2.0, without proof. Pure.

No member is null and arrays stay arrays: RDF forgets both, so a reader of JSON could be shown
something that was not signed.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from uuid import UUID, uuid5

from credentials.json_types import JsonObject
from credentials.models.rules import is_url
from credentials.proofs.data_integrity import format_date_time_stamp
from issuer.competency.mastery import Level
from issuer.competency.views import CompetencyView, EvidenceView, MintableJudgment
from issuer.identity.documents import OB_CONTEXT, VC_CONTEXT
from issuer.settings import Settings

ACHIEVEMENT_NAMESPACE: Final = UUID("5b0c6a52-8d5e-4c39-9a5c-2f6f9f3a7e10")
"""Ours, for UUID 5 over an achievement's content: equal content has one id, for ever."""
NAME_CHARACTERS: Final = 160
"""Longest name; the description always has the whole sentence."""


@dataclass(frozen=True)
class School:
    """What every credential of a school says about it.

    Attributes:
        did: the issuer's id.
        name: as people read it.
        base_url: where its documents are served, without a trailing slash.
        include_learner_name: whether credentials carry the learner's name in the clear.
    """

    did: str
    name: str
    base_url: str
    include_learner_name: bool = True

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """What the settings say."""
        return cls(settings.did, settings.name, settings.base_url, settings.include_learner_name)


@dataclass(frozen=True)
class AssembledAchievement:
    """An achievement with the id that its content gives it."""

    id: UUID
    name: str
    document: JsonObject


def achievement(judgment: MintableJudgment, base_url: str) -> AssembledAchievement:
    """The OB 3.0 Achievement that a judgment is about.

    It depends on the competency, its levels, where mastery starts and the rule's words, and not
    on the learner; a change in any of them makes another achievement.
    """
    content = _achievement(judgment, "")
    text = json.dumps([str(judgment.competency.id), content], sort_keys=True)
    achievement_id = uuid5(ACHIEVEMENT_NAMESPACE, text)
    url = f"{base_url}/achievements/{achievement_id}"
    return AssembledAchievement(achievement_id, content["name"], _achievement(judgment, url))


def _achievement(judgment: MintableJudgment, url: str) -> JsonObject:
    competency = judgment.competency
    document: JsonObject = {
        "id": url,
        "type": ["Achievement"],
        "achievementType": "Competency",
        "name": _name(competency),
        "description": competency.statement or competency.short_statement,
        "criteria": {"narrative": _criteria(judgment)},
        "alignment": [_alignment(competency)],
        "resultDescription": [_result_description(judgment, url)],
    }
    return document | ({"humanCode": competency.code} if competency.code else {})


def _name(competency: CompetencyView) -> str:
    return _short(competency.short_statement or competency.statement)


def _short(text: str) -> str:
    """On one line, and cut after a word where it is too long for a name."""
    line = " ".join(text.split())
    if len(line) <= NAME_CHARACTERS:
        return line
    start = line[: NAME_CHARACTERS - 1]
    words, _, _ = start.rpartition(" ")
    return f"{words or start}…"


def _criteria(judgment: MintableJudgment) -> str:
    required = judgment.required_level
    starts = f"Mastery starts at the level {required.name}."
    meaning = f"{required.name}: {required.description}" if required.description else ""
    rule = f"How it is decided: {judgment.rule.sentence}"
    return "\n\n".join(part for part in (starts, meaning, rule) if part)


def _alignment(competency: CompetencyView) -> JsonObject:
    alignment: JsonObject = {
        "type": ["Alignment"],
        "targetName": _name(competency),
        "targetUrl": competency.uri if is_url(competency.uri) else f"urn:uuid:{competency.id}",
        "targetFramework": competency.framework_title,
        "targetType": "CFItem",
        "targetCode": competency.code,
    }
    return {member: value for member, value in alignment.items() if value}


def _result_description(judgment: MintableJudgment, url: str) -> JsonObject:
    return {
        "id": f"{url}#result",
        "type": ["ResultDescription"],
        "name": "Level reached",
        "resultType": "RubricCriterionLevel",
        "requiredLevel": _level_id(url, judgment.required_level),
        "rubricCriterionLevel": [_level(level, url) for level in judgment.levels],
    }


def _level_id(url: str, level: Level) -> str:
    return f"{url}#level-{level.position}"


def _level(level: Level, url: str) -> JsonObject:
    """A level; its place in the order is in ``level`` and ``points``, which are signed."""
    document = {
        "id": _level_id(url, level),
        "type": ["RubricCriterionLevel"],
        "name": level.name,
        "level": str(level.position),
        "points": f"{level.points.normalize():f}",
    }
    return document | ({"description": level.description} if level.description else {})


def credential(
    judgment: MintableJudgment,
    school: School,
    *,
    credential_id: str,
    earned: AssembledAchievement,
    status: JsonObject | list[JsonObject],
    salt: str,
    now: datetime,
) -> JsonObject:
    """The credential without proof.

    Args:
        judgment: what is attested.
        school: the issuer.
        credential_id: ``urn:uuid:…``
        earned: from ``achievement`` for the same judgment.
        status: the ``credentialStatus``.
        salt: random text for the identity hash; each credential its own.
        now: validFrom; aware.
    """
    evidence = list(_evidence(judgment))
    document: JsonObject = {
        "@context": [VC_CONTEXT, OB_CONTEXT],
        "id": credential_id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": earned.name,
        "issuer": {
            "id": school.did,
            "type": ["Profile"],
            "name": school.name,
            "url": school.base_url,
        },
        "validFrom": format_date_time_stamp(now),
        "awardedDate": format_date_time_stamp(judgment.judged_at),
        "credentialSubject": _subject(judgment, school, earned, salt),
        "credentialStatus": status,
    }
    return document | ({"evidence": evidence} if evidence else {})


def _subject(
    judgment: MintableJudgment, school: School, earned: AssembledAchievement, salt: str
) -> JsonObject:
    url = earned.document["id"]
    return {
        "id": f"urn:uuid:{judgment.learner_id}",
        "type": ["AchievementSubject"],
        "identifier": list(_identifiers(judgment, school, salt)),
        "achievement": earned.document,
        "narrative": " ".join(judgment.reasons) or judgment.rule.sentence,
        "result": [
            {
                "type": ["Result"],
                "resultDescription": f"{url}#result",
                "achievedLevel": _level_id(url, judgment.level),
            }
        ],
    }


def _identifiers(judgment: MintableJudgment, school: School, salt: str) -> Iterator[JsonObject]:
    """Who the learner is: a salted hash to compare with, and the name if the school wants it."""
    email = judgment.learner_email
    yield {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": identity_hash(email or judgment.learner_sourced_id, salt),
        "identityType": "emailAddress" if email else "sourcedId",
        "salt": salt,
    }
    if school.include_learner_name and judgment.learner_name:
        yield {
            "type": "IdentityObject",
            "hashed": False,
            "identityHash": judgment.learner_name,
            "identityType": "name",
        }


def identity_hash(identifier: str, salt: str) -> str:
    """``sha256$`` and the hash of identifier and salt (OB 3.0, IdentityHash)."""
    return "sha256$" + hashlib.sha256((identifier + salt).encode("utf-8")).hexdigest()


def _evidence(judgment: MintableJudgment) -> Iterator[JsonObject]:
    taken: set[str] = set()
    for piece in judgment.evidence:
        url = piece.artefact_url
        # Two nodes with one id would merge into one when they are signed.
        identifier = url if is_url(url) and url not in taken else f"urn:uuid:{piece.id}"
        taken.add(identifier)
        yield _piece(piece, identifier, judgment.levels[-1])


def _piece(piece: EvidenceView, identifier: str, top: Level) -> JsonObject:
    kind = piece.kind.replace("-", " ").replace("_", " ").capitalize() or "Evidence"
    day = f"{piece.observed_at.day} {piece.observed_at:%B %Y}"
    document = {
        "id": identifier,
        "type": ["Evidence"],
        "name": f"{kind}, {day}",
        "genre": piece.kind,
        "narrative": f"{_points(piece, top)}, {_assessor(piece)}. {_short(piece.title)}".strip(),
    }
    if piece.artefact_sha256:
        document["description"] = f"SHA-256 of the work: {piece.artefact_sha256}"
    return {member: value for member, value in document.items() if value}


def _points(piece: EvidenceView, top: Level) -> str:
    points = f"{piece.points.normalize():f} of {top.points.normalize():f} points"
    return f"{points}{', formative' if piece.formative else ''}"


def _assessor(piece: EvidenceView) -> str:
    if piece.assessor_kind == "tool":
        return f"scored by {piece.assessor_role or 'a machine'}"
    return f"judged by {'a ' + piece.assessor_role if piece.assessor_role else 'a person'}"
