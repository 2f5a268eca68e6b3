"""Canonical forms: equal to other implementations', and nothing dropped in silence."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld

from credentials import canonical
from credentials.canonical import canonicalize, without_proof
from credentials.errors import ContextInvalid, JsonSurrogate, UndefinedTerm
from schemas import context
from schemas.errors import UnknownContext

VC2 = "https://www.w3.org/ns/credentials/v2"
OB3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"


def _pyld(document):
    def load(url, _options):
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": url,
            "document": context(url),
        }

    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "base": None}
    options |= {"documentLoader": load, "rdfDirection": "i18n-datatype"}
    return jsonld.normalize(document, options)


def test_a_badge_equals_pyld(badge):
    assert canonicalize(badge) == _pyld(badge)


words = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=30)
hostile = st.sampled_from(
    [
        "",
        "_:b0",
        "@id",
        "https://a.example/x",
        "name",
        "en",
        '"',
        "\\",
        "a\nb",
        "𐍈",
        "x > <y",
        "did:web:a",
    ]
)
text = st.one_of(words, hostile)
levels = st.lists(st.tuples(text, text), max_size=4)


@given(
    name=text,
    narrative=text,
    levels=levels,
    evidence=st.lists(text, max_size=3),
    lists=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_generated_badges_equal_pyld(whole_badge, name, narrative, levels, evidence, lists):
    document = copy.deepcopy(whole_badge)
    document["name"] = {"@value": name, "@language": "en", "@direction": "ltr"} if lists else name
    achievement = document["credentialSubject"]["achievement"]
    achievement["criteria"]["narrative"] = narrative
    achievement["resultDescription"][0]["rubricCriterionLevel"] = [
        {"id": f"urn:l:{n}", "type": ["RubricCriterionLevel"], "name": a, "description": b}
        for n, (a, b) in enumerate(levels)
    ]
    achievement["resultDescription"][0]["allowedValue"] = [a for a, _ in levels]
    document["evidence"] = [{"type": ["Evidence"], "name": item} for item in evidence]
    assert canonicalize(document) == _pyld(document)


@pytest.mark.parametrize(
    "change",
    [
        {"gpa": "4.0"},
        {"type": ["VerifiableCredential", "OpenBadgeCredential", "Diploma"]},
        {"type": ["VerifiableCredential", "OpenBadgeCredential", "@list"]},
        {"id": "credentials/7"},
        {"id": "@foo"},
    ],
)
def test_what_would_be_dropped_is_refused(badge, change):
    with pytest.raises((UndefinedTerm, ContextInvalid)):
        canonicalize({**badge, **change})


def test_an_undefined_member_deep_inside_is_refused(badge):
    badge["credentialSubject"]["achievement"]["credits"] = "30"
    with pytest.raises(UndefinedTerm, match="credits"):
        canonicalize(badge)


@pytest.mark.parametrize(
    "url", ["https://evil.example/context", "http://www.w3.org/ns/credentials/v2"]
)
def test_a_context_that_is_not_bundled_is_refused(badge, url):
    badge["@context"].append(url)
    with pytest.raises(UnknownContext):
        canonicalize(badge)


@pytest.mark.parametrize(
    "contexts",
    [
        {"@vocab": None},
        {"name": "urn:other"},
        {"@version": 2},
        7,
        None,
        {"@import": OB3},
        {"x": []},
    ],
)
def test_contexts_that_break_json_ld_are_the_senders_error(badge, contexts):
    badge["@context"].append(contexts)
    try:
        canonicalize(badge)
    except (ContextInvalid, UndefinedTerm, UnknownContext):
        return
    # Contexts that change nothing are no error: the signed form has to stay the same.
    badge["@context"].pop()


def test_an_iri_cannot_smuggle_in_quads(badge):
    badge["id"] = "urn:a> <urn:b> <urn:c> .\n<urn:d"
    with pytest.raises(ContextInvalid):
        canonicalize(badge)


def test_a_lone_surrogate_is_refused(badge):
    badge["name"] = "\ud800"
    with pytest.raises(JsonSurrogate):
        canonicalize(badge)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (1.0, '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (1.5, '"1.5E0"^^<http://www.w3.org/2001/XMLSchema#double>'),
        (0.00000015, '"1.5E-7"^^<http://www.w3.org/2001/XMLSchema#double>'),
        (1e22, '"1.0E22"^^<http://www.w3.org/2001/XMLSchema#double>'),
        (True, '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
    ],
)
def test_numbers_have_the_canonical_form_of_the_standard(value, expected):
    document = {"@context": {"v": "urn:v"}, "@id": "urn:a", "v": value}
    assert canonicalize(document) == f"<urn:a> <urn:v> {expected} .\n"


JSON_LD = {
    "list": {
        "@context": {"v": {"@id": "urn:v", "@container": "@list"}},
        "@id": "urn:a",
        "v": ["x", "y"],
    },
    "empty list": {
        "@context": {"v": {"@id": "urn:v", "@container": "@list"}},
        "@id": "urn:a",
        "v": [],
    },
    "json": {
        "@context": {"v": {"@id": "urn:v", "@type": "@json"}},
        "@id": "urn:a",
        "v": {"b": [1, None], "a": "é"},
    },
    "reverse": {"@context": {"v": {"@reverse": "urn:v"}}, "@id": "urn:a", "v": {"@id": "urn:b"}},
    "graph": {"@context": {"v": "urn:v"}, "@id": "urn:a", "@graph": [{"@id": "urn:b", "v": "x"}]},
    "graph container": {
        "@context": {"v": {"@id": "urn:v", "@container": "@graph"}, "w": "urn:w"},
        "@id": "urn:a",
        "v": {"@id": "urn:b", "w": "x"},
    },
    "included": {
        "@context": {"v": "urn:v"},
        "@id": "urn:a",
        "v": "1",
        "@included": [{"@id": "urn:b", "v": "x"}],
    },
    "blank labels": {
        "@context": {"v": {"@id": "urn:v", "@type": "@id"}},
        "@id": "_:b1",
        "v": ["_:b0", "_:b1"],
    },
    "language": {
        "@context": {"v": {"@id": "urn:v", "@language": "en-GB"}},
        "@id": "urn:a",
        "v": "x",
    },
}


@pytest.mark.parametrize("name", JSON_LD)
def test_every_form_of_json_ld_equals_pyld(name):
    assert canonicalize(JSON_LD[name]) == _pyld(JSON_LD[name])


def test_w3c_vector_reproduces(shared, monkeypatch):
    examples = json.loads((shared / "standards/contexts/vc-examples-v2.jsonld").read_text())
    bundled = canonical.context
    monkeypatch.setattr(
        canonical, "context", lambda url: examples if "examples" in url else bundled(url)
    )
    folder = shared / "vectors/w3c-di-eddsa/eddsa-rdfc-2022"
    document = json.loads((folder / "signedDataInt.json").read_text())
    assert canonicalize(without_proof(document)) == (folder / "canonDocDataInt.txt").read_text()
    assert document["@context"][1] == "https://www.w3.org/ns/credentials/examples/v2"
