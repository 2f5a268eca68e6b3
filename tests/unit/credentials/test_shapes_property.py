"""Whatever a document says, the shape compiler gives what full expansion gives, or its error.

A few hundred documents in every run, 20,000 in the slow one. Each begins as one of the kinds that
are met, and is then changed in a few places to something hostile. The compiler lives on from one
document to the next, so that most of them are filled into shapes that others left behind.
"""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credentials import expansion
from credentials.canonical import expanded_quads, without_proof
from credentials.expanded_rdf import quads_of
from credentials.expansion import expand_plainly
from credentials.rdfc import canonical_nquads
from credentials.shapes import Shapes
from schemas import context
from schemas.errors import TouchstoneError

SLOW_RUNS, SLOW_EXAMPLES = 20, 1_000
VC2, VC1 = "https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1"
OB3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
INTEGRITY = "https://w3id.org/security/data-integrity/v2"
DID = "did:web:school.example"
SMALL_BADGE = {
    "@context": [VC2, OB3],
    "id": "urn:uuid:1",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": DID, "type": ["Profile"], "name": "A school", "url": "https://a.example"},
    "validFrom": "2026-01-01T00:00:00Z",
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "https://a.example/1",
            "type": ["Achievement"],
            "name": "Weighs evidence",
            "creator": {"id": DID, "type": ["Profile"], "name": "A school"},
            "criteria": {"narrative": "Three of four."},
            "tag": ["one", "two"],
        },
        "result": [{"type": ["Result"], "value": "3"}, {"type": ["Result"], "value": "4"}],
    },
    "evidence": [
        {"type": ["Evidence"], "name": "Essay"},
        {"type": ["Evidence"], "name": "Talk"},
        {"id": "https://a.example/w", "type": ["Evidence"], "name": "Work"},
    ],
}
VERSION_1 = {
    "@context": [VC1, INTEGRITY],
    "id": "urn:uuid:2",
    "type": ["VerifiableCredential"],
    "issuer": DID,
    "issuanceDate": "2026-01-01T00:00:00Z",
    "expirationDate": "2027-01-01T00:00:00Z",
    "credentialSubject": [{"id": "did:example:a"}, {"id": "did:example:b"}],
    "termsOfUse": {"id": "https://a.example/terms", "type": "VerifiableCredential"},
}
STATUS_LIST = {
    "@context": [VC2],
    "id": "https://a.example/status/1",
    "type": ["VerifiableCredential", "BitstringStatusListCredential"],
    "issuer": DID,
    "name": {"@value": "Liste", "@language": "de", "@direction": "ltr"},
    "description": [{"@value": "a", "@language": "en"}, {"@value": "b", "@language": "en-GB"}],
    "credentialSubject": {
        "id": "https://a.example/status/1#list",
        "type": "BitstringStatusList",
        "statusPurpose": ["revocation", "suspension"],
        "encodedList": "uH4sIAAA",
        "ttl": 300000,
    },
    "credentialStatus": {"type": "BitstringStatusListEntry", "statusListIndex": "7"},
}
PROOF = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2026-01-01T00:00:00Z",
    "verificationMethod": f"{DID}#key-1",
    "proofPurpose": "assertionMethod",
    "proofValue": "z3",
}
PROOF_OPTIONS = {"@context": [VC2], **PROOF}
PRESENTATION = {
    "@context": [VC2],
    "type": ["VerifiablePresentation"],
    "holder": {"id": "did:example:a"},
    "verifiableCredential": [
        {**SMALL_BADGE, "proof": PROOF},
        {**STATUS_LIST, "proof": [PROOF, {**PROOF, "created": "2026-01-02T00:00:00Z"}]},
    ],
}
KINDS = [SMALL_BADGE, SMALL_BADGE, VERSION_1, STATUS_LIST, PROOF_OPTIONS, PRESENTATION]

