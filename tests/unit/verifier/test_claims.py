"""Claims about one learner are answered from that learner's credentials."""

from dataclasses import replace

import pytest

from verifier.claims import Answer, Checked, answer_claims
from verifier.claims_file import Claim
from verifier.errors import MixedPeople
from verifier.policy import DEFAULT, decide
from verifier.verify import verify_credential


@pytest.fixture
def ask(world):
    """Ask one claim of some credentials."""

    def answer(claim, *credentials, policy=DEFAULT):
        checked = []
        for number, document in enumerate(credentials):
            report = verify_credential(document, world.ports())
            checked.append(Checked(f"{number}.json", document, report, decide(report, policy)))
        (reply,) = answer_claims([claim], checked, world.registry)
        return reply

    return answer


def moment(text):
    from verifier.claims_file import parse_date_time_stamp  # noqa: PLC0415

    return parse_date_time_stamp(text)


def test_supported(school, ask):
    reply = ask(Claim("OT.1.2", at_least="Proficient"), school.issue())
    assert reply.answer is Answer.SUPPORTED
    assert reply.sentence == (
        "Weighs evidence, Proficient (level 3 of 4), anchored 2026-06-01 (UTC)."
    )
    assert reply.details["level"]["meaning"] == "What proficient means."
    assert reply.details["evidence"][0]["name"] == "Essay on sources"
    assert reply.details["anchoredAt"] == "2026-06-01T12:00:00Z"


@pytest.mark.parametrize(
    "competency",
    [
        "OT.1.2",
        "ot.1.2",
        "https://frameworks.example/items/OT.1.2",
        "Weighs evidence",
        "weighs EVIDENCE",
        "https://school.example/achievements/OT.1.2",
    ],
)
def test_a_competency_is_found_by_code_address_or_name(school, ask, competency):
    assert ask(Claim(competency), school.issue()).answer is Answer.SUPPORTED


@pytest.mark.parametrize("competency", ["OT.1", "OT.1.22", "Weighs", "https://school.example/"])
def test_what_no_credential_speaks_of_is_unsupported(school, ask, competency):
    reply = ask(Claim(competency), school.issue())
    assert reply.answer is Answer.UNSUPPORTED
    assert reply.headline == "Not in this record"
    assert reply.sentence == (
        "No signed credential here speaks of it. That does not mean the student lacks it."
    )


def test_nothing_at_all(ask):
    assert ask(Claim("OT.1.2")).answer is Answer.UNSUPPORTED


@pytest.mark.parametrize(
    ("at_least", "answer"),
    [
        ("Beginning", Answer.SUPPORTED),
        ("proficient", Answer.SUPPORTED),
        ("Advanced", Answer.CONTRADICTED),
        ("Excellent", Answer.UNDETERMINED),
        (3, Answer.SUPPORTED),
        (2.5, Answer.SUPPORTED),
        (3.5, Answer.CONTRADICTED),
    ],
)
def test_levels(school, ask, at_least, answer):
    reply = ask(Claim("OT.1.2", at_least=at_least), school.issue(level=3))
    assert reply.answer is answer
    if answer is Answer.CONTRADICTED:
        assert reply.headline == "Contradicted: below the level claimed"
        assert reply.sentence.startswith("Signed Proficient (level 3 of 4); the claim says")


def test_the_order_of_levels_comes_from_their_points(school, ask):
    document = school.unsigned(level=3)
    (rubric,) = document["credentialSubject"]["achievement"]["resultDescription"]
    rubric["rubricCriterionLevel"].reverse()
    reply = ask(Claim("OT.1.2", at_least="Advanced"), school.issue(document))
    assert reply.answer is Answer.CONTRADICTED


def test_levels_without_an_order_cannot_be_compared(school, ask):
    document = school.unsigned()
    (rubric,) = document["credentialSubject"]["achievement"]["resultDescription"]
    for level in rubric["rubricCriterionLevel"]:
        del level["points"]
    credential = school.issue(document)
    assert ask(Claim("OT.1.2", at_least="Beginning"), credential).answer is Answer.UNDETERMINED
    assert ask(Claim("OT.1.2"), credential).answer is Answer.SUPPORTED


def test_the_level_zero_counts(school, ask):
    document = school.unsigned(level=2)
    (rubric,) = document["credentialSubject"]["achievement"]["resultDescription"]
    for number, level in enumerate(rubric["rubricCriterionLevel"]):
        level["points"] = str(number)
    reply = ask(Claim("OT.1.2", at_least="Developing"), school.issue(document))
    assert reply.answer is Answer.SUPPORTED
    assert "level 2 of 4" in reply.sentence


def test_withdrawn_contradicts(school, ask):
    credential = school.issue()
    school.set_status(credential)
    reply = ask(Claim("OT.1.2"), credential)
    assert reply.answer is Answer.CONTRADICTED
    assert reply.headline == "Contradicted: withdrawn"


