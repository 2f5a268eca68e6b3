"""Single checks: dates, holder, trust, transcript, hidden members."""

import pytest

from credentials.canonical import canonicalize, without_proof
from verifier.checks import transcript
from verifier.policy import Verdict, decide
from verifier.ports import CheckSettings
from verifier.report import Outcome
from verifier.signed_form import hidden, misplaced
from verifier.subject import Subject
from verifier.verify import verify_credential, verify_presentation


def run(document, world, **settings):
    report = verify_credential(document, world.ports(), CheckSettings(**settings))
    return report, decide(report).verdict


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({}, "validity.passed"),
        ({"validFrom": "2026-07-01T12:00:00Z"}, "validity.passed"),
        ({"validFrom": "2026-07-01T12:00:01Z"}, "validity.not-yet"),
        ({"validFrom": "2026-07-01T14:00:01+02:00"}, "validity.not-yet"),
        ({"validUntil": "2026-07-01T12:00:00Z"}, "validity.passed"),
        ({"validUntil": "2026-07-01T11:59:59Z"}, "validity.past"),
        ({"validUntil": "2026-05-01T00:00:00Z"}, "validity.unreadable"),
        ({"validUntil": "2030-01-01"}, "validity.unreadable"),
        ({"validUntil": "2030-01-01T00:00:00"}, "validity.unreadable"),
    ],
)
def test_dates(school, world, members, code):
    document = school.unsigned()
    document.update(members)
    report, verdict = run(school.sign(document), world)
    assert [it.code for it in report.of("validity")] == [code]
    assert (verdict is Verdict.VERIFIED) == (code == "validity.passed")


def test_an_old_record_is_called_genuine(school, world):
    document = school.unsigned()
    document["validUntil"] = "2026-06-30T00:00:00Z"
    report, _ = run(school.sign(document), world)
    assert report.headline == "Genuine, but past its end date"
    assert report.facts


def test_holder(school, world, simulator):
    credential = school.issue()
    assert run(credential, world)[0].of("holder")[0].code == "holder.none"
    report, verdict = run(credential, world, holder=simulator.LEARNER)
    assert report.outcome_of("holder") is Outcome.PASSED
    assert verdict is Verdict.VERIFIED
    report, verdict = run(credential, world, holder="urn:uuid:someone-else")
    assert verdict is Verdict.REFUSED
    assert report.headline == "Not this student's record"


def test_a_record_without_a_subject_id(school, world):
    document = school.unsigned()
    del document["credentialSubject"]["id"]
    report, _ = run(school.sign(document), world, holder="did:web:a.example")
    assert report.of("holder")[0].code == "holder.unnamed"


def test_trust(school, world, simulator):
    credential = school.issue()
    other = simulator.School(world, "other.example", "Other School")
    world.recognise(other)
    report, verdict = run(credential, world)
    assert verdict is Verdict.VERIFIED
    assert report.headline == "Signed, but nobody we asked knows the issuer"
    assert report.facts["issuerName"] == "school.example (name not confirmed)"
    world.recognise(school, other)
    report, _ = run(credential, world)
    assert report.headline == "Confirmed: Sample School awarded this, and it stands today"
    assert report.sentence == (
        "Signed by the school, anchored on 2026-06-01 (UTC), neither withdrawn nor expired."
    )


def test_the_name_comes_from_the_registry_and_never_from_the_credential(school, world):
    document = school.unsigned()
    document["issuer"]["name"] = "A Famous University"
    credential = school.sign(document)
    report, _ = run(credential, world)
    assert report.facts["issuerName"] == "school.example (name not confirmed)"


def test_a_silent_registry_is_open(school, world):
    world.recognise(school)
    world.registry.down = True
    report, verdict = run(school.issue(), world)
    assert verdict is Verdict.UNDECIDED
    assert report.headline == "Signed by school.example; we could not ask The network"


def test_one_run_asks_each_address_once(school, world):
    credential = school.issue()
    world.fetched.clear()
    run(credential, world)
    assert world.fetched.count("https://school.example/.well-known/did.json") == 1
    assert world.fetched.count("https://school.example/issuer") == 1


def test_one_run_asks_once_for_all_records_of_a_presentation(school, world, simulator):
    held = simulator.Learner().present([school.issue(), school.issue()])
    world.fetched.clear()
    report = verify_presentation(held, world.ports())
    for check in ("proof", "status", "anchor"):
        assert [it.outcome_of(check) for it in report.nested] == [Outcome.PASSED] * 2
    assert world.fetched.count("https://school.example/.well-known/did.json") == 1
    assert world.fetched.count("https://school.example/issuer") == 1


def test_nothing_is_hidden_in_an_ordinary_credential(school):
    credential = school.issue()
    assert misplaced(credential) == []
    assert hidden(credential, canonicalize(without_proof(credential))) == []


def test_members_that_only_the_graph_has_are_found(school):
    credential = school.issue()
    canonical = canonicalize(without_proof(credential))
    for member in ("credentialStatus", "validFrom", "issuer", "credentialSubject"):
        shown = {name: value for name, value in credential.items() if name != member}
        assert [it.pointer for it in hidden(shown, canonical)] == [f"/{member}"]


def test_members_that_only_the_json_has_are_found(school):
    credential = school.issue()
    canonical = canonicalize(without_proof(credential))
    more = {**credential, "validUntil": "2030-01-01T00:00:00Z"}
    assert [it.pointer for it in hidden(more, canonical)] == ["/validUntil"]


def test_a_credential_without_id_is_found_in_its_graph(school, world):
    document = school.unsigned()
    del document["id"]
    document["type"] = ["VerifiableCredential"]
    document["credentialSubject"] = {"id": "did:web:learner.example"}
    assert run(school.sign(document), world)[1] is Verdict.VERIFIED


def test_a_version_1_credential_is_read(school, world):
    document = {
        "@context": [
            "https://www.w3.org/2018/credentials/v1",
            "https://w3id.org/security/data-integrity/v2",
        ],
        "type": ["VerifiableCredential"],
        "issuer": school.did,
        "issuanceDate": "2026-06-01T12:00:00Z",
        "credentialSubject": {"id": "did:web:learner.example"},
    }
    assert run(school.sign(document), world)[1] is Verdict.VERIFIED
    document["expirationDate"] = "2026-06-30T00:00:00Z"
    report, verdict = run(school.sign(document), world)
    assert verdict is Verdict.REFUSED
    assert report.short == "Past its date"


def test_a_transcript_is_open(school, world):
    """No context that defines ClrCredential is bundled yet, so only the check itself is asked."""
    document = school.unsigned()
    document["type"].append("ClrCredential")
    subject = Subject(document, world.ports(), world.now)
    (found,) = transcript.check(subject, world.ports(), CheckSettings())
    assert found.outcome is Outcome.UNDETERMINED
