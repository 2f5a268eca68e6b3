"""What is refused before it is signed, with the cases that the W3C's suites post."""

import hashlib

import pytest

from credentials.canonical import canonicalize
from credentials.errors import StructureInvalid
from credentials.models import check_credential, check_for_issuing
from credentials.proofs.unsecured import Unsecured
from keys.multibase import base58btc_encode, base64url_encode

VC2 = "https://www.w3.org/ns/credentials/v2"
VC1 = "https://www.w3.org/2018/credentials/v1"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
EX = "https://example.org/#"
TEXT = {"@value": "Dog", "@language": "en", "@direction": "ltr"}
RESOURCE = "https://resources.example/r.json"
SRI_384 = "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU"
SRI_384_OF_2024 = "sha384-NSOcNpmdIVUxIJGvGUoe22FjTWrXiaXlsZ8q6912LdnR3KraQO2n75Ica4wK4Qeg"
OTHER = hashlib.sha256(b"other").digest()


def test_the_least_credential(credential):
    check_for_issuing(credential)


@pytest.mark.parametrize(
    "members",
    [
        {"@context": VC2},
        {"@context": [VC2, EXAMPLES]},
        {"@context": [VC2, {"Ex": f"{EX}Ex"}], "type": ["VerifiableCredential", "Ex"]},
        {"type": ["VerifiableCredential", f"{EX}Ex"]},
        {"type": [f"{EX}A", "VerifiableCredential", f"{EX}B"]},
        {"type": "VerifiableCredential"},
        {"id": "did:example:1"},
        {"id": "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-5a3f3f0e0a01"},
        {"issuer": {"id": "did:example:issuer"}},
        {"issuer": {"id": "did:example:issuer", "name": [TEXT], "description": TEXT}},
        {"name": "Dog", "description": [{"@value": "Chien", "@language": "fr"}, TEXT]},
        {"credentialSubject": [{"id": "did:example:1"}, {"id": "did:example:2"}]},
        {"validFrom": "2023-02-25T19:10:39-06:00", "validUntil": "2033-02-25T19:10:39.123Z"},
        {"validFrom": "2023-02-25T19:10:39Z", "validUntil": "2023-02-25T19:10:39Z"},
        {"credentialStatus": {"type": f"{EX}Status"}},
        {"credentialStatus": [{"id": "did:example:s", "type": [f"{EX}S"]}, {"type": f"{EX}T"}]},
        {"termsOfUse": [{"type": f"{EX}Policy"}, {"id": "did:example:t", "type": f"{EX}Policy"}]},
        {"evidence": [{"type": f"{EX}Seen"}, {"type": [f"{EX}Heard"]}]},
        {"refreshService": [{"type": f"{EX}R", "id": "did:example:refresh/2"}]},
        {"credentialSchema": [{"type": f"{EX}S", "id": "did:example:schemas/1"}]},
        {"relatedResource": [{"id": VC2, "digestSRI": SRI_384, "mediaType": "application/json"}]},
        {"relatedResource": {"id": VC2, "digestSRI": SRI_384_OF_2024}},
        {"relatedResource": {"id": VC2, "digestSRI": SRI_384.replace("384-", "384-M")}},
        {
            "relatedResource": {
                "id": VC2,
                "digestMultibase": "uWZVc7WaX1h4D8rJVb-vlMIqxaEKEb1tYbX8fet7JJzQ",
            }
        },
        {
            "relatedResource": {
                "id": VC2,
                "digestMultibase": "uJKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k",
            }
        },
        {
            "relatedResource": {
                "id": EXAMPLES,
                "digestMultibase": "uEiBXOT-8adbvubm13Jy2uYgLCUQ2Cr_i6vRZyeWM8iedfA",
            }
        },
        {
            "relatedResource": [
                {"id": RESOURCE, "digestMultibase": base58btc_encode(b"\x12\x20" + OTHER)},
                {"id": f"{RESOURCE}?2", "digestMultibase": base64url_encode(OTHER)},
            ]
        },
    ],
)
def test_what_is_signed(members, credential):
    check_for_issuing({**credential, **members})


