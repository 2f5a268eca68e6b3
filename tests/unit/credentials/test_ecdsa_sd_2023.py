"""ecdsa-sd-2023 with keys of our own: what is selected is shown, and nothing else is."""

import copy
import json
from datetime import UTC, datetime

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.canonical import canonicalize, without_proof
from credentials.errors import (
    CanonicalWorkLimit,
    ProofInvalid,
    ProofMalformed,
    SelectionInvalid,
)
from credentials.proofs import ecdsa_rdfc_2019, ecdsa_sd_2023, pointers
from credentials.proofs.data_integrity import DataIntegrityProof, options
from credentials.proofs.sd_proof_value import BaseProofValue, DerivedProofValue
from credentials.proofs.suites import SUITES, suite_of
from credentials.proofs.unsecured import Unsecured
from keys.multibase import base58btc_encode, base64url_decode, base64url_encode
from keys.public_key import KeyKind, PublicKey
from schemas.errors import TouchstoneError

METHOD = "did:web:school.example#key-1"
OPTIONS = options("ecdsa-sd-2023", METHOD, datetime(2026, 6, 1, 12, tzinfo=UTC))
PRIVATE = ec.generate_private_key(ec.SECP256R1())
CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"


def _public(private):
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return PublicKey(point, KeyKind.P256)


