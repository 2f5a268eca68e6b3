"""A judgment as an Open Badges 3.0 credential on VC 2.0, without proof. Pure.

No member is null and arrays stay arrays: RDF forgets both, so a reader of JSON could be shown
something that was not signed.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final, Self
from uuid import UUID, uuid5

from credentials.json_types import JsonObject
from credentials.models.rules import is_url
from credentials.proofs.data_integrity import format_date_time_stamp
from issuer.competency.mastery import Level
from issuer.competency.views import CompetencyView, EarnedAs, EvidenceView, MintableJudgment
from issuer.identity.documents import OB_CONTEXT, VC_CONTEXT
from issuer.minting import award_documents
from issuer.minting.award_documents import AwardEvidence, AwardUnit, Unit
from issuer.minting.evidence_words import evidence_narrative, short
from issuer.settings import Settings

ACHIEVEMENT_NAMESPACE: Final = UUID("5b0c6a52-8d5e-4c39-9a5c-2f6f9f3a7e10")
"""Ours, for UUID 5 over an achievement's content: equal content has one id, for ever."""
_EVIDENCE_TYPES: Final = ["Evidence"]
_COMPETENCY: Final = EarnedAs("Competency")
Say = Callable[[str], str]
"""Told a text in which credentials differ; answers what is to stand in its place."""
EvidenceKind = tuple[object, ...]
"""Whether a piece of evidence has a genre, and whether it has a description; or an award's."""
_REMEMBERED: Final = 4_096
"""Words for kinds, days and points that are kept: a school says the same ones again and again."""


def _as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True)
class School:
    """What every credential of a school says about it.

    Attributes:
        did: the issuer's id.
        name: as people read it.
        base_url: where its documents are served, without a trailing slash.
        include_learner_name: whether credentials carry the learner's name in the clear.
        include_assessor_names: whether evidence names the people who scored it.
    """

    did: str
    name: str
    base_url: str
    include_learner_name: bool = True
    include_assessor_names: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """What the settings say."""
        return cls(
            settings.did,
            settings.name,
            settings.base_url,
            settings.include_learner_name,
            settings.include_assessor_names,
        )


@dataclass(frozen=True)
class AssembledAchievement:
    """An achievement with the id that its content gives it."""

    id: UUID
    name: str
    document: JsonObject


def achievement(judgment: Unit, base_url: str) -> AssembledAchievement:
    """The OB 3.0 Achievement that a judgment, or an award, is about.

    It depends on the competency, its levels, where mastery starts and the rule's words, and not
    on the learner; a change in any of them makes another achievement. That of an award depends on
    its key, its words and its requirements.
    """
    content = _achievement(judgment, "")
    text = json.dumps([str(award_documents.about(judgment)), content], sort_keys=True)
    achievement_id = uuid5(ACHIEVEMENT_NAMESPACE, text)
    url = f"{base_url}/achievements/{achievement_id}"
    return AssembledAchievement(achievement_id, content["name"], _achievement(judgment, url))


def _achievement(judgment: Unit, url: str) -> JsonObject:
    if isinstance(judgment, AwardUnit):
        alignment = [_alignment(one) for one in judgment.terms.competencies]
        return award_documents.achievement(judgment.terms, url, alignment)
    competency, earned_as = judgment.competency, judgment.earned_as or _COMPETENCY
    document: JsonObject = {
        "id": url,
        "type": ["Achievement"],
        "achievementType": earned_as.type,
        "name": earned_as.title or _name(competency),
        "description": earned_as.description or competency.statement or competency.short_statement,
        "criteria": {"narrative": "\n\n".join([_criteria(judgment), *earned_as.conditions])},
        "alignment": [_alignment(competency)],
        "resultDescription": [_result_description(judgment, url)],
    }
    return document | ({"humanCode": competency.code} if competency.code else {})


def _name(competency: CompetencyView) -> str:
    return short(competency.short_statement or competency.statement)


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


