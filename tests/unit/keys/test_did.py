"""DIDs: names to URLs and back, and what a DID document vouches for."""

from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from keys import did as dids
from keys.errors import (
    DidDocumentInvalid,
    DidInvalid,
    DidMethodUnsupported,
    PublicKeyInvalid,
    VerificationMethodMissing,
)
from keys.public_key import KeyKind, PublicKey
from schemas.errors import TouchstoneError

MULTIBASE = "publicKeyMultibase"
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def _key(seed: int) -> PublicKey:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return PublicKey(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("did:web:school.example", "https://school.example/.well-known/did.json"),
        ("did:web:school.example%3A8443", "https://school.example:8443/.well-known/did.json"),
        ("did:web:school.example:issuers:7", "https://school.example/issuers/7/did.json"),
        ("did:web:xn--schle-kva.example", "https://xn--schle-kva.example/.well-known/did.json"),
        ("did:web:school.example:a%20b", "https://school.example/a%20b/did.json"),
        ("did:web:school.example:%252e", "https://school.example/%252e/did.json"),
        ("did:web:school.example:%C3%BC%3F%23", "https://school.example/%C3%BC%3F%23/did.json"),
    ],
)
def test_did_web_names_an_https_url(did, url):
    assert dids.did_web_to_url(did) == url


@pytest.mark.parametrize(
    "did",
    [
        "did:web:",
        "did:web",
        "did:web:a/b",
        "did:web:a%2Fb",
        "did:web:user%40host",
        "did:web:host:..:secret",
        "did:web:host:%2e%2e",
        "did:web:host:a%2Fb",
        "did:web:host:",
        "did:web:%00",
        "did:web:ho st",
        "did:key:z6Mk",
        "https://school.example",
        "did:web:localhost%3A8700",
        "did:web:127.0.0.1",
        "did:web:schüle.example",
        "did:web:sch%C3%BCle.example",
        "did:web:user%3Asecret%40host.example",
        "did:web:host.example?query",
        "did:web:host.example%3Fquery",
        "did:web:host.example#fragment",
        "did:web:host.example%23",
        "did:web:host.example%3A",
        "did:web:host.example%3A0",
        "did:web:host.example%3A65536",
        "did:web:host.example%3A443%3A443",
        "did:web:host.example%3Aport",
        "did:web:a..example",
        "did:web:.example",
        "did:web:-a.example",
        "did:web:host.example%2F..",
        "did:web:%5B%3A%3A1%5D",
        "did:web:host::path",
        "did:web:host:%0A",
        "did:web:host:%5Cup",
        "did:web:host:%FF",
        "did:web:host:%E2%80%AE",
        "did:web:host:%zz",
        "did:web:host:%2",
        "did:web:LOCALHOST",
        "did:web:" + "a" * 254,
        "did:WEB:host.example",
        "DID:web:host.example",
        " did:web:host.example",
        "did:web:host.example\n",
        None,
        5,
    ],
)
def test_did_web_refuses_what_is_no_public_host(did):
    with pytest.raises(DidInvalid):
        dids.did_web_to_url(did)


def test_loopback_needs_the_switch_and_only_loopback_becomes_http():
    local = "did:web:localhost%3A8700"
    assert dids.did_web_to_url(local, insecure_loopback=True) == (
        "http://localhost:8700/.well-known/did.json"
    )
    public = dids.did_web_to_url("did:web:school.example", insecure_loopback=True)
    assert public.startswith("https:")


@pytest.mark.parametrize(
    ("url", "did"),
    [
        ("https://school.example", "did:web:school.example"),
        ("https://school.example/", "did:web:school.example"),
        ("http://localhost:8700", "did:web:localhost%3A8700"),
        ("https://school.example/issuers/7", "did:web:school.example:issuers:7"),
    ],
)
def test_base_url_to_did_web(url, did):
    assert dids.url_to_did_web(url) == did


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example",
        "school.example",
        "https://u@a.example",
        "https://@a.example",
        "https://:p@a.example",
        "https://a.example?x",
        "https://a.example#x",
        "https://a.example:99999",
        "https://a.example:port",
        "https://[::1",
        "https://[::1]/",
        "https://schüle.example",
        "https://a..example",
        "https://a.example/../b",
        "https://a.example/%2e%2e/b",
        "https://a.example/b%2Fc",
        "https://a.example/~me",
        "https://a.example/" + "b" * 3000,
        "https://",
    ],
)
def test_base_url_that_cannot_be_a_did_is_refused(url):
    with pytest.raises(DidInvalid):
        dids.url_to_did_web(url)


