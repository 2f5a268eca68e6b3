"""The canonical form of a JSON-LD document: RDFC-1.0 N-Quads, with nothing dropped in silence.

JSON-LD forgets what no context defines: an undefined member vanishes and a signature over the rest
still holds. So everything that would be dropped is refused (JSON-LD 1.1 API §5, VC Data Integrity
1.0 §4.6). Only bundled contexts are used; none is ever fetched.
"""

from collections.abc import Sequence

from credentials.errors import JsonSurrogate
from credentials.expanded_rdf import quads_of
from credentials.expansion import expand
from credentials.filling import Filling
from credentials.json_types import JsonObject
from credentials.rdfc import HashName, Quad
from credentials.shapes import Shapes, Spelling
from schemas import context

__all__ = ["canonicalize", "without_proof"]


def without_proof(document: JsonObject) -> JsonObject:
    """The document that its proofs secure: all members but ``proof``."""
    return {name: value for name, value in document.items() if name != "proof"}


def canonicalize(document: JsonObject, *, hash_name: HashName = "sha256") -> str:
    """The canonical N-Quads of ``document`` as it stands; remove its proof first.

    Args:
        hash_name: the hash that labels blank nodes: SHA-384 for suites with P-384.

    Raises:
        UnknownContext: a context that is not bundled.
        UndefinedTerm: a member, type or id that JSON-LD would drop.
        ContextInvalid: JSON-LD 1.1 cannot be applied, or a term has no N-Quads form.
        CanonicalWorkLimit: a poison graph.
        JsonSurrogate: a lone surrogate in a string.
    """
    return canonicalize_spelt(document, hash_name=hash_name)[0]


def canonicalize_spelt(
    document: JsonObject, *, hash_name: HashName = "sha256"
) -> tuple[str, Spelling | None]:
    """The canonical N-Quads and, where documents of its shape are known, how it is spelt.

    Raises:
        as :func:`canonicalize`.
    """
    try:
        canonical, spelling = _SHAPES.canonicalize_spelt(document, hash_name)
        canonical.encode("utf-8")
    except UnicodeEncodeError as error:
        raise JsonSurrogate("A string holds half of a surrogate pair, which is no text.") from error
    return canonical, spelling


def quads(document: JsonObject) -> list[Quad]:
    """The quads of ``document`` as it stands; its blank nodes have labels of ours.

    Raises:
        as :func:`canonicalize`, but for the limit of work.
    """
    return _SHAPES.quads(document)


def expanded_quads(document: JsonObject) -> list[Quad]:
    """The quads of ``document`` by full expansion: slow, and what the shapes are held to.

    Raises:
        as :func:`canonicalize`.
    """
    return quads_of(expand(document, _load))


def mould(document: JsonObject, marked: JsonObject, markers: Sequence[str]) -> Filling | None:
    """The shape of documents that a program makes by the thousand and that differ in some texts.

    ``canonical_union`` makes canonical forms of it, without looking at a document at all.

    Args:
        document: such a document.
        marked: the same, with markers in the place of the texts that differ.
        markers: texts that nothing else in it equals; the shape's parts are in their order.

    Returns:
        None where such documents have no shape in common.

    Raises:
        as :func:`canonicalize`.
    """
    return _SHAPES.mould(document, marked, markers)


_SHAPES = Shapes(expanded_quads)


def _load(url: str) -> JsonObject:
    return context(url)
