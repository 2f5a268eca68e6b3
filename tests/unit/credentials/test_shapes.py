"""The shape compiler gives what full expansion gives, whatever a document says."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials import shapes
from credentials.canonical import expanded_quads
from credentials.rdfc import canonical_nquads
from credentials.shapes import Shapes
from schemas.errors import TouchstoneError

HOSTILE = [
    "", " ", "@id", "@type", "@foo", "_:b0", "_:", "id", "type", "name", "Evidence", "Profile",
    "RubricCriterionLevel", "https://a.example/x", "urn:uuid:1", "did:web:a", "name:x", "xsd:a",
    "https://a.example/ x", "urn:a> <urn:b", "en", "en-GB", '"', "\\", "\\u0041", "a\nb\tc", "\0",
    "\x7f", "𐍈", "é", "Evidence:x", "schema:name", "1", "true", "null", "urn:slot-0:0.",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "relative/path", "#fragment", "?", ":", "a:",
]  # fmt: skip
hostile = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(codec="utf-8"), max_size=12))
other_values = st.one_of(
    hostile, st.none(), st.integers(-5, 5), st.sampled_from([1.0, 1.5, 1e30]), st.booleans(),
    st.just([]), st.just({}), st.lists(hostile, max_size=2),
    st.fixed_dictionaries({"@value": hostile, "@language": st.sampled_from(["en", "EN", "x y"])}),
    st.fixed_dictionaries({"@value": hostile, "@direction": st.sampled_from(["ltr", "up"])}),
    st.fixed_dictionaries({"id": hostile, "type": st.sampled_from(["Evidence", "Nothing"])}),
)  # fmt: skip


def _leaves(node, path=()):
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _leaves(value, (*path, key))
    else:
        yield path


def _put(document, path, value):
    for part in path[:-1]:
        document = document[part]
    document[path[-1]] = value


def _in_full(document):
    return canonical_nquads(expanded_quads(document))


def _outcome(canonical_form, document):
    try:
        return canonical_form(document)
    except TouchstoneError as error:
        return error.code
    except UnicodeEncodeError:
        return "json.lone-surrogate"


@given(data=st.data())
@settings(max_examples=400, deadline=None)
def test_filling_a_known_shape_equals_full_expansion(whole_badge, data):
    compiled = Shapes(expanded_quads)
    compiled.canonicalize(whole_badge)
    document = copy.deepcopy(whole_badge)
    for path in data.draw(st.lists(st.sampled_from(list(_leaves(document))), max_size=4)):
        _put(document, path, data.draw(other_values))
    expected = _outcome(_in_full, document)
    assert _outcome(compiled.canonicalize, document) == expected
    assert _outcome(compiled.canonicalize, document) == expected


@given(value=hostile, data=st.data())
@settings(max_examples=200, deadline=None)
def test_one_value_in_many_places_merges_as_in_full_expansion(whole_badge, value, data):
    compiled = Shapes(expanded_quads)
    compiled.canonicalize(whole_badge)
    document = copy.deepcopy(whole_badge)
    leaves = list(_leaves(document))
    for path in data.draw(st.lists(st.sampled_from(leaves), min_size=2, max_size=6)):
        _put(document, path, value)
    assert _outcome(compiled.canonicalize, document) == _outcome(_in_full, document)


def _counting():
    seen = []

    def expand(document):
        seen.append(document)
        return expanded_quads(document)

    return Shapes(expand), seen


def test_a_second_document_of_a_shape_is_not_expanded(badge):
    compiled, seen = _counting()
    compiled.canonicalize(badge)
    badge["name"], badge["id"] = "Another", "urn:uuid:2"
    assert '"Another"' in compiled.canonicalize(badge)
    assert len(seen) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"@context": ["https://www.w3.org/ns/credentials/v2", {"name": "urn:other"}]},
        {"@context": ["https://www.w3.org/ns/credentials/v2", None]},
        {"id": "name:7"},
        {"id": "no url"},
    ],
)
def test_what_is_unsure_is_expanded_each_time(badge, change):
    compiled, seen = _counting()
    compiled.canonicalize(badge)
    document = {**badge, **change}
    assert _outcome(compiled.canonicalize, document) == _outcome(_in_full, document)
    assert seen[-1] == document


def test_two_documents_that_differ_in_kind_only_by_a_word_are_told_apart(badge):
    compiled, seen = _counting()
    assert "<urn:uuid:7>" in compiled.canonicalize({**badge, "id": "urn:uuid:7"})
    with pytest.raises(TouchstoneError):
        compiled.canonicalize({**badge, "id": "Evidence"})
    assert len(seen) > 1


@pytest.mark.parametrize("name", ["urn:a", "", "relative", "a b"])
def test_a_text_that_lands_in_no_quad_is_still_looked_at(name):
    """In a graph container a bare reference leaves no quad, and a relative one is refused."""
    compiled, _ = _counting()
    contexts = ["https://www.w3.org/2018/credentials/v1"]
    document = {"@context": contexts, "id": "urn:a", "type": "VerifiableCredential"}
    for reference in ("urn:b", name):
        document["proof"] = reference
        expected = _outcome(_in_full, document)
        assert _outcome(compiled.canonicalize, document) == expected


def test_an_array_of_one_text_is_not_an_empty_array(badge):
    compiled, _ = _counting()
    achievement = badge["credentialSubject"]["achievement"]
    forms = []
    for tags in (["a"], [], ["a", "b"], "a", [["a"]], [""], {"@value": "a"}):
        achievement["tag"] = tags
        forms.append(_outcome(compiled.canonicalize, badge))
        assert forms[-1] == _outcome(_in_full, badge)
    assert len(set(forms)) == 4


def test_alike_parts_and_equal_quads_are_left_to_the_whole_algorithm(badge):
    compiled, seen = _counting()
    evidence = [{"type": ["Evidence"], "name": name} for name in ("a", "b", "c")]
    compiled.canonicalize({**badge, "evidence": evidence})
    for name in ("b", "c"):
        evidence[0]["name"] = name
        document = {**badge, "evidence": evidence}
        assert compiled.canonicalize(document) == _in_full(document)
    assert len(seen) == 1


@pytest.mark.parametrize("hash_name", ["sha256", "sha384"])
def test_labels_follow_the_hash_that_is_asked_for(badge, hash_name):
    compiled, _ = _counting()
    expected = canonical_nquads(expanded_quads(badge), hash_name=hash_name)
    assert compiled.canonicalize(badge, hash_name) == expected
    assert canonical_nquads(compiled.quads(badge), hash_name=hash_name) == expected


def test_memory_is_bounded(badge, monkeypatch):
    monkeypatch.setattr(shapes, "MAX_REMEMBERED_PARTS", 1_000)
    compiled, _ = _counting()
    for count in range(12):
        compiled.canonicalize({**badge, "evidence": [{"type": ["Evidence"]}] * count})
        assert compiled._weight <= 1_000
    assert 0 < len(compiled._structures) < 12
    assert compiled._weight == sum(known.weight for known in compiled._structures.values())


@pytest.mark.parametrize(
    "limit", ["MAX_PARTS", "MAX_BRACKETS", "MAX_FIXED_CHARACTERS", "MAX_REMEMBERED_PARTS"]
)
def test_what_is_too_large_to_remember_is_expanded(badge, monkeypatch, limit):
    monkeypatch.setattr(shapes, limit, 10)
    compiled, seen = _counting()
    for _ in range(2):
        assert compiled.canonicalize(badge) == _in_full(badge)
    assert len(seen) == 2
    assert not compiled._structures


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_no_json_is_not_taken_for_null(whole_badge, number):
    compiled = Shapes(expanded_quads)
    compiled.canonicalize({**whole_badge, "name": None})
    odd = {**whole_badge, "name": number}
    assert _outcome(compiled.canonicalize, odd) == _outcome(_in_full, odd)
