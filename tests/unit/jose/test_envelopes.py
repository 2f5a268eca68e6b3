"""Enveloped credentials and presentations: a token as the id of a document (VC 2.0 §4.13)."""

import pytest

from credentials.errors import JoseMalformed
from credentials.jose import sd_jwt_vc, vc_jose, vc_jwt
from credentials.jose.envelope import envelop, is_envelope, open_envelope

CONTEXT = "https://www.w3.org/ns/credentials/v2"


@pytest.fixture
def token(signer, badge):
    return vc_jose.sign(badge, **signer.arguments())


def test_an_envelope_holds_its_token(signer, token, badge):
    envelope = envelop(token)
    assert envelope == {
        "@context": [CONTEXT],
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/vc+jwt,{token}",
    }
    assert is_envelope(envelope)
    assert not is_envelope(badge)
    opened = open_envelope(envelope)
    opened.verify(signer.public_key)
    assert opened.document == badge


def test_presentations_have_an_envelope_of_their_own(signer, token):
    presentation = {
        "@context": [CONTEXT],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [envelop(token)],
    }
    envelope = envelop(vc_jose.sign(presentation, **signer.arguments()))
    assert envelope["type"] == "EnvelopedVerifiablePresentation"
    assert open_envelope(envelope).document == presentation
    with pytest.raises(JoseMalformed):
        open_envelope({**envelope, "type": "EnvelopedVerifiableCredential"})


def test_other_tokens_can_be_enveloped(signer, badge):
    older = envelop(vc_jwt.sign(badge, **signer.arguments()))
    assert older["id"].startswith("data:application/jwt,")
    assert open_envelope(older).document == badge
    selective = envelop(
        sd_jwt_vc.issue(
            {"name": "Ada"},
            vct="https://school.example/vct/badge",
            issuer="did:web:school.example",
            disclosable=["/name"],
            **signer.arguments(),
        )
    )
    assert selective["id"].startswith("data:application/dc+sd-jwt,")
    assert open_envelope(selective).document["name"] == "Ada"


@pytest.mark.parametrize(
    "members",
    [
        {"@context": [CONTEXT, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]},
        {"@context": CONTEXT},
        {"type": ["EnvelopedVerifiableCredential"]},
    ],
)
def test_an_envelope_may_be_written_in_other_ways(members, token, badge):
    assert open_envelope({**envelop(token), **members}).document == badge


@pytest.mark.parametrize(
    "members",
    [
        {"@context": ["https://www.w3.org/2018/credentials/v1"]},
        {"@context": []},
        {"@context": None},
        {"type": ["EnvelopedVerifiableCredential", "VerifiableCredential"]},
        {"type": "VerifiableCredential"},
        {"type": "EnvelopedVerifiablePresentation"},
        {"type": []},
        {"type": [["EnvelopedVerifiableCredential"]]},
        {"credentialStatus": {"type": "None"}},
        {"proof": {}},
        {"id": None},
        {"id": 7},
        {"id": "https://school.example/token"},
        {"id": "data:application/vc+jwt"},
        {"id": "data:application/vc+jwt,"},
        {"id": "data:,a.b.c"},
    ],
)
def test_a_malformed_envelope_is_refused(members, token):
    with pytest.raises(JoseMalformed):
        open_envelope({**envelop(token), **members})


@pytest.mark.parametrize(
    "start",
    [
        "data:application/vp+jwt,",
        "data:application/jwt,",
        "data:application/VC+JWT,",
        "data:application/vc+jwt;base64,",
        "data:application/vc+jwt;charset=utf-8,",
        "data: application/vc+jwt,",
        "data:application/vc+jwt, ",
        "data:application/vc+jwt,%20",
        "DATA:application/vc+jwt,",
    ],
)
def test_the_media_type_is_exact(start, token):
    with pytest.raises(JoseMalformed):
        open_envelope({**envelop(token), "id": start + token})


def test_a_document_without_members_is_refused():
    with pytest.raises(JoseMalformed):
        open_envelope({})
    assert not is_envelope(None)
