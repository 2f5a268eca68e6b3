"""Acting as the suites do: issue, verify, tamper, derive, revoke, resolve, against one process."""

import json
import signal
import socket
import sqlite3
import ssl
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from keys.multibase import base58btc_encode

PROFILES = [
    "eddsa-rdfc-2022",
    "eddsa-jcs-2022",
    "ecdsa-rdfc-2019-p256",
    "ecdsa-rdfc-2019-p384",
    "ecdsa-jcs-2019-p256",
    "ecdsa-sd-2023",
    "vc-jwt",
    "status",
]
EMBEDDED = [name for name in PROFILES if name != "vc-jwt"]
VC2 = "https://www.w3.org/ns/credentials/v2"
Credential = Callable[..., dict[str, Any]]


def shown(
    running: Any, issued: dict[str, Any], profile: str, pointer: str = "/credentialSubject/name"
) -> dict[str, Any]:
    """What a verifier is given: for selective disclosure, what the holder derives."""
    if profile != "ecdsa-sd-2023":
        return issued
    response = running.derive(issued, pointer)
    assert response.status_code == 201, response.text
    found = response.json()["verifiableCredential"]
    assert isinstance(found, dict)
    return found


def test_it_says_where_it_is_and_who_signs(running: Any) -> None:
    said = running.said
    assert set(said["profiles"]) == set(PROFILES)
    dids = {profile["did"] for profile in said["profiles"].values()}
    assert len(dids) == len(PROFILES)
    assert all(did.startswith("did:key:z") for did in dids)
    for service in ("issuer", "verifier"):
        assert said[service]["baseUrl"].startswith("https://127.0.0.1:")
        assert running.client.get(f"{said[service]['baseUrl']}/health").status_code == 200
    implementation = said["implementations"][0]
    assert {"issuers", "verifiers", "vpVerifiers"} <= set(implementation)
    assert {"did-key", "Did-Key"} <= set(implementation["didResolvers"][0]["tags"])


@pytest.mark.parametrize("profile", PROFILES)
def test_what_a_profile_issues_verifies_and_a_change_does_not(
    profile: str, running: Any, credential: Credential
) -> None:
    issued = running.issued(credential(), profile)
    document = shown(running, issued, profile)
    answer = running.verify(document)
    assert answer.status_code == 200, answer.text
    assert answer.json()["verified"] is True
    assert answer.json()["problemDetails"] == []
    assert running.verify(tampered(document)).status_code == 400


@pytest.mark.parametrize("profile", ["eddsa-rdfc-2022", "ecdsa-rdfc-2019-p384", "eddsa-jcs-2022"])
def test_a_credential_may_define_words_of_its_own(
    profile: str, running: Any, credential: Credential
) -> None:
    document = credential()
    document["credentialSubject"]["licence"] = "A"
    refused = running.issue({**document, "@context": [VC2]}, profile)
    assert refused.status_code == 400
    words = {"@protected": True, "licence": "urn:example:licence", "name": "urn:example:x"}
    assert running.issue({**document, "@context": [VC2, words]}, profile).status_code == 400
    del words["name"]
    issued = running.issued({**document, "@context": [VC2, words]}, profile)
    assert running.verify(issued).status_code == 200
    assert running.verify(tampered(issued)).status_code == 400


def tampered(document: dict[str, Any]) -> dict[str, Any]:
    """The document with one character changed."""
    if document["type"] == "EnvelopedVerifiableCredential":
        head, body, signature = document["id"].split(".")
        letter = "A" if signature[0] != "A" else "B"
        return {**document, "id": f"{head}.{body}.{letter}{signature[1:]}"}
    subject = {**document["credentialSubject"], "name": "Mallory"}
    return {**document, "credentialSubject": subject}


