"""Credentials of awards: put together of moulds, and the same as the long way makes them."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from credentials.canonical import canonicalize
from credentials.models import check_credential
from issuer.awards.mintable import AchievementTerms, AwardedThing, MintableAward
from issuer.competency.views import CompetencyView
from issuer.minting import assemble, award_documents
from issuer.minting.assemble import Assembly, School
from issuer.minting.moulds import Made, Moulds

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SCHOOL = School("did:web:a.example", "A school", "https://a.example")
TERMS = AchievementTerms(
    key="lab",
    key_id=uuid.uuid5(uuid.NAMESPACE_URL, "lab"),
    type="Diploma",
    title="The “lab”",
    description="About it.",
    criteria="All of these are required:\n\n- Mastery of OT.1",
    competencies=(
        CompetencyView(
            id=uuid.uuid5(uuid.NAMESPACE_URL, "OT.1"),
            uri="https://a.example/items/1",
            code="OT.1",
            statement="Does OT.1.",
            short_statement="",
            item_type="",
            framework_id=uuid.uuid4(),
            framework_title="Goals",
            framework_uri="",
            path=(),
        ),
    ),
)


def award(number: int, *, sha256: str = "ab" * 32) -> Any:
    judgment = uuid.UUID(int=number)
    things = (
        AwardedThing(judgment, judgment, "", f"OT.{number}", "Mastered at the level Good."),
        AwardedThing(
            None, uuid.UUID(int=number + 1_000), "urn:uuid:x", "Theirs", "Issued by b.", sha256
        ),
    )
    made = MintableAward(
        judgment_id=uuid.UUID(int=number + 2_000),
        judged_at=NOW,
        learner_id=uuid.UUID(int=number + 3_000),
        learner_name=f"Learner {number}",
        learner_sourced_id=f"s-{number}",
        learner_email="",
        terms=TERMS,
        things=things,
    )
    return award_documents.unit(made, {judgment: f"urn:uuid:{uuid.UUID(int=number + 4_000)}"})


def assembled(one: Any, number: int) -> Made:
    texts: list[str] = []

    def say(text: str) -> str:
        texts.append(text)
        return text

    status = {
        "id": f"https://a.example/status/1#{number}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(number),
        "statusListCredential": "https://a.example/status/1",
    }
    document = Assembly(SCHOOL, NOW).credential(
        one,
        credential_id=f"urn:uuid:{uuid.UUID(int=number + 5_000)}",
        status=status,
        salt=f"salt{number}",
        say=say,
    )
    return Made(one, document, texts)


@pytest.mark.parametrize("sha256", ["ab" * 32, ""])
def test_moulds_make_the_canonical_form_that_every_verifier_makes(sha256: str) -> None:
    moulds = Moulds(SCHOOL)
    for number in range(1, 5):
        made = assembled(award(number, sha256=sha256), number)
        check_credential(made.document)
        assert moulds.canonical(made) == canonicalize(made.document)


def test_the_credential_names_what_it_rests_on_and_has_no_result() -> None:
    document = assembled(award(1), 1).document
    subject = document["credentialSubject"]
    assert subject["achievement"]["achievementType"] == "Diploma"
    assert subject["achievement"]["humanCode"] == "lab"
    assert [one["targetCode"] for one in subject["achievement"]["alignment"]] == ["OT.1"]
    assert "result" not in subject
    ours, theirs = document["evidence"]
    assert ours["id"] == f"urn:uuid:{uuid.UUID(int=4_001)}"
    assert theirs["description"] == f"SHA-256 of the credential: {'ab' * 32}"


def test_equal_content_is_one_achievement_and_other_words_another() -> None:
    first, second = (assemble.achievement(award(one), SCHOOL.base_url) for one in (1, 2))
    assert first == second
    unit = award(1)
    other = type(unit)(
        *(getattr(unit, name) for name in unit.__slots__[:6]),
        terms=AchievementTerms(
            TERMS.key, TERMS.key_id, "Badge", TERMS.title, TERMS.description, TERMS.criteria, ()
        ),
        evidence=unit.evidence,
    )
    assert assemble.achievement(other, SCHOOL.base_url).id != first.id


def test_what_has_no_credential_is_named_by_its_own_id_and_none_twice() -> None:
    judgment = uuid.UUID(int=7)
    thing = AwardedThing(judgment, judgment, "", "OT.1", "Mastered.")
    twice = [
        AwardedThing(None, uuid.UUID(int=n), "https://b.example/c", "X", "Issued by b.", "")
        for n in (8, 9)
    ]
    made = MintableAward(judgment, NOW, judgment, "", "s", "", TERMS, (thing, *twice))
    ids = [one.id for one in award_documents.unit(made, {}).evidence]
    assert ids == [f"urn:uuid:{judgment}", "https://b.example/c", f"urn:uuid:{uuid.UUID(int=9)}"]