def _sign(data):
    r, s = decode_dss_signature(PRIVATE.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _issue(document, mandatory=("/issuer", "/validFrom")):
    proof = ecdsa_sd_2023.create_base(Unsecured(document), OPTIONS, _sign, mandatory)
    return {**document, "proof": proof}


def _verify(document, key=None):
    proof = document["proof"]
    DataIntegrityProof.read(proof)
    verify = SUITES[suite_of(proof)]
    verify(Unsecured(without_proof(document)), proof, key or _public(PRIVATE))


@pytest.fixture(scope="module")
def issued(whole_badge):
    return _issue(whole_badge)


# --- deriving and verifying


def test_what_is_derived_verifies_and_shows_what_was_selected(issued, whole_badge):
    derived = ecdsa_sd_2023.derive(issued, ["/name", "/credentialSubject/achievement/name"])
    _verify(derived)
    assert without_proof(derived) == {
        "@context": whole_badge["@context"],
        "id": whole_badge["id"],
        "type": whole_badge["type"],
        "issuer": whole_badge["issuer"],
        "name": whole_badge["name"],
        "validFrom": whole_badge["validFrom"],
        "credentialSubject": {
            "id": whole_badge["credentialSubject"]["id"],
            "type": ["AchievementSubject"],
            "achievement": {
                "id": whole_badge["credentialSubject"]["achievement"]["id"],
                "type": ["Achievement"],
                "name": "Weighs evidence",
            },
        },
    }
    assert {n: v for n, v in derived["proof"].items() if n != "proofValue"} == OPTIONS


@pytest.mark.parametrize(
    "selective",
    [
        [],
        [""],
        ["/credentialSubject"],
        ["/evidence/0/narrative"],
        ["/credentialSubject/achievement/alignment/0/targetName"],
        ["/credentialSubject/achievement/resultDescription/0/rubricCriterionLevel/2"],
        ["/credentialSubject/achievement/resultDescription/0/rubricCriterionLevel/1/name"],
        ["/credentialSubject/result", "/credentialSubject/result/0"],
        ["/id", "/type", "/type/0", "/@context"],
    ],
)
def test_selections_of_every_depth_verify(issued, selective):
    _verify(ecdsa_sd_2023.derive(issued, selective))


def test_array_elements_are_selected_by_index_and_close_ranks(issued):
    at = "/credentialSubject/achievement/resultDescription/0/rubricCriterionLevel"
    derived = ecdsa_sd_2023.derive(issued, [f"{at}/2", f"{at}/0/name"])
    _verify(derived)
    level = derived["credentialSubject"]["achievement"]["resultDescription"][0]
    names = [found["name"] for found in level["rubricCriterionLevel"]]
    assert names == ["Beginning", "Proficient"]
    assert "points" not in level["rubricCriterionLevel"][0]
    assert level["rubricCriterionLevel"][1]["points"] == "3"


def test_everything_shown_is_the_document_itself(issued, whole_badge):
    derived = ecdsa_sd_2023.derive(issued, [""])
    assert without_proof(derived) == whole_badge
    _verify(derived)


def test_a_derived_document_cannot_be_derived_from_again(issued):
    derived = ecdsa_sd_2023.derive(issued, ["/name"])
    with pytest.raises(ProofMalformed):
        ecdsa_sd_2023.derive(derived, ["/name"])


def test_a_base_proof_is_not_for_readers(issued):
    with pytest.raises(ProofMalformed):
        _verify(issued)


def test_without_mandatory_parts_something_must_be_selected(whole_badge):
    issued = _issue(whole_badge, ())
    with pytest.raises(SelectionInvalid):
        ecdsa_sd_2023.derive(issued, [])
    derived = ecdsa_sd_2023.derive(issued, ["/name"])
    _verify(derived)
    assert "issuer" not in derived


def test_two_documents_of_one_content_have_nothing_in_common(whole_badge):
    one, two = (BaseProofValue.decode(_issue(whole_badge)["proof"]) for _ in range(2))
    assert one.hmac_key != two.hmac_key
    assert one.public_key != two.public_key
    assert not set(one.signatures) & set(two.signatures)


@pytest.mark.parametrize("proofs", [[], "both"])
def test_deriving_wants_exactly_one_base_proof(issued, proofs):
    found = [issued["proof"], issued["proof"]] if proofs == "both" else []
    document = {**issued, "proof": found} if found else without_proof(issued)
    with pytest.raises(ProofMalformed):
        ecdsa_sd_2023.derive(document, ["/name"])


def test_deriving_leaves_other_proofs_out(issued):
    other = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022"}
    derived = ecdsa_sd_2023.derive({**issued, "proof": [other, issued["proof"]]}, ["/name"])
    _verify(derived)


def test_a_base_proof_of_a_chain_is_not_derived_from(issued):
    proof = {**issued["proof"], "previousProof": "urn:proof:1"}
    with pytest.raises(ProofMalformed):
        ecdsa_sd_2023.derive({**issued, "proof": proof}, ["/name"])


# --- what is refused


@pytest.mark.parametrize(
    "pointer",
    [
        "/nothing",
        "/nothing/here",
        "/credentialSubject/achievement/alignment/1",
        "/credentialSubject/achievement/alignment/-",
        "/credentialSubject/achievement/alignment/00",
        "/credentialSubject/achievement/alignment/-1",
        "/credentialSubject/achievement/alignment/+0",
        "/credentialSubject/achievement/alignment/targetName",
        "/name/0",
        "/name/",
        "name",
        "/",
        "/~",
        "/~2",
        "/na~me",
        "#/name",
        7,
        None,
        ["/name"],
        "/x" * 5_000,
        "/x" * 100,
    ],
)
def test_a_pointer_that_selects_nothing_is_an_error(issued, whole_badge, pointer):
    with pytest.raises(SelectionInvalid):
        ecdsa_sd_2023.derive(issued, ["/name", pointer])
    with pytest.raises(SelectionInvalid):
        _issue(whole_badge, ["/issuer", pointer])


@pytest.mark.parametrize("selective", [None, "/name", {"/name": 1}, 7, ["/name"] * 1_001])
def test_pointers_are_a_list_and_not_endless(issued, selective):
    with pytest.raises(SelectionInvalid):
        ecdsa_sd_2023.derive(issued, selective)


def test_escapes_of_pointers_are_undone():
    parsed = pointers.parse_pointers(["", "/a~1b", "/m~0n", "/~01", "/", "/0/ "])
    assert parsed == [(), ("a/b",), ("m~n",), ("~1",), ("",), ("0", " ")]
    document = {"a/b": 1, "m~n": 2, "~1": 3, "x": [4, {"": 5}]}
    wanted = pointers.parse_pointers(["/a~1b", "/~01", "/x/1/"])
    assert pointers.select(document, wanted) == {"a/b": 1, "~1": 3, "x": [{"": 5}]}


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("name", "Weighs evidencE"),
        ("validFrom", "2026-06-01T12:00:01Z"),
        ("id", "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-5a3f3f0e0a03"),
        ("issuer", "did:web:other.example"),
        ("description", "Something that was never signed."),
        ("name", ["Weighs evidence", "And more"]),
    ],
)
def test_nothing_is_changed_or_added(issued, place, value):
    derived = ecdsa_sd_2023.derive(issued, ["/name"])
    with pytest.raises((ProofInvalid, ProofMalformed)):
        _verify({**derived, place: value})