REMOVED = object()


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"@context": REMOVED}, "/@context"),
        ({"@context": []}, "/@context/0"),
        ({"@context": [EXAMPLES, VC2]}, "/@context/0"),
        ({"@context": [VC2, 123192875]}, "/@context/1"),
        ({"@context": [VC2, "https ://not-a-url/contexts/example/v1"]}, "/@context/1"),
        ({"@context": [VC2, "https://contexts.example/unknown"]}, "/@context"),
        ({"@context": [VC2, {"VerifiableCredential": f"{EX}Bad"}]}, "/@context"),
        ({"@context": [VC2, {"@protected": True, "Ex": f"{EX}A"}, {"Ex": f"{EX}B"}]}, "/@context"),
        ({"type": REMOVED}, "/type"),
        ({"type": []}, "/type"),
        ({"type": [f"{EX}Ex"]}, "/type"),
        ({"type": ["VerifiableCredential", 5]}, "/type"),
        ({"type": ["VerifiableCredential", "Unmapped"]}, "/type"),
        (
            {
                "@context": [VC2, {"Ex": "https ://not-a-url#Ex"}],
                "type": ["VerifiableCredential", "Ex"],
            },
            "/@context",
        ),
        ({"id": None}, "/id"),
        ({"id": "not a url"}, "/id"),
        ({"id": ["did:example:1", "did:example:2"]}, "/id"),
        ({"issuer": REMOVED}, "/issuer"),
        ({"issuer": None}, "/issuer"),
        ({"issuer": "not a url"}, "/issuer"),
        ({"issuer": {"id": None}}, "/issuer/id"),
        ({"issuer": {"id": "z6Mk"}}, "/issuer/id"),
        ({"issuer": {"id": "did:example:i", "name": {**TEXT, "more": 1}}}, "/issuer/name"),
        ({"issuer": {"id": "did:example:i", "description": [{}]}}, "/issuer/description"),
        ({"name": {**TEXT, "url": "x"}}, "/name"),
        ({"name": {"@value": 5}}, "/name"),
        ({"description": {"@value": "x", "@direction": "up"}}, "/description"),
        ({"description": None}, "/description"),
        ({"credentialSubject": REMOVED}, "/credentialSubject"),
        ({"credentialSubject": {}}, "/credentialSubject"),
        ({"credentialSubject": []}, "/credentialSubject"),
        ({"credentialSubject": [{"id": "did:example:1"}, {}]}, "/credentialSubject/1"),
        ({"credentialSubject": "did:example:1"}, "/credentialSubject"),
        ({"credentialSubject": {"id": ["did:example:1"]}}, "/credentialSubject/id"),
        ({"credentialSubject": {"gpa": "4.0"}}, "/credentialSubject/gpa"),
        ({"gpa": "4.0"}, "/gpa"),
        ({"issuanceDate": "2020-01-01T00:00:00Z"}, "/issuanceDate"),
        ({"validFrom": "Sat 25 Feb 2023 07:16:31 PM CST"}, "/validFrom"),
        ({"validUntil": "2023-02-25"}, "/validUntil"),
        ({"validUntil": "2023-02-30T00:00:00Z"}, "/validUntil"),
        (
            {"validFrom": "2023-02-25T00:00:00Z", "validUntil": "2023-02-24T23:59:59Z"},
            "/validUntil",
        ),
        ({"credentialStatus": {"id": "did:example:s"}}, "/credentialStatus/type"),
        ({"credentialStatus": {"type": 2}}, "/credentialStatus/type"),
        ({"credentialStatus": {"type": []}}, "/credentialStatus/type"),
        ({"credentialStatus": {"type": "Unmapped"}}, "/credentialStatus/type"),
        ({"credentialStatus": {"type": f"{EX}S", "id": "no url"}}, "/credentialStatus/id"),
        ({"credentialStatus": {"type": f"{EX}S", "id": ["urn:a"]}}, "/credentialStatus/id"),
        ({"credentialStatus": "did:example:s"}, "/credentialStatus"),
        ({"termsOfUse": [{"id": "did:example:t"}]}, "/termsOfUse/0/type"),
        ({"termsOfUse": None}, "/termsOfUse"),
        ({"evidence": {"id": "did:example:e"}}, "/evidence/type"),
        ({"refreshService": {"id": "did:example:r"}}, "/refreshService/type"),
        ({"credentialSchema": {"id": "did:example:s"}}, "/credentialSchema/type"),
        ({"credentialSchema": {"type": f"{EX}S"}}, "/credentialSchema/id"),
        ({"credentialSchema": {"type": f"{EX}S", "id": 5}}, "/credentialSchema/id"),
        ({"relatedResource": [VC2]}, "/relatedResource/0"),
        ({"relatedResource": {"digestSRI": SRI_384}}, "/relatedResource/id"),
        ({"relatedResource": {"id": VC2}}, "/relatedResource"),
        ({"relatedResource": [{"id": VC2, "digestSRI": SRI_384}] * 2}, "/relatedResource/1/id"),
        (
            {"relatedResource": {"id": VC2, "digestSRI": "sha384-" + "A" * 64}},
            "/relatedResource/digestSRI",
        ),
        (
            {"relatedResource": {"id": VC2, "digestMultibase": base64url_encode(OTHER)}},
            "/relatedResource/digestMultibase",
        ),
        (
            {"relatedResource": {"id": VC2, "digestSRI": f"{SRI_384} sha384-{'A' * 64}"}},
            "/relatedResource/digestSRI",
        ),
        (
            {"relatedResource": {"id": RESOURCE, "digestSRI": f"sha256-{OTHER.hex()}"}},
            "/relatedResource/digestSRI",
        ),
        (
            {"relatedResource": {"id": RESOURCE, "digestSRI": "md5-AAAA"}},
            "/relatedResource/digestSRI",
        ),
        (
            {"relatedResource": {"id": RESOURCE, "digestSRI": " "}},
            "/relatedResource/digestSRI",
        ),
        (
            {"relatedResource": {"id": RESOURCE, "digestMultibase": "uZTQ0MjM1NiAgcmVwb3J0"}},
            "/relatedResource/digestMultibase",
        ),
    ],
)
def test_what_is_not_signed(members, pointer, credential):
    document = {k: v for k, v in {**credential, **members}.items() if v is not REMOVED}
    with pytest.raises(StructureInvalid) as caught:
        check_for_issuing(document)
    assert caught.value.problems[0].pointer == pointer
    assert all(problem.sentence.endswith(".") for problem in caught.value.problems)


