"""A presentation is replayed, borrowed, or filled with something else."""

import pytest

from verifier.policy import Policy, Verdict, decide
from verifier.verify import verify_credential, verify_presentation


@pytest.fixture
def learner(simulator):
    return simulator.Learner()


@pytest.fixture
def credential(school, learner):
    document = school.unsigned()
    document["credentialSubject"]["id"] = learner.did
    return school.issue(document)


def judge(document, world, *, challenge="c-1", domain="college.example"):
    report = verify_presentation(document, world.ports(), challenge=challenge, domain=domain)
    return report, decide(report).verdict


def codes(report):
    return [it.code for it in report.findings if it.outcome.value != "PASSED"]


def test_a_presentation_of_ones_own_record(credential, learner, world):
    report, verdict = judge(learner.present([credential]), world)
    assert verdict is Verdict.VERIFIED
    assert report.nested[0].outcome_of("holder").value == "PASSED"


@pytest.mark.parametrize("expected", [{"challenge": "c-2"}, {"domain": "other.example"}])
def test_a_replay_is_refused(credential, learner, world, expected):
    report, verdict = judge(learner.present([credential]), world, **expected)
    assert verdict is Verdict.REFUSED
    assert codes(report) == ["presentation.challenge"]
    assert report.nested == ()


def test_a_presentation_without_challenge_is_refused(credential, learner, world):
    document = learner.present([credential])
    del document["proof"]["challenge"]
    assert judge(document, world)[1] is Verdict.REFUSED


def test_somebody_elses_record_is_refused(school, world, learner, simulator):
    document = school.unsigned()
    document["credentialSubject"]["id"] = simulator.Learner().did
    report, verdict = judge(learner.present([school.issue(document)]), world)
    assert verdict is Verdict.REFUSED
    assert report.headline == "Not this student's record"


def test_a_record_that_names_no_key_is_open(school, world, learner):
    report, verdict = judge(learner.present([school.issue()]), world)
    assert verdict is Verdict.UNDECIDED
    assert report.nested[0].of("holder")[0].code == "holder.not-bound"
    tolerant = Policy.from_json({"may_stay_open": ["holder"]})
    assert decide(report, tolerant).verdict is Verdict.VERIFIED


def test_a_holder_who_did_not_sign_is_refused(credential, learner, world, simulator):
    other = simulator.Learner()
    report, verdict = judge(learner.present([credential], holder=other.did), world)
    assert verdict is Verdict.REFUSED
    assert codes(report) == ["presentation.holder"]


def test_one_bad_record_spoils_all(school, credential, learner, world):
    other = school.unsigned()
    other["credentialSubject"]["id"] = learner.did
    altered = school.issue(other)
    altered["name"] = "Weighs gold"
    report, verdict = judge(learner.present([credential, altered]), world)
    assert verdict is Verdict.REFUSED
    assert report.short == "Altered"
    assert report.nested[1].facts == {}


def test_a_changed_presentation_is_refused(school, credential, learner, world):
    document = learner.present([credential])
    document["verifiableCredential"].append(school.issue())
    report, verdict = judge(document, world)
    assert verdict is Verdict.REFUSED
    assert codes(report) == ["proof.altered"]
    assert report.nested == ()


def test_an_unsigned_presentation_is_refused(credential, learner, world):
    document = learner.present([credential])
    del document["proof"]
    assert judge(document, world)[1] is Verdict.REFUSED


def test_a_proof_made_for_issuing_is_refused(school, world):
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": school.did,
        "verifiableCredential": [school.issue()],
    }
    report, verdict = judge(school.sign(document, challenge="c-1"), world)
    assert verdict is Verdict.REFUSED
    assert codes(report) == ["proof.malformed"]


def test_an_envelope_that_holds_no_record_is_refused(learner, world):
    envelope = {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "type": "EnvelopedVerifiableCredential",
        "id": "data:application/vc+jwt,eyJhbGciOiJFUzI1NiJ9.e30.AA",
    }
    report, verdict = judge(learner.present([envelope]), world)
    assert verdict is Verdict.REFUSED
    assert report.nested[0].findings[0].code == "structure.token"