def test_withdrawn_and_issued_anew_supports(school, ask):
    old, new = school.issue(level=2), school.issue(level=4)
    school.set_status(old)
    reply = ask(Claim("OT.1.2", at_least="Proficient"), old, new)
    assert reply.answer is Answer.SUPPORTED
    assert reply.details["file"] == "1.json"


def test_on_hold_leaves_it_open(school, ask):
    credential = school.issue(purpose="suspension")
    school.set_status(credential, "suspension")
    assert ask(Claim("OT.1.2"), credential).answer is Answer.UNDETERMINED


def test_what_could_not_be_checked_leaves_it_open(school, world, ask):
    credential = school.issue()
    world.down.add(school.list_url("revocation"))
    reply = ask(Claim("OT.1.2"), credential)
    assert reply.answer is Answer.UNDETERMINED
    assert reply.headline == "Not answered"
    assert reply.sentence.startswith("The credential that would answer it could not be checked: ")


def test_a_record_that_could_not_be_read_might_have_supported(school, world, ask, simulator):
    silent = simulator.School(world, "silent.example")
    low, high = school.issue(level=1), silent.issue(level=4)
    claim = Claim("OT.1.2", at_least="Proficient")
    assert ask(replace(claim, issuer="silent.example"), low, high).answer is Answer.SUPPORTED
    world.down.add("silent.example")
    reply = ask(claim, low, high)
    assert reply.answer is Answer.UNDETERMINED
    assert "could not be checked" in reply.sentence
    assert ask(claim, low).answer is Answer.CONTRADICTED


def test_two_schools_that_disagree_leave_it_open(school, world, ask, simulator):
    """Anybody can sign a higher level; only the reader can say whose word counts."""
    anybody = simulator.School(world, "anybody.example")
    claim = Claim("OT.1.2", at_least="Proficient")
    low, high = school.issue(level=1), anybody.issue(level=4)
    reply = ask(claim, low, high)
    assert reply.answer is Answer.UNDETERMINED
    assert reply.sentence == (
        "anybody.example and school.example signed different things. Name the school that you mean."
    )
    assert [it["name"] for it in reply.details["candidates"]] == [
        "anybody.example",
        "school.example",
    ]
    named = replace(claim, issuer="school.example")
    assert ask(named, low, high).answer is Answer.CONTRADICTED
    assert ask(replace(claim, issuer="anybody.example"), low, high).answer is Answer.SUPPORTED
    world.recognise(school)
    listed = replace(claim, accredited_by="The network")
    assert ask(listed, low, high).answer is Answer.CONTRADICTED
    assert ask(claim, school.issue(level=3), high).answer is Answer.SUPPORTED


def test_what_another_school_withdrew_does_not_contradict_the_one_that_was_named(
    school, world, ask, simulator
):
    other = simulator.School(world, "other.example")
    withdrawn, good = other.issue(), school.issue()
    other.set_status(withdrawn)
    assert ask(Claim("OT.1.2"), withdrawn, good).answer is Answer.UNDETERMINED
    assert ask(Claim("OT.1.2", issuer="school.example"), withdrawn, good).answer is (
        Answer.SUPPORTED
    )
    alone = ask(Claim("OT.1.2", issuer="school.example"), withdrawn)
    assert alone.answer is Answer.UNSUPPORTED


def test_a_later_word_of_the_same_school_outweighs_its_earlier(school, ask):
    reply = ask(
        Claim("OT.1.2", at_least="Proficient"), school.issue(level=1), school.issue(level=3)
    )
    assert reply.answer is Answer.SUPPORTED


def test_an_altered_credential_says_nothing(school, ask):
    credential = school.issue(level=2)
    level = credential["credentialSubject"]["result"][0]["achievedLevel"]
    credential["credentialSubject"]["result"][0]["achievedLevel"] = level[:-1] + "4"
    reply = ask(Claim("OT.1.2", at_least="Advanced"), credential)
    assert reply.answer is Answer.UNSUPPORTED


def test_an_untested_credential_shows_nothing_it_says(school, world, ask):
    credential = school.issue()
    world.down.add("school.example")
    reply = ask(Claim("OT.1.2"), credential)
    assert reply.answer is Answer.UNDETERMINED
    assert reply.details["credential"] is None
    assert reply.details["evidence"] == []


@pytest.mark.parametrize(
    ("by", "answer"),
    [
        ("2026-06-01T12:00:00Z", Answer.SUPPORTED),
        ("2026-06-01T11:59:59Z", Answer.UNSUPPORTED),
    ],
)
def test_the_date_is_the_anchors(school, world, ask, by, answer):
    document = school.unsigned()
    document["validFrom"] = "2026-01-01T00:00:00Z"
    reply = ask(Claim("OT.1.2", by=moment(by)), school.issue(document))
    assert reply.answer is answer


def test_without_anchor_the_date_is_the_schools(school, ask):
    document = school.unsigned()
    document["validFrom"] = "2026-01-01T00:00:00Z"
    credential = school.sign(document)
    early, late = moment("2025-12-31T23:59:59Z"), moment("2026-01-31T00:00:00Z")
    assert ask(Claim("OT.1.2", by=late), credential).answer is Answer.SUPPORTED
    assert ask(Claim("OT.1.2", by=early), credential).answer is Answer.UNSUPPORTED