@pytest.mark.parametrize("place", ["name", "validFrom", "issuer"])
def test_nothing_is_taken_away(issued, place):
    derived = ecdsa_sd_2023.derive(issued, ["/name"])
    with pytest.raises((ProofInvalid, ProofMalformed)):
        _verify({name: value for name, value in derived.items() if name != place})


@pytest.mark.parametrize(
    "change",
    [
        {"created": "2026-06-01T12:00:01Z"},
        {"verificationMethod": METHOD + "x"},
        {"challenge": "7"},
        {"id": "urn:proof:1"},
    ],
)
def test_the_proofs_own_members_are_signed(issued, change):
    derived = ecdsa_sd_2023.derive(issued, ["/name"])
    with pytest.raises(ProofInvalid):
        _verify({**derived, "proof": {**derived["proof"], **change}})


def test_other_keys_are_refused(issued):
    derived = ecdsa_sd_2023.derive(issued, ["/name"])
    with pytest.raises(ProofInvalid):
        _verify(derived, _public(ec.generate_private_key(ec.SECP256R1())))
    larger = ec.generate_private_key(ec.SECP384R1()).public_key()
    point = larger.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    with pytest.raises(ProofInvalid):
        _verify(derived, PublicKey(point, KeyKind.P384))


def test_proofs_of_other_suites_and_members_are_refused(issued, whole_badge):
    derived = ecdsa_sd_2023.derive(issued, ["/name"])
    for change in ({"cryptosuite": "ecdsa-rdfc-2019"}, {"type": "Other"}, {"gpa": "4.0"}):
        proof = {**derived["proof"], **change}
        with pytest.raises(ProofMalformed):
            ecdsa_sd_2023.verify(Unsecured(without_proof(derived)), proof, _public(PRIVATE))
    with pytest.raises(ProofMalformed):
        ecdsa_sd_2023.create_base(Unsecured(whole_badge), {**OPTIONS, "gpa": "4.0"}, _sign)
    with pytest.raises(ProofMalformed):
        ecdsa_rdfc_2019.verify(Unsecured(whole_badge), derived["proof"], _public(PRIVATE))


# --- the value


def _reencoded(proof, change):
    data = base64url_decode(proof["proofValue"])
    parts = cbor2.loads(data[3:])
    return {**proof, "proofValue": base64url_encode(data[:3] + cbor2.dumps(change(parts)))}


def _with(place, value):
    return lambda parts: [
        value(part) if place == at and callable(value) else value if place == at else part
        for at, part in enumerate(parts)
    ]


_FORMS = {
    "short signature": _with(0, bytes(63)),
    "text for bytes": _with(0, "x" * 64),
    "short key": _with(1, bytes(34)),
    "key off the curve": _with(1, b"\x80\x24\x02" + b"\xff" * 32),
    "key of another kind": _with(1, b"\xed\x01" + bytes(33)),
    "signatures no list": _with(2, b"x"),
    "a short signature": _with(2, lambda found: [*found[:-1], bytes(63)]),
    "a number for a signature": _with(2, lambda found: [*found[:-1], 7]),
    "labels no map": _with(3, [bytes(32)]),
    "labels of text": _with(3, {"0": bytes(32)}),
    "negative label": _with(3, {-1: bytes(32)}),
    "short label": _with(3, lambda found: {key: bytes(31) for key in found}),
    "labels alike": _with(3, lambda found: dict.fromkeys(found, bytes(32))),
    "one label too few": _with(3, lambda found: dict(list(found.items())[1:])),
    "one label too many": _with(3, lambda found: {**found, 99: bytes(32)}),
    "indexes no list": _with(4, 0),
    "index as text": _with(4, lambda found: ["0", *found[1:]]),
    "index as truth": _with(4, lambda found: [*found, True]),
    "index as fraction": _with(4, lambda found: [*found, 0.5]),
    "index twice": _with(4, lambda found: [*found, found[0]]),
    "index out of range": _with(4, lambda found: [*found, 10**6]),
    "four parts": lambda parts: parts[:4],
    "six parts": lambda parts: [*parts, 0],
    "no list": lambda parts: {"a": 1},
    "bignum": _with(0, 2**200),
}