class Assembly:
    """Assembles the credentials of one school at one time; what they share is made once.

    Args:
        school: the issuer.
        now: validFrom; aware.
    """

    def __init__(self, school: School, now: datetime) -> None:
        self._school = school
        self.contexts = [VC_CONTEXT, OB_CONTEXT]
        self._types = ["VerifiableCredential", "OpenBadgeCredential"]
        self._subject_types = ["AchievementSubject"]
        self._issuer = {
            "id": school.did,
            "type": ["Profile"],
            "name": school.name,
            "url": school.base_url,
        }
        self._valid_from = format_date_time_stamp(now)
        self._earned: dict[tuple[int, ...], tuple[Unit, AssembledAchievement]] = {}
        self._results: dict[tuple[str, int], list[JsonObject]] = {}

    def achievement(self, judgment: Unit) -> AssembledAchievement:
        """The achievement that a judgment is about, the same object each time."""
        key = tuple(map(id, award_documents.terms_of(judgment)))
        found = self._earned.get(key)
        if found is None:
            # Keeping the judgment keeps the numbers of its terms from being given to others.
            found = self._earned[key] = judgment, achievement(judgment, self._school.base_url)
        return found[1]

    def credential(
        self,
        judgment: Unit,
        *,
        credential_id: str,
        status: JsonObject | list[JsonObject],
        salt: str,
        earned: AssembledAchievement | None = None,
        say: Say = _as_it_is,
    ) -> JsonObject:
        """The credential without proof; it shares objects with others, so it is only read.

        Args:
            judgment: what is attested.
            credential_id: ``urn:uuid:…``
            status: the ``credentialStatus``.
            salt: random text for the identity hash; each credential its own.
            earned: what :meth:`achievement` answered for the judgment, if it was asked already.
            say: told every text in which credentials of one achievement and level differ, those of
                the frame first, then those of each piece of evidence; what it answers stands there.
        """
        document = self.frame(
            judgment,
            credential_id=credential_id,
            status=status,
            salt=salt,
            earned=earned,
            say=say,
        )
        if judgment.evidence:
            document["evidence"] = list(_evidence(judgment, self._school, say))
        return document

    def frame(
        self,
        judgment: Unit,
        *,
        credential_id: str,
        status: JsonObject | list[JsonObject],
        salt: str,
        earned: AssembledAchievement | None = None,
        say: Say = _as_it_is,
    ) -> JsonObject:
        """The credential without its evidence; as :meth:`credential`."""
        earned = earned or self.achievement(judgment)
        return {
            "@context": self.contexts,
            "id": say(credential_id),
            "type": self._types,
            "name": earned.name,
            "issuer": self._issuer,
            "validFrom": say(self._valid_from),
            "awardedDate": say(_moment(judgment.judged_at)),
            "credentialSubject": {
                "id": say(f"urn:uuid:{judgment.learner_id}"),
                "type": self._subject_types,
                "identifier": list(_identifiers(judgment, self._school, salt, say)),
                "achievement": earned.document,
                "narrative": say(award_documents.narrative(judgment)),
                **self._result(earned, judgment),
            },
            "credentialStatus": _said(status, say),
        }

    def with_evidence(self, judgment: Unit, number: int, say: Say) -> JsonObject:
        """A credential's id, types and one of its pieces of evidence: what these say together."""
        return {
            "@context": self.contexts,
            "id": say("urn:uuid:credential"),
            "type": self._types,
            "evidence": [_piece_of(judgment, number, self._school, say)],
        }

    def _result(self, earned: AssembledAchievement, judgment: Unit) -> JsonObject:
        if isinstance(judgment, AwardUnit):
            return {}
        url, level = earned.document["id"], judgment.level
        found = self._results.get((url, level.position))
        if found is None:
            result = {
                "type": ["Result"],
                "resultDescription": f"{url}#result",
                "achievedLevel": _level_id(url, level),
            }
            found = self._results[url, level.position] = [result]
        return {"result": found}


