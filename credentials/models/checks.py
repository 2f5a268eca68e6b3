"""Which rules a document is held to, by the types that it says."""

from typing import Any

from credentials.errors import Problem, StructureInvalid
from credentials.json_types import JsonObject
from credentials.models.clr import ClrCredential
from credentials.models.credential import SecuredDocument, VerifiableCredential, is_version_1
from credentials.models.members import model_problems
from credentials.models.open_badge import (
    AchievementCredential,
    EndorsementCredential,
    Profile,
    unknown_levels,
)
from credentials.models.presentation import (
    ENVELOPED_CREDENTIAL,
    ENVELOPED_PRESENTATION,
    envelope_problems,
    presentation_problems,
)
from credentials.models.related_resource import related_resource_problems
from credentials.models.rules import check_date, items, moment, types_of
from credentials.models.status import BitstringStatusListCredential, entry_problems

_KINDS: tuple[tuple[str, type[SecuredDocument]], ...] = (
    ("OpenBadgeCredential", AchievementCredential),
    ("AchievementCredential", AchievementCredential),
    ("ClrCredential", ClrCredential),
    ("EndorsementCredential", EndorsementCredential),
    ("BitstringStatusListCredential", BitstringStatusListCredential),
)
_VOCABULARIES = ("https://purl.imsglobal.org/spec/", "https://www.w3.org/ns/credentials/status#")
MAX_NESTED = 8
"""Transcripts inside transcripts that are followed; no record needs more than two."""


def check_credential(document: JsonObject) -> None:
    """Refuse what is not a verifiable credential, or not the kind that it says.

    Raises:
        StructureInvalid: with every problem found.
    """
    _refuse(credential_problems(document))


def check_presentation(document: JsonObject) -> None:
    """Refuse what is not a verifiable presentation (VC 2.0 §4.13).

    Raises:
        StructureInvalid: with every problem found.
    """
    _refuse(presentation_problems(document))


def check_profile(document: JsonObject) -> None:
    """Refuse what is not a profile (OB 3.0.3 §B.1), such as an issuer publishes.

    Raises:
        StructureInvalid: with every problem found.
    """
    _refuse(model_problems(Profile, document))


def check_envelope(document: JsonObject) -> None:
    """Refuse what is not an enveloped credential or presentation (VC 2.0 §4.13.1, §4.13.2).

    Raises:
        StructureInvalid: with every problem found.
    """
    enveloped = ENVELOPED_PRESENTATION in types_of(document)
    _refuse(
        envelope_problems(document, ENVELOPED_PRESENTATION if enveloped else ENVELOPED_CREDENTIAL)
    )


def credential_problems(document: Any, at: str = "", nested: int = 0) -> list[Problem]:
    """Everything that keeps ``document``, which stands at ``at``, from being what it says."""
    if nested > MAX_NESTED:
        return [Problem(at, "Transcripts are nested too deeply.")]
    found = _version_1_dates(document, at) + _of_its_kind(document, at, nested)
    if found:
        return found
    return (
        _period(document, at)
        + entry_problems(document, at)
        + related_resource_problems(document, at)
    )


def kinds_of(document: JsonObject) -> list[type[SecuredDocument]]:
    """The models of the kinds that the types name; the base model if they name none.

    Every model includes the rules of the base model. A kind that is named by its URL is held to
    its model as well, which then asks for the short name that readers look for.
    """
    names = [_short(name) for name in types_of(document)]
    return [model for name, model in _KINDS if name in names] or [VerifiableCredential]


def _short(name: str) -> str:
    return name.rpartition("#")[2] if name.startswith(_VOCABULARIES) else name


def _of_its_kind(document: JsonObject, at: str, nested: int) -> list[Problem]:
    found: list[Problem] = []
    for kind in dict.fromkeys(kinds_of(document)):
        problems = model_problems(kind, document, at)
        if kind is AchievementCredential and not problems:
            problems = unknown_levels(document, at)
        if kind is ClrCredential and not problems:
            for place, inner in items(document["credentialSubject"], "verifiableCredential"):
                where = f"{at}/credentialSubject{place}"
                problems += credential_problems(inner, where, nested + 1)
        found += problems
    return found


def _version_1_dates(document: Any, at: str) -> list[Problem]:
    """VC 1.1 §4.5 and §4.6: the date of issue is required, the date of expiry is not."""
    if not isinstance(document, dict) or not is_version_1(document):
        return []
    if "issuanceDate" not in document:
        return [Problem(f"{at}/issuanceDate", "The date of issue has to be given.")]
    return check_date(document, "issuanceDate", at) + check_date(document, "expirationDate", at)


def _period(document: JsonObject, at: str) -> list[Problem]:
    """VC 2.0 §4.9: a credential does not end before it begins."""
    for first, last in (("validFrom", "validUntil"), ("issuanceDate", "expirationDate")):
        start, end = moment(document.get(first)), moment(document.get(last))
        if start and end and start > end:
            return [Problem(f"{at}/{last}", "The credential ends before it begins.")]
    return []


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise StructureInvalid(problems)