def test_the_issuer(school, ask):
    credential = school.issue()
    for issuer in ("school.example", "did:web:school.example"):
        assert ask(Claim("OT.1.2", issuer=issuer), credential).answer is Answer.SUPPORTED
    reply = ask(Claim("OT.1.2", issuer="other.example"), credential)
    assert reply.answer is Answer.UNSUPPORTED
    assert "school.example" in reply.sentence


def test_accreditation(school, world, ask, simulator):
    credential = school.issue()
    claim = Claim("OT.1.2", accredited_by="The network")
    assert ask(claim, credential).answer is Answer.UNDETERMINED
    world.recognise(school, network="Another network")
    assert ask(claim, credential).answer is Answer.UNDETERMINED
    world.recognise(school)
    assert ask(claim, credential).answer is Answer.SUPPORTED
    world.recognise(simulator.School(world, "other.example"))
    assert ask(claim, credential).answer is Answer.UNSUPPORTED


def test_two_competencies_of_one_name(school, ask):
    first, second = school.issue(code="OT.1.2"), school.issue(code="OT.7.7")
    reply = ask(Claim("Weighs evidence"), first, second)
    assert reply.answer is Answer.UNDETERMINED
    assert reply.sentence.startswith("Which one did you mean?")
    assert len(reply.details["candidates"]) == 2
    assert ask(Claim("OT.7.7"), first, second).answer is Answer.SUPPORTED


def test_records_of_different_people_are_refused(school, ask):
    document = school.unsigned()
    document["credentialSubject"]["id"] = "urn:uuid:0a6e3c52-6f0e-4d8a-8f5c-000000000002"
    with pytest.raises(MixedPeople):
        ask(Claim("OT.1.2"), school.issue(), school.issue(document))


def test_an_altered_file_of_somebody_else_does_not_mix_people(school, ask):
    altered = school.issue()
    altered["credentialSubject"]["id"] = "urn:uuid:0a6e3c52-6f0e-4d8a-8f5c-000000000002"
    assert ask(Claim("OT.1.2"), school.issue(), altered).answer is Answer.SUPPORTED


def test_an_old_record_does_not_support(school, ask):
    document = school.unsigned()
    document["validUntil"] = "2026-06-30T00:00:00Z"
    reply = ask(Claim("OT.1.2"), school.issue(document))
    assert reply.answer is Answer.UNSUPPORTED
    assert "past its end date" in reply.sentence


def test_somebody_at_the_schools_host_is_not_the_school(school, world, ask, simulator):
    """A did:web may have a path: then it is a page at that host, such as a student's."""
    pupil = simulator.School(world)
    pupil.did = f"{school.did}:pupils:7"
    pupil.method = f"{pupil.did}#key-1"
    world.pages["https://school.example/pupils/7/did.json"] = pupil.did_document()
    school.publish()
    document = pupil.unsigned()
    del document["credentialStatus"]
    credential = pupil.sign(document)
    report = verify_credential(credential, world.ports())
    assert report.facts["issuerHost"] == "school.example/pupils/7"
    claim = Claim("OT.1.2", issuer="school.example")
    assert ask(claim, credential).answer is Answer.UNSUPPORTED
    assert ask(claim, school.issue()).answer is Answer.SUPPORTED
    assert ask(Claim("OT.1.2", issuer=pupil.did), credential).answer is Answer.SUPPORTED


def test_a_record_that_names_nobody_supports_nothing(school, ask):
    document = school.unsigned()
    del document["credentialSubject"]["id"]
    reply = ask(Claim("OT.1.2"), school.sign(document))
    assert reply.answer is Answer.UNDETERMINED
    assert "whose record" in reply.sentence


def test_a_school_that_is_not_listed_yet_is_not_accredited(school, world, ask):
    world.recognise(school)
    claim = Claim("OT.1.2", accredited_by="The network")
    listed = world.registry.issuers[school.did]
    for since, answer in ((world.now, Answer.SUPPORTED), (moment("2027-01-01T00:00:00Z"), None)):
        world.registry.issuers[school.did] = replace(listed, listed_since=since)
        assert ask(claim, school.issue()).answer is (answer or Answer.UNSUPPORTED)
    report = verify_credential(school.issue(), world.ports())
    assert report.of("trust")[0].code == "trust.not-listed"
    assert report.facts["issuerName"].endswith("(name not confirmed)")


@pytest.mark.parametrize("points", ["1_0", "nan", "inf", "\u0663", " 3", "1e3", "three", ""])
def test_points_that_are_no_number_put_no_level_in_order(school, ask, points):
    document = school.unsigned()
    (rubric,) = document["credentialSubject"]["achievement"]["resultDescription"]
    rubric["rubricCriterionLevel"][0]["points"] = points
    reply = ask(Claim("OT.1.2", at_least="Developing"), school.issue(document))
    assert reply.answer is Answer.UNDETERMINED
