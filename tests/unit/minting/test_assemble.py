"""A judgment becomes an Open Badges 3.0 credential that says all of it and nothing else."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import jsonschema
import pytest

from credentials.canonical import canonicalize
from credentials.models import check_credential
from issuer.competency.views import MintableJudgment
from issuer.minting import assemble
from issuer.minting.delivery import json_text
from issuer.minting.evidence_words import NAME_CHARACTERS

BASE = "https://northgate.example"
SCHOOL = assemble.School("did:web:northgate.example", "Northgate", BASE)
STATUS = {
    "id": f"{BASE}/status/1#5",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "5",
    "statusListCredential": f"{BASE}/status/1",
}
NOW = datetime(2026, 6, 13, 8, 0, 0, tzinfo=UTC)
Make = Callable[..., MintableJudgment]


def assembled(judgment: MintableJudgment, school: assemble.School = SCHOOL) -> dict[str, Any]:
    """The credential of a judgment."""
    return assemble.Assembly(school, NOW).credential(
        judgment,
        credential_id="urn:uuid:11111111-2222-4333-8444-555555555555",
        status=STATUS,
        salt="salt",
    )


def values(node: object) -> Iterator[object]:
    """Every value of a document, nested ones too."""
    yield node
    if isinstance(node, dict):
        for value in node.values():
            yield from values(value)
    if isinstance(node, list):
        for value in node:
            yield from values(value)


def test_it_is_a_credential_whose_every_member_is_defined(make_judgment: Make) -> None:
    document = assembled(make_judgment())
    check_credential(document)
    assert "Modelling with functions" in canonicalize(document)


def test_it_fits_the_official_schema(make_judgment: Make, shared: Any) -> None:
    path = shared / "standards/schemas/ob3/ob_v3p0_achievementcredential_schema.json"
    schema = json.loads(path.read_text())
    jsonschema.validators.validator_for(schema)(schema).validate(assembled(make_judgment()))


def test_nothing_in_it_is_null_or_empty(make_judgment: Make) -> None:
    bare = make_judgment()
    competency = replace(bare.competency, code="", short_statement="", item_type="")
    for judgment in (bare, replace(bare, competency=competency, evidence=(), reasons=())):
        found = list(values(assembled(judgment)))
        assert not [value for value in found if value in (None, "", [], {})]


def test_the_learner_is_named_and_can_be_compared(make_judgment: Make) -> None:
    judgment = make_judgment()
    subject = assembled(judgment)["credentialSubject"]
    hashed, named = subject["identifier"]
    assert subject["id"] == f"urn:uuid:{judgment.learner_id}"
    expected = hashlib.sha256(b"student-1salt").hexdigest()
    assert hashed["identityHash"] == f"sha256${expected}"
    assert (hashed["hashed"], hashed["identityType"]) == (True, "sourcedId")
    assert named == {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": "Amina Okafor",
        "identityType": "name",
    }


def test_a_school_may_leave_the_name_out(make_judgment: Make) -> None:
    school = replace(SCHOOL, include_learner_name=False)
    document = assembled(make_judgment(learner_email="amina@school.example"), school)
    [hashed] = document["credentialSubject"]["identifier"]
    assert hashed["identityType"] == "emailAddress"
    assert "Amina" not in str(document)
    assert "amina@" not in str(document)


def test_the_level_order_is_in_members_that_are_signed(make_judgment: Make) -> None:
    achievement = assembled(make_judgment())["credentialSubject"]["achievement"]
    [description] = achievement["resultDescription"]
    levels = description["rubricCriterionLevel"]
    assert [(one["level"], one["points"]) for one in levels] == [
        ("1", "1"),
        ("2", "2"),
        ("3", "3"),
        ("4", "4"),
    ]
    assert description["requiredLevel"] == levels[2]["id"]


def test_the_result_is_a_level_of_its_own_achievement(make_judgment: Make) -> None:
    subject = assembled(make_judgment())["credentialSubject"]
    [result] = subject["result"]
    [description] = subject["achievement"]["resultDescription"]
    assert result["resultDescription"] == description["id"]
    assert result["achievedLevel"] == description["rubricCriterionLevel"][3]["id"]


def test_the_competency_is_named_by_its_case_address(make_judgment: Make) -> None:
    [alignment] = assembled(make_judgment())["credentialSubject"]["achievement"]["alignment"]
    assert alignment == {
        "type": ["Alignment"],
        "targetName": "Modelling with functions",
        "targetUrl": "https://case.example/ims/case/v1p1/CFItems/6b1f2a8e",
        "targetCode": "HSF-IF.C.7",
        "targetFramework": "Northgate competencies",
        "targetType": "CFItem",
    }


def test_a_competency_without_a_usable_address_is_named_by_its_identifier(
    make_judgment: Make,
) -> None:
    judgment = make_judgment()
    judgment = replace(judgment, competency=replace(judgment.competency, uri="/relative path"))
    [alignment] = assembled(judgment)["credentialSubject"]["achievement"]["alignment"]
    assert alignment["targetUrl"] == f"urn:uuid:{judgment.competency.id}"
    check_credential(assembled(judgment))


def test_every_piece_of_evidence_has_an_id_of_its_own(make_judgment: Make) -> None:
    judgment = make_judgment()
    twice = (*judgment.evidence, judgment.evidence[0]._replace(id=str(uuid4())))
    first, second, third = assembled(replace(judgment, evidence=twice))["evidence"]
    assert first["id"] == "https://northgate.example/work/1"
    assert second["id"] == f"urn:uuid:{twice[1].id}"
    assert third["id"] == f"urn:uuid:{twice[2].id}"
    assert first["genre"] == "performance-task"
    assert first["name"] == "Performance task, 12 June 2026"
    assert first["narrative"] == "3.5 of 4 points, judged by a teacher."
    assert "ab" * 32 in first["description"]
    assert "description" not in second


def test_an_achievement_is_the_same_for_every_learner(make_judgment: Make) -> None:
    one, other = make_judgment(), make_judgment(learner_name="Ben", evidence=())
    assert assemble.achievement(one, BASE) == assemble.achievement(other, BASE)


@pytest.mark.parametrize("change", ["rule", "competency", "required_level"])
def test_another_meaning_is_another_achievement(make_judgment: Make, change: str) -> None:
    judgment = make_judgment()
    changed = {
        "rule": replace(judgment.rule, sentence="Another rule."),
        "competency": replace(judgment.competency, statement="Another statement."),
        "required_level": judgment.levels[1],
    }[change]
    other = replace(judgment, **{change: changed})
    assert assemble.achievement(judgment, BASE).id != assemble.achievement(other, BASE).id


def test_a_long_statement_makes_a_short_name(make_judgment: Make) -> None:
    judgment = make_judgment()
    statement = "word " * 400
    competency = replace(judgment.competency, short_statement="", statement=statement)
    document = assembled(replace(judgment, competency=competency))
    assert len(document["name"]) <= NAME_CHARACTERS
    assert document["credentialSubject"]["achievement"]["description"] == statement


def test_dates_say_when_it_was_judged_and_when_it_was_issued(make_judgment: Make) -> None:
    document = assembled(make_judgment())
    assert document["awardedDate"] == "2026-06-12T09:30:00Z"
    assert document["validFrom"] == "2026-06-13T08:00:00Z"


# --- the very bytes -----------------------------------------------------------------------------


def fixed_judgment(make_judgment: Make) -> MintableJudgment:
    """A judgment with fixed ids and four unlike pieces of evidence."""
    made = make_judgment()
    first = made.evidence[0]._replace(id="22222222-2222-5222-8222-000000000001")
    bare = {"artefact_url": "", "artefact_sha256": "", "formative": True, "assessor_role": ""}
    by_tool = {"kind": "", "assessor_kind": "tool", "assessor_role": "", "points": Decimal("3.3")}
    long_title = "  A long\ttitle " + "word " * 60
    evidence = (
        first,
        first._replace(id="22222222-2222-5222-8222-000000000002"),
        first._replace(id="22222222-2222-5222-8222-000000000003", **bare),
        first._replace(
            id="22222222-2222-5222-8222-000000000004",
            title=long_title,
            artefact_url="no url",
            **by_tool,
        ),
    )
    learner = UUID("33333333-3333-4333-8333-333333333333")
    return replace(made, learner_id=learner, evidence=evidence)


def digest(judgment: MintableJudgment) -> str:
    """SHA-256 of the credential as it is stored."""
    return hashlib.sha256(json_text(assembled(judgment)).encode()).hexdigest()


def test_the_same_judgment_makes_the_same_bytes_as_ever(make_judgment: Make) -> None:
    """Digests of what the first assembly made, which worked out everything for each credential."""
    judgment = fixed_judgment(make_judgment)
    assert digest(judgment) == "9ec999a66a65766c31b787a4a718de28a9a846f0068d88a9ead36ebcaf7448ec"
    other = replace(
        judgment,
        learner_email="amina@school.example",
        evidence=(),
        reasons=(),
        level=judgment.levels[2],
    )
    assert digest(other) == "b6c341b54e9579a07fd7708817b6e4e12d1bf19e8699b79247736f2451a58c23"


def test_what_credentials_share_does_not_mix_them_up(make_judgment: Make) -> None:
    one = fixed_judgment(make_judgment)
    other = replace(one, level=one.levels[2], rule=replace(one.rule, sentence="Another rule."))
    shared = assemble.Assembly(SCHOOL, NOW)
    together = [
        shared.credential(judgment, credential_id="urn:uuid:1", status=STATUS, salt="salt")
        for judgment in (one, other, one)
    ]
    alone = [
        assemble.Assembly(SCHOOL, NOW).credential(
            judgment, credential_id="urn:uuid:1", status=STATUS, salt="salt"
        )
        for judgment in (one, other, one)
    ]
    assert together == alone
    assert together[0] != together[1]
