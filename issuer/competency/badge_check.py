"""Badges of other issuers, checked by our own verifier before anything is made of them.

The second of two places that import the verifier (the other is minting/self_check.py): what we
take in from others passes the same checks as what we release. All fetching is the verifier's, by
its guarded door.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from credentials.json_types import JsonObject
from credentials.models.rules import moment
from credentials.proofs.data_integrity import parse_date_time_stamp
from issuer.competency.errors import BadgeRefused, BadgeUndecided, BadgeUnfit
from schemas.errors import TouchstoneError
from verifier.fetch.doors import open_ports
from verifier.intake import MAX_FILE_BYTES, read_received
from verifier.json_access import objects, text
from verifier.opening import open_received
from verifier.policy import Verdict
from verifier.reading import ACHIEVEMENT
from verifier.report import Report
from verifier.session import check_document
from verifier.settings import VerifierSettings, parse_rpc

MAX_IDENTIFIERS: Final = 20
"""Identities in one badge that are compared with the learner's."""


@dataclass(frozen=True, slots=True)
class BadgeIdentity:
    """Who a badge says it was issued to (OB 3.0 IdentityObject).

    Args:
        kind: identityType, such as ``emailAddress``.
        text: identityHash: a text in the clear, or its salted hash.
        hashed, salt: as the badge has them.
    """

    kind: str
    text: str
    hashed: bool
    salt: str


@dataclass(frozen=True, slots=True)
class VerifiedBadge:
    """What a badge says that our verifier found VERIFIED.

    Args:
        id: of the credential; '' if it has none.
        issuer: its issuer's DID or URL.
        issuer_name: as far as somebody vouches for it.
        achievement: name of what was achieved.
        level: the level it states, as its issuer calls it; '' if it states none or several.
        awarded_at: when it was awarded, or else what it is valid from.
        holder: id of its subject; '' if it has none.
        identities: what else it says of its subject.
        sha256: of the file, in hexadecimal.
        achievement_id, achievement_type: of the Achievement, as the badge names them; '' if not.
        targets: targetUrl and targetCode of its alignments.
        ladder: names of the levels from the lowest on, or the one it states alone; () if none.
        position: of the stated level on the ladder, 1 for the lowest; None if it states none.
        valid_from, valid_until: its dates.
        data: the file's bytes.
    """

    id: str
    issuer: str
    issuer_name: str
    achievement: str
    level: str
    awarded_at: datetime
    holder: str
    identities: tuple[BadgeIdentity, ...]
    sha256: str
    achievement_id: str = ""
    achievement_type: str = ""
    targets: tuple[tuple[str, str], ...] = ()
    ladder: tuple[str, ...] = ()
    position: int | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    data: bytes = b""


def badge_settings(
    *, rpc: Iterable[str] = (), registry: Path | None = None, insecure_loopback: bool = False
) -> VerifierSettings:
    """How the verifier is set up: by its environment variables, with these over them.

    Args:
        rpc: ``CHAINID=URL`` items: where anchors are read.
        registry: a trust registry file.
        insecure_loopback: accept http and this machine's own addresses.

    Raises:
        SettingInvalid, PolicyInvalid: see VerifierSettings.from_environment.
    """
    base = VerifierSettings.from_environment()
    return replace(
        base,
        rpc={**base.rpc, **parse_rpc(rpc)},
        registry=registry or base.registry,
        insecure_loopback=insecure_loopback or base.insecure_loopback,
    )


def check_badge(path: Path, settings: VerifierSettings) -> VerifiedBadge:
    """Read and check one badge.

    Args:
        path: an Open Badge: JSON, or a token.
        settings: see badge_settings.

    Raises:
        BadgeUnfit: it cannot be read, or is no Open Badge about one achievement.
        BadgeRefused, BadgeUndecided: the verifier's verdict, with its reasons.
        RegistryInvalid: the registry cannot be used.
    """
    return check_badge_data(_bytes(path), path.name, settings)


def check_badge_data(data: bytes, name: str, settings: VerifierSettings) -> VerifiedBadge:
    """Check one badge by its bytes.

    Args:
        data: JSON, or a token.
        name: what problems call it.
        settings: see badge_settings.

    Raises:
        as check_badge.
    """
    try:
        opened = open_received(read_received(data))
    except TouchstoneError as error:
        raise BadgeUnfit(f"{name} cannot be read: {error.sentence}", error.remedy) from error
    if opened.is_presentation:
        raise BadgeUnfit(
            f"{name} is a presentation of records, not one badge.",
            "Ask for the badge itself.",
        )
    report, decision = check_document(opened, open_ports(settings), settings)
    reasons = " ".join(decision.reasons)
    if decision.verdict is Verdict.REFUSED:
        raise BadgeRefused(
            f"The verifier refuses {name}: {reasons}", "It is not taken in as evidence."
        )
    if decision.verdict is not Verdict.VERIFIED:
        raise BadgeUndecided(
            f"The verifier could not decide about {name}: {reasons}",
            "It is not taken in. Try again later, or ask its issuer for another form of it.",
        )
    return _badge(opened.document, report, data, name)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        sentence = f"{path} cannot be opened."
        raise BadgeUnfit(sentence, "Check its name and rights.") from error


def _badge(document: JsonObject, report: Report, data: bytes, file: str) -> VerifiedBadge:
    facts = report.facts
    achievement = str(facts.get("achievement", {}).get("name", ""))
    subjects = objects(document.get("credentialSubject"))
    if facts.get("kind") != ACHIEVEMENT or not achievement or len(subjects) != 1:
        raise BadgeUnfit(
            f"{file} is a genuine record, but no Open Badge about one person's one achievement.",
            "Take in each badge by itself.",
        )
    return VerifiedBadge(
        id=str(facts["id"]),
        issuer=str(facts["issuer"]),
        issuer_name=str(facts["issuerName"]),
        achievement=achievement,
        level=str((facts.get("level") or {}).get("name", "")),
        awarded_at=_awarded_at(document, str(facts["validFrom"]), file),
        holder=str(facts["subject"]),
        identities=tuple(_identities(subjects[0])),
        sha256=hashlib.sha256(data).hexdigest(),
        data=data,
        achievement_type=text(objects(subjects[0].get("achievement"))[0], "achievementType"),
        **_achieved(facts),
    )


def _achieved(facts: Mapping[str, Any]) -> JsonObject:
    """What was achieved, as far as others may ask for it: see VerifiedBadge."""
    level = facts.get("level") or {}
    ladder = tuple(map(str, level.get("ladder") or ())) or ((level["name"],) if level else ())
    return {
        "achievement_id": str(facts.get("achievement", {}).get("id", "")),
        "targets": tuple((one["url"], one["code"]) for one in facts.get("alignments", ())),
        "ladder": ladder,
        "position": (level.get("position") or 1) if level else None,
        "valid_from": moment(facts.get("validFrom")),
        "valid_until": moment(facts.get("validUntil")),
    }


def _awarded_at(document: JsonObject, valid_from: str, file: str) -> datetime:
    try:
        return parse_date_time_stamp(text(document, "awardedDate") or valid_from)
    except ValueError as error:
        raise BadgeUnfit(f"{file} does not say when it was awarded.") from error


def _identities(subject: JsonObject) -> list[BadgeIdentity]:
    return [
        BadgeIdentity(
            kind=text(node, "identityType"),
            text=text(node, "identityHash"),
            hashed=node.get("hashed") is True,
            salt=text(node, "salt"),
        )
        for node in objects(subject.get("identifier"))[:MAX_IDENTIFIERS]
    ]