@pytest.mark.parametrize("change", _FORMS.values(), ids=_FORMS)
def test_derived_values_of_another_form_are_refused(issued, change):
    derived = ecdsa_sd_2023.derive(issued, ["/evidence", "/credentialSubject", "/name"])
    _verify({**derived, "proof": _reencoded(derived["proof"], lambda parts: parts)})
    with pytest.raises(ProofMalformed):
        _verify({**derived, "proof": _reencoded(derived["proof"], change)})


@pytest.mark.parametrize(
    "change",
    [
        _with(0, lambda found: bytes([found[0] ^ 1]) + found[1:]),
        _with(1, lambda _: b"\x80\x24" + _public(ec.generate_private_key(ec.SECP256R1())).raw),
        _with(2, lambda found: found[::-1]),
        _with(2, lambda found: found[1:]),
        _with(2, lambda found: [*found, found[0]]),
        _with(3, lambda found: dict(zip(found, list(found.values())[::-1], strict=True))),
        _with(4, lambda found: found[1:]),
        _with(4, []),
    ],
)
def test_derived_values_of_another_content_do_not_verify(issued, change):
    derived = ecdsa_sd_2023.derive(issued, ["/evidence", "/credentialSubject"])
    with pytest.raises(ProofInvalid):
        _verify({**derived, "proof": _reencoded(derived["proof"], change)})


def test_other_headers_and_ends_are_refused(issued):
    derived = ecdsa_sd_2023.derive(issued, ["/name"])
    text = derived["proof"]["proofValue"]
    data = base64url_decode(text)
    values = [
        text[1:],
        "z" + text[1:],
        base58btc_encode(data),
        text + "=",
        text[:-4],
        text[:1] + text[4:],
        "u",
        "u" + "A" * (1 << 20),
        None,
        7,
        base64url_encode(b"\xd9\x5d\x00" + data[3:]),
        base64url_encode(b"\xd9\x5d\x02" + data[3:]),
        base64url_encode(data + b"\0"),
        base64url_encode(data[:3]),
        base64url_encode(data[:3] + b"\x9f" + data[4:] + b"\xff"),
        base64url_encode(data[:3] + b"\x9b" + b"\xff" * 8),
    ]
    for value in values:
        proof = {**derived["proof"], "proofValue": value}
        with pytest.raises(ProofMalformed):
            ecdsa_sd_2023.verify(Unsecured(without_proof(derived)), proof, _public(PRIVATE))


def test_byte_strings_that_say_so_by_a_tag_are_read(issued):
    """Some writers tag every byte string with 64 (RFC 8746); no other tag has a place there."""
    derived = ecdsa_sd_2023.derive(issued, ["/name"])

    def tagged(value, tag=64):
        if isinstance(value, bytes):
            return cbor2.CBORTag(tag, value)
        if isinstance(value, list):
            return [tagged(inner, tag) for inner in value]
        if isinstance(value, dict):
            return {key: tagged(inner, tag) for key, inner in value.items()}
        return value

    _verify({**derived, "proof": _reencoded(derived["proof"], tagged)})
    with pytest.raises(ProofMalformed):
        _verify({**derived, "proof": _reencoded(derived["proof"], lambda parts: tagged(parts, 65))})


@pytest.mark.parametrize(
    "change",
    [
        _with(2, bytes(31)),
        _with(3, lambda found: found[1:]),
        _with(3, lambda found: [*found, found[0]]),
        _with(4, "/issuer"),
        _with(4, [7]),
        lambda parts: parts[:4],
    ],
)
def test_base_values_of_another_form_are_refused(issued, change):
    proof = _reencoded(issued["proof"], change)
    with pytest.raises(ProofMalformed):
        ecdsa_sd_2023.derive({**issued, "proof": proof}, ["/name"])


@settings(max_examples=60, deadline=None)
@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_no_changed_bit_of_a_derived_value_verifies(issued, place, bit):
    derived = ecdsa_sd_2023.derive(issued, ["/name", "/evidence/0/name"])
    data = bytearray(base64url_decode(derived["proof"]["proofValue"]))
    data[place % len(data)] ^= 1 << bit
    proof = {**derived["proof"], "proofValue": base64url_encode(bytes(data))}
    with pytest.raises((ProofInvalid, ProofMalformed)):
        _verify({**derived, "proof": proof})


