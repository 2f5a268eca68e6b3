"""The canonical form of a JSON-LD document: RDFC-1.0 N-Quads, with nothing dropped in silence.

JSON-LD forgets what no context defines: an undefined member vanishes and a signature over the rest
still holds. So everything that would be dropped is refused (JSON-LD 1.1 API §5, VC Data Integrity
1.0 §4.6). Only bundled contexts are used; none is ever fetched.
"""

from typing import Any, NoReturn

from pyld import jsonld

from credentials.errors import ContextInvalid, JsonSurrogate, UndefinedTerm
from credentials.expanded_rdf import quads_of
from credentials.json_types import JsonObject
from credentials.rdfc import Quad, canonical_nquads
from credentials.shapes import Shapes
from schemas import context
from schemas.errors import TouchstoneError

__all__ = ["canonicalize", "without_proof"]


def without_proof(document: JsonObject) -> JsonObject:
    """The document that its proofs secure: all members but ``proof``."""
    return {name: value for name, value in document.items() if name != "proof"}


def canonicalize(document: JsonObject) -> str:
    """The canonical N-Quads of ``document`` as it stands; remove its proof first.

    Raises:
        UnknownContext: a context that is not bundled.
        UndefinedTerm: a member, type or id that JSON-LD would drop.
        ContextInvalid: JSON-LD 1.1 cannot be applied, or a term has no N-Quads form.
        CanonicalWorkLimit: a poison graph.
        JsonSurrogate: a lone surrogate in a string.
    """
    try:
        canonical = canonical_nquads(_SHAPES.quads(document))
        canonical.encode("utf-8")
    except UnicodeEncodeError as error:
        raise JsonSurrogate("A string holds half of a surrogate pair, which is no text.") from error
    return canonical


def expanded_quads(document: JsonObject) -> list[Quad]:
    """The quads of ``document`` by full expansion: slow, and what the shapes are held to.

    Raises:
        as :func:`canonicalize`.
    """
    return quads_of(_expanded(document))


_SHAPES = Shapes(expanded_quads)


def _expanded(document: JsonObject) -> list[Any]:
    """Expand strictly. pyld crashes in many ways on hostile input: all are the sender's error."""
    processor = jsonld.JsonLdProcessor(on_property_dropped=_refuse_dropped)
    try:
        expanded: list[Any] = processor.expand(document, _options())
    except (TouchstoneError, UnicodeEncodeError):
        raise
    except Exception as error:
        raise _own_error(error) from error
    return expanded


def _options() -> dict[str, Any]:
    return {"base": None, "documentLoader": _load, "rdfDirection": "i18n-datatype"}


def _load(url: str, _options: object) -> dict[str, Any]:
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": context(url),
    }


def _own_error(error: Exception) -> TouchstoneError:
    """Our own error where one lies below pyld's, else a plain ContextInvalid."""
    cause: BaseException | None = error
    for _ in range(10):
        if cause is None:
            break
        if isinstance(cause, TouchstoneError):
            return cause
        cause = cause.__cause__ or cause.__context__
    detail = getattr(error, "code", None) or type(error).__name__
    return ContextInvalid(
        f"JSON-LD cannot be applied to the document ({detail}).",
        "Check its @context, and that no protected term is defined again.",
    )


def _refuse_dropped(name: str | None) -> NoReturn:
    raise UndefinedTerm(
        f"No context defines the member {str(name)[:100]!r}, so no signature covers it.",
        "Remove it, or name a context that defines it.",
    )
