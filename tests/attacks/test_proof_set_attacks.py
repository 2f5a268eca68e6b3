"""Proof sets and chains with a proof that is bad, missing, or somebody else's."""

import copy
import json

import pytest

from credentials.canonical import without_proof
from credentials.proofs import (
    ecdsa_jcs_2019,
    ecdsa_rdfc_2019,
    ecdsa_sd_2023,
    eddsa_jcs_2022,
    eddsa_rdfc_2022,
)
from credentials.proofs.data_integrity import options
from credentials.proofs.unsecured import Unsecured
from keys.kinds import KeyKind
from keys.multibase import base64url_encode
from verifier.policy import Verdict, decide
from verifier.verify import verify_credential, verify_presentation

SUITES = [
    (eddsa_rdfc_2022, KeyKind.ED25519),
    (eddsa_jcs_2022, KeyKind.ED25519),
    (ecdsa_rdfc_2019, KeyKind.P256),
    (ecdsa_rdfc_2019, KeyKind.P384),
    (ecdsa_jcs_2019, KeyKind.P256),
    (ecdsa_jcs_2019, KeyKind.P384),
]
FIRST, SECOND = "urn:uuid:proof-1", "urn:uuid:proof-2"


def judge(document, world):
    report = verify_credential(document, world.ports())
    return report, decide(report).verdict


def refused_with(document, world, *codes):
    report, verdict = judge(document, world)
    assert verdict is Verdict.REFUSED
    assert {it.code for it in report.findings} == set(codes)
    assert report.facts == {}
    assert "Weighs evidence" not in json.dumps(report.to_json())
    return report


@pytest.mark.parametrize(("suite", "kind"), SUITES)
def test_every_suite_is_verified_and_its_changes_refused(school, world, suite, kind):
    good = school.sign_as(suite, school.unsigned(), kind=kind)
    report, verdict = judge(good, world)
    assert verdict is Verdict.VERIFIED
    assert report.facts["level"]["name"] == "Proficient"
    bad = copy.deepcopy(good)
    bad["name"] = "Weighs gold"
    refused_with(bad, world, "proof.altered")
    undefined = copy.deepcopy(good)
    undefined["credentialSubject"]["gpa"] = "4.0"
    refused_with(undefined, world, "contexts.undefined")


@pytest.mark.parametrize(("suite", "kind"), SUITES)
def test_a_key_of_another_kind_is_refused(school, world, suite, kind):
    other = KeyKind.P256 if kind is KeyKind.ED25519 else KeyKind.ED25519
    school.add_key(KeyKind.P256)
    signed = school.sign_as(suite, school.unsigned(), kind=kind)
    signed["proof"]["verificationMethod"] = school.method_for(other)
    assert judge(signed, world)[1] is Verdict.REFUSED


@pytest.mark.parametrize("name", ["eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-sd-2023"])
def test_a_proof_that_names_another_suite_is_refused(school, world, name):
    signed = school.sign(school.unsigned())
    signed["proof"]["cryptosuite"] = name
    assert judge(signed, world)[1] is Verdict.REFUSED


def test_undefined_terms_are_refused_even_when_the_json_is_signed(school, world):
    document = school.unsigned()
    document["credentialSubject"]["gpa"] = "4.0"
    refused_with(school.sign_as(eddsa_jcs_2022, document), world, "contexts.undefined")


def test_all_of_a_set_have_to_fit(school, world):
    first = school.sign(school.unsigned())
    both = school.sign_as(ecdsa_rdfc_2019, first, kind=KeyKind.P256, before=[first["proof"]])
    assert judge(both, world)[1] is Verdict.VERIFIED
    for place in (0, 1):
        bad = copy.deepcopy(both)
        bad["proof"][place]["created"] = "2026-06-02T12:00:00Z"
        refused_with(bad, world, "proof.altered")


def test_a_stranger_may_sign_beside_the_school_and_never_for_it(school, world, simulator):
    stranger = simulator.Learner()
    document = school.unsigned()
    good = school.sign(document)
    beside = school.sign(
        document, before=[good["proof"]], method=stranger.method, signer=stranger.signer
    )
    assert judge(beside, world)[1] is Verdict.VERIFIED
    alone = school.sign(document, method=stranger.method, signer=stranger.signer)
    refused_with(alone, world, "issuer.wrong-signer")


def test_a_strangers_proof_over_the_json_does_not_lift_the_rules_of_the_graph(
    school, world, simulator
):
    """Members that hide from readers stay refused as long as one proof is over the graph."""
    stranger = simulator.Learner()
    good = school.sign(school.unsigned())
    moved = without_proof(good)
    moved["https://www.w3.org/2018/credentials#credentialStatus"] = moved.pop("credentialStatus")
    proof = eddsa_jcs_2022.create(
        Unsecured(moved),
        options(eddsa_jcs_2022.CRYPTOSUITE, stranger.method, simulator.ISSUED),
        stranger.signer.sign,
    )
    hidden = {**moved, "proof": [good["proof"], proof]}
    refused_with(hidden, world, "structure.misplaced")
    refused_with({**moved, "proof": proof}, world, "structure.misplaced")


