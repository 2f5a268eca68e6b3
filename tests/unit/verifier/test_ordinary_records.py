"""The quick look at an ordinary record passes nothing that the close look would find."""

import copy

from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.canonical import canonicalize_spelt
from schemas.errors import TouchstoneError
from verifier import signed_form
from verifier.signed_form import misplaced

RECORD = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ],
    "id": "urn:uuid:1",
    "type": ["VerifiableCredential"],
    "issuer": {"id": "did:web:a.example", "type": ["Profile"], "name": "A"},
    "credentialSubject": {
        "id": "urn:uuid:2",
        "achievement": {"id": "urn:uuid:3", "type": ["Achievement"], "tag": ["a"]},
        "result": [{"type": ["Result"], "id": "urn:uuid:4"}, {"type": ["Result"]}],
    },
    "evidence": [{"id": "urn:uuid:5", "type": "Evidence"}, {"id": "urn:uuid:6"}],
    "proof": {"id": "urn:uuid:1", "@graph": []},
}
NAMES = [
    "id", "type", "name", "@id", "@type", "@graph", "@included", "@context", "@value", "@language",
    "proof", "urn:x", "https://www.w3.org/2018/credentials#issuer", "cred:issuer", "undefined", "",
    "credentialSubject", "evidence", "verifiableCredential",
]  # fmt: skip
VALUES = [
    "urn:uuid:1", "urn:uuid:2", "urn:uuid:3", "urn:uuid:5", "_:b", "Evidence", "Profile", "Unknown",
    "https://www.w3.org/2018/credentials#VerifiableCredential", "VerifiableCredential", "@id", "",
    None, 1, [], {}, ["Evidence", "xsd:a"], {"id": "urn:uuid:1"}, {"id": "urn:uuid:2", "name": "x"},
    {"id": {"@value": "urn:uuid:2"}}, [{"id": "urn:uuid:5", "name": "y"}], {"name": {"id": "_:x"}},
    {"@context": "https://www.w3.org/ns/credentials/v2"}, [["urn:uuid:2"]], {"@context": {}},
]  # fmt: skip


def _nodes(item):
    if isinstance(item, dict):
        yield item
    for inner in item.values() if isinstance(item, dict) else item:
        if isinstance(inner, dict | list):
            yield from _nodes(inner)


def _spelling(document):
    bare = {name: value for name, value in document.items() if name != "proof"}
    try:
        return canonicalize_spelt(bare)[1]
    except TouchstoneError:
        return None


@given(data=st.data())
@settings(max_examples=500, deadline=None, database=None)
def test_what_passes_quickly_passes_closely(data):
    document = copy.deepcopy(RECORD)
    for _ in range(data.draw(st.integers(0, 3))):
        node = data.draw(st.sampled_from(list(_nodes(document))))
        value = copy.deepcopy(data.draw(st.sampled_from(VALUES)))
        node[data.draw(st.sampled_from(NAMES))] = value
    quickly = misplaced(document, _spelling(document))
    assert quickly == misplaced(document, _spelling(document))
    looked_at = signed_form._is_ordinary
    try:
        signed_form._is_ordinary = lambda _: False
        assert quickly == misplaced(document)
    finally:
        signed_form._is_ordinary = looked_at


def test_an_ordinary_record_is_not_looked_at_closely():
    assert signed_form._is_ordinary(RECORD)
    assert not signed_form._is_ordinary({**RECORD, "@context": None})
    assert not signed_form._is_ordinary({**RECORD, "issuer": {"id": "urn:uuid:1"}})
