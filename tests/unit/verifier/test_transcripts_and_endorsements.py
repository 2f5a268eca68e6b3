"""Transcripts, whose cover vouches for nothing inside, and endorsements."""

import copy

import pytest

from credentials.jose.envelope import envelop
from credentials.proofs import eddsa_jcs_2022
from keys.kinds import KeyKind
from verifier.policy import Verdict, decide
from verifier.report import Outcome
from verifier.verify import verify_credential

CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"


def judge(received, world):
    report = verify_credential(received, world.ports())
    return report, decide(report).verdict


@pytest.fixture
def cover(school, simulator):
    """A transcript of the given records, not signed yet."""

    def make(records, **members):
        return {
            "@context": [simulator.VC2, CLR, simulator.OB3],
            "id": "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-0000000000aa",
            "type": ["VerifiableCredential", "ClrCredential"],
            "issuer": {"id": school.did, "type": ["Profile"], "name": school.name},
            "name": "Transcript",
            "validFrom": simulator.stamp(simulator.ISSUED),
            "credentialSubject": {
                "id": simulator.LEARNER,
                "type": ["ClrSubject"],
                "verifiableCredential": records,
            },
            **members,
        }

    return make


def test_a_transcript_whose_records_are_all_signed(school, world, cover):
    world.recognise(school)
    records = school.issue_batch([school.unsigned(), school.unsigned(code="OT.1.3")])
    whole = school.issue(cover(records))
    report, verdict = judge(whole, world)
    assert verdict is Verdict.VERIFIED, [it.code for it in report.everything()]
    assert len(report.nested) == 2
    assert report.facts["kind"] == "transcript"
    assert report.facts["records"] == 2
    assert report.facts["level"] is None
    assert len(report.to_json()["credentials"]) == 2


def test_a_partial_transcript_says_so(school, world, cover):
    report, verdict = judge(school.sign(cover([school.issue()], partial=True)), world)
    assert verdict is Verdict.VERIFIED
    assert "transcript.partial" in {it.code for it in report.findings}
    assert report.facts["partial"] is True


def test_a_cover_does_not_vouch_for_what_is_inside(school, world, cover):
    bare = school.unsigned()
    altered = school.issue()
    altered["name"] = "Weighs gold"
    for record in (bare, altered):
        report, verdict = judge(school.sign(cover([school.issue(), record])), world)
        assert verdict is Verdict.REFUSED
        found = report.of("transcript")[0]
        assert found.code == "transcript.unsigned"
        assert found.headline == "Do not rely on 1 of 2 claims: not signed as they stand"
        assert report.nested[1].facts == {}


def test_results_that_change_places_are_noticed(school, world, cover):
    """The cover's own signature does not notice: the records share the student's node."""
    low, high = school.unsigned(level=1), school.unsigned(code="OT.1.3", level=4)
    whole = school.sign(cover(school.issue_batch([low, high])))
    first, second = (
        record["credentialSubject"] for record in whole["credentialSubject"]["verifiableCredential"]
    )
    first["result"], second["result"] = second["result"], first["result"]
    report, verdict = judge(whole, world)
    assert verdict is Verdict.REFUSED
    assert report.nested[0].facts == {}


def test_records_of_different_people_are_refused(school, world, cover):
    other = school.unsigned()
    other["credentialSubject"]["id"] = "urn:uuid:somebody-else"
    report, verdict = judge(school.sign(cover([school.issue(), school.issue(other)])), world)
    assert verdict is Verdict.REFUSED
    assert report.headline == "Do not rely on this: it mixes records of different people"


def test_a_record_that_names_nobody_is_open(school, world, cover):
    nameless = school.unsigned()
    del nameless["credentialSubject"]["id"]
    report, verdict = judge(school.sign(cover([school.issue(), school.issue(nameless)])), world)
    assert verdict is Verdict.UNDECIDED
    assert report.outcome_of("transcript") is Outcome.UNDETERMINED


def test_a_record_whose_signer_is_silent_is_open(school, world, cover, simulator):
    other = simulator.School(world, "other.example")
    whole = school.sign(cover([school.issue(), other.issue()]))
    assert judge(whole, world)[1] is Verdict.VERIFIED
    world.down.add("other.example")
    report, verdict = judge(whole, world)
    assert verdict is Verdict.UNDECIDED
    assert report.of("transcript")[0].headline == "1 of 2 claims are not fully checked"


def test_a_withdrawn_record_inside_is_found(school, world, cover):
    record = school.issue()
    whole = school.sign(cover([record, school.issue()]))
    school.set_status(record)
    report, verdict = judge(whole, world)
    assert verdict is Verdict.REFUSED
    assert report.short == "Withdrawn"


def test_a_transcript_in_a_token(school, world, cover):
    whole = school.token(cover([school.issue()]), kind=KeyKind.P256)
    assert judge(whole, world)[1] is Verdict.VERIFIED


def test_a_transcript_in_a_transcript_is_open(school, world, cover):
    inner = school.sign(cover([school.issue()]))
    outer = cover([inner])
    outer["id"] += "b"
    report, verdict = judge(school.sign(outer), world)
    assert verdict is not Verdict.VERIFIED
    assert report.nested[0].nested == ()


def test_records_that_come_as_something_else_are_never_verified(school, world, cover):
    token = school.token(school.unsigned())
    for record in (5, None, "x", {}, token, [], envelop(token)):
        assert (
            judge(school.sign_as(eddsa_jcs_2022, cover([record])), world)[1] is not Verdict.VERIFIED
        )


# --- endorsements ------------------------------------------------------------------------------


@pytest.fixture
def endorsement(school, simulator):
    return {
        "@context": [simulator.VC2, simulator.OB3],
        "id": "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-0000000000bb",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": school.did, "type": ["Profile"], "name": school.name},
        "name": "Endorsement",
        "validFrom": simulator.stamp(simulator.ISSUED),
        "credentialSubject": {
            "id": "https://other.example/achievements/1",
            "type": ["EndorsementSubject"],
            "endorsementComment": "A sound measure of sources weighed.",
        },
    }


def test_an_endorsement_is_shown_as_one(school, world, endorsement):
    report, verdict = judge(school.sign(endorsement), world)
    assert verdict is Verdict.VERIFIED, [it.code for it in report.findings]
    assert report.facts["kind"] == "endorsement"
    assert report.facts["endorsement"] == {
        "endorsed": "https://other.example/achievements/1",
        "comment": "A sound measure of sources weighed.",
    }
    assert report.facts["level"] is None
    changed = copy.deepcopy(school.sign(endorsement))
    changed["credentialSubject"]["endorsementComment"] = "The best."
    report, verdict = judge(changed, world)
    assert verdict is Verdict.REFUSED
    assert report.facts == {}
