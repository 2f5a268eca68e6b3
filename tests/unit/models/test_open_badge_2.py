"""Open Badges 2.0: read as what they are."""

import base64
import contextlib
import copy
import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.errors import JoseMalformed, StructureInvalid
from credentials.models.open_badge_2 import (
    Verification,
    is_assertion,
    read_assertion,
    read_signed,
)

HOSTED = {
    "@context": "https://w3id.org/openbadges/v2",
    "type": "Assertion",
    "id": "https://badges.example/assertions/1",
    "recipient": {
        "type": "email",
        "hashed": True,
        "salt": "deadsea",
        "identity": "sha256$" + hashlib.sha256(b"emmy@school.exampledeadsea").hexdigest(),
    },
    "badge": {
        "id": "https://badges.example/classes/1",
        "type": "BadgeClass",
        "name": "Reads maps",
        "description": "Finds the way.",
        "image": "https://badges.example/1.png",
        "criteria": {"narrative": "Came back."},
        "issuer": {"id": "https://badges.example/issuer", "type": "Profile", "name": "Scouts"},
        "alignment": [{"targetName": "Geography", "targetUrl": "https://badges.example/g"}],
    },
    "verification": {"type": "HostedBadge"},
    "issuedOn": "2019-05-01T10:00:00+00:00",
    "expires": "2029-05-01T10:00:00Z",
    "evidence": ["https://badges.example/e1", {"narrative": "A map", "name": "Map"}],
}
SIGNED = {
    **HOSTED,
    "id": "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-5a3f3f0e0d01",
    "verification": {"type": "SignedBadge", "creator": "https://badges.example/key"},
}


def jws(document, header=None):
    parts = [json.dumps(header or {"alg": "RS256"}), json.dumps(document), "signature"]
    return ".".join(base64.urlsafe_b64encode(p.encode()).decode().rstrip("=") for p in parts)


def test_a_hosted_badge():
    badge = read_assertion(HOSTED)
    assert badge.verification is Verification.HOSTED
    assert badge.url == "https://badges.example/assertions/1"
    assert badge.badge.name == "Reads maps"
    assert badge.badge.criteria == "Came back."
    assert badge.badge.issuer.name == "Scouts"
    assert badge.badge.alignments == ("Geography",)
    assert [piece.url for piece in badge.evidence] == ["https://badges.example/e1", ""]
    assert (badge.issued_on.year, badge.expires.year, badge.revoked) == (2019, 2029, False)


def test_a_badge_whose_class_is_elsewhere():
    assert read_assertion({**HOSTED, "badge": "https://badges.example/classes/1"}).badge.name == ""


def test_whose_it_is():
    recipient = read_assertion(HOSTED).recipient
    assert recipient.is_for("emmy@school.example")
    assert not recipient.is_for("emil@school.example")
    plain = {"type": "email", "hashed": False, "identity": "emmy@school.example"}
    recipient = read_assertion({**HOSTED, "recipient": plain}).recipient
    assert recipient.is_for("emmy@school.example")
    assert not recipient.is_for("sha256$0")


def test_a_hash_that_anyone_can_make_says_nothing():
    weak = "md5$" + hashlib.md5(b"emmy@school.exampledeadsea", usedforsecurity=False).hexdigest()
    recipient = {**HOSTED["recipient"], "identity": weak}
    assert not read_assertion({**HOSTED, "recipient": recipient}).recipient.is_for(
        "emmy@school.example"
    )


def test_a_signed_badge():
    badge, token = read_signed(jws(SIGNED))
    assert badge.verification is Verification.SIGNED
    assert badge.creator == "https://badges.example/key"
    assert token.algorithm == "RS256"


def test_a_hosted_badge_in_a_token_is_not_signed():
    with pytest.raises(StructureInvalid) as caught:
        read_signed(jws(HOSTED))
    assert caught.value.problems[0].pointer == "/verification/type"


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c.d", "€.€.€"])
def test_what_is_no_token(token):
    with pytest.raises(JoseMalformed):
        read_signed(token)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("type",), "BadgeClass"),
        (("@context",), "https://www.w3.org/ns/credentials/v2"),
        (("id",), "1"),
        (("recipient",), "emmy"),
        (("recipient", "identity"), ""),
        (("recipient", "hashed"), "yes"),
        (("badge",), 5),
        (("badge", "name"), None),
        (("badge", "issuer"), []),
        (("verification",), None),
        (("verification", "type"), "Trust"),
        (("issuedOn",), "yesterday"),
        (("expires",), 0),
        (("evidence",), [5]),
        (("revoked",), "no"),
    ],
)
def test_each_rule_broken_once(path, value):
    document = copy.deepcopy(HOSTED)
    node = document
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = value
    with pytest.raises(StructureInvalid) as caught:
        read_assertion(document)
    where = "/type" if path == ("@context",) else f"/{path[0]}"
    assert caught.value.problems[0].pointer.startswith(where)


def test_what_is_not_an_older_badge(full_badge):
    assert is_assertion(HOSTED)
    assert not is_assertion(full_badge)
    assert not is_assertion({})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*HOSTED, "identity", "name"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*HOSTED]), anything))
@settings(max_examples=200, deadline=None)
def test_nothing_that_json_can_say_crashes_the_reader(changes):
    with contextlib.suppress(StructureInvalid):
        read_assertion({**HOSTED, **changes})
