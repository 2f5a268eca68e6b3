"""What a document has to be before it is signed: a signature is for ever, a refusal is not.

Beyond the data models, every word has to have a meaning: a canonical form exists, in which nothing
is dropped (VC Data Integrity 1.0 §4.6).
"""

from collections.abc import Iterator
from typing import Any

from credentials.canonical import without_proof
from credentials.errors import Problem, StructureInvalid
from credentials.json_types import JsonObject
from credentials.models.checks import check_credential, check_presentation, kinds_of
from credentials.models.rules import as_list, point, types_of
from credentials.proofs.unsecured import Unsecured
from schemas.errors import Fault, TouchstoneError

_ABOUT_CONTEXTS = frozenset({"context.unknown", "context.invalid"})


def check_for_issuing(document: JsonObject, *, unsecured: Unsecured | None = None) -> None:
    """Refuse a credential, or a presentation, that must not be signed as it stands.

    Args:
        unsecured: what will be signed, where the caller has it already: its canonical form is made
            here and is then there for the suites.

    Raises:
        StructureInvalid: with every problem found; an unknown context, an undefined term and a
            protected term that is defined again are problems too.
    """
    if "VerifiablePresentation" in types_of(document):
        check_presentation(document)
    else:
        check_credential(document)
    problems = _contexts_in_order(document)
    if not problems:
        problems = _without_meaning(document, unsecured or Unsecured(without_proof(document)))
    if problems:
        raise StructureInvalid(problems)


def _contexts_in_order(document: JsonObject) -> list[Problem]:
    """1EdTech's readers find the contexts by their places: base, CLR, Open Badges."""
    contexts = as_list(document["@context"])
    for kind in kinds_of(document):
        for index, pattern in enumerate(kind.context_patterns(), start=1):
            entry = contexts[index] if index < len(contexts) else None
            if not isinstance(entry, str) or not pattern.search(entry):
                sentence = "The context of its kind of credential has to stand here."
                return [Problem(point("@context", index), sentence)]
    return []


def _without_meaning(document: JsonObject, unsecured: Unsecured) -> list[Problem]:
    """What keeps the document from having a canonical form: one problem, the first met."""
    try:
        _ = unsecured.canonical
    except TouchstoneError as error:
        if error.fault is not Fault.CONTENT:
            raise
        at = "/@context" if error.code in _ABOUT_CONTEXTS else ""
        return [Problem(_named_in(document, error.sentence) or at, error.sentence)]
    return []


def _named_in(document: JsonObject, sentence: str) -> str:
    """The place of the first word of the document that an error names, "" if there is none."""
    quoted = ((at, repr(word[:100])) for at, word in _words(document, "") if word)
    return next((at for at, word in quoted if word in sentence), "")


def _words(node: Any, at: str) -> Iterator[tuple[str, str]]:
    """The names, types and ids of a document with their places, contexts left out."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _words(item, f"{at}/{index}")
    elif isinstance(node, dict):
        for name, value in node.items():
            here = at + point(name)
            yield here, name
            if name in ("id", "type"):
                yield from ((here, text) for text in as_list(value) if isinstance(text, str))
            elif name != "@context":
                yield from _words(value, here)