# --- chains ------------------------------------------------------------------------------------


def chained(school, *, suite=eddsa_rdfc_2022, kind=KeyKind.ED25519):
    first = school.sign(school.unsigned(), id=FIRST)
    return school.sign_as(
        suite, first, kind=kind, before=[first["proof"]], id=SECOND, previousProof=FIRST
    )


@pytest.mark.parametrize(("suite", "kind"), SUITES)
def test_a_chain_is_verified(school, world, suite, kind):
    assert judge(chained(school, suite=suite, kind=kind), world)[1] is Verdict.VERIFIED


def test_a_missing_link_is_refused(school, world):
    whole = chained(school)
    refused_with({**whole, "proof": whole["proof"][1]}, world, "proof.malformed")
    refused_with({**whole, "proof": [whole["proof"][1]]}, world, "proof.malformed")


def test_a_link_that_was_exchanged_is_refused(school, world):
    whole = chained(school)
    other = school.sign(whole, id=FIRST, expires="2030-01-01T00:00:00Z")
    whole["proof"][0] = other["proof"]
    refused_with(whole, world, "proof.altered")


def test_a_link_that_does_not_fit_is_refused(school, world):
    """The later proof covers the bad one, and does not make it good."""
    first = school.sign(school.unsigned(), id=FIRST)
    bad = {**first["proof"], "created": "2026-06-02T12:00:00Z"}
    whole = school.sign_as(eddsa_rdfc_2022, first, before=[bad], id=SECOND, previousProof=[FIRST])
    refused_with(whole, world, "proof.altered")


@pytest.mark.parametrize("previous", [SECOND, "urn:uuid:nowhere", 5, None, [], [FIRST, FIRST]])
def test_a_chain_that_leads_nowhere_is_refused(school, world, previous):
    whole = chained(school)
    whole["proof"][1]["previousProof"] = previous
    assert judge(whole, world)[1] is Verdict.REFUSED


def test_a_circle_is_refused(school, world):
    whole = chained(school)
    whole["proof"][0]["previousProof"] = SECOND
    assert judge(whole, world)[1] is Verdict.REFUSED


def test_a_chain_without_its_connection_is_refused(school, world):
    whole = chained(school)
    del whole["proof"][1]["previousProof"]
    refused_with(whole, world, "proof.altered")


# --- selective disclosure ----------------------------------------------------------------------


def base(school):
    school.add_key(KeyKind.P256)
    document = school.unsigned()
    proof = ecdsa_sd_2023.create_base(
        Unsecured(document),
        options(ecdsa_sd_2023.CRYPTOSUITE, school.method_for(KeyKind.P256), _issued(school)),
        school.signer_for(KeyKind.P256).sign,
        ["/issuer", "/validFrom", "/credentialStatus", "/credentialSubject/achievement"],
    )
    return {**document, "proof": proof}


def _issued(school):
    return school.world.now


def test_a_base_proof_is_refused_with_the_way_on(school, world):
    report = refused_with(base(school), world, "proof.base-copy")
    assert "wallet" in report.remedy


def test_a_derived_proof_is_verified(school, world):
    derived = ecdsa_sd_2023.derive(base(school), ["/credentialSubject/result"])
    assert "evidence" not in derived
    report, verdict = judge(derived, world)
    assert verdict is Verdict.VERIFIED
    assert report.facts["level"]["name"] == "Proficient"
    assert "proof.selection" in {it.code for it in report.findings}
    derived["credentialSubject"]["achievement"]["name"] = "Weighs gold"
    assert judge(derived, world)[1] is Verdict.REFUSED


def test_a_withdrawn_record_stays_withdrawn_when_derived(school, world):
    whole = base(school)
    school.set_status(whole)
    report, verdict = judge(ecdsa_sd_2023.derive(whole, ["/name"]), world)
    assert verdict is Verdict.REFUSED
    assert report.short == "Withdrawn"


# --- purposes ----------------------------------------------------------------------------------


def test_purposes_are_not_exchanged(school, world, simulator):
    signed = school.sign_as(eddsa_jcs_2022, school.unsigned(), purpose="authentication")
    refused_with(signed, world, "proof.malformed")
    learner = simulator.Learner()
    document = {
        "@context": [simulator.VC2],
        "type": ["VerifiablePresentation"],
        "holder": learner.did,
        "verifiableCredential": [school.issue()],
    }
    made = options(eddsa_jcs_2022.CRYPTOSUITE, learner.method, simulator.ISSUED)
    proof = eddsa_jcs_2022.create(Unsecured(document), made, learner.signer.sign)
    report = verify_presentation({**document, "proof": proof}, world.ports())
    assert decide(report).verdict is Verdict.REFUSED
    assert [it.code for it in report.findings] == ["proof.malformed"]