def frame_kind(judgment: Unit, school: School) -> tuple[object, ...]:
    """Credentials of one achievement with the same of these differ in what ``say`` is told."""
    return (
        0 if isinstance(judgment, AwardUnit) else judgment.level.position,
        bool(judgment.learner_email),
        bool(school.include_learner_name and judgment.learner_name),
    )


def evidence_kind(piece: EvidenceView | AwardEvidence) -> EvidenceKind:
    """Pieces of evidence with the same of these differ in what ``say`` is told."""
    if isinstance(piece, AwardEvidence):
        return "award", bool(piece.sha256)
    return bool(piece.kind), bool(piece.artefact_sha256)


def _said(status: JsonObject | list[JsonObject], say: Say) -> JsonObject | list[JsonObject]:
    if isinstance(status, list):
        return [_said_entry(entry, say) for entry in status]
    return _said_entry(status, say)


def _said_entry(entry: JsonObject, say: Say) -> JsonObject:
    return {
        **entry,
        "id": say(entry["id"]),
        "statusListIndex": say(entry["statusListIndex"]),
        "statusListCredential": say(entry["statusListCredential"]),
    }


def _identifiers(judgment: Unit, school: School, salt: str, say: Say) -> Iterator[JsonObject]:
    """Who the learner is: a salted hash to compare with, and the name if the school wants it."""
    email = judgment.learner_email
    yield {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": say(identity_hash(email or judgment.learner_sourced_id, salt)),
        "identityType": "emailAddress" if email else "sourcedId",
        "salt": say(salt),
    }
    if school.include_learner_name and judgment.learner_name:
        yield {
            "type": "IdentityObject",
            "hashed": False,
            "identityHash": say(judgment.learner_name),
            "identityType": "name",
        }


def identity_hash(identifier: str, salt: str) -> str:
    """``sha256$`` and the hash of identifier and salt (OB 3.0, IdentityHash)."""
    return "sha256$" + hashlib.sha256((identifier + salt).encode("utf-8")).hexdigest()


def _evidence(judgment: Unit, school: School, say: Say) -> Iterator[JsonObject]:
    if isinstance(judgment, AwardUnit):
        yield from (award_documents.piece(one, say) for one in judgment.evidence)
        return
    top, named = judgment.levels[-1].points, school.include_assessor_names
    taken: set[str] = set()
    for piece in judgment.evidence:
        url = piece.artefact_url
        # Two nodes with one id would merge into one when they are signed.
        identifier = url if is_url(url) and url not in taken else f"urn:uuid:{piece.id}"
        taken.add(identifier)
        yield _piece(piece, identifier, evidence_narrative(piece, top, named=named), say)


def _piece_of(judgment: Unit, number: int, school: School, say: Say) -> JsonObject:
    if isinstance(judgment, AwardUnit):
        return award_documents.piece(judgment.evidence[number], say)
    piece, top = judgment.evidence[number], judgment.levels[-1].points
    narrative = evidence_narrative(piece, top, named=school.include_assessor_names)
    return _piece(piece, f"urn:uuid:{piece.id}", narrative, say)


def _piece(piece: EvidenceView, identifier: str, narrative: str, say: Say) -> JsonObject:
    document: JsonObject = {
        "id": say(identifier),
        "type": _EVIDENCE_TYPES,
        "name": say(f"{_kind(piece.kind)}, {_day(piece.observed_at.date())}"),
    }
    if piece.kind:
        document["genre"] = say(piece.kind)
    document["narrative"] = say(narrative)
    if piece.artefact_sha256:
        what = "work" if piece.badge is None else "badge"
        document["description"] = say(f"SHA-256 of the {what}: {piece.artefact_sha256}")
    return document


@lru_cache(maxsize=_REMEMBERED)
def _kind(kind: str) -> str:
    return kind.replace("-", " ").replace("_", " ").capitalize() or "Evidence"


@lru_cache(maxsize=_REMEMBERED)
def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


@lru_cache(maxsize=_REMEMBERED)
def _moment(moment: datetime) -> str:
    return format_date_time_stamp(moment)
