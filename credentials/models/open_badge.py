"""Open Badges 3.0: AchievementCredential and what it holds (OB 3.0 §B Data Models).

The models check documents and nothing else: what is signed is the JSON as it stands, so unknown
members are let through here and left to the JSON-LD contexts, which define or refuse them.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from credentials.errors import Problem
from credentials.json_types import JsonObject
from credentials.models.rules import as_list, is_url, moment, point

OB3_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
TYPES = frozenset({"OpenBadgeCredential", "AchievementCredential"})
"""Two names for one type (§B.1.1)."""
MAX_PROBLEMS = 50


def _url(value: str) -> str:
    if not is_url(value):
        msg = "this has to be an absolute URL"
        raise ValueError(msg)
    return value


def _date(value: str) -> str:
    if moment(value) is None:
        msg = "a date has to have the form 2026-06-30T12:00:00Z"
        raise ValueError(msg)
    return value


def _types(*wanted: str) -> Any:
    """A ``type`` member that includes one of ``wanted``; nested objects are held to it too."""

    def check(value: str | list[str]) -> str | list[str]:
        if not set(wanted) & set(as_list(value)):
            msg = f"the type has to include {' or '.join(wanted)}"
            raise ValueError(msg)
        return value

    return Annotated[str | list[str], AfterValidator(check)]


Url = Annotated[str, AfterValidator(_url)]
DateTimeStamp = Annotated[str, AfterValidator(_date)]
Text = Annotated[str, Field(min_length=1)]


class _Node(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)


class Image(_Node):
    """A picture (§B.1.13)."""

    id: Url
    type: _types("Image")  # type: ignore[valid-type]
    caption: str | None = None


class IdentityObject(_Node):
    """Names the person, in the clear or as a salted hash (§B.1.12)."""

    type: _types("IdentityObject")  # type: ignore[valid-type]
    hashed: bool
    identityHash: Text  # noqa: N815 - the standard's member
    identityType: Text  # noqa: N815
    salt: str | None = None


class IdentifierEntry(_Node):
    """Another name of a profile or an achievement (§B.1.11)."""

    type: _types("IdentifierEntry")  # type: ignore[valid-type]
    identifier: Text
    identifierType: Text  # noqa: N815


class Profile(_Node):
    """An issuer, creator or source (§B.1.15)."""

    id: Url
    type: _types("Profile")  # type: ignore[valid-type]
    name: str | None = None
    url: Url | None = None
    description: str | None = None
    email: str | None = None
    image: Image | None = None
    otherIdentifier: list[IdentifierEntry] | None = None  # noqa: N815
    parentOrg: "Profile | None" = None  # noqa: N815


class Alignment(_Node):
    """What an achievement is aligned to: here a competency of a framework (§B.1.4)."""

    type: _types("Alignment")  # type: ignore[valid-type]
    targetName: Text  # noqa: N815
    targetUrl: Url  # noqa: N815
    targetCode: str | None = None  # noqa: N815
    targetDescription: str | None = None  # noqa: N815
    targetFramework: str | None = None  # noqa: N815
    targetType: str | None = None  # noqa: N815


class RubricCriterionLevel(_Node):
    """One level of a rubric (§B.1.19)."""

    id: Url
    type: _types("RubricCriterionLevel")  # type: ignore[valid-type]
    name: Text
    description: str | None = None
    level: str | None = None
    points: str | None = None
    alignment: list[Alignment] | None = None


class ResultDescription(_Node):
    """What results an achievement can have (§B.1.18)."""

    id: Url
    type: _types("ResultDescription")  # type: ignore[valid-type]
    name: Text
    resultType: Text  # noqa: N815
    requiredLevel: Url | None = None  # noqa: N815
    requiredValue: str | None = None  # noqa: N815
    rubricCriterionLevel: list[RubricCriterionLevel] | None = None  # noqa: N815
    allowedValue: list[str] | None = None  # noqa: N815
    valueMin: str | None = None  # noqa: N815
    valueMax: str | None = None  # noqa: N815


class Criteria(_Node):
    """How an achievement is earned (§B.1.8)."""

    id: Url | None = None
    narrative: str | None = None


class Achievement(_Node):
    """What can be earned (§B.1.1)."""

    id: Url
    type: _types("Achievement")  # type: ignore[valid-type]
    name: Text
    description: Text
    criteria: Criteria
    achievementType: str | None = None  # noqa: N815
    alignment: list[Alignment] | None = None
    creator: Profile | None = None
    image: Image | None = None
    resultDescription: list[ResultDescription] | None = None  # noqa: N815
    tag: list[str] | None = None


class Result(_Node):
    """A result that was reached (§B.1.17)."""

    type: _types("Result")  # type: ignore[valid-type]
    resultDescription: Url | None = None  # noqa: N815
    achievedLevel: Url | None = None  # noqa: N815
    value: str | None = None
    status: str | None = None
    alignment: list[Alignment] | None = None


class AchievementSubject(_Node):
    """Who earned what (§B.1.3)."""

    id: Url | None = None
    type: _types("AchievementSubject")  # type: ignore[valid-type]
    achievement: Achievement
    identifier: list[IdentityObject] | IdentityObject | None = None
    result: list[Result] | None = None
    source: Profile | None = None
    activityStartDate: DateTimeStamp | None = None  # noqa: N815
    activityEndDate: DateTimeStamp | None = None  # noqa: N815


class Evidence(_Node):
    """What the award rests on (§B.1.9)."""

    id: Url | None = None
    type: _types("Evidence")  # type: ignore[valid-type]
    name: str | None = None
    narrative: str | None = None
    description: str | None = None
    genre: str | None = None
    audience: str | None = None


class AchievementCredential(_Node):
    """A credential about one achievement of one person (§B.1.2)."""

    id: Url
    issuer: Profile | Url
    credentialSubject: AchievementSubject  # noqa: N815
    name: Any = None
    validFrom: DateTimeStamp | None = None  # noqa: N815
    validUntil: DateTimeStamp | None = None  # noqa: N815
    awardedDate: DateTimeStamp | None = None  # noqa: N815
    evidence: list[Evidence] | None = None
    image: Image | None = None


def problems_of(document: JsonObject) -> list[Problem]:
    """Everything that keeps a document from being an Open Badges 3.0 credential."""
    try:
        AchievementCredential.model_validate(document)
    except ValidationError as error:
        return [_problem(item) for item in error.errors(include_url=False)[:MAX_PROBLEMS]]
    return _unknown_levels(document) + _missing_valid_from(document)


def _problem(item: Any) -> Problem:
    message = str(item["msg"]).removeprefix("Value error, ")
    sentence = "This member is required." if item["type"] == "missing" else f"{message}."
    return Problem(point(*item["loc"]), sentence[:1].upper() + sentence[1:])


def _missing_valid_from(document: JsonObject) -> list[Problem]:
    """§B.1.2 requires validFrom; the badges on VC 1.1 carry issuanceDate, checked elsewhere."""
    if "validFrom" in document or "issuanceDate" in document:
        return []
    return [Problem("/validFrom", "This member is required.")]


def _unknown_levels(document: JsonObject) -> list[Problem]:
    """A result names a result description, and a level, of its own achievement (§B.1.17)."""
    subject = document["credentialSubject"]
    described = {
        entry["id"]: {level["id"] for level in entry.get("rubricCriterionLevel") or ()}
        for entry in subject["achievement"].get("resultDescription") or ()
    }
    found = []
    for index, result in enumerate(subject.get("result") or ()):
        at = point("credentialSubject", "result", index)
        description = result.get("resultDescription")
        if description is not None and description not in described:
            found.append(Problem(at, "The result belongs to no result description of the badge."))
        level = result.get("achievedLevel")
        if level is not None and level not in described.get(description, set()):
            found.append(Problem(at, "The level reached is none of the levels described."))
    return found