@given(st.text(max_size=30), st.lists(st.text(min_size=1, max_size=8), max_size=3))
def test_any_name_is_an_address_and_back_or_refused(host, path):
    for did in (f"did:web:{host}", ":".join(["did:web:school.example", *path])):
        try:
            url = dids.did_web_to_url(did)
        except DidInvalid:
            continue
        assert url.startswith("https://")
        assert urlsplit(url).path.endswith("/did.json")
        assert not urlsplit(url).username
    try:
        did = dids.url_to_did_web(f"https://school.example/{'/'.join(path)}")
    except DidInvalid:
        return
    assert dids.did_web_to_url(did).startswith("https://school.example/")


def test_did_key_spells_out_its_document():
    key = _key(1)
    did = f"did:key:{key.to_multikey()}"
    document = dids.did_key_document(did)
    dids.check_did_document(document, did)
    method = document["assertionMethod"][0]
    found = dids.verification_key(document, method, purpose="authentication", at=NOW)
    assert found == key
    for wrong in ("did:key:", "did:key:z6Mk", "did:key:" + "z" * 3000, "did:web:a.example"):
        with pytest.raises(DidInvalid):
            dids.did_key_document(wrong)


def _document(**changes):
    did = "did:web:school.example"
    method = {
        "id": f"{did}#key-1",
        "type": "Multikey",
        "controller": did,
        "publicKeyMultibase": _key(1).to_multikey(),
        "publicKeyJwk": _key(1).to_jwk(),
    }
    method.update(changes)
    return {"id": did, "verificationMethod": [method], "assertionMethod": [method["id"]]}


def test_key_is_found_for_its_purpose_only():
    document = _document()
    method = "did:web:school.example#key-1"
    assert dids.verification_key(document, method, purpose="assertionMethod", at=NOW) == _key(1)
    for purpose, name in (("authentication", method), ("assertionMethod", method + "x")):
        with pytest.raises(VerificationMethodMissing):
            dids.verification_key(document, name, purpose=purpose, at=NOW)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"controller": "did:web:thief.example"}, DidDocumentInvalid),
        ({"publicKeyJwk": _key(2).to_jwk()}, DidDocumentInvalid),
        ({"publicKeyMultibase": "z6Mk"}, PublicKeyInvalid),
        ({"expires": "2026-05-31T00:00:00Z"}, VerificationMethodMissing),
        ({"revoked": "2026-05-31T00:00:00Z"}, VerificationMethodMissing),
        ({"revoked": "soon"}, DidDocumentInvalid),
        ({"revoked": None}, DidDocumentInvalid),
        ({"revoked": False}, DidDocumentInvalid),
        ({"revoked": ["2027-01-01T00:00:00Z"]}, DidDocumentInvalid),
        ({"revoked": "2027-01-01"}, DidDocumentInvalid),
        ({"revoked": "2027-01-01T00:00:00"}, DidDocumentInvalid),
        ({"expires": "20270101T000000Z"}, DidDocumentInvalid),
        ({"expires": "2027-02-30T00:00:00Z"}, DidDocumentInvalid),
        ({"expires": "2027-01-01T00:00:00+99:00"}, DidDocumentInvalid),
        ({"expires": "0001-01-01T00:00:00+14:00"}, VerificationMethodMissing),
        ({"controller": None}, DidDocumentInvalid),
        ({"controller": ["did:web:thief.example"]}, DidDocumentInvalid),
        ({"controller": {"id": "did:web:school.example"}}, DidDocumentInvalid),
        ({"type": None}, DidDocumentInvalid),
        ({"type": "Whatever"}, DidDocumentInvalid),
        ({"type": ["Multikey"]}, DidDocumentInvalid),
        ({"type": "Ed25519VerificationKey2018"}, DidDocumentInvalid),
        ({"secretKeyMultibase": "z42t"}, DidDocumentInvalid),
        ({"privateKeyJwk": {}}, DidDocumentInvalid),
        ({"publicKeyMultibase": None}, PublicKeyInvalid),
        ({"publicKeyMultibase": ["z6Mk"]}, PublicKeyInvalid),
        ({"publicKeyJwk": None}, PublicKeyInvalid),
        ({"publicKeyJwk": {**_key(1).to_jwk(), "d": "AA"}}, PublicKeyInvalid),
        ({"publicKeyJwk": {**_key(1).to_jwk(), "use": "enc"}}, PublicKeyInvalid),
    ],
)
def test_key_that_is_not_to_be_trusted_is_refused(changes, error):
    with pytest.raises(error):
        dids.verification_key(
            _document(**changes), "did:web:school.example#key-1", purpose="assertionMethod", at=NOW
        )


def test_key_that_ends_later_is_still_good():
    document = _document(expires="2027-01-01T00:00:00Z")
    dids.verification_key(
        document, "did:web:school.example#key-1", purpose="assertionMethod", at=NOW
    )


