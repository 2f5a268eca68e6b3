"""Open Badges 3.0: AchievementCredential, EndorsementCredential, Profile (OB 3.0.3 §B Data Models).

Every class and member of the standard, with the standard's names.
"""
# ruff: noqa: N815 - the members have the standard's names

from typing import Annotated, Any, Literal

from pydantic import Field

from credentials.errors import Problem
from credentials.json_types import JsonObject
from credentials.models.credential import Issuer, SecuredDocument, TypedWithId
from credentials.models.members import (
    ABSENT,
    ClosedNode,
    CompactJws,
    Contexts,
    DateTimeStamp,
    Holds,
    HoldsAll,
    LanguageTag,
    LanguageText,
    Node,
    OneOf,
    OneOrMany,
    OrUrl,
    Text,
    TypeNames,
    Url,
)
from credentials.models.rules import as_list, point

OB3_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OB3_CONTEXT_PATTERN = r"^https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)*\.json$"

IdentifierType = Annotated[
    str,
    OneOf(
        "name",
        "sourcedId",
        "systemId",
        "productId",
        "userName",
        "accountId",
        "emailAddress",
        "nationalIdentityNumber",
        "isbn",
        "issn",
        "lisSourcedId",
        "oneRosterSourcedId",
        "sisSourcedId",
        "ltiContextId",
        "ltiDeploymentId",
        "ltiToolId",
        "ltiPlatformId",
        "ltiUserId",
        "identifier",
    ),
]
AchievementType = Annotated[
    str,
    OneOf(
        "Achievement",
        "ApprenticeshipCertificate",
        "Assessment",
        "Assignment",
        "AssociateDegree",
        "Award",
        "BachelorDegree",
        "Badge",
        "Certificate",
        "CertificateOfCompletion",
        "Certification",
        "CoCurricular",
        "CommunityService",
        "Competency",
        "Course",
        "Degree",
        "Diploma",
        "DoctoralDegree",
        "Fieldwork",
        "GeneralEducationDevelopment",
        "JourneymanCertificate",
        "LearningProgram",
        "License",
        "MasterCertificate",
        "MasterDegree",
        "Membership",
        "MicroCredential",
        "ProfessionalDoctorate",
        "QualityAssuranceCredential",
        "ResearchDoctorate",
        "SecondarySchoolDiploma",
    ),
]
ResultType = Annotated[
    str,
    OneOf(
        "GradePointAverage",
        "LetterGrade",
        "Percent",
        "PerformanceLevel",
        "PredictedScore",
        "RawScore",
        "Result",
        "RubricCriterion",
        "RubricCriterionLevel",
        "RubricScore",
        "ScaledScore",
        "Status",
    ),
]
ResultStatus = Annotated[
    str,
    OneOf(
        "Completed",
        "Enrolled",
        "Failed",
        "InProgress",
        "OnHold",
        "Provisional",
        "Withdrew",
        extensible=False,
    ),
]
AlignmentTargetType = Annotated[
    str,
    OneOf(
        "ceasn:Competency",
        "ceterms:Credential",
        "CFItem",
        "CFRubric",
        "CFRubricCriterion",
        "CFRubricCriterionLevel",
        "CTDL",
    ),
]


class Image(ClosedNode):
    """A picture (§B.1)."""

    id: Url
    type: Literal["Image"]
    caption: str = ABSENT


class IdentityObject(ClosedNode):
    """Names the person, in the clear or as a salted hash (§B.1)."""

    type: Literal["IdentityObject"]
    hashed: bool
    identityHash: Text
    identityType: IdentifierType
    salt: str = ABSENT


class IdentifierEntry(ClosedNode):
    """Another name of a profile or an achievement (§B.1)."""

    type: Literal["IdentifierEntry"]
    identifier: Text
    identifierType: IdentifierType


class GeoCoordinates(Node):
    """A place on the globe (§B.1)."""

    type: Literal["GeoCoordinates"]
    latitude: float
    longitude: float


