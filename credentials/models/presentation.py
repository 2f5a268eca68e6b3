"""Verifiable presentations and envelopes (VC 2.0 §4.13)."""
# ruff: noqa: N815 - the members have the standard's names

from typing import Annotated, Any

from pydantic import Field

from credentials.errors import Problem
from credentials.json_types import JsonObject
from credentials.models.credential import Typed
from credentials.models.members import (
    ABSENT,
    VC2_CONTEXT,
    Contexts,
    Holds,
    Node,
    OneOrMany,
    OrUrl,
    TypeNames,
    Url,
    model_problems,
)
from credentials.models.rules import as_list, items

ENVELOPED_CREDENTIAL = "EnvelopedVerifiableCredential"
ENVELOPED_PRESENTATION = "EnvelopedVerifiablePresentation"


class Holder(Node):
    """A holder that says more than its URL."""

    id: Url


class Presented(Node):
    """A credential in a presentation; it is checked by itself."""

    type: Annotated[TypeNames, Holds("VerifiableCredential", ENVELOPED_CREDENTIAL)]


class VerifiablePresentation(Node):
    """What a holder shows (§4.13)."""

    context: Annotated[Any, Contexts()] = Field(alias="@context")
    id: Url = ABSENT
    type: Annotated[TypeNames, Holds("VerifiablePresentation")]
    holder: Annotated[Holder, OrUrl()] = ABSENT
    verifiableCredential: OneOrMany[Presented] = ABSENT
    termsOfUse: OneOrMany[Typed] = ABSENT


def presentation_problems(document: JsonObject) -> list[Problem]:
    """Everything that keeps a document from being a presentation."""
    found = model_problems(VerifiablePresentation, document)
    if found:
        return found
    for at, credential in items(document, "verifiableCredential"):
        if ENVELOPED_CREDENTIAL in as_list(credential["type"]):
            found += envelope_problems(credential, ENVELOPED_CREDENTIAL, at)
    return found


def envelope_problems(document: JsonObject, type_: str, at: str = "") -> list[Problem]:
    """What keeps a document from being an envelope of ``type_`` (§4.13.1, §4.13.2)."""
    found = []
    if VC2_CONTEXT not in as_list(document.get("@context")):
        found.append(Problem(f"{at}/@context", f"The contexts have to include {VC2_CONTEXT}."))
    if as_list(document.get("type")) != [type_]:
        found.append(Problem(f"{at}/type", f"The type of an envelope has to be {type_}."))
    url = document.get("id")
    if not isinstance(url, str) or not url.startswith("data:"):
        found.append(Problem(f"{at}/id", "The id of an envelope has to be a data: URL."))
    return found