# --- Ed25519Signature2020 ----------------------------------------------------------------------


def test_the_older_suite_of_a_large_wallet(school, world, simulator):
    good = simulator.sign_2020(school.unsigned(), school.method, school.signer)
    assert judge(good, world)[1] is Verdict.VERIFIED
    good["name"] = "Weighs gold"
    refused_with(good, world, "proof.altered")


@pytest.mark.parametrize(
    "asked", [{"challenge": "c-2"}, {"domain": "other.example"}, {"challenge": "c-1"}]
)
def test_a_presentation_by_that_wallet_answers_one_challenge(school, world, simulator, asked):
    learner = simulator.Learner()
    mine = school.unsigned()
    mine["credentialSubject"]["id"] = learner.did
    document = {
        "@context": [simulator.VC2],
        "type": ["VerifiablePresentation"],
        "holder": learner.did,
        "verifiableCredential": [school.issue(mine)],
    }
    signed = simulator.sign_2020(
        document,
        learner.method,
        learner.signer,
        purpose="authentication",
        challenge="c-1",
        domain="college.example",
    )
    report = verify_presentation(signed, world.ports(), **asked)
    expected = Verdict.VERIFIED if asked == {"challenge": "c-1"} else Verdict.REFUSED
    assert decide(report).verdict is expected


def test_contexts_added_behind_a_signature_over_json_bring_no_definitions(school, world):
    """eddsa-jcs-2022 lets contexts be added behind those that were signed."""
    signed = school.sign_as(eddsa_jcs_2022, school.unsigned())
    signed["@context"] = [*signed["@context"], {"gpa": "https://evil.example/gpa"}]
    assert judge(signed, world)[1] is Verdict.REFUSED


# --- other kinds of did ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [KeyKind.P256, KeyKind.P384, KeyKind.ED25519])
def test_issuers_that_are_their_own_key(school, world, simulator, kind):
    issuer = simulator.Learner(kind)
    document = school.unsigned()
    document["issuer"] = issuer.did
    del document["credentialStatus"]
    suite = eddsa_rdfc_2022 if kind is KeyKind.ED25519 else ecdsa_rdfc_2019
    keywords = {} if kind is KeyKind.ED25519 else {"kind": kind}
    made = options(suite.CRYPTOSUITE, issuer.method, simulator.ISSUED)
    proof = suite.create(Unsecured(document), made, issuer.signer.sign, **keywords)
    assert judge({**document, "proof": proof}, world)[1] is Verdict.VERIFIED
    other = {**document, "issuer": simulator.Learner(kind).did, "proof": proof}
    assert judge(other, world)[1] is Verdict.REFUSED


def test_an_issuer_by_did_jwk(school, world, simulator):
    signer = simulator.Learner(KeyKind.P256).signer
    jwk = json.dumps(signer.public_key.to_jwk()).encode()
    did = f"did:jwk:{base64url_encode(jwk)[1:]}"
    document = school.unsigned()
    document["issuer"] = did
    del document["credentialStatus"]
    made = options(ecdsa_rdfc_2019.CRYPTOSUITE, f"{did}#0", simulator.ISSUED)
    proof = ecdsa_rdfc_2019.create(Unsecured(document), made, signer.sign, kind=KeyKind.P256)
    assert judge({**document, "proof": proof}, world)[1] is Verdict.VERIFIED
    assert judge({**document, "name": "x", "proof": proof}, world)[1] is Verdict.REFUSED


# --- hostile values ----------------------------------------------------------------------------

HOSTILE = (None, True, 5, "", [], {}, [[]], {"@id": 5}, "\x00", "did:x:y", "u", "z", "did:key:z6Mk")


@pytest.mark.parametrize("make", [chained, base], ids=["chain", "base"])
def test_hostile_values_in_proofs_never_break_a_check(school, world, make):
    whole = make(school)
    proofs = whole["proof"] if isinstance(whole["proof"], list) else [whole["proof"]]
    for place, proof in enumerate(proofs):
        for name in [*proof, "@context", "expires", "challenge", "domain", "nonce", "unknown"]:
            for value in HOSTILE:
                changed = copy.deepcopy(proofs)
                changed[place][name] = value
                report, _ = judge({**whole, "proof": changed}, world)
                codes = {it.code for it in report.findings}
                assert not codes & {"check.broke", "verifier.fault"}, (name, value)