class Address(Node):
    """A postal address (§B.1)."""

    type: Annotated[TypeNames, Holds("Address")]
    addressCountry: str = ABSENT
    addressCountryCode: str = ABSENT
    addressRegion: str = ABSENT
    addressLocality: str = ABSENT
    streetAddress: str = ABSENT
    postOfficeBoxNumber: str = ABSENT
    postalCode: str = ABSENT
    geo: GeoCoordinates = ABSENT


class Profile(Issuer):
    """An issuer, creator or source (§B.1)."""

    type: Annotated[TypeNames, Holds("Profile")]
    name: str = ABSENT
    description: str = ABSENT
    url: Url = ABSENT
    phone: str = ABSENT
    endorsement: "OneOrMany[EndorsementCredential]" = ABSENT
    endorsementJwt: OneOrMany[CompactJws] = ABSENT
    image: Image = ABSENT
    email: str = ABSENT
    address: Address = ABSENT
    otherIdentifier: OneOrMany[IdentifierEntry] = ABSENT
    official: str = ABSENT
    parentOrg: "Profile" = ABSENT
    familyName: str = ABSENT
    givenName: str = ABSENT
    additionalName: str = ABSENT
    patronymicName: str = ABSENT
    honorificPrefix: str = ABSENT
    honorificSuffix: str = ABSENT
    familyNamePrefix: str = ABSENT
    dateOfBirth: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] = ABSENT


class Alignment(Node):
    """What an achievement is aligned to: here a competency of a framework (§B.1)."""

    type: Annotated[TypeNames, Holds("Alignment")]
    targetName: Text
    targetUrl: Url
    targetCode: str = ABSENT
    targetDescription: str = ABSENT
    targetFramework: str = ABSENT
    targetType: AlignmentTargetType = ABSENT


class RubricCriterionLevel(Node):
    """One level of a rubric (§B.1)."""

    id: Url
    type: Annotated[TypeNames, Holds("RubricCriterionLevel")]
    name: Text
    description: str = ABSENT
    level: str = ABSENT
    points: str = ABSENT
    alignment: OneOrMany[Alignment] = ABSENT


class ResultDescription(Node):
    """What results an achievement can have (§B.1)."""

    id: Url
    type: Annotated[TypeNames, Holds("ResultDescription")]
    name: Text
    resultType: ResultType
    alignment: OneOrMany[Alignment] = ABSENT
    allowedValue: OneOrMany[str] = ABSENT
    requiredLevel: Url = ABSENT
    requiredValue: str = ABSENT
    rubricCriterionLevel: OneOrMany[RubricCriterionLevel] = ABSENT
    valueMin: str = ABSENT
    valueMax: str = ABSENT


class Criteria(Node):
    """How an achievement is earned (§B.1)."""

    id: Url = ABSENT
    narrative: str = ABSENT


class Related(Node):
    """An achievement that this one is related to (§B.1)."""

    id: Url
    type: Annotated[TypeNames, Holds("Related")]
    inLanguage: LanguageTag = ABSENT
    version: str = ABSENT


class Achievement(Node):
    """What can be earned (§B.1)."""

    id: Url
    type: Annotated[TypeNames, Holds("Achievement")]
    name: Text
    description: Text
    criteria: Criteria
    achievementType: AchievementType = ABSENT
    alignment: OneOrMany[Alignment] = ABSENT
    creator: Profile = ABSENT
    creditsAvailable: float = ABSENT
    endorsement: "OneOrMany[EndorsementCredential]" = ABSENT
    endorsementJwt: OneOrMany[CompactJws] = ABSENT
    fieldOfStudy: str = ABSENT
    humanCode: str = ABSENT
    image: Image = ABSENT
    inLanguage: LanguageTag = ABSENT
    otherIdentifier: OneOrMany[IdentifierEntry] = ABSENT
    related: OneOrMany[Related] = ABSENT
    resultDescription: OneOrMany[ResultDescription] = ABSENT
    specialization: str = ABSENT
    tag: OneOrMany[str] = ABSENT
    version: str = ABSENT


