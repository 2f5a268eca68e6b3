"""Documents that are small to send and dear to check, and faults that must not pass for answers."""

import copy
import json
import time

import pytest

from credentials.jose import compact
from credentials.proofs import eddsa_jcs_2022
from credentials.proofs.data_integrity import options
from credentials.proofs.unsecured import Unsecured
from keys.kinds import KeyKind
from schemas.errors import TouchstoneError
from verifier import verify as verify_module
from verifier.effort import Effort
from verifier.errors import EffortSpent
from verifier.intake import read_received
from verifier.policy import Verdict, decide
from verifier.verify import verify_credential, verify_presentation

LONGEST_SECONDS = 2.0


def timed(received, world, verify=verify_credential):
    """Computing time from the door to the report, and the verdict; None if the door refused it."""
    data = received if isinstance(received, str) else json.dumps(received)
    start = time.thread_time()
    try:
        report = verify(read_received(data.encode()), world.ports())
    except TouchstoneError:
        return time.thread_time() - start, None
    return time.thread_time() - start, decide(report).verdict


def evidence(count, **members):
    return [{"id": f"https://a.example/{n}", "type": ["Evidence"], **members} for n in range(count)]


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(evidence=evidence(6_000, name="x")),
        lambda d: d.update(evidence=[{"type": ["Evidence"], "name": str(n)} for n in range(6_000)]),
        lambda d: d.update(evidence=[{}] * 18_000),
        lambda d: d.update(evidence=evidence(60_000)),
        lambda d: d["credentialSubject"].update({f"z{n}": n for n in range(60_000)}),
        lambda d: d["credentialSubject"].update(z=list(range(90_000))),
        lambda d: d.update(type=["VerifiableCredential", *(f"T{n}" for n in range(60_000))]),
        lambda d: d.update(evidence=[{"type": ["Evidence"], "narrative": "é" * 4_000_000}]),
        lambda d: d.update(proof=[d["proof"][1]] * 16),
        lambda d: d.update(proof=[d["proof"][1]] * 5_000),
    ],
)
def test_dear_documents_cost_two_seconds_at_the_most(school, world, change):
    document = school.issue()
    change(document)
    seconds, verdict = timed(document, world)
    assert seconds < LONGEST_SECONDS
    if document.get("proof") != [document["proof"][0]] * 16:
        assert verdict is not Verdict.VERIFIED


def test_many_chained_proofs_over_a_large_document(school, world):
    """Each proof that builds on others needs a canonical form of its own."""
    document = school.issue()
    document["evidence"] = evidence(3_000)
    proof = {**document["proof"][1], "id": "urn:uuid:0"}
    proofs = [
        {**proof, "id": f"urn:uuid:{n}", "previousProof": [f"urn:uuid:{m}" for m in range(n)]}
        for n in range(1, 16)
    ]
    seconds, verdict = timed({**document, "proof": [proof, *proofs]}, world)
    assert seconds < LONGEST_SECONDS
    assert verdict is Verdict.REFUSED


def test_a_presentation_of_many_large_records(school, world, simulator):
    learner = simulator.Learner()
    large = school.issue()
    large["evidence"] = evidence(90)
    document = {
        "@context": [simulator.VC2],
        "type": ["VerifiablePresentation"],
        "holder": learner.did,
        "verifiableCredential": [large] * 60,
    }
    made = options(
        eddsa_jcs_2022.CRYPTOSUITE, learner.method, simulator.ISSUED, purpose="authentication"
    )
    proof = eddsa_jcs_2022.create(Unsecured(document), made, learner.signer.sign)
    seconds, verdict = timed({**document, "proof": proof}, world, verify_presentation)
    assert seconds < LONGEST_SECONDS
    assert verdict is not Verdict.VERIFIED


@pytest.mark.parametrize("count", [30_000, 300_000])
def test_tokens_have_the_limits_of_documents(school, world, count):
    document = school.unsigned()
    document["evidence"] = [{"type": ["Evidence"]}] * count
    signer = school.add_key(KeyKind.P256)
    header = {"typ": "vc+jwt", "kid": school.method_for(KeyKind.P256)}
    token = compact.sign(header, document, sign=signer.sign, kind=KeyKind.P256)
    seconds, verdict = timed(token, world)
    assert seconds < LONGEST_SECONDS
    assert verdict is Verdict.UNDECIDED


def test_the_effort_of_a_run_ends():
    moments = iter([0.0, 1.0, 1.6, 1.6])
    effort = Effort(1.5, lambda: next(moments))
    effort.require()
    with pytest.raises(EffortSpent):
        effort.require()
    assert effort.is_spent


def test_what_was_not_finished_is_open(school, world, monkeypatch):
    monkeypatch.setattr(verify_module, "Effort", lambda: Effort(0.0))
    report = verify_credential(school.issue(), world.ports())
    assert decide(report).verdict is Verdict.UNDECIDED
    assert {it.code for it in report.findings} == {"check.too-long"}
    assert report.facts == {}


class Panic(BaseException):
    """What a native library raises when it breaks: no Exception."""


@pytest.mark.parametrize("error", [KeyError("a person"), RecursionError(), MemoryError(), Panic()])
def test_a_fault_outside_of_all_checks_decides_nothing(school, world, monkeypatch, error):
    def broken(document):
        raise error

    monkeypatch.setattr(verify_module, "read_record", broken)
    report = verify_credential(school.issue(), world.ports())
    assert decide(report).verdict is Verdict.UNDECIDED
    assert [it.code for it in report.findings] == ["verifier.fault"]
    assert "a person" not in json.dumps(report.to_json())


def test_a_panic_in_a_check_is_a_fault_of_ours(school, world):
    class Broken:
        name = "The network"

        def find(self, did):
            raise Panic

    world.registry = Broken()
    report = verify_credential(school.issue(), world.ports())
    assert decide(report).verdict is Verdict.UNDECIDED


def test_stopping_the_program_is_no_fault(school, world, monkeypatch):
    def stopped(document):
        raise KeyboardInterrupt

    monkeypatch.setattr(verify_module, "read_record", stopped)
    with pytest.raises(KeyboardInterrupt):
        verify_credential(school.issue(), world.ports())


@pytest.mark.parametrize("received", [None, 5, [], [[]], b"x", {}, "", {"type": "x"}, True])
def test_what_is_no_document_is_never_verified(world, received):
    for verify in (verify_credential, verify_presentation):
        report = verify(copy.deepcopy(received), world.ports())
        assert decide(report).verdict is not Verdict.VERIFIED
        assert report.findings
