"""A school's own VC-API: signed with the keys that its DID document lists, and with no others."""

import os
from datetime import UTC, datetime
from typing import Any

import pytest

from credentials.canonical import without_proof
from credentials.proofs import ecdsa_rdfc_2019, eddsa_rdfc_2022
from credentials.proofs.unsecured import Unsecured
from keys.did import verification_key

DID = "did:web:school.example"
ED25519_PROFILES = ["eddsa-rdfc-2022", "eddsa-jcs-2022", "vc-jwt", "status"]
P256_PROFILES = ["ecdsa-rdfc-2019-p256", "ecdsa-jcs-2019-p256", "ecdsa-sd-2023"]


@pytest.fixture
def headers(new_token: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {new_token()}"}


def issue_at(client: Any, name: str, body: Any, headers: dict[str, str]) -> Any:
    return client.post(f"/profiles/{name}/credentials/issue", json=body, headers=headers)


def test_the_default_profile_signs_with_the_key_that_mints(
    serve: Any, headers: dict[str, str], body: dict[str, Any]
) -> None:
    with serve() as client:
        answer = client.post("/credentials/issue", json=body, headers=headers)
        document = client.get("/.well-known/did.json").json()
    assert answer.status_code == 201
    assert "json" in answer.headers["content-type"]
    issued = answer.json()["verifiableCredential"]
    assert issued["issuer"] == DID
    proof = issued["proof"]
    method = proof["verificationMethod"]
    key = verification_key(document, method, purpose="assertionMethod", at=datetime.now(UTC))
    eddsa_rdfc_2022.verify(Unsecured(without_proof(issued)), proof, key)


def test_only_profiles_with_a_key_are_offered(
    serve: Any, headers: dict[str, str], body: dict[str, Any]
) -> None:
    with serve() as client:
        for name in ED25519_PROFILES:
            assert issue_at(client, name, body, headers).status_code == 201, name
        for name in (*P256_PROFILES, "ecdsa-rdfc-2019-p384"):
            answer = issue_at(client, name, body, headers)
            assert answer.status_code == 404
            assert answer.json()["code"] == "vc-api.unknown-profile"


def test_a_further_key_offers_further_profiles(
    serve: Any, headers: dict[str, str], body: dict[str, Any], school: Any
) -> None:
    assert school.run("key", "add", "P-256") == os.EX_OK
    with serve() as client:
        for name in (*ED25519_PROFILES, *P256_PROFILES):
            assert issue_at(client, name, body, headers).status_code == 201, name
        assert issue_at(client, "ecdsa-rdfc-2019-p384", body, headers).status_code == 404
        document = client.get("/.well-known/did.json").json()
        issued = issue_at(client, "ecdsa-rdfc-2019-p256", body, headers).json()
        default = client.post("/credentials/issue", json=body, headers=headers).json()
    credential = issued["verifiableCredential"]
    method = credential["proof"]["verificationMethod"]
    assert method == f"{DID}#key-2"
    key = verification_key(document, method, purpose="assertionMethod", at=datetime.now(UTC))
    ecdsa_rdfc_2019.verify(Unsecured(without_proof(credential)), credential["proof"], key)
    signed_by = default["verifiableCredential"]["proof"]["verificationMethod"]
    assert signed_by == f"{DID}#key-1"


@pytest.mark.parametrize("kind", ["P-521", "Ed25519", "RSA", "nonsense"])
def test_keys_of_other_kinds_are_not_made(kind: str, school: Any, capfd: Any) -> None:
    assert school.run("key", "add", kind) == 1
    assert "error[cli.key-kind]" in capfd.readouterr().err


def test_a_school_signs_for_nobody_else(
    serve: Any, headers: dict[str, str], body: dict[str, Any]
) -> None:
    with serve() as client:
        for issuer, status in [
            (DID, 201),
            ({"id": DID, "name": "Northgate"}, 201),
            ("did:web:other.example", 400),
            ({"id": "https://other.example"}, 400),
        ]:
            sent = {"credential": {**body["credential"], "issuer": issuer}}
            answer = client.post("/credentials/issue", json=sent, headers=headers)
            assert answer.status_code == status
            if status == 400:
                assert answer.json()["code"] == "vc-api.other-issuer"


def test_without_the_passphrase_nothing_is_signed(
    serve: Any, headers: dict[str, str], body: dict[str, Any]
) -> None:
    with serve(passphrase=None) as client:
        answer = client.post("/credentials/issue", json=body, headers=headers)
        assert answer.status_code == 503
        assert answer.json()["code"] == "vc-api.no-signer"


def test_every_problem_is_named_with_its_place(
    serve: Any, headers: dict[str, str], body: dict[str, Any]
) -> None:
    wrong = {**body["credential"], "id": "no url", "validFrom": "yesterday"}
    with serve() as client:
        answer = client.post("/credentials/issue", json={"credential": wrong}, headers=headers)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"/id", "/validFrom"} <= {one["pointer"] for one in answer.json()["problems"]}


def test_a_status_is_kept_in_the_schools_own_list(
    serve: Any, headers: dict[str, str], body: dict[str, Any]
) -> None:
    with serve() as client:
        issued = issue_at(client, "status", body, headers).json()["verifiableCredential"]
        again = issue_at(client, "status", {"credential": without_proof(issued)}, headers).json()
        path = issued["credentialStatus"]["statusListCredential"].removeprefix(
            "https://school.example"
        )
        before = client.get(path).json()
        update = {
            "credentialId": issued["id"],
            "credentialStatus": {"type": "BitstringStatusListEntry"},
            "reason": "issued by mistake",
        }
        done = client.put("/credentials/status", json=update, headers=headers)
        after = client.get(path).json()
    assert done.status_code == 200
    assert done.json()["credentialStatus"]["status"] is True
    assert before["issuer"] == after["issuer"] == DID
    assert before["credentialSubject"] != after["credentialSubject"]
    assert "mistake" not in str(after)
    assert again["verifiableCredential"]["id"] == issued["id"]


def test_wrong_methods_say_which_are_right(serve: Any) -> None:
    with serve() as client:
        answer = client.get("/credentials/issue")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "POST"
        written = client.post("/issuer")
        assert written.status_code == 405
        assert written.headers["allow"] == "GET, HEAD"


def test_the_interface_is_described(serve: Any) -> None:
    with serve() as client:
        described = client.get("/openapi.json").json()
    issue = described["paths"]["/credentials/issue"]["post"]
    assert issue["security"]
    assert "credential" in issue["requestBody"]["content"]["application/json"]["schema"]["required"]
    assert "security" not in described["paths"]["/1.0/identifiers/{did}"]["get"]