@pytest.mark.parametrize("profile", PROFILES)
def test_the_issuer_is_the_profiles_did(profile: str, running: Any, credential: Credential) -> None:
    own = running.said["profiles"][profile]
    for issuer in ({}, {"issuer": own["did"]}, {"issuer": {"id": "did:example:else"}}):
        issued = running.issued(credential(**issuer), profile)
        if profile == "vc-jwt":
            assert issued["type"] == "EnvelopedVerifiableCredential"
            assert issued["id"].startswith("data:application/vc+jwt,")
            continue
        named = issued["issuer"]
        assert (named["id"] if isinstance(named, dict) else named) == own["did"]
        assert issued["proof"]["verificationMethod"] == own["verificationMethod"]


@pytest.mark.parametrize("profile", EMBEDDED)
def test_credentials_of_version_1_are_issued_and_verified(
    profile: str, running: Any, version_1: Credential
) -> None:
    issued = running.issued(version_1(), profile)
    assert "https://w3id.org/security/data-integrity/v2" in issued["@context"]
    answer = running.verify(shown(running, issued, profile, "/credentialSubject/id"))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("profile", EMBEDDED)
def test_version_1_may_define_names_and_descriptions_as_version_2_does(
    profile: str, running: Any, version_1: Credential
) -> None:
    """The W3C suites' own document of version 1.1 does so."""
    words = {name: f"https://schema.org/{name}" for name in ("name", "description")}
    document = version_1()
    document["@context"].append(words)
    document["credentialSubject"] |= {"name": "Alice", "description": "About Alice."}
    issued = running.issued(document, profile)
    answer = running.verify(shown(running, issued, profile))
    assert answer.status_code == 200, answer.text
    document["@context"][-1] = words | {"name": "https://school.example/other"}
    assert running.issue(document, profile).status_code == 400


def test_an_envelope_is_for_version_2(running: Any, version_1: Credential) -> None:
    assert running.issue(version_1(), "vc-jwt").status_code == 400


def test_a_token_as_text_is_verified_too(running: Any, credential: Credential) -> None:
    token = running.issued(credential(), "vc-jwt")["id"].partition(",")[2]
    assert running.verify(token).status_code == 200
    assert running.verify(token[:-4] + "AAAA").status_code == 400


def test_options_stand_in_the_proof(running: Any, credential: Credential) -> None:
    issued = running.issued(
        credential(),
        created="2024-05-01T10:00:00Z",
        expires="2999-01-01T00:00:00Z",
        challenge="once",
        domain="example.org",
        unknown={"is": "let through"},
    )
    proof = issued["proof"]
    assert proof["created"] == "2024-05-01T10:00:00Z"
    assert (proof["challenge"], proof["domain"]) == ("once", "example.org")
    assert running.verify(issued).status_code == 200
    assert running.verify(issued, challenge="once", domain="example.org").status_code == 200
    assert running.verify(issued, domain=["example.org"]).status_code == 200
    assert running.verify(issued, challenge="twice").status_code == 400
    assert running.verify(issued, domain=["example.org", "example.com"]).status_code == 400


def test_an_expected_purpose_is_compared(running: Any, credential: Credential) -> None:
    issued = running.issued(credential())
    assert running.verify(issued, expectedProofPurpose="assertionMethod").status_code == 200
    assert running.verify(issued, expectedProofPurpose="authentication").status_code == 400


def test_a_proof_joins_the_proofs_that_are_there(running: Any, credential: Credential) -> None:
    first = running.issued(credential(), "eddsa-rdfc-2022")
    again = running.issued(first, "eddsa-rdfc-2022")
    assert [proof["cryptosuite"] for proof in again["proof"]] == ["eddsa-rdfc-2022"] * 2
    assert running.verify(again).status_code == 200


def test_an_unknown_profile_is_not_found(running: Any, credential: Credential) -> None:
    url = f"{running.said['issuer']['baseUrl']}/profiles/nonsense/credentials/issue"
    response = running.client.post(url, json={"credential": credential()})
    assert response.status_code == 404
    assert response.json()["code"] == "vc-api.unknown-profile"


