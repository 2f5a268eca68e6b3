"""Expansion with remembered contexts equals pyld's own, and stops at documents that cost much."""

import time

import pytest

from credentials import expansion
from credentials.canonical import canonicalize
from credentials.errors import CanonicalWorkLimit, ContextInvalid, UndefinedTerm
from credentials.expansion import expand, expand_plainly
from schemas import context, context_urls
from schemas.errors import UnknownContext

VC2, OB3 = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
MAX_SECONDS = 2.0


def _outcome(expanded, document):
    try:
        return expanded(document, context)
    except (ContextInvalid, UndefinedTerm, UnknownContext) as error:
        return error.code, str(error)


def _badges(badge):
    yield badge
    yield {**badge, "@context": VC2}
    yield {**badge, "@context": [*badge["@context"], OB3, VC2]}
    yield {**badge, "@context": list(reversed(badge["@context"]))}
    yield {**badge, "@context": [*badge["@context"], {"own": "urn:own"}], "own": "x"}
    yield {**badge, "@context": [*badge["@context"], None]}
    yield {
        **badge,
        "evidence": [{"@context": url, "id": "urn:e"} for url in sorted(context_urls())],
    }
    yield {**badge, "evidence": [{"@context": [VC2, {"x": "urn:x"}], "id": "urn:e", "x": "1"}]}
    yield {"@context": [VC2], "type": "VerifiablePresentation", "verifiableCredential": [badge]}


def test_remembered_contexts_expand_as_pyld_does(badge):
    for document in [*_badges(badge), *_badges(badge)]:
        assert _outcome(expand, document) == _outcome(expand_plainly, document)


def test_what_is_remembered_is_bounded(badge, monkeypatch):
    monkeypatch.setattr(expansion, "MAX_KEPT_CONTEXTS", 3)
    for document in _badges(badge):
        assert _outcome(expand, document) == _outcome(expand_plainly, document)
        assert len(expansion._Processor._kept) <= 3


def test_a_context_that_was_remembered_is_still_asked_for(badge):
    expand(badge, context)

    def load(url):
        raise UnknownContext(url)

    with pytest.raises(UnknownContext):
        expand(badge, load)


def _evidence(count, **more):
    return {
        "@context": [VC2, OB3],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "evidence": [{"type": ["Evidence"], "name": f"n{n}", **more} for n in range(count)],
    }


COSTLY = {
    "a context repeated": lambda: {**_evidence(1), "@context": [VC2] * 10_000},
    "contexts in ever another order": lambda: {
        **_evidence(0),
        "evidence": [{"@context": [VC2] * n, "id": f"urn:{n}"} for n in range(200)],
    },
    "20,000 parts": lambda: _evidence(20_000),
    "one array": lambda: _evidence(1, narrative=["x"] * 60_000),
    "own definitions and many parts": lambda: {
        **_evidence(5_000),
        "@context": [VC2, OB3, {"own": "urn:own"}],
    },
    "many own definitions": lambda: {
        **_evidence(100),
        "@context": [VC2, OB3, {f"t{n}": f"urn:{n}" for n in range(500)}],
    },
    "own definitions in every part": lambda: {
        **_evidence(0),
        "evidence": [{"@context": [VC2, {f"t{n}": "urn:t"}]} for n in range(500)],
    },
    "a list of equal items": lambda: {
        "@context": {"l": {"@id": "urn:l", "@container": "@list"}},
        "@id": "urn:a",
        "l": ["x"] * 1_000,
    },
    "nodes that name each other": lambda: {
        "@context": {"l": {"@id": "urn:l", "@type": "@id"}},
        "@graph": [
            {"@id": f"_:{n}", "l": [f"_:{m}" for m in range(12) if m != n]} for n in range(12)
        ],
    },
}


@pytest.mark.parametrize("name", COSTLY)
def test_what_costs_too_much_is_refused_soon(name):
    document = COSTLY[name]()
    start = time.process_time()
    with pytest.raises(CanonicalWorkLimit):
        canonicalize(document)
    assert time.process_time() - start < MAX_SECONDS


def test_a_large_transcript_is_not_refused():
    assert canonicalize(_evidence(2_000)).count("\n") > 2_000


def test_a_small_document_may_bring_definitions():
    document = {**_evidence(10), "@context": [VC2, OB3, {f"t{n}": f"urn:{n}" for n in range(60)}]}
    assert canonicalize(document)
