"""Comprehensive Learner Records: transcripts (CLR 2.0.1 §B Data Models)."""
# ruff: noqa: N815 - the members have the standard's names

from typing import Annotated, Any, Literal

from pydantic import Field

from credentials.models.members import (
    ABSENT,
    ClosedNode,
    CompactJws,
    Contexts,
    Holds,
    HoldsAll,
    LanguageText,
    Node,
    OneOrMany,
    TypeNames,
    Url,
)
from credentials.models.open_badge import (
    OB3_CONTEXT_PATTERN,
    Achievement,
    Credential,
    EndorsementCredential,
    IdentityObject,
    Image,
)

CLR2_CONTEXT = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
CLR2_CONTEXT_PATTERN = r"^https://purl\.imsglobal\.org/spec/clr/v2p0/context(-2\.\d\.\d)*\.json$"


class Association(ClosedNode):
    """How two achievements of the transcript are related (§B.1)."""

    type: Literal["Association"]
    associationType: Literal[
        "exactMatchOf",
        "isChildOf",
        "isParentOf",
        "isPartOf",
        "isPeerOf",
        "isRelatedTo",
        "precedes",
        "replacedBy",
    ]
    sourceId: Url
    targetId: Url


class NestedCredential(Credential):
    """A credential in a transcript; its own kind's model is applied to it as well."""

    context: Annotated[Any, Contexts()] = Field(alias="@context")
    id: Url = ABSENT
    type: Annotated[TypeNames, Holds("VerifiableCredential")]
    credentialSubject: dict[str, Any]


class ClrSubject(Node):
    """Whose transcript it is, and what it holds (§B.1)."""

    id: Url = ABSENT
    type: Annotated[TypeNames, Holds("ClrSubject")]
    identifier: OneOrMany[IdentityObject] = ABSENT
    achievement: OneOrMany[Achievement] = ABSENT
    verifiableCredential: Annotated[OneOrMany[NestedCredential], Field(min_length=1)]
    association: OneOrMany[Association] = ABSENT


class ClrCredential(Credential):
    """A transcript (§B.1)."""

    context: Annotated[Any, Contexts(CLR2_CONTEXT_PATTERN, OB3_CONTEXT_PATTERN)] = Field(
        alias="@context"
    )
    type: Annotated[TypeNames, HoldsAll("ClrCredential")]
    name: LanguageText
    partial: bool = ABSENT
    credentialSubject: ClrSubject
    image: Image = ABSENT
    endorsement: OneOrMany[EndorsementCredential] = ABSENT
    endorsementJwt: OneOrMany[CompactJws] = ABSENT