class Result(Node):
    """A result that was reached (§B.1)."""

    type: Annotated[TypeNames, Holds("Result")]
    resultDescription: Url = ABSENT
    achievedLevel: Url = ABSENT
    value: str = ABSENT
    status: ResultStatus = ABSENT
    alignment: OneOrMany[Alignment] = ABSENT


class AchievementSubject(Node):
    """Who earned what (§B.1)."""

    id: Url = ABSENT
    type: Annotated[TypeNames, Holds("AchievementSubject")]
    achievement: Achievement
    activityStartDate: DateTimeStamp = ABSENT
    activityEndDate: DateTimeStamp = ABSENT
    creditsEarned: float = ABSENT
    identifier: OneOrMany[IdentityObject] = ABSENT
    image: Image = ABSENT
    licenseNumber: str = ABSENT
    narrative: str = ABSENT
    result: OneOrMany[Result] = ABSENT
    role: str = ABSENT
    source: Profile = ABSENT
    term: str = ABSENT


class Evidence(Node):
    """What the award rests on (§B.1)."""

    id: Url = ABSENT
    type: Annotated[TypeNames, Holds("Evidence")]
    name: str = ABSENT
    narrative: str = ABSENT
    description: str = ABSENT
    genre: str = ABSENT
    audience: str = ABSENT


class EndorsementSubject(Node):
    """Who or what is endorsed (§B.1)."""

    id: Url
    type: Annotated[TypeNames, Holds("EndorsementSubject")]
    endorsementComment: str = ABSENT


class Credential(SecuredDocument):
    """What all kinds of credentials of 1EdTech have in common (§B.2)."""

    id: Url
    issuer: Annotated[Profile, OrUrl()]
    validFrom: DateTimeStamp
    awardedDate: DateTimeStamp = ABSENT
    evidence: OneOrMany[Evidence] = ABSENT
    refreshService: OneOrMany[TypedWithId] = ABSENT


class EndorsementCredential(Credential):
    """Someone vouches for a profile, an achievement or an award (§B.1)."""

    context: Annotated[Any, Contexts(OB3_CONTEXT_PATTERN)] = Field(alias="@context")
    type: Annotated[TypeNames, HoldsAll("EndorsementCredential")]
    name: LanguageText
    credentialSubject: EndorsementSubject


class AchievementCredential(Credential):
    """A credential about one achievement of one person (§B.1)."""

    context: Annotated[Any, Contexts(OB3_CONTEXT_PATTERN)] = Field(alias="@context")
    type: Annotated[TypeNames, HoldsAll("AchievementCredential", "OpenBadgeCredential")]
    credentialSubject: AchievementSubject
    image: Image = ABSENT
    endorsement: OneOrMany[EndorsementCredential] = ABSENT
    endorsementJwt: OneOrMany[CompactJws] = ABSENT


def unknown_levels(document: JsonObject, at: str = "") -> list[Problem]:
    """A result names a result description, and a level, of its own achievement (§B.1)."""
    subject = document["credentialSubject"]
    described = {
        entry["id"]: {level["id"] for level in _all(entry, "rubricCriterionLevel")}
        for entry in _all(subject["achievement"], "resultDescription")
    }
    found = []
    for index, result in enumerate(_all(subject, "result")):
        place = (index,) if isinstance(subject["result"], list) else ()
        here = at + point("credentialSubject", "result", *place)
        description = result.get("resultDescription")
        if description is not None and description not in described:
            found.append(Problem(here, "The result belongs to no result description of the badge."))
        level = result.get("achievedLevel")
        if level is not None and level not in described.get(description, set()):
            found.append(Problem(here, "The level reached is none of the levels described."))
    return found


def _all(node: JsonObject, member: str) -> list[Any]:
    return as_list(node[member]) if member in node else []
