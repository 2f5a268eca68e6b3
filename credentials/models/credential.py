"""Verifiable credentials: VC Data Model 2.0 §4 and §5, and 1.1 §4."""
# ruff: noqa: N815 - the members have the standard's names

import re
from typing import Annotated, Any

from pydantic import Field, model_validator

from credentials.json_types import JsonObject
from credentials.models.members import (
    ABSENT,
    VC1_CONTEXT,
    VC2_CONTEXT,
    Contexts,
    DateTimeStamp,
    Holds,
    LanguageText,
    Node,
    OneOrMany,
    OrUrl,
    Shown,
    Text,
    TypeNames,
    Url,
)
from credentials.models.rules import as_list, moment

__all__ = [
    "VC1_CONTEXT",
    "VC2_CONTEXT",
    "Issuer",
    "SecuredDocument",
    "Typed",
    "TypedWithId",
    "VerifiableCredential",
    "is_version_1",
]
MAX_SUBJECTS = 100
"""Subjects of one credential; more is a list of people, not a credential."""
_PROOF: JsonObject = {
    "type": "object",
    "properties": {"type": {"type": "string", "minLength": 1}},
    "required": ["type"],
}


class Typed(Node):
    """Something that says its type and may have a URL: a status, terms of use (VC 2.0 §4.5)."""

    id: Url = ABSENT
    type: Annotated[OneOrMany[Text], Field(min_length=1)]


class TypedWithId(Typed):
    """Something that has a type and a URL: a schema (§4.11)."""

    id: Url


class Issuer(Node):
    """An issuer that says more than its URL (§4.7)."""

    id: Url
    name: LanguageText = ABSENT
    description: LanguageText = ABSENT


class Subject(Node):
    """What is claimed about someone or something (§4.8)."""

    id: Url = ABSENT

    @model_validator(mode="before")
    @classmethod
    def _says_something(cls, data: Any) -> Any:
        if data == {}:
            raise ValueError("a subject has to say something")
        return data


class RelatedResource(Node):
    """Something elsewhere, with the digest of what was meant (§5.3)."""

    id: Url
    digestSRI: OneOrMany[Text] = ABSENT
    digestMultibase: OneOrMany[Text] = ABSENT
    mediaType: Text = ABSENT


class SecuredDocument(Node):
    """What the credentials of all standards have in common.

    Proofs are left to those who check them: here they only have their place.
    """

    name: LanguageText = ABSENT
    description: LanguageText = ABSENT
    validUntil: DateTimeStamp = ABSENT
    proof: Annotated[
        Any, Shown({"anyOf": [_PROOF, {"type": "array", "items": _PROOF, "minItems": 1}]})
    ] = ABSENT
    credentialSchema: OneOrMany[TypedWithId] = ABSENT
    credentialStatus: OneOrMany[Typed] = ABSENT
    termsOfUse: OneOrMany[Typed] = ABSENT
    relatedResource: OneOrMany[RelatedResource] = ABSENT

    @classmethod
    def context_patterns(cls) -> list[re.Pattern[str]]:
        """What the contexts after the base context have to match, in order."""
        metadata = cls.model_fields["context"].metadata
        return [pattern for rule in metadata for pattern in getattr(rule, "patterns", ())]

    @model_validator(mode="before")
    @classmethod
    def _with_dates_of_version_2(cls, data: Any) -> Any:
        """Version 1.1 has other names for the dates, which are checked where they stand."""
        if not isinstance(data, dict) or not is_version_1(data):
            return data
        dates = {"validFrom": data.get("issuanceDate"), "validUntil": data.get("expirationDate")}
        return {**{name: value for name, value in dates.items() if moment(value)}, **data}


class VerifiableCredential(SecuredDocument):
    """A credential of any kind (VC 2.0 §4)."""

    context: Annotated[Any, Contexts()] = Field(alias="@context")
    id: Url = ABSENT
    type: Annotated[TypeNames, Holds("VerifiableCredential")]
    issuer: Annotated[Issuer, OrUrl()]
    credentialSubject: Annotated[OneOrMany[Subject], Field(min_length=1, max_length=MAX_SUBJECTS)]
    validFrom: DateTimeStamp = ABSENT
    evidence: OneOrMany[Typed] = ABSENT
    refreshService: OneOrMany[Typed] = ABSENT


def is_version_1(document: JsonObject) -> bool:
    """Whether a document follows VC Data Model 1.1."""
    return as_list(document.get("@context"))[:1] == [VC1_CONTEXT]