def test_selective_disclosure_shows_what_was_chosen_and_what_is_mandatory(
    running: Any, credential: Credential
) -> None:
    document = credential(validUntil="2999-01-01T00:00:00Z", name="A badge")
    base = running.issued(document, "ecdsa-sd-2023", mandatoryPointers=["/name"])
    assert running.verify(base).status_code == 400  # a base proof is the holder's alone
    derived = running.derive(base, "/credentialSubject/id").json()["verifiableCredential"]
    assert derived["credentialSubject"] == {"id": "did:example:alice"}
    assert {"issuer", "validUntil", "name"} <= set(derived)
    assert running.verify(derived).status_code == 200
    assert running.verify({**derived, "name": "Another"}).status_code == 400
    without_end = {name: value for name, value in derived.items() if name != "validUntil"}
    assert running.verify(without_end).status_code == 400


def test_pointers_that_lead_nowhere_are_refused(running: Any, credential: Credential) -> None:
    pointers = ["/credentialSubject/nowhere"]
    refused = running.issue(credential(), "ecdsa-sd-2023", mandatoryPointers=pointers)
    assert refused.status_code == 400
    base = running.issued(credential(), "ecdsa-sd-2023")
    assert running.derive(base, *pointers).status_code == 400
    assert running.derive(base, "no pointer").status_code == 400
    assert running.derive(running.issued(credential())).status_code == 400


def update(running: Any, credential_id: object, method: str = "POST", **members: Any) -> Any:
    entry = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}
    body = {"credentialId": credential_id, "credentialStatus": entry, **members}
    return running.client.request(method, running.said["issuer"]["status"], json=body)


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_status_that_is_set_is_seen_at_once(
    method: str, running: Any, credential: Credential
) -> None:
    issued = running.issued(credential(), "status")
    entry = issued["credentialStatus"]
    assert entry["type"] == "BitstringStatusListEntry"
    assert entry["statusListIndex"].isdigit()
    published = running.client.get(entry["statusListCredential"]).json()
    assert published["issuer"] == issued["issuer"]
    assert running.verify(published).status_code == 200
    assert running.verify(issued).status_code == 200
    response = update(running, issued["id"], method)
    assert response.status_code == 200, response.text
    assert running.verify(issued).status_code == 400
    assert update(running, issued["id"], method).status_code == 200  # what is so stays so
    assert update(running, issued["id"], method, status=False).status_code == 400  # for ever


def test_a_hold_can_be_lifted(running: Any, credential: Credential) -> None:
    asked = [{"statusPurpose": "revocation"}, {"statusPurpose": "suspension"}]
    issued = running.issued(credential(), "status", credentialStatus=asked)
    purposes = [entry["statusPurpose"] for entry in issued["credentialStatus"]]
    assert purposes == ["revocation", "suspension"]
    hold = {"type": "BitstringStatusListEntry", "statusPurpose": "suspension"}
    assert update(running, issued["id"], credentialStatus=hold).status_code == 200
    assert running.verify(issued).status_code == 400
    lifted = {**hold, "status": "0"}
    assert update(running, issued["id"], credentialStatus=lifted).status_code == 200
    assert running.verify(issued).status_code == 200


@pytest.mark.parametrize(
    ("credential_id", "members", "status"),
    [
        ("urn:uuid:00000000-0000-4000-8000-000000000000", {}, {404}),
        (None, {}, {422}),
        (5, {}, {422}),
        ("", {}, {422}),
        ("urn:x:1", {"credentialStatus": None}, {422}),
        ("urn:x:1", {"credentialStatus": "revoked"}, {422}),
        ("urn:x:1", {"credentialStatus": []}, {422}),
        ("urn:x:1", {"credentialStatus": {"type": "Other"}}, {422}),
        ("urn:x:1", {"credentialStatus": {"statusPurpose": 7}}, {422}),
        ("urn:x:1", {"credentialStatus": {"statusPurpose": "mood"}}, {400, 404}),
        ("urn:x:1", {"status": "perhaps"}, {422}),
        ("urn:x:1", {"reason": 5}, {422}),
    ],
)
def test_a_status_request_that_is_wrong_is_refused(
    credential_id: object, members: dict[str, Any], status: set[int], running: Any
) -> None:
    assert update(running, credential_id, **members).status_code in status


