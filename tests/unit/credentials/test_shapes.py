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


def _outcome(quads, document):
    try:
        return canonical_nquads(quads(document))
    except TouchstoneError as error:
        return error.code
    except UnicodeEncodeError:
        return "json.lone-surrogate"


@given(data=st.data())
@settings(max_examples=400, deadline=None)
def test_filling_a_known_shape_equals_full_expansion(whole_badge, data):
    compiled = Shapes(expanded_quads)
    compiled.quads(whole_badge)
    document = copy.deepcopy(whole_badge)
    for path in data.draw(st.lists(st.sampled_from(list(_leaves(document))), max_size=4)):
        _put(document, path, data.draw(other_values))
    expected = _outcome(expanded_quads, document)
    assert _outcome(compiled.quads, document) == expected
    assert _outcome(compiled.quads, document) == expected


@given(value=hostile, data=st.data())
@settings(max_examples=200, deadline=None)
def test_one_value_in_many_places_merges_as_in_full_expansion(whole_badge, value, data):
    compiled = Shapes(expanded_quads)
    compiled.quads(whole_badge)
    document = copy.deepcopy(whole_badge)
    leaves = list(_leaves(document))
    for path in data.draw(st.lists(st.sampled_from(leaves), min_size=2, max_size=6)):
        _put(document, path, value)
    assert _outcome(compiled.quads, document) == _outcome(expanded_quads, document)


def _counting():
    seen = []

    def expand(document):
        seen.append(document)
        return expanded_quads(document)

    return Shapes(expand), seen


def test_a_second_document_of_a_shape_is_not_expanded(badge):
    compiled, seen = _counting()
    compiled.quads(badge)
    badge["name"], badge["id"] = "Another", "urn:uuid:2"
    assert '"Another"' in canonical_nquads(compiled.quads(badge))
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
    compiled.quads(badge)
    document = {**badge, **change}
    assert _outcome(compiled.quads, document) == _outcome(expanded_quads, document)
    assert seen[-1] == document


def test_memory_is_bounded(badge, monkeypatch):
    monkeypatch.setattr(shapes, "MAX_SHAPES", 3)
    compiled, _ = _counting()
    for count in range(6):
        compiled.quads({**badge, "evidence": [{"type": ["Evidence"]}] * count})
    assert len(compiled._shapes) == 3
    huge = {**badge, "x" * (shapes.MAX_OUTLINE_CHARACTERS + 1): "y"}
    with pytest.raises(TouchstoneError):
        compiled.quads(huge)
    assert len(compiled._shapes) == 3