# --- documents of other shapes


def _credential(contexts=(), **more):
    return {
        "@context": [CREDENTIALS_V2, *contexts],
        "type": ["VerifiableCredential"],
        "issuer": "did:web:school.example",
        "credentialSubject": {"id": "urn:uuid:1"},
        **more,
    }


_TERMS = {
    "steps": {"@id": "https://a.example/steps", "@container": "@list"},
    "data": {"@id": "https://a.example/data", "@type": "@json"},
    "names": {"@id": "https://a.example/names", "@container": "@language"},
    "part": "https://a.example/part",
    "label": "https://a.example/label",
    "ref": {"@id": "https://a.example/ref", "@type": "@id"},
    "inside": {"@id": "https://a.example/inside", "@container": "@graph"},
}


def test_ordered_lists_are_shown_whole():
    subject = {"steps": ["a", "b", {"label": "c"}], "label": "x"}
    issued = _issue(_credential([_TERMS], credentialSubject=subject), ["/issuer"])
    derived = ecdsa_sd_2023.derive(issued, ["/credentialSubject/steps"])
    _verify(derived)
    assert derived["credentialSubject"] == {"steps": ["a", "b", {"label": "c"}]}
    swapped = copy.deepcopy(derived)
    swapped["credentialSubject"]["steps"][:2] = ["b", "a"]
    with pytest.raises((ProofInvalid, ProofMalformed)):
        _verify(swapped)
    with pytest.raises(SelectionInvalid):
        ecdsa_sd_2023.derive(issued, ["/credentialSubject/steps/0"])


def test_lists_within_lists_and_equal_lists_apart():
    subject = {"steps": [["a", "b"], ["c"]], "part": [{"steps": ["z"]}, {"steps": ["z", "y"]}]}
    issued = _issue(_credential([_TERMS], credentialSubject=subject), ["/issuer"])
    derived = ecdsa_sd_2023.derive(
        issued, ["/credentialSubject/steps", "/credentialSubject/part/1/steps"]
    )
    _verify(derived)
    assert derived["credentialSubject"]["part"] == [{"steps": ["z", "y"]}]


def test_json_literals_and_language_maps_are_shown_whole():
    subject = {"data": {"a": {"b": [1]}, "c": 2}, "names": {"en": "E", "de": "D"}, "label": "x"}
    issued = _issue(_credential([_TERMS], credentialSubject=subject), ["/issuer"])
    _verify(ecdsa_sd_2023.derive(issued, ["/credentialSubject/data"]))
    derived = ecdsa_sd_2023.derive(issued, ["/credentialSubject/names/de"])
    _verify(derived)
    assert derived["credentialSubject"] == {"names": {"de": "D"}}
    with pytest.raises(SelectionInvalid):
        ecdsa_sd_2023.derive(issued, ["/credentialSubject/data/a"])


def test_nodes_without_ids_stay_apart():
    parts = [{"label": "a", "part": {"label": "deep"}}, {"label": "b"}, {"label": "c"}]
    issued = _issue(_credential([_TERMS], credentialSubject={"part": parts}), ["/issuer"])
    at = "/credentialSubject/part"
    derived = ecdsa_sd_2023.derive(issued, [f"{at}/0/part/label", f"{at}/2/label"])
    _verify(derived)
    assert derived["credentialSubject"]["part"] == [{"part": {"label": "deep"}}, {"label": "c"}]
    merged = copy.deepcopy(derived)
    merged["credentialSubject"]["part"] = [{"part": {"label": "deep"}, "label": "c"}]
    with pytest.raises((ProofInvalid, ProofMalformed)):
        _verify(merged)


def test_blank_node_ids_of_the_document_are_kept():
    subject = {"part": [{"id": "_:a", "label": "a"}, {"label": "b", "ref": "_:a"}]}
    issued = _issue(_credential([_TERMS], credentialSubject=subject), ["/issuer"])
    derived = ecdsa_sd_2023.derive(issued, ["/credentialSubject/part/1"])
    _verify(derived)
    assert "a" not in [part.get("label") for part in derived["credentialSubject"]["part"]]