def test_many_verify_at_once_without_waiting_for_each_other_for_ever(
    running: Any, credential: Credential
) -> None:
    issued = running.issued(credential(), "status")
    with ThreadPoolExecutor(48) as pool:
        answers = list(pool.map(lambda _: running.verify(issued).status_code, range(48)))
    assert set(answers) == {200}


def test_no_other_service_of_this_machine_is_asked(running: Any, credential: Credential) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0.1)
        url = f"https://127.0.0.1:{other.getsockname()[1]}/status/1"
        entry = {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "1",
            "statusListCredential": url,
        }
        issued = running.issued(credential(credentialStatus=entry))
        assert running.verify(issued).status_code == 400
        with pytest.raises(TimeoutError):
            other.accept()


@pytest.mark.parametrize("profile", PROFILES)
def test_the_dids_of_the_profiles_resolve(profile: str, running: Any) -> None:
    own = running.said["profiles"][profile]
    for service in ("issuer", "verifier"):
        answer = resolve(running, own["did"], service)
        assert answer.status_code == 200
        document = answer.json()["didDocument"]
        assert document["id"] == own["did"]
        assert own["verificationMethod"] in document["assertionMethod"]


@pytest.mark.parametrize(
    ("did", "error"),
    [
        ("key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b", "invalidDid"),
        ("did:example:123", "methodNotSupported"),
        ("did:key:6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b", "invalidDid"),
        (f"did:key:{base58btc_encode(bytes([0xED, 1, *range(31)]))}", "invalidPublicKeyLength"),
        (f"did:key:{base58btc_encode(bytes([0x99, 1, *range(32)]))}", "unsupportedPublicKeyType"),
        ("did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b#a b", "invalidDidUrl"),
    ],
)
def test_what_is_no_did_key_is_an_error_of_its_name(did: str, error: str, running: Any) -> None:
    answer = resolve(running, did)
    assert 400 <= answer.status_code < 500
    assert answer.json()["didResolutionMetadata"]["error"] == error
    assert {"@context", "didDocument", "didDocumentMetadata"} <= set(answer.json())


def resolve(running: Any, did: str, service: str = "issuer") -> Any:
    base = running.said[service]["baseUrl"]
    accept = 'application/ld+json;profile="https://w3id.org/did-resolution"'
    url = f"{base}/1.0/identifiers/{quote(did, safe='')}"
    return running.client.get(url, headers={"Accept": accept})


def test_the_certificate_is_not_one_that_others_trust(running: Any) -> None:
    url = f"{running.said['issuer']['baseUrl']}/health"
    trust = ssl.create_default_context()
    with httpx.Client(trust_env=False, verify=trust) as client, pytest.raises(httpx.ConnectError):
        client.get(url)


OTHERS = ("::", "192.0.2.7", "example.org", "")
"""Hosts that are no loopback either."""


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", *(pytest.param(one, marks=pytest.mark.slow) for one in OTHERS)],  # noqa: S104
)
def test_it_listens_on_loopback_only(host: str, starting: Any) -> None:
    process = starting("--host", host)
    out, err = process.communicate(timeout=90)
    assert (process.returncode, out) == (1, "")
    assert "error[conformance.not-loopback]" in err


def test_a_taken_port_is_an_error(starting: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = starting("--port-issuer", str(taken.getsockname()[1]))
        _, err = process.communicate(timeout=90)
    assert process.returncode == 1
    assert "error[conformance.port-taken]" in err


def test_it_warns_prints_one_line_and_leaves_nothing(starting: Any) -> None:
    process: subprocess.Popen[str] = starting()
    assert process.stdout is not None
    said = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "")
    assert "warning[insecure-conformance]" in err
    assert "Traceback" not in err
    with pytest.raises((OSError, sqlite3.Error, ssl.SSLError)):
        ssl.create_default_context(cafile=said["certificate"])