def test_the_canonical_form_that_is_made_is_the_one_that_is_signed(credential):
    unsecured = Unsecured(credential)
    check_for_issuing(credential, unsecured=unsecured)
    assert unsecured.__dict__["_canonicalized"][0] == canonicalize(credential)


def test_a_proof_that_is_there_is_not_part_of_what_is_signed(credential):
    check_for_issuing({**credential, "proof": {"type": "DataIntegrityProof", "words": "any"}})


OLD = {
    "@context": [VC1],
    "type": ["VerifiableCredential"],
    "issuer": "did:web:school.example",
    "issuanceDate": "2020-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:1"},
}


@pytest.mark.parametrize(
    "members", [{}, {"expirationDate": "2030-01-01T00:00:00Z"}, {"id": "urn:uuid:1"}]
)
def test_version_1_is_signed(members):
    check_for_issuing({**OLD, **members})


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"issuanceDate": "2020-01-01"}, "/issuanceDate"),
        ({"expirationDate": "never"}, "/expirationDate"),
        ({"expirationDate": "2010-01-01T00:00:00Z"}, "/expirationDate"),
        ({"credentialSubject": {}}, "/credentialSubject"),
        ({"relatedResource": {"id": VC2, "digestSRI": SRI_384}}, "/relatedResource"),
        ({"credentialSchema": {"type": f"{EX}S"}}, "/credentialSchema/id"),
    ],
)
def test_version_1_keeps_the_same_rules(members, pointer):
    with pytest.raises(StructureInvalid) as caught:
        check_for_issuing({**OLD, **members})
    assert caught.value.problems[0].pointer == pointer


def test_version_1_needs_a_date_of_issue():
    with pytest.raises(StructureInvalid):
        check_for_issuing({k: v for k, v in OLD.items() if k != "issuanceDate"})


def _without(node, name):
    if isinstance(node, dict):
        return {k: _without(v, name) for k, v in node.items() if k != name}
    return [_without(item, name) for item in node] if isinstance(node, list) else node


def test_every_member_of_open_badges_that_a_context_defines_is_signed(full_badge, transcript):
    check_for_issuing(_without(full_badge, "endorsementJwt"))
    check_for_issuing(_without(transcript, "endorsementJwt"))


def test_a_badge_of_version_1_is_signed(full_badge):
    old = _without(_without(full_badge, "endorsementJwt"), "endorsement")
    old["@context"][0] = VC1
    old["issuanceDate"] = old.pop("validFrom")
    old["expirationDate"] = old.pop("validUntil")
    for member in ("relatedResource", "description"):
        old.pop(member, None)
    check_credential(old)
    del old["issuanceDate"]
    with pytest.raises(StructureInvalid):
        check_credential(old)


def test_contexts_stand_where_1edtechs_readers_look(full_badge):
    badge = _without(full_badge, "endorsementJwt")
    badge["@context"] = [VC2, EXAMPLES, *badge["@context"][1:]]
    check_credential(badge)
    with pytest.raises(StructureInvalid) as caught:
        check_for_issuing(badge)
    assert caught.value.problems[0].pointer == "/@context/1"


def test_a_badge_names_the_context_of_badges(full_badge):
    full_badge["@context"] = [VC2, EXAMPLES]
    with pytest.raises(StructureInvalid) as caught:
        check_credential(full_badge)
    assert caught.value.problems[0].pointer == "/@context"
