"""A badge as an SD-JWT VC: what it says is kept, and each part can be kept back."""

from datetime import UTC, datetime

import pytest

from credentials.errors import JoseMalformed
from credentials.jose import sd_jwt_vc
from credentials.jose.badge_claims import STATUS, of_badge, record_of, status_entries

VCT = "https://school.example/vct/badge"


def issue(badge, signer):
    claims = of_badge(badge)
    return sd_jwt_vc.issue(
        claims.content,
        vct=VCT,
        issuer=claims.issuer,
        disclosable=claims.disclosable,
        not_before=claims.not_before,
        expires=claims.expires,
        status=claims.status,
        **signer.arguments(),
    )


def test_a_badge_keeps_its_meaning(badge, signer):
    claims = sd_jwt_vc.verify(issue(badge, signer), signer.public_key, challenge=None).claims
    achievement = badge["credentialSubject"]["achievement"]
    assert record_of(claims) == {
        "type": VCT,
        "issuer": {"id": "did:web:school.example", "name": "A school"},
        "id": badge["id"],
        "subject": badge["credentialSubject"]["id"],
        "name": "Weighs evidence",
        "learner": "Ada Example",
        "achievement": {name: achievement[name] for name in ("id", "name", "description")},
        "criteria": achievement["criteria"],
        "alignment": achievement["alignment"],
        "results": [{"name": "Level reached", "level": "Expert", "required": "Proficient"}],
        "evidence": [
            {"name": "Essay", "narrative": "On two newspapers"},
            {"name": "Debate", "narrative": "Against the other class"},
        ],
        "validFrom": badge["validFrom"],
        "validUntil": badge["validUntil"],
    }
    assert status_entries(claims) == [badge["credentialStatus"]]


def test_each_part_can_be_kept_back(badge, signer):
    issued = issue(badge, signer)
    bare = sd_jwt_vc.read(sd_jwt_vc.present(issued, []))
    assert record_of(bare.claims) == {
        "type": VCT,
        "issuer": {"id": "did:web:school.example", "name": "A school"},
        "validFrom": badge["validFrom"],
        "validUntil": badge["validUntil"],
    }
    assert status_entries(bare.claims) == [badge["credentialStatus"]]
    some = record_of(
        sd_jwt_vc.read(sd_jwt_vc.present(issued, ["/result/0", "/achievement"])).claims
    )
    assert some["results"] == [
        {"name": "Level reached", "level": "Expert", "required": "Proficient"}
    ]
    assert "criteria" not in some
    assert "learner" not in some
    assert "evidence" not in some


def test_status_entries_are_all_or_none(badge):
    entry = badge["credentialStatus"]
    assert status_entries({"status": {STATUS: [entry]}}) == [entry]
    assert status_entries({"status": {STATUS: entry}}) == [entry]
    for status in (
        {STATUS: [entry], "status_list": {"idx": 1, "uri": "https://school.example/status/2"}},
        {STATUS: [entry, "x"]},
        {"status_list": {}},
        {},
    ):
        assert status_entries({"status": status}) == []


def test_a_badge_on_version_1_has_its_dates(badge):
    badge["issuanceDate"] = badge.pop("validFrom")
    badge["expirationDate"] = badge.pop("validUntil")
    claims = of_badge(badge)
    assert claims.not_before == datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert claims.expires == datetime(2036, 6, 1, 12, tzinfo=UTC)


def test_a_badge_without_extras_is_one_too(badge):
    for member in ("evidence", "credentialStatus", "validUntil", "name"):
        del badge[member]
    subject = badge["credentialSubject"]
    del subject["result"], subject["identifier"], subject["id"]
    badge["issuer"] = "did:web:school.example"
    claims = of_badge(badge)
    assert set(claims.content) == {"jti", "achievement"}
    assert (claims.status, claims.expires) == (None, None)


@pytest.mark.parametrize(
    "members",
    [
        {"issuer": None},
        {"credentialSubject": None},
        {"credentialSubject": []},
        {"credentialSubject": {"id": "urn:x:1"}},
    ],
)
def test_what_is_no_badge_is_refused(members, badge):
    with pytest.raises(JoseMalformed):
        of_badge({**badge, **members})


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"achievement": "x", "result": [7, {"achievedLevel": []}], "evidence": {}, "status": 7},
        {"issuer": [], "alignment": None, "result": "Expert"},
    ],
)
def test_claims_of_any_form_can_be_read(content):
    record_of(content)
    status_entries(content)