def test_graphs_within_are_not_taken_apart():
    document = _credential([_TERMS], credentialSubject={"inside": {"label": "a"}})
    with pytest.raises(SelectionInvalid):
        _issue(document, ["/issuer"])


@pytest.mark.parametrize(
    "subject",
    [
        {"part": {"@reverse": {"part": {"label": "a"}}}},
        {"part": {"@nest": {"label": "a"}}},
        {"part": {"@included": [{"label": "a"}]}},
        {"part": [{"label": "a"}, {"label": "a"}]},
        {"steps": [{"label": "a"}, {"label": "a"}]},
        {"part": [{"@id": "urn:a", "steps": ["x"]}, {"@id": "urn:a", "steps": ["x"]}]},
    ],
)
def test_strange_documents_are_whole_or_refused(subject):
    document = _credential([_TERMS], credentialSubject=subject)
    try:
        issued = _issue(document, ["/issuer"])
    except TouchstoneError:
        return
    _verify(ecdsa_sd_2023.derive(issued, ["/credentialSubject"]))


# --- any selection of any document


def _places(value, at=""):
    found = [at] if at else []
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in {"@context", "proof"}:
                found += _places(inner, f"{at}/{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += _places(inner, f"{at}/{index}")
    return found


def _texts(value):
    if isinstance(value, dict):
        return {text for inner in value.values() for text in _texts(inner)}
    if isinstance(value, list):
        return {text for inner in value for text in _texts(inner)}
    return {value} if isinstance(value, str) else set()


_LABELS = st.text('abc~/"\\é𝕏 :_', min_size=1, max_size=4)
_PARTS = st.recursive(
    st.fixed_dictionaries({}, optional={"label": _LABELS | st.lists(_LABELS, max_size=3)}),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "label": _LABELS,
            "part": inner | st.lists(inner, max_size=3),
            "steps": st.lists(_LABELS, max_size=3),
        },
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), part=_PARTS)
def test_any_selection_verifies_shows_no_more_and_stands_no_change(data, part):
    document = _credential([_TERMS], name="N", credentialSubject={"label": "s", "part": part})
    try:
        issued = _issue(document, data.draw(st.lists(st.sampled_from(["/issuer", "/name"]))))
    except SelectionInvalid:
        # Two lists that nothing tells apart: refused when it is issued, not when it is shown.
        assert canonicalize(document)
        return
    chosen = data.draw(st.lists(st.sampled_from(_places(document)), min_size=1, max_size=4))
    try:
        derived = ecdsa_sd_2023.derive(issued, chosen)
    except SelectionInvalid:
        assert any("/steps/" in pointer for pointer in chosen)
        return
    _verify(derived)
    shown = pointers.parse_pointers([*chosen, "/issuer", "/name"])
    assert _texts(without_proof(derived)) <= _texts(pointers.select(document, shown))
    changed = json.loads(json.dumps(derived))
    changed["credentialSubject"] = {**changed.get("credentialSubject", {}), "label": "other"}
    with pytest.raises((ProofInvalid, ProofMalformed)):
        _verify(changed)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text(max_size=8)
    | st.sampled_from(["@id", "_:b", "urn:x", "\ud800", "@list"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*_TERMS, "id", "type", "@id", "@type", "@value", "@list", "@set"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(part=_JSON, name=st.sampled_from(["part", "steps", "data", "names", "ref", "inside"]))
def test_any_document_is_disclosed_or_refused(part, name):
    document = _credential([_TERMS], credentialSubject={name: part})
    try:
        issued = _issue(document, ["/issuer"])
        derived = ecdsa_sd_2023.derive(issued, [f"/credentialSubject/{name}"])
    except TouchstoneError:
        return
    _verify(derived)
    assert derived["credentialSubject"] == document["credentialSubject"]


def test_nodes_that_are_all_alike_cost_no_time():
    names = [f"_:b{n}" for n in range(12)]
    nodes = [{"id": name, "ref": [other for other in names if other != name]} for name in names]
    document = _credential([_TERMS], credentialSubject={"part": nodes})
    with pytest.raises(CanonicalWorkLimit):
        _issue(document)
    value = DerivedProofValue(bytes(64), b"\x80\x24" + _public(PRIVATE).raw, (), {}, ()).encode()
    with pytest.raises(CanonicalWorkLimit):
        _verify({**document, "proof": {**OPTIONS, "proofValue": value}})