TEXTS = [
    "", " ", "@id", "@type", "@foo", "@", "_:b0", "_:b1", "_:", "id", "type", "name", "Evidence",
    "Profile", "Result", "RubricCriterionLevel", "https://a.example/1", "urn:uuid:1", DID,
    "name:x", "xsd:a", "Evidence:x", "schema:name", "Evidence://x", "https://a.example/ x",
    "urn:a> <urn:b", "urn:a|b", "urn:{a}", "urn:`", "urn:^", "urn:\\", 'urn:"', "urn:\x7f", "urn:é",
    "1urn:a", "u_rn:a", "URN:a", "x+y:z", ":", "a:", "://", "#fragment", "?", "relative/path",
    "en", "en-GB", "EN", "ltr", '"', "\\", '\\"', '"@id"', '"_:b0', "\\u0041", "\\\\u0041",
    "a\nb\tc\r\f\b", "\0", "\x01", "\x02", "\x1f", "\x7f", "\x85", "\u2028", "\ufeff", "𐍈", "é",
    "e\u0301", "\ud800", "\udc00\ud800", "1", "true", "null", "{", "}", "[", "]", ",", ":,",
    "urn:slot-0:0.", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "Essay", "A school",
]  # fmt: skip
NUMBERS = [0, 1, -1, 1.0, 1.5, -0.0, 1e21, 1e20, 1e-7, 5e-324, 123456789012345678901234567890, 3]
NAMES = [
    "id", "type", "name", "description", "evidence", "creator", "result", "issuer", "proof",
    "holder", "validFrom", "narrative", "tag", "verifiableCredential", "undefined", "@value",
    "@id", "@type", "@language", "@direction", "@list", "@set", "@graph", "@included", "@reverse",
    "@index", "@nest", "@json", "@none", "@context", "https://schema.org/name", "_:b0", "", '"',
    "schema:name", "name:x", "relatedResource", "credentialSchema", "resultDescription",
]  # fmt: skip
CONTEXTS = [
    [VC2], VC2, [VC2, OB3, INTEGRITY], [VC1, OB3], [OB3], [], None, {}, [None], [VC2, None],
    [VC2, {"name": "urn:other"}], [VC2, {"own": "urn:own"}], {"@vocab": "urn:v#"}, [VC2, 1],
    [VC2, {"@vocab": "urn:v#"}], [VC2, {"name": None}], [VC2, {"@language": "en"}], "urn:none",
    [VC2, {"type": "@type", "e": {"@id": "urn:e", "@type": "@vocab"}}], [VC2, "https://a.example"],
]  # fmt: skip

texts = st.one_of(
    st.sampled_from(TEXTS),
    st.text(st.characters(exclude_categories=[]), max_size=8),
    st.builds("{}:{}".format, st.sampled_from(["urn", "https", "did", "x"]), st.text(max_size=6)),
)
plain_values = st.one_of(
    texts, st.sampled_from(NUMBERS), st.none(), st.booleans(),
    st.integers(-(10**25), 10**25), st.floats(allow_nan=False, allow_infinity=False),
)  # fmt: skip
language_values = st.fixed_dictionaries(
    {"@value": st.one_of(texts, st.sampled_from([1, None, True]))},
    optional={
        "@language": st.sampled_from(["en", "EN", "x y", "", None, "de-AT", 1]),
        "@direction": st.sampled_from(["ltr", "rtl", "up", None]),
        "@type": st.sampled_from(["@json", "xsd:date", "urn:t", "Evidence", "relative", "@id"]),
        "@index": texts,
    },
)
nodes = st.fixed_dictionaries(
    {},
    optional={
        "id": texts,
        "type": st.one_of(
            st.sampled_from(["Evidence", "Nothing", "relative/x", "urn:t", "Profile", "@json"]),
            st.lists(texts, max_size=2),
        ),
        "name": texts,
        "evidence": texts,
    },
)
values = st.one_of(
    texts, texts, plain_values, language_values, nodes,
    st.lists(st.one_of(plain_values, nodes), max_size=3),
    st.sampled_from([[], {}, [[]], [[[]]], [["a"]], [None], {"@list": []}, {"@list": ["a", "a"]},
                     {"@set": ["a"]}, {"@set": []}, {"@graph": []}, {"@id": "urn:a"}]),
)  # fmt: skip


