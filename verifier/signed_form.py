"""Whether the JSON shows what was signed.

A signature covers an RDF graph, a reader sees JSON members, and JSON-LD has many spellings for one
graph: a credentialStatus moved under its full IRI, into @included or into another node with the
credential's id stays signed while no reader finds it. So every control member has to stand exactly
where the standard puts it, and the graph has to hold exactly what stands there.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from weakref import WeakSet

from credentials.errors import Problem
from credentials.json_types import JsonObject
from credentials.own_definitions import unsafe_definitions
from credentials.shapes import TERM_IRIS, TERMS, Spelling
from verifier.json_access import identifier, listed, types

_CREDENTIALS = "https://www.w3.org/2018/credentials#"
_RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_CREDENTIAL_TYPE = f"<{_CREDENTIALS}VerifiableCredential>"
CONTROL_MEMBERS = (
    "issuer",
    "validFrom",
    "validUntil",
    "issuanceDate",
    "expirationDate",
    "credentialStatus",
    "credentialSubject",
)
"""Members that decide what a credential is, from whom, about whom, and whether it stands."""
_CONTROL_PREDICATES = [(member, f"<{_CREDENTIALS}{member}>") for member in CONTROL_MEMBERS]
_MAY_SAY_MORE = frozenset({"Profile", "EndorsementSubject"})
"""Types of nodes that the standards let stand in several places with different members, such as
the issuer who is also the creator. Types are signed, so nobody can add one to pass for these."""
_VALUE_KEYWORDS = frozenset({"@value", "@language", "@direction"})
"""The keywords that VC 2.0 §11.1 lets stand in a document, in language values."""
_QUAD = re.compile(
    r"(?P<subject>\S+) (?P<predicate>\S+) "
    r'(?P<object>"(?:[^"\\]++|\\.)*+"\S*|\S+)(?P<graph> \S+)? \.'
)
_WORDS = frozenset(term for term in TERMS if ":" not in term and term[:1] != "@") | _VALUE_KEYWORDS
_OWN_SIGNATURE = "verifiableCredential"
_NESTED = frozenset({"VerifiableCredential", "EnvelopedVerifiableCredential"})
_SUBJECT = re.compile(r"/credentialSubject(/\d+)?")
_ENDORSED = re.compile(r"/endorsement(/\d+)?/credentialSubject(/\d+)?")
_OF_ENDORSED = frozenset({"id", "type", "endorsementComment", "digestSRI", "digestMultibase"})
"""What an endorsement inside a credential may say of that credential (OB 3.0 EndorsementSubject):
nothing that a reader looks for at the credential itself."""


# Shapes of ordinary records: what _is_ordinary finds depends on a record's shape and ids alone.
_ORDINARY: WeakSet[object] = WeakSet()


def misplaced(document: JsonObject, spelling: Spelling | None = None) -> list[Problem]:
    """What stands in the JSON where no reader looks, or hides what a reader looks for.

    Args:
        spelling: of the document without its proofs, where it is known.
    """
    if spelling and spelling.shape in _ORDINARY and _are_distinct(spelling.ids):
        return []
    if _is_ordinary(document):
        if spelling and all(
            isinstance(it, dict) for it in listed(document.get("credentialSubject"))
        ):
            _ORDINARY.add(spelling.shape)
        return []
    subjects = {identifier(item) for item in listed(document.get("credentialSubject"))} - {""}
    problems: list[Problem] = []
    nodes = list(_walk(document))
    for pointer, node in nodes:
        problems += _unsafe_members(pointer, node)
        problems += _unsafe_names(pointer, node)
        if "@context" in node:
            problems += _embedded_context(pointer, node)
        if pointer and "id" in node:
            problems += _repeated_identifier(pointer, node, document.get("id"), subjects)
    return problems + list(_scattered(nodes))


def _are_distinct(ids: tuple[str, ...]) -> bool:
    return len(set(ids)) == len(ids) and "" not in ids


def _is_ordinary(document: JsonObject) -> bool:
    """Whether nothing asks for a closer look: so of nearly every record, and told quickly.

    Words only for members and types, contexts by their URLs and at the root only, and every id
    given to one node.
    """
    contexts = document.get("@context")
    if not all(isinstance(it, str) for it in (contexts if type(contexts) is list else [contexts])):
        return False
    seen = {
        identifier(item)
        for item in listed(document.get("credentialSubject"))
        if not (isinstance(item, dict) and isinstance(item.get("id"), str))
    }
    stack: list[Any] = [{name: value for name, value in document.items() if name != "@context"}]
    # The fastest walk that was found: every verification takes it through the whole record.
    while stack:
        item = stack.pop()
        if type(item) is dict:
            if not (item.keys() <= _WORDS and _is_plainly_named(item, seen)):
                return False
            item = [value for member, value in item.items() if member != "proof"]
        if type(item) is list:
            stack.extend([value for value in item if type(value) is not str])
    return True


def _is_plainly_named(node: JsonObject, seen: set[str]) -> bool:
    """Whether a node has an id that no other has, or none, and types that are words."""
    name, kinds = node.get("id"), node.get("type")
    if type(name) is str:
        if name in seen or name.startswith("_:"):
            return False
        seen.add(name)
    if type(kinds) is list:
        return all(type(kind) is str and kind in _WORDS for kind in kinds)
    return kinds is None or (type(kinds) is str and kinds in _WORDS)


def hidden(document: JsonObject, canonical: str) -> list[Problem]:
    """Control members of which the signed graph holds another number than the JSON shows.

    Args:
        canonical: the document's canonical N-Quads without proofs.
    """
    node = _credential_node(document, canonical)
    if node is None:
        return [Problem("/id", "it cannot be told which node of the graph is the credential.")]
    own = _lines_with(canonical, f"{node} <{_CREDENTIALS}")
    signed = [quad["predicate"] for quad in _default_graph(own)]
    return [
        Problem(f"/{member}", "the JSON does not show what was signed.")
        for member, predicate in _CONTROL_PREDICATES
        if signed.count(predicate) != len(_shown(document.get(member)))
    ]


def _lines_with(canonical: str, beginning: str) -> list[str]:
    """The lines that begin so. Canonical lines are sorted, so they follow each other."""
    start = 0 if canonical.startswith(beginning) else canonical.find(f"\n{beginning}") + 1
    found = []
    while canonical.startswith(beginning, start):
        end = canonical.find("\n", start)
        found.append(canonical[start:end])
        start = end + 1
    return found


def _default_graph(lines: list[str]) -> list[re.Match[str]]:
    """The quads of the default graph; nested credentials and proofs have graphs of their own."""
    quads = [_QUAD.fullmatch(line) for line in lines]
    return [quad for quad in quads if quad and quad["graph"] is None]


def _shown(value: Any) -> list[Any]:
    return [item for item in listed(value) if item is not None]


def _credential_node(document: JsonObject, canonical: str) -> str | None:
    """The node of the credential: its id, or the one blank credential that nothing points to."""
    if isinstance(document.get("id"), str):
        return f"<{document['id']}>"
    quads = _default_graph(canonical.split("\n"))  # nowhere else: a literal may hold U+2028
    targets = {quad["object"] for quad in quads}
    nodes = {
        quad["subject"]
        for quad in quads
        if quad["predicate"] == _RDF_TYPE and quad["object"] == _CREDENTIAL_TYPE
    }
    roots = [node for node in nodes - targets if node.startswith("_:")]
    return roots[0] if len(roots) == 1 else None


def _walk(node: Any, pointer: str = "") -> Iterator[tuple[str, JsonObject]]:
    """All objects of a document with their JSON pointers (RFC 6901), proofs left out."""
    stack: list[tuple[str, Any]] = [(pointer, node)]
    while stack:
        at, item = stack.pop()
        if isinstance(item, list):
            stack += [(f"{at}/{index}", value) for index, value in enumerate(item)]
        elif isinstance(item, dict):
            yield at, item
            stack += [
                (f"{at}/{_escaped(name)}", value)
                for name, value in item.items()
                if name not in {"proof", "@context"}
            ]


def _escaped(name: str) -> str:
    return name[:80].replace("~", "~0").replace("/", "~1")


def _unsafe_members(pointer: str, node: JsonObject) -> Iterator[Problem]:
    for name in node:
        if ":" in name:
            sentence = "a member is spelt as an address, not a word."
            yield Problem(f"{pointer}/{_escaped(name)}", sentence)
        elif name.startswith("@") and name != "@context" and name not in _VALUE_KEYWORDS:
            yield Problem(f"{pointer}/{_escaped(name)}", "this keyword may not stand here.")


def _unsafe_names(pointer: str, node: JsonObject) -> Iterator[Problem]:
    """Types that a reader does not recognise, and ids that merge nodes without an address."""
    for name in types(node):
        if name in TERM_IRIS or (":" in name and name.partition(":")[0] in TERMS):
            yield Problem(f"{pointer}/type", "a type is spelt as an address, not a word.")
    if str(node.get("id", "")).startswith("_:"):
        yield Problem(f"{pointer}/id", "its id is not an address.")


def _scattered(nodes: Iterable[tuple[str, JsonObject]]) -> Iterator[Problem]:
    """Nodes whose members stand in several places.

    The graph joins them again, so each of them shows a part and none what was signed: a rubric
    would lose its upper levels, one piece of evidence would look like two.
    """
    places: dict[str, list[tuple[str, JsonObject]]] = defaultdict(list)
    for pointer, node in nodes:
        name = node.get("id")
        own_graph = f"/{_OWN_SIGNATURE}" in pointer
        if isinstance(name, str) and not own_graph and _MAY_SAY_MORE.isdisjoint(types(node)):
            places[name].append((pointer, node))
    for same in places.values():
        arrays = [
            array for array, _, place in (at.rpartition("/") for at, _ in same) if place.isdigit()
        ]
        described = [node for _, node in same if set(node) - {"id", "type"}]
        if len(set(arrays)) < len(arrays) or any(node != described[0] for node in described):
            yield Problem(same[-1][0], "what it says of one thing stands in several places.")


def _embedded_context(pointer: str, node: JsonObject) -> Iterator[Problem]:
    contexts = node["@context"]
    items = contexts if isinstance(contexts, list) else [contexts]
    for item in items:
        if isinstance(item, dict):
            for sentence in unsafe_definitions(item):
                yield Problem(f"{pointer}/@context", sentence)
        elif not isinstance(item, str):
            yield Problem(f"{pointer}/@context", "it brings definitions of its own.")
    if pointer and _NESTED.isdisjoint(types(node)):
        yield Problem(f"{pointer}/@context", "a part of it brings contexts of its own.")


def _repeated_identifier(
    pointer: str, node: JsonObject, own: object, subjects: set[str]
) -> Iterator[Problem]:
    """A node that would merge with the credential or, outside its place, with its subject."""
    name = node["id"]
    if not isinstance(name, str) or f"/{_OWN_SIGNATURE}" in pointer:
        return
    if name == own:
        if not _names_endorsed(pointer, node):
            yield Problem(pointer, "a part of it has the credential's own id.")
    elif name in subjects and not _SUBJECT.fullmatch(pointer) and set(node) - {"id", "type"}:
        yield Problem(pointer, "a part of it says more about its subject elsewhere.")


def _names_endorsed(pointer: str, node: JsonObject) -> bool:
    """Whether it is how an endorsement of the credential, inside it, names the credential."""
    kinds = node.get("type")
    return (
        _ENDORSED.fullmatch(pointer) is not None
        and node.keys() <= _OF_ENDORSED
        and kinds in ("EndorsementSubject", ["EndorsementSubject"])
    )
