"""From expanded JSON-LD to RDF quads (JSON-LD 1.1 API §8 RDF Serialization), refusing every drop.

The standard's algorithm passes over relative references and blank predicates in silence. A
signature must not, so here each of them is an error.
"""

import math
import re
from typing import Any

import rfc8785

from credentials.errors import ContextInvalid, UndefinedTerm
from credentials.rdfc import Quad, escape_literal

_XSD = "http://www.w3.org/2001/XMLSchema#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_I18N = "https://www.w3.org/ns/i18n#"
_RDF_TYPE, _RDF_FIRST, _RDF_REST = (f"<{_RDF}{name}>" for name in ("type", "first", "rest"))
_RDF_NIL = f"<{_RDF}nil>"
_LARGEST_INTEGER = 1e21
_ABSOLUTE_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\]*')
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_TRAILING_ZEROS = re.compile(r"(\d)0*E\+?(-?)0*(\d)")


def quads_of(expanded: list[Any]) -> list[Quad]:
    """The quads of an expanded document.

    Raises:
        UndefinedTerm: a type or id that is neither defined nor a URL.
        ContextInvalid: a URL or language tag that has no N-Quads form.
    """
    converter = _Converter()
    for node in expanded:
        converter.node(node, "")
    return converter.quads


class _Converter:
    """Collects the quads of one document; blank nodes get labels of ours."""

    def __init__(self) -> None:
        self.quads: list[Quad] = []
        self._labels: dict[str, str] = {}
        self._count = 0

    def _fresh(self) -> str:
        self._count += 1
        return f"_:b{self._count}"

    def _subject(self, node: dict[str, Any]) -> str:
        return self._resource(node["@id"], "id") if "@id" in node else self._fresh()

    def _resource(self, reference: Any, kind: str) -> str:
        """A URL or blank node as a token. A stray '>' could forge other quads: refused."""
        if not isinstance(reference, str):
            raise ContextInvalid(f"A {kind} is not text.")
        if reference.startswith("_:"):
            return self._labels.setdefault(reference, f"_:n{len(self._labels)}")
        if _ABSOLUTE_IRI.fullmatch(reference):
            return f"<{reference}>"
        if _ABSOLUTE_IRI.match(reference):
            raise ContextInvalid(f"{reference[:100]!r} has characters that no URL may have.")
        raise UndefinedTerm(
            f"The {kind} {reference[:100]!r} is neither defined by a context nor a URL.",
            "Use a type that a context defines, or an absolute URL.",
        )

    def node(self, node: dict[str, Any], graph: str) -> str:
        """Add a node object's quads; its token is returned."""
        subject = self._subject(node)
        for name, values in node.items():
            if name == "@type":
                for value in values:
                    self.quads.append((subject, _RDF_TYPE, self._resource(value, "type"), graph))
            elif name.startswith("@"):
                self._keyword(name, values, subject, graph)
            else:
                predicate = _predicate(name)
                for value in values:
                    self.quads.append((subject, predicate, self._object(value, graph), graph))
        return subject

    def _keyword(self, name: str, values: Any, subject: str, graph: str) -> None:
        if name == "@graph":
            for inner in values:
                self.node(inner, subject)
        elif name == "@included":
            for inner in values:
                self.node(inner, graph)
        elif name == "@reverse":
            for reverse, sources in values.items():
                for source in sources:
                    quad = (self.node(source, graph), _predicate(reverse), subject, graph)
                    self.quads.append(quad)
        elif name not in {"@id", "@index"}:
            raise ContextInvalid(f"The keyword {name} cannot stand in a node.")

    def _object(self, value: dict[str, Any], graph: str) -> str:
        if "@value" in value:
            return self._literal(value)
        if "@list" in value:
            return self._list(value["@list"], graph)
        return self.node(value, graph)

    def _list(self, values: list[Any], graph: str) -> str:
        head = _RDF_NIL
        for value in reversed(values):
            cell = self._fresh()
            self.quads.append((cell, _RDF_FIRST, self._object(value, graph), graph))
            self.quads.append((cell, _RDF_REST, head, graph))
            head = cell
        return head

    def _literal(self, item: dict[str, Any]) -> str:
        text, datatype = _lexical(item["@value"], item.get("@type"))
        quoted = f'"{escape_literal(text)}"'
        language = item.get("@language")
        if language is not None and not _LANGUAGE.fullmatch(language):
            raise ContextInvalid(f"{str(language)[:40]!r} is not a language tag.")
        if "@direction" in item:
            datatype = f"{_I18N}{(language or '').lower()}_{item['@direction']}"
        elif language is not None:
            return f"{quoted}@{language}"
        if datatype == f"{_XSD}string":
            return quoted
        return f"{quoted}^^{self._resource(datatype, 'type')}"


def _predicate(name: str) -> str:
    if not _ABSOLUTE_IRI.fullmatch(name):
        raise UndefinedTerm(f"The member {name[:100]!r} is not defined as a URL.")
    return f"<{name}>"


def _lexical(value: Any, datatype: str | None) -> tuple[str, str]:
    """A literal's text and datatype (§8.6 Object to RDF Conversion)."""
    if datatype == "@json":
        return _canonical_json(value), f"{_RDF}JSON"
    if isinstance(value, bool):
        return ("true" if value else "false"), datatype or f"{_XSD}boolean"
    if isinstance(value, int | float):
        whole = float(value).is_integer() and abs(value) < _LARGEST_INTEGER
        if not whole or datatype == f"{_XSD}double":
            return _canonical_double(float(value)), datatype or f"{_XSD}double"
        return str(int(value)), datatype or f"{_XSD}integer"
    if not isinstance(value, str):
        raise ContextInvalid("A value is neither text, a number, true nor false.")
    return value, datatype or f"{_XSD}string"


def _canonical_double(value: float) -> str:
    """The canonical form of xsd:double (§8.6 step 5)."""
    if not math.isfinite(value):
        raise ContextInvalid("A number is too large.")
    return _TRAILING_ZEROS.sub(r"\1E\2\3", f"{value:.15E}", count=1)


def _canonical_json(value: Any) -> str:
    """The canonical form of a JSON literal (RFC 8785)."""
    try:
        return rfc8785.dumps(value).decode("utf-8")
    except rfc8785.CanonicalizationError as error:
        raise ContextInvalid("A JSON literal holds a number beyond RFC 8785.") from error