def test_a_key_revoked_after_it_signed_is_good_for_nothing_and_an_expired_one_still_is():
    method = "did:web:school.example#key-1"
    later = datetime(2028, 1, 1, tzinfo=UTC)
    expired, revoked = (
        _document(**{end: "2027-01-01T00:00:00Z"}) for end in ("expires", "revoked")
    )
    times = {"purpose": "assertionMethod", "at": NOW, "now": later}
    dids.verification_key(expired, method, **times)
    with pytest.raises(VerificationMethodMissing):
        dids.verification_key(revoked, method, **times)


def test_document_of_another_did_is_refused():
    with pytest.raises(DidDocumentInvalid):
        dids.check_did_document(_document(), "did:web:other.example")
    with pytest.raises(DidDocumentInvalid):
        dids.check_did_document([], "did:web:school.example")


def test_other_methods_are_named():
    assert dids.require_method("did:web:a.example", "web", "key") == "web"
    with pytest.raises(DidMethodUnsupported):
        dids.require_method("did:ion:abc", "web", "key")


METHOD = "did:web:school.example#key-1"
ASSERTION = {"purpose": "assertionMethod", "at": NOW}


def _without(document, member):
    del document["verificationMethod"][0][member]
    return document


@pytest.mark.parametrize(
    ("kind", "member"),
    [
        ("Multikey", "publicKeyMultibase"),
        ("Ed25519VerificationKey2020", "publicKeyMultibase"),
        ("JsonWebKey", "publicKeyJwk"),
        ("JsonWebKey2020", "publicKeyJwk"),
    ],
)
def test_a_type_keeps_its_key_in_its_own_member(kind, member):
    document = _document(type=kind)
    assert dids.verification_key(document, METHOD, **ASSERTION) == _key(1)
    (other,) = {"publicKeyMultibase", "publicKeyJwk"} - {member}
    assert dids.verification_key(_without(document, other), METHOD, **ASSERTION) == _key(1)
    with pytest.raises(DidDocumentInvalid):
        dids.verification_key(_without(_document(type=kind), member), METHOD, **ASSERTION)


@pytest.mark.parametrize("kind", list(KeyKind))
def test_keys_of_every_kind_are_found(kind, signers):
    key = signers[kind].public_key
    document = _without(_document(type="JsonWebKey", publicKeyJwk=key.to_jwk()), MULTIBASE)
    assert dids.verification_key(document, METHOD, **ASSERTION) == key
    if kind is KeyKind.RSA:
        return
    document = _without(_document(publicKeyMultibase=key.to_multikey()), "publicKeyJwk")
    assert dids.verification_key(document, METHOD, **ASSERTION) == key
    document["verificationMethod"][0]["type"] = "Ed25519VerificationKey2020"
    if kind is not KeyKind.ED25519:
        with pytest.raises(DidDocumentInvalid):
            dids.verification_key(document, METHOD, **ASSERTION)


def test_the_did_is_one_of_the_controllers():
    document = _document(controller=["did:web:other.example", "did:web:school.example"])
    assert dids.verification_key(document, METHOD, **ASSERTION) == _key(1)


def test_relative_names_are_the_documents_own():
    document = _document(id="#key-1")
    document["assertionMethod"] = ["#key-1"]
    assert dids.verification_key(document, METHOD, **ASSERTION) == _key(1)
    with pytest.raises(DidInvalid):
        dids.verification_key(document, "#key-1", **ASSERTION)


def test_a_key_embedded_under_one_purpose_is_not_for_another():
    document = _document()
    embedded = document.pop("verificationMethod")[0]
    document["assertionMethod"] = [embedded]
    assert dids.verification_key(document, METHOD, **ASSERTION) == _key(1)
    with pytest.raises(VerificationMethodMissing):
        dids.verification_key(document, METHOD, purpose="authentication", at=NOW)
    document["authentication"] = [METHOD]  # a reference to what is embedded elsewhere
    with pytest.raises(VerificationMethodMissing):
        dids.verification_key(document, METHOD, purpose="authentication", at=NOW)


def test_a_listed_name_without_a_key_is_missing():
    document = _document()
    document["verificationMethod"] = []
    with pytest.raises(VerificationMethodMissing):
        dids.verification_key(document, METHOD, **ASSERTION)


def test_a_document_speaks_for_its_own_keys_only():
    """Whoever publishes a document can write the name of a school's key into it."""
    thief = _document(controller="did:web:thief.example")
    thief["id"] = "did:web:thief.example"
    dids.check_did_document(thief, "did:web:thief.example")
    with pytest.raises(VerificationMethodMissing):
        dids.verification_key(thief, METHOD, **ASSERTION)