@pytest.mark.parametrize("inside", [5, [5], [None, "x"], {}, [[]]])
def test_what_is_no_record_is_never_verified(learner, world, credential, inside):
    document = learner.present([credential])
    document["verifiableCredential"] = inside
    assert judge(document, world)[1] is not Verdict.VERIFIED


def test_too_many_records_are_refused(learner, world):
    document = learner.present([])
    document["verifiableCredential"] = [{"type": "VerifiableCredential"}] * 201
    report, verdict = judge(document, world)
    assert verdict is Verdict.REFUSED
    assert codes(report) == ["structure.invalid"]


def test_a_presentation_of_nothing_confirms_nothing(learner, world):
    document = learner.present([])
    for empty in (document, {k: v for k, v in document.items() if k != "verifiableCredential"}):
        report = verify_presentation(empty, world.ports())
        assert decide(report).verdict is Verdict.UNDECIDED
        assert report.headline == "Signed; it holds no record"


def test_a_record_that_names_nobody_is_not_bound_to_who_shows_it(school, learner, world):
    document = school.unsigned()
    del document["credentialSubject"]["id"]
    report = verify_presentation(learner.present([school.sign(document)]), world.ports())
    assert decide(report).verdict is Verdict.UNDECIDED
    assert report.nested[0].of("holder")[0].code == "holder.unnamed"


# --- what a person says about himself ------------------------------------------------------------


def own_word(school, learner, **members):
    document = school.unsigned()
    del document["credentialStatus"]
    document["issuer"] = learner.did
    document["credentialSubject"]["id"] = learner.did
    return {**document, **members}


def test_a_record_of_the_holders_own_needs_no_other_signature(school, world, learner):
    report, verdict = judge(learner.present([own_word(school, learner)]), world)
    assert verdict is Verdict.VERIFIED
    found = report.nested[0].of("proof")[0]
    assert found.code == "proof.self-asserted"
    assert found.headline == "Said by whoever shows it, and by no school"


def test_nobody_asserts_for_somebody_else(school, world, learner, simulator):
    as_school = own_word(school, learner, issuer=school.did)
    as_other = own_word(school, learner, issuer=simulator.Learner().did)
    for record in (as_school, as_other):
        report, verdict = judge(learner.present([record]), world)
        assert verdict is Verdict.REFUSED
        assert report.nested[0].findings[0].code == "proof.none"


def test_an_assertion_without_a_named_holder_is_refused(school, world, learner, simulator):
    document = {
        "@context": [simulator.VC2],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [own_word(school, learner)],
    }
    more = {"challenge": "c-1", "domain": "college.example", "purpose": "authentication"}
    signed = school.sign(document, method=learner.method, signer=learner.signer, **more)
    report, verdict = judge(signed, world)
    assert verdict is Verdict.REFUSED
    assert report.nested[0].findings[0].code == "proof.none"


def test_outside_of_a_presentation_it_is_nobodys(school, world, learner):
    report = verify_credential(own_word(school, learner), world.ports())
    assert decide(report).verdict is Verdict.REFUSED


def test_a_policy_may_take_presentations_that_bind_and_hold_nothing(school, world, learner):
    """What a conformance suite asks of a verifier that knows no students."""
    tolerant = Policy.from_json(
        {"accept": ["holder.other"], "may_stay_open": ["holder", "records"]}
    )
    other = school.unsigned()
    other["credentialSubject"]["id"] = "did:web:somebody-else.example"
    for inside in ([], [school.issue(other)], [school.issue()]):
        report = verify_presentation(learner.present(inside), world.ports())
        assert decide(report, tolerant).verdict is Verdict.VERIFIED
        assert decide(report).verdict is not Verdict.VERIFIED
    altered = {**school.issue(), "name": "Weighs gold"}
    report = verify_presentation(learner.present([altered]), world.ports())
    assert decide(report, tolerant).verdict is Verdict.REFUSED