def _places(node, path=()):
    """The paths of all members and items."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in pairs:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from _places(value, (*path, key))


def _at(document, path):
    for part in path:
        document = document[part]
    return document


class Changes:
    """Changes a document where a draw says."""

    def __init__(self, draw, document):
        self.draw, self.document = draw, document

    def place(self, wanted=object):
        found = [path for path in _places(self.document) if isinstance(self.at(path), wanted)]
        return self.draw(st.sampled_from(found)) if found else None

    def at(self, path):
        return _at(self.document, path)

    def put(self, path, value):
        self.at(path[:-1])[path[-1]] = value

    def text(self):
        place = self.place(str)
        if place:
            self.put(place, self.draw(texts))

    def value(self):
        place = self.place()
        if place:
            self.put(place, copy.deepcopy(self.draw(values)))

    def same_text(self):
        """One text in several places: ids that merge nodes, quads that become equal."""
        text = self.draw(texts)
        for _ in range(self.draw(st.integers(2, 4))):
            place = self.place(str)
            if place:
                self.put(place, text)

    def move(self):
        """What stands in one place, copied to another."""
        source, target = self.place(), self.place()
        if source and target and target[: len(source)] != source:
            self.put(target, copy.deepcopy(self.at(source)))

    def repeat(self):
        place = self.place(list)
        if place and self.at(place):
            items = self.at(place)
            items.append(copy.deepcopy(self.draw(st.sampled_from(items))))

    def wrap(self):
        place = self.place()
        if place:
            self.put(place, [self.at(place)])

    def member(self):
        place = self.place(dict)
        target = self.at(place) if place else self.document
        target[self.draw(st.sampled_from(NAMES))] = copy.deepcopy(self.draw(values))

    def remove(self):
        place = self.place()
        if place and isinstance(self.at(place[:-1]), dict):
            del self.at(place[:-1])[place[-1]]

    def context(self):
        self.document["@context"] = copy.deepcopy(self.draw(st.sampled_from(CONTEXTS)))


KINDS_OF_CHANGE = [
    Changes.text, Changes.text, Changes.text, Changes.same_text, Changes.same_text, Changes.value,
    Changes.move, Changes.repeat, Changes.wrap, Changes.member, Changes.remove, Changes.context,
]  # fmt: skip


@st.composite
def documents(draw):
    """A document of a kind that is met, changed in a few places."""
    document = copy.deepcopy(draw(st.sampled_from(KINDS)))
    changes = Changes(draw, document)
    for change in draw(st.lists(st.sampled_from(KINDS_OF_CHANGE), max_size=4)):
        change(changes)
    return document


def outcome(canonical_form, document):
    try:
        return canonical_form(document)
    except TouchstoneError as error:
        return error.code, str(error)
    except UnicodeEncodeError:
        return "half a surrogate pair"


def in_full(document):
    """By pyld as it is, with nothing remembered from one document to the next."""
    canonical = canonical_nquads(quads_of(expand_plainly(document, context)))
    canonical.encode("utf-8")
    return canonical


COMPILED = Shapes(expanded_quads)


def filled(document):
    canonical = COMPILED.canonicalize(document)
    canonical.encode("utf-8")
    return canonical


def holds_equal(document):
    expected = outcome(in_full, document)
    assert outcome(filled, document) == expected
    assert outcome(filled, document) == expected


@pytest.fixture(autouse=True)
def _no_limit(monkeypatch):
    """pyld has none; what is refused for its cost is test_expansion's."""
    monkeypatch.setattr(expansion, "MAX_COST_OF_OWN_DEFINITIONS", 10**9)


unhurried = settings(
    deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=True
)


@given(document=documents())
@settings(unhurried, max_examples=250)
def test_a_filled_shape_equals_full_expansion(document):
    holds_equal(document)


@pytest.mark.slow
@pytest.mark.parametrize("run", range(SLOW_RUNS))
def test_filled_shapes_equal_full_expansion_on_thousands(run):
    @given(document=documents())
    @settings(unhurried, max_examples=SLOW_EXAMPLES)
    def check(document):
        holds_equal(document)

    check()


def _reference_documents(folder: Path):
    """All JSON objects with contexts among vectors and samples."""
    for path in sorted(folder.rglob("*.json*")):
        try:
            document = json.loads(path.read_text("utf-8"))
        except ValueError:
            continue
        if isinstance(document, dict) and "@context" in document:
            yield path, document


@pytest.mark.parametrize("folder", ["vectors", "samples", "standards"])
def test_every_reference_document_is_filled_as_it_is_expanded(shared, folder):
    for path, document in _reference_documents(shared / folder):
        for form in (document, without_proof(document)):
            expected = outcome(in_full, form)
            assert outcome(filled, form) == expected, path
            assert outcome(filled, form) == expected, path
