"""An Open Badges 3.0 credential as the claims of an SD-JWT VC, and back as something to read.

The result is not an Open Badge: JSON-LD, identity hashes and rubrics stay behind. What is kept is
what a reader asks for: who awarded what for which performance, on what evidence, and its status.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from credentials.errors import JoseMalformed
from credentials.jose import claims
from credentials.json_types import JsonObject
from credentials.models.rules import as_list, moment, point
from credentials.proofs.data_integrity import format_date_time_stamp

STATUS: Final = "BitstringStatusListEntry"
"""The mechanism within ``status``: the entries as the badge has them."""
_ACHIEVEMENT = (
    "id",
    "name",
    "description",
    "criteria",
    "humanCode",
    "achievementType",
    "alignment",
)
_PROFILE = ("id", "name", "url")
_LEVEL = ("name", "level", "points", "description")
_EVIDENCE = ("id", "name", "narrative", "description", "genre", "audience")
_RESULT = ("value", "status")


@dataclass(frozen=True, slots=True)
class BadgeClaims:
    """What ``sd_jwt_vc.issue`` is to be called with.

    Attributes:
        content: the claims.
        disclosable: JSON pointers of what the learner may show or keep back.
        issuer: the badge's issuer.
        not_before, expires: the badge's validity; aware.
        status: where its status is to be read.
    """

    content: JsonObject
    disclosable: tuple[str, ...]
    issuer: str
    not_before: datetime | None
    expires: datetime | None
    status: JsonObject | None


def of_badge(credential: JsonObject) -> BadgeClaims:
    """The claims that say what a badge says.

    Args:
        credential: an Open Badges 3.0 credential that was checked (``models.check_credential``).

    Raises:
        JoseMalformed: it has no issuer, or not one subject with one achievement.
    """
    issuer = claims.issuer_of(credential)
    subjects = as_list(credential.get("credentialSubject"))
    subject = _object(subjects[0]) if len(subjects) == 1 else {}
    achievement = subject.get("achievement")
    if issuer is None or not isinstance(achievement, dict):
        raise JoseMalformed("A badge has no issuer, or not one subject with one achievement.")
    content: JsonObject = {
        "name": credential.get("name"),
        "issuer": _some(credential["issuer"], _PROFILE),
        "jti": credential.get("id"),
        "sub": subject.get("id"),
        "awardedDate": credential.get("awardedDate"),
        "learner": _learner(subject),
        "achievement": _some(achievement, _ACHIEVEMENT),
        "narrative": subject.get("narrative"),
        "result": [_result(result, achievement) for result in _objects(subject.get("result"))],
        "evidence": [_some(piece, _EVIDENCE) for piece in _objects(credential.get("evidence"))],
    }
    content = {name: value for name, value in content.items() if value}
    status = _objects(credential.get("credentialStatus"))
    return BadgeClaims(
        content=content,
        disclosable=tuple(_disclosable(content)),
        issuer=issuer,
        not_before=moment(credential.get("validFrom") or credential.get("issuanceDate")),
        expires=moment(credential.get("validUntil") or credential.get("expirationDate")),
        status={STATUS: status} if status else None,
    )


def record_of(content: JsonObject) -> JsonObject:
    """What the claims of an SD-JWT VC made from a badge say, for a reader.

    Args:
        content: ``SdJwt.claims`` of a verified token.

    Returns:
        ``type``, ``issuer``, ``name``, ``learner``, ``achievement``, ``criteria``,
        ``alignment``, ``results`` (name, level, required), ``narrative``, ``evidence``, and the
        dates ``validFrom``, ``validUntil``, ``awardedDate``; each only if it is disclosed.

    Raises:
        JoseMalformed: a date is none.
    """
    achievement = _object(content.get("achievement"))
    record: JsonObject = {
        "type": content.get("vct"),
        "issuer": _object(content.get("issuer")) | {"id": content.get("iss")},
        "id": content.get("jti"),
        "subject": content.get("sub"),
        "name": content.get("name"),
        "learner": content.get("learner"),
        "achievement": _some(achievement, ("id", "name", "description", "humanCode")),
        "criteria": achievement.get("criteria"),
        "alignment": _objects(achievement.get("alignment")),
        "results": [_readable(result) for result in _objects(content.get("result"))],
        "narrative": content.get("narrative"),
        "evidence": _objects(content.get("evidence")),
        "awardedDate": content.get("awardedDate"),
    }
    for name, member in (("nbf", "validFrom"), ("exp", "validUntil")):
        date = claims.numeric_date(content, name)
        record[member] = None if date is None else format_date_time_stamp(date)
    return {name: value for name, value in record.items() if value}


def status_entries(content: JsonObject) -> list[JsonObject]:
    """The ``credentialStatus`` entries of the badge, from the claims of its SD-JWT VC.

    None if ``status`` names, beside them or alone, a mechanism that is not theirs: a reader who
    looked at the entries only would overlook the other.
    """
    status = _object(content.get("status"))
    entries = as_list(status.get(STATUS))
    whole = set(status) == {STATUS} and all(isinstance(entry, dict) for entry in entries)
    return entries if whole else []


def _learner(subject: JsonObject) -> str | None:
    """The learner's name, where the badge has it in the clear (OB 3.0, IdentityObject)."""
    for identity in _objects(subject.get("identifier")):
        if identity.get("identityType") == "name" and identity.get("hashed") is False:
            return str(identity.get("identityHash"))
    return None


def _result(result: JsonObject, achievement: JsonObject) -> JsonObject:
    """A result with the words of its description: it can be shown without the achievement."""
    descriptions = {
        entry.get("id"): entry for entry in _objects(achievement.get("resultDescription"))
    }
    description = descriptions.get(result.get("resultDescription"), {})
    levels = {
        level.get("id"): _some(level, _LEVEL)
        for level in _objects(description.get("rubricCriterionLevel"))
    }
    said = {
        "name": description.get("name"),
        "achievedLevel": levels.get(result.get("achievedLevel")),
        "requiredLevel": levels.get(description.get("requiredLevel")),
        "requiredValue": description.get("requiredValue"),
        **_some(result, _RESULT),
    }
    return {name: value for name, value in said.items() if value}


def _readable(result: JsonObject) -> JsonObject:
    said = {
        "name": result.get("name"),
        "level": _object(result.get("achievedLevel")).get("name") or result.get("value"),
        "required": _object(result.get("requiredLevel")).get("name") or result.get("requiredValue"),
        "status": result.get("status"),
    }
    return {name: value for name, value in said.items() if value}


def _disclosable(content: JsonObject) -> list[str]:
    """Everything but who issued it; parts of the achievement, and each result and piece alone."""
    found = [point(name) for name in content if name not in ("issuer", "result", "evidence")]
    found += [
        point("achievement", name)
        for name in ("criteria", "alignment")
        if name in content.get("achievement", {})
    ]
    for name in ("result", "evidence"):
        found += [point(name, index) for index in range(len(content.get(name, ())))]
    return found


def _some(node: object, members: tuple[str, ...]) -> JsonObject:
    given = _object(node)
    return {name: given[name] for name in members if given.get(name)}


def _object(value: Any) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[JsonObject]:
    return [entry for entry in as_list(value) if isinstance(entry, dict)]
