"""The names and addresses that bundled contexts give a meaning to (JSON-LD 1.1 §3.1).

JSON-LD may rewrite a string that is such a name, or begins with one, and nothing else.
"""

from collections.abc import Iterator
from typing import Any

from schemas import context, context_urls

__all__ = ["KEYWORD_ALIASES", "TERMS", "TERM_IRIS"]


def _objects(definition: Any) -> Iterator[dict[str, Any]]:
    stack = [definition]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            yield item
            stack += item.values()
        elif isinstance(item, list):
            stack += item


def _terms_of(definition: Any) -> set[str]:
    """All names that a context defines at any depth."""
    return {name for item in _objects(definition) for name in item}


def _keyword_aliases(definition: Any) -> set[str]:
    """All names that a context uses in place of a keyword, such as ``type``."""
    found: set[str] = set()
    for item in _objects(definition):
        for name, value in item.items():
            keyword = value.get("@id") if isinstance(value, dict) else value
            if not name.startswith("@") and isinstance(keyword, str) and keyword[:1] == "@":
                found.add(name)
    return found


def _iris_of(definition: Any) -> set[str]:
    """All addresses that a context gives a word for, at any depth."""
    found: set[str] = set()
    for item in _objects([definition]):
        for value in item.values():
            texts = value if isinstance(value, list) else [value]
            found.update(text for text in texts if isinstance(text, str) and ":" in text)
    return found


KEYWORD_ALIASES = frozenset(
    alias for url in context_urls() for alias in _keyword_aliases(context(url))
)
"""Every name that a bundled context uses in place of a keyword."""
TERMS = frozenset(term for url in context_urls() for term in _terms_of(context(url)))
"""Every name that a bundled context gives a meaning."""
TERM_IRIS = frozenset(iri for url in context_urls() for iri in _iris_of(context(url)))
"""Every address that a bundled context has a word for."""
