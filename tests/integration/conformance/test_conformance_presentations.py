"""Presentations as the suites send them: signed by a did:key, for a challenge and a domain."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from credentials.jose import vc_jose
from credentials.proofs import eddsa_rdfc_2022
from credentials.proofs.data_integrity import options
from credentials.proofs.unsecured import Unsecured
from keys.signers.file import FileSigner

VC2 = "https://www.w3.org/ns/credentials/v2"
Present = Callable[..., dict[str, Any]]


class Holder:
    """Somebody with a key of their own."""

    def __init__(self) -> None:
        self.signer = FileSigner.generate()
        multikey = self.signer.public_key.to_multikey()
        self.did = f"did:key:{multikey}"
        self.method = f"{self.did}#{multikey}"

    def unsigned(self, *credentials: Any, **members: Any) -> dict[str, Any]:
        return {
            "@context": [VC2],
            "type": ["VerifiablePresentation"],
            "holder": self.did,
            "verifiableCredential": list(credentials),
            **members,
        }

    def present(
        self,
        *credentials: Any,
        challenge: str = "once",
        domain: str | list[str] = "college.example",
        purpose: str = "authentication",
        **members: Any,
    ) -> dict[str, Any]:
        document = self.unsigned(*credentials, **members)
        proof = options(
            eddsa_rdfc_2022.CRYPTOSUITE,
            self.method,
            datetime.now(UTC),
            purpose=purpose,
            challenge=challenge,
            domain=domain,
        )
        signed = eddsa_rdfc_2022.create(Unsecured(document), proof, self.signer.sign)
        return {**document, "proof": signed}


@pytest.fixture(scope="module")
def holder() -> Holder:
    return Holder()


@pytest.fixture(scope="module")
def issued(running: Any, credential: Any, holder: Holder) -> dict[str, Any]:
    subject = {"id": holder.did, "name": "Alice"}
    found = running.issued(credential(credentialSubject=subject))
    assert isinstance(found, dict)
    return found


def verify(running: Any, presentation: Any, **asked: Any) -> Any:
    body = {"verifiablePresentation": presentation, "options": asked}
    return running.client.post(running.said["verifier"]["verifyPresentation"], json=body)


def test_a_presentation_is_for_its_challenge_and_domain(
    running: Any, holder: Holder, issued: dict[str, Any]
) -> None:
    presentation = holder.present(issued)
    for asked, status in [
        ({}, 200),
        ({"checks": []}, 200),
        ({"challenge": "once"}, 200),
        ({"challenge": "once", "domain": "college.example"}, 200),
        ({"challenge": "once", "domain": ["college.example"]}, 200),
        ({"expectedProofPurpose": "authentication"}, 200),
        ({"expectedProofPurpose": "assertionMethod"}, 400),
        ({"challenge": "twice"}, 400),
        ({"domain": "other.example"}, 400),
        ({"domain": ["college.example", "other.example"]}, 400),
        ({"challenge": 5}, 422),
        ({"domain": []}, 422),
        ({"domain": {}}, 422),
    ]:
        answer = verify(running, presentation, **asked)
        assert answer.status_code == status, (asked, answer.text)
    both = holder.present(issued, domain=["college.example", "other.example"])
    asked = {"challenge": "once", "domain": ["other.example", "college.example"]}
    assert verify(running, both, **asked).status_code == 200


def test_a_presentation_that_was_changed_is_refused(
    running: Any, holder: Holder, issued: dict[str, Any]
) -> None:
    good = holder.present(issued)
    changed = {**issued, "credentialSubject": {"id": holder.did, "name": "Mallory"}}
    for wrong in (
        {**good, "verifiableCredential": [changed]},
        {**good, "holder": "did:example:somebody"},
        {**good, "proof": {**good["proof"], "proofValue": "z5nmMBw2u9TGKd9NxxHJtyZKgjN2Eh"}},
        {**good, "proof": {**good["proof"], "domain": "other.example"}},
        {**good, "type": "VerifiableCredential"},
        {**good, "verifiableCredential": ["https://example.org/credential"]},
        {**good, "verifiableCredential": [5]},
        holder.present(issued, purpose="assertionMethod"),
        holder.present(changed),
        holder.present(issued, holder="did:example:somebody"),
        holder.present(issued, holder={"name": "no id"}),
    ):
        answer = verify(running, wrong)
        assert answer.status_code in {400, 422}, answer.text
        assert answer.json()["problemDetails"] or answer.status_code == 422


def test_enveloped_credentials_and_presentations_are_read(
    running: Any, holder: Holder, credential: Any
) -> None:
    subject = {"id": holder.did, "name": "Alice"}
    envelope = running.issued(credential(credentialSubject=subject), "vc-jwt")
    assert verify(running, holder.present(envelope)).status_code == 200
    signer = holder.signer
    token = vc_jose.sign(
        holder.unsigned(envelope),
        sign=signer.sign,
        kind=signer.public_key.kind,
        key_id=holder.method,
        nonce="once",
        audience="college.example",
    )
    enveloped = {
        "@context": [VC2],
        "type": "EnvelopedVerifiablePresentation",
        "id": f"data:application/vp+jwt,{token}",
    }
    for form in (token, enveloped):
        good = {"challenge": "once", "domain": "college.example"}
        answer = verify(running, form, **good)
        assert answer.status_code == 200, answer.text
        assert verify(running, form, challenge="twice").status_code == 400
        assert verify(running, form, domain="other.example").status_code == 400
    assert verify(running, {**enveloped, "id": token}).status_code == 400
    assert verify(running, {**enveloped, "@context": []}).status_code == 400


def test_a_withdrawn_credential_spoils_a_presentation(
    running: Any, holder: Holder, credential: Any
) -> None:
    issued = running.issued(credential(), "status")
    assert verify(running, holder.present(issued)).status_code == 200  # the reader sees whose it is
    entry = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}
    body = {"credentialId": issued["id"], "credentialStatus": entry}
    assert running.client.post(running.said["issuer"]["status"], json=body).status_code == 200
    answer = verify(running, holder.present(issued))
    assert answer.status_code == 400
    assert any(one["code"] == "status.withdrawn" for one in answer.json()["problemDetails"])


def test_what_suites_leave_to_the_reader_is_a_warning(running: Any, holder: Holder) -> None:
    answer = verify(running, holder.present())
    assert answer.status_code == 200
    assert answer.json()["problemDetails"] == []
    assert [one["code"] for one in answer.json()["warnings"]] == ["presentation.empty"]


def test_an_unsigned_presentation_is_refused(
    running: Any, holder: Holder, issued: dict[str, Any]
) -> None:
    assert verify(running, holder.unsigned(issued)).status_code == 400