@pytest.mark.parametrize("member", ["verificationMethod", "assertionMethod", "keyAgreement"])
@pytest.mark.parametrize("name", [METHOD, "#key-1"])
def test_two_keys_of_one_name_are_refused(member, name):
    document = _document()
    dids.check_did_document(document, "did:web:school.example")
    second = {**document["verificationMethod"][0], "id": name, "publicKeyJwk": _key(2).to_jwk()}
    document[member] = [*document.get(member, []), second]
    with pytest.raises(DidDocumentInvalid):
        dids.check_did_document(document, "did:web:school.example")
    with pytest.raises(DidDocumentInvalid):
        dids.verification_key(document, METHOD, **ASSERTION)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(METHOD),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "controller", MULTIBASE]), inner)
    ),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("verificationMethod", "assertionMethod", "authentication", "keyAgreement"), json_values
        ),
    )
)
def test_any_document_is_refused_in_words(members):
    document = {"id": "did:web:school.example", **members}
    with pytest.raises(TouchstoneError):
        dids.verification_key(document, METHOD, **ASSERTION)
    with suppress(DidDocumentInvalid):
        dids.check_did_document(document, "did:web:school.example")


def test_a_did_is_told_from_what_looks_like_one():
    for did in ("did:web:a", "did:key:z6Mk", "did:x:a:b:c", "did:x:%41", "did:jwk:e30"):
        assert dids.is_did(did)
        assert dids.did_of(f"{did}#key") == dids.did_of(f"{did}/path?query#key") == did
    for wrong in (
        "did:",
        "did:web",
        "did:web:",
        "did:Web:a",
        "did:web:a:",
        "did:web:a%4",
        "did::a",
    ):
        assert not dids.is_did(wrong)
    for wrong in (
        "did:web:a b",
        "did:web:a#b",
        "did:web:é",
        "did:x:" + "a" * 3000,
        None,
        5,
        b"did",
    ):
        assert not dids.is_did(wrong)
    for wrong in (None, 5, "", "#key", "https://a.example#key", "did:web:#key", "did:web:é#key"):
        with pytest.raises(DidInvalid):
            dids.did_of(wrong)


def _ended(method_changes, **lists):
    document = _document(**method_changes)
    return {**document, **lists}


DATED = {"purpose": "assertionMethod", "now": NOW}


def test_a_dated_key_brings_its_ends_unjudged():
    method = "did:web:school.example#key-1"
    ends = {"expires": "2026-05-01T00:00:00Z", "revoked": "2026-04-01T00:00:00+02:00"}
    found = dids.dated_key(_document(**ends), method, **DATED)
    assert found.key == _key(1)
    assert found.expires == datetime(2026, 5, 1, tzinfo=UTC)
    assert found.revoked == datetime(2026, 3, 31, 22, tzinfo=UTC)
    found = dids.dated_key(_document(), method, **DATED)
    assert (found.expires, found.revoked) == (None, None)
    with pytest.raises(DidDocumentInvalid):
        dids.dated_key(_document(expires="one day"), method, **DATED)
    with pytest.raises(VerificationMethodMissing):
        dids.dated_key(_document(), method, purpose="authentication", now=NOW)


def test_a_revoked_key_that_is_listed_for_nothing_is_found_with_its_date():
    method = "did:web:school.example#key-1"
    document = _ended({"revoked": "2026-05-01T00:00:00Z"}, assertionMethod=[])
    assert dids.dated_key(document, method, **DATED).revoked == datetime(2026, 5, 1, tzinfo=UTC)
    with pytest.raises(VerificationMethodMissing):
        dids.verification_key(document, method, purpose="assertionMethod", at=NOW)


@pytest.mark.parametrize(
    ("changes", "lists", "error"),
    [
        ({}, {"assertionMethod": []}, VerificationMethodMissing),
        ({"expires": "2026-05-01T00:00:00Z"}, {"assertionMethod": []}, VerificationMethodMissing),
        ({"revoked": "2026-07-01T00:00:00Z"}, {"assertionMethod": []}, VerificationMethodMissing),
        ({"revoked": "soon"}, {"assertionMethod": []}, DidDocumentInvalid),
        (
            {"revoked": "2026-05-01T00:00:00Z"},
            {"assertionMethod": [], "authentication": ["#key-1"]},
            VerificationMethodMissing,
        ),
        (
            {"revoked": "2026-05-01T00:00:00Z", "controller": "did:web:thief.example"},
            {"assertionMethod": []},
            DidDocumentInvalid,
        ),
    ],
)
def test_a_key_that_is_listed_for_nothing_is_not_found_otherwise(changes, lists, error):
    with pytest.raises(error):
        dids.dated_key(_ended(changes, **lists), "did:web:school.example#key-1", **DATED)


def test_a_revoked_key_of_another_did_is_not_found():
    document = _ended({"revoked": "2026-05-01T00:00:00Z"}, assertionMethod=[])
    document["verificationMethod"][0]["id"] = "did:web:thief.example#key-1"
    with pytest.raises(VerificationMethodMissing):
        dids.dated_key(document, "did:web:thief.example#key-1", **DATED)
