"""Verifiable credentials and presentations: the rules of VC Data Model 2.0 §4 and 1.1 §4."""

from typing import Any

from credentials.errors import Problem, StructureInvalid
from credentials.json_types import JsonObject
from credentials.models import open_badge
from credentials.models.rules import (
    as_list,
    check_date,
    check_id,
    check_language_text,
    check_type,
    check_typed,
    is_url,
    items,
    moment,
    types_of,
)

VC2_CONTEXT = "https://www.w3.org/ns/credentials/v2"
VC1_CONTEXT = "https://www.w3.org/2018/credentials/v1"
MAX_SUBJECTS = 100


def check_credential(document: JsonObject) -> None:
    """Refuse what is not a verifiable credential, or not the kind that it says.

    Raises:
        StructureInvalid: with every problem found.
    """
    problems = _check_context(document) + check_id(document)
    problems += check_type(document, "", one_of=["VerifiableCredential"])
    problems += _check_issuer(document) + _check_subject(document) + _check_dates(document)
    for member in ("name", "description"):
        problems += check_language_text(document, member)
    for member in ("credentialStatus", "termsOfUse", "evidence", "refreshService"):
        problems += check_typed(document, member)
    problems += check_typed(document, "credentialSchema", with_id=True)
    problems += _check_related_resource(document)
    if not problems and open_badge.TYPES & set(types_of(document)):
        problems = open_badge.problems_of(document)
    if problems:
        raise StructureInvalid(problems)


def check_presentation(document: JsonObject) -> None:
    """Refuse what is not a verifiable presentation (VC 2.0 §4.13).

    Raises:
        StructureInvalid: with every problem found.
    """
    problems = _check_context(document) + check_id(document)
    problems += check_type(document, "", one_of=["VerifiablePresentation"])
    for at, credential in items(document, "verifiableCredential"):
        if not isinstance(credential, dict):
            problems.append(Problem(at, "A credential has to be an object."))
    if "holder" in document:
        holder = document["holder"]
        if not is_url(holder.get("id") if isinstance(holder, dict) else holder):
            problems.append(Problem("/holder", "The holder has to be named by a URL."))
    if problems:
        raise StructureInvalid(problems)


def is_version_1(document: JsonObject) -> bool:
    """Whether a document follows VC Data Model 1.1."""
    return as_list(document.get("@context"))[:1] == [VC1_CONTEXT]


def _check_context(document: JsonObject) -> list[Problem]:
    """§4.3: an ordered set that begins with the base context; objects are allowed after it."""
    contexts = document.get("@context")
    if not isinstance(contexts, list) or not contexts:
        if contexts in (VC1_CONTEXT, VC2_CONTEXT):
            return []
        return [Problem("/@context", "The contexts have to be given as an array.")]
    if contexts[0] not in (VC1_CONTEXT, VC2_CONTEXT):
        return [Problem("/@context/0", f"The first context has to be {VC2_CONTEXT}.")]
    return [
        Problem(f"/@context/{index}", "A context has to be a URL or an object.")
        for index, entry in enumerate(contexts)
        if not is_url(entry) and not isinstance(entry, dict)
    ]


def _check_issuer(document: JsonObject) -> list[Problem]:
    """§4.7: a URL, or an object with one as its id."""
    issuer = document.get("issuer")
    named = issuer.get("id") if isinstance(issuer, dict) else issuer
    if not is_url(named):
        return [Problem("/issuer", "The issuer has to be named by a URL.")]
    if not isinstance(issuer, dict):
        return []
    found = []
    for member in ("name", "description"):
        found += check_language_text(issuer, member, "/issuer")
    return found


def _check_subject(document: JsonObject) -> list[Problem]:
    """§4.8: at least one subject, and none that says nothing."""
    subjects = list(items(document, "credentialSubject"))
    if not subjects or len(subjects) > MAX_SUBJECTS:
        return [Problem("/credentialSubject", f"There have to be 1 to {MAX_SUBJECTS} subjects.")]
    found: list[Problem] = []
    for at, subject in subjects:
        if not isinstance(subject, dict) or not subject:
            found.append(Problem(at, "A subject has to be an object that says something."))
        else:
            found += check_id(subject, at)
    return found


def _check_dates(document: JsonObject) -> list[Problem]:
    """§4.9; version 1.1 has issuanceDate and expirationDate instead, the first required."""
    first, last = "validFrom", "validUntil"
    if is_version_1(document):
        first, last = "issuanceDate", "expirationDate"
        if first not in document:
            return [Problem("/issuanceDate", "The date of issue has to be given.")]
    found = check_date(document, first) + check_date(document, last)
    start, end = moment(document.get(first)), moment(document.get(last))
    if start and end and start > end:
        found.append(Problem(f"/{last}", "The credential ends before it begins."))
    return found


def _check_related_resource(document: JsonObject) -> list[Problem]:
    """§5.3 Integrity of Related Resources: objects with an id of their own and a digest."""
    found: list[Problem] = []
    seen: set[Any] = set()
    for at, resource in items(document, "relatedResource"):
        if not isinstance(resource, dict) or not is_url(resource.get("id")):
            found.append(Problem(at, "A related resource has to be an object with a URL as id."))
        elif not {"digestSRI", "digestMultibase"} & set(resource):
            found.append(Problem(at, "A related resource has to have a digest."))
        elif resource["id"] in seen:
            found.append(Problem(at, "A related resource is named twice."))
        else:
            seen.add(resource["id"])
    return found
