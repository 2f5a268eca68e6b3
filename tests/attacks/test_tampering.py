"""A credential is changed after it was signed, or signed by the wrong hand."""

import copy
import json

import pytest

from keys.signers.file import FileSigner
from verifier.policy import Verdict, decide
from verifier.report import Outcome
from verifier.verify import verify_credential

STATUS_IRI = "https://www.w3.org/2018/credentials#credentialStatus"


def judge(document, world):
    report = verify_credential(document, world.ports())
    return report, decide(report).verdict


def refused_with(document, world, code):
    report, verdict = judge(document, world)
    assert verdict is Verdict.REFUSED
    assert [it.code for it in report.findings] == [code]
    assert report.facts == {}
    shown = json.dumps(report.to_json())
    assert "Weighs evidence" not in shown
    assert "Sample School" not in shown
    return report


def test_an_untouched_credential_is_verified(school, world):
    report, verdict = judge(school.issue(), world)
    assert verdict is Verdict.VERIFIED
    assert report.facts["level"]["name"] == "Proficient"


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(name="Weighs evidencE"),
        lambda d: d.update(validFrom="2026-06-01T12:00:01Z"),
        lambda d: d["credentialSubject"].update(id=d["credentialSubject"]["id"][:-1] + "2"),
        lambda d: d["credentialSubject"]["achievement"].update(name="Weighs Evidence"),
        lambda d: d["credentialSubject"]["result"][0].update(
            achievedLevel=d["credentialSubject"]["result"][0]["achievedLevel"][:-1] + "4"
        ),
        lambda d: d["credentialStatus"].update(statusListIndex="7"),
        lambda d: d.pop("credentialStatus"),
        lambda d: d.update(validUntil="2030-01-01T00:00:00Z"),
        lambda d: d["evidence"].append({"type": ["Evidence"], "name": "More"}),
    ],
)
def test_one_change_breaks_the_signature(school, world, change):
    credential = school.issue()
    change(credential)
    report = refused_with(credential, world, "proof.altered")
    assert report.headline == "Do not rely on this: it is not what was signed"
    assert report.short == "Altered"


def test_the_order_of_members_is_not_a_change(school, world):
    credential = school.issue()
    shuffled = dict(reversed(credential.items()))
    assert judge(shuffled, world)[1] is Verdict.VERIFIED


def test_a_proof_of_another_credential_is_refused(school, world):
    mine, other = school.issue(), school.issue()
    mine["proof"][1] = other["proof"][1]
    refused_with(mine, world, "proof.altered")


def test_a_missing_proof_is_refused(school, world):
    credential = school.issue()
    del credential["proof"]
    report = refused_with(credential, world, "proof.none")
    assert report.headline == "Do not rely on this: nobody signed it"


def test_an_anchor_alone_is_no_signature(school, world):
    credential = school.issue()
    credential["proof"] = credential["proof"][0]
    refused_with(credential, world, "proof.none")


@pytest.mark.parametrize("proof", [None, [], "signed", [5], {}])
def test_a_proof_that_is_no_proof_is_refused(school, world, proof):
    credential = school.issue()
    credential["proof"] = proof
    assert judge(credential, world)[1] is not Verdict.VERIFIED


@pytest.mark.parametrize("member", ["proofValue", "verificationMethod", "proofPurpose"])
@pytest.mark.parametrize("value", [None, "", 5, "zz", "u" + "A" * 86])
def test_a_damaged_proof_is_refused(school, world, member, value):
    credential = school.issue(anchored=False)
    credential["proof"][member] = value
    assert judge(credential, world)[1] is Verdict.REFUSED


def test_every_signature_has_to_fit(school, world):
    credential = school.issue(anchored=False)
    good = credential["proof"]
    bad = {**good, "created": "2026-06-02T12:00:00Z"}
    credential["proof"] = [good, good]
    assert judge(credential, world)[1] is Verdict.VERIFIED
    credential["proof"] = [good, bad]
    refused_with(credential, world, "proof.altered")
    credential["proof"] = [bad, good]
    refused_with(credential, world, "proof.altered")


def test_an_unknown_suite_leaves_the_question_open(school, world):
    credential = school.issue(anchored=False)
    credential["proof"]["cryptosuite"] = "quantum-2031"
    report, verdict = judge(credential, world)
    assert verdict is Verdict.UNDECIDED
    assert report.outcome_of("proof") is Outcome.UNDETERMINED
    assert report.facts == {}
    assert report.headline == "Signed in a way we cannot check"
    assert "quantum-2031" in report.sentence


def test_a_good_signature_beside_an_unknown_one_is_not_enough(school, world):
    credential = school.issue(anchored=False)
    unknown = {**credential["proof"], "cryptosuite": "quantum-2031"}
    credential["proof"] = [credential["proof"], unknown]
    assert judge(credential, world)[1] is Verdict.UNDECIDED


def test_a_proof_for_another_purpose_is_refused(school, world):
    credential = school.sign(school.unsigned(), purpose="authentication")
    refused_with(credential, world, "proof.malformed")


def test_a_proof_from_the_future_is_refused(school, simulator, world):
    ahead = simulator.NOW.replace(year=2027)
    refused_with(school.sign(school.unsigned(), created=ahead), world, "proof.malformed")


def test_an_expired_proof_is_refused(school, world):
    good = school.sign(school.unsigned(), expires="2027-01-01T00:00:00Z")
    assert judge(good, world)[1] is Verdict.VERIFIED
    late = school.sign(school.unsigned(), expires="2026-06-15T00:00:00Z")
    refused_with(late, world, "proof.malformed")


def test_somebody_elses_key_cannot_sign_for_the_school(school, world):
    thief = FileSigner.generate()
    multikey = thief.public_key.to_multikey()
    method = f"did:key:{multikey}#{multikey}"
    forged = school.sign(school.unsigned(), method=method, signer=thief)
    report = refused_with(forged, world, "issuer.wrong-signer")
    assert report.headline == "Do not rely on this: the school it names did not sign it"


def test_a_did_key_issuer_can_sign_for_itself(school, world):
    signer = FileSigner.generate()
    multikey = signer.public_key.to_multikey()
    document = school.unsigned()
    document["issuer"] = f"did:key:{multikey}"
    del document["credentialStatus"]
    signed = school.sign(document, method=f"did:key:{multikey}#{multikey}", signer=signer)
    assert judge(signed, world)[1] is Verdict.VERIFIED


def test_another_school_cannot_sign_for_this_one(school, world, simulator):
    other = simulator.School(world, "other.example")
    forged = other.sign(school.unsigned())
    refused_with(forged, world, "issuer.wrong-signer")


def test_a_key_that_the_school_does_not_list_is_refused(school, world):
    forged = school.sign(school.unsigned(), method=f"{school.did}#key-2")
    refused_with(forged, world, "proof.wrong-key")


def test_a_key_listed_for_another_purpose_is_refused(school, world):
    document = school.did_document()
    document["authentication"] = document.pop("assertionMethod")
    world.pages["https://school.example/.well-known/did.json"] = document
    refused_with(school.issue(), world, "proof.wrong-key")


def test_a_school_that_answers_with_another_did_is_refused(school, world, simulator):
    other = simulator.School(world, "other.example")
    credential = school.issue()
    world.pages["https://school.example/.well-known/did.json"] = other.did_document()
    refused_with(credential, world, "proof.wrong-key")


def test_no_did_document_is_not_the_same_as_no_answer(school, world):
    credential = school.issue()
    page = world.pages.pop("https://school.example/.well-known/did.json")
    refused_with(credential, world, "proof.wrong-key")
    world.pages["https://school.example/.well-known/did.json"] = page
    world.down.add("school.example")
    report, verdict = judge(credential, world)
    assert verdict is Verdict.UNDECIDED
    assert report.headline == "We could not confirm the school's key"
    assert report.facts == {}


# --- what a reader sees is what was signed ---------------------------------------------------


def test_a_term_added_after_signing_is_refused(school, world):
    credential = school.issue()
    credential["credentialSubject"]["gpa"] = "4.0"
    report = refused_with(credential, world, "contexts.undefined")
    assert "gpa" in report.sentence


def test_a_type_added_after_signing_is_refused(school, world):
    credential = school.issue()
    credential["credentialSubject"]["achievement"]["type"].append("Diploma")
    refused_with(credential, world, "contexts.undefined")


def test_an_unknown_context_is_refused_and_never_fetched(school, world):
    credential = school.issue()
    credential["@context"].append("https://evil.example/context.json")
    world.fetched.clear()
    refused_with(credential, world, "contexts.unknown")
    assert world.fetched == []


def test_a_word_that_is_defined_after_signing_was_not_signed(school, world):
    credential = school.issue()
    credential["@context"].append({"gpa": "https://evil.example/gpa"})
    credential["credentialSubject"]["gpa"] = "4.0"
    refused_with(credential, world, "proof.altered")


def _under_full_iri(credential):
    credential[STATUS_IRI] = credential.pop("credentialStatus")


def _under_compact_iri(credential):
    credential["cred:credentialStatus"] = credential.pop("credentialStatus")


def _in_included(credential):
    node = {"id": credential["id"], "credentialStatus": credential.pop("credentialStatus")}
    credential["@included"] = [node]


def _in_another_node(credential):
    node = {
        "id": credential["id"],
        "type": ["VerifiableCredential", "Evidence"],
        "credentialStatus": credential.pop("credentialStatus"),
    }
    credential["evidence"].append(node)


def _in_graph(credential):
    credential["@graph"] = [
        {"id": credential["id"], "credentialStatus": credential.pop("credentialStatus")}
    ]


def _in_nest(credential):
    credential["@nest"] = {"credentialStatus": credential.pop("credentialStatus")}


def _in_reverse(credential):
    status = credential.pop("credentialStatus")
    status["@reverse"] = {STATUS_IRI: {"id": credential["id"]}}
    credential["evidence"].append(status)


@pytest.mark.parametrize(
    "hide",
    [
        _under_full_iri,
        _under_compact_iri,
        _in_included,
        _in_another_node,
        _in_graph,
        _in_nest,
        _in_reverse,
    ],
)
def test_a_status_cannot_be_hidden_from_readers(school, world, hide):
    credential = school.issue()
    school.set_status(credential)
    hide(credential)
    report, verdict = judge(credential, world)
    assert verdict is Verdict.REFUSED
    assert {it.check for it in report.findings} <= {"structure", "contexts"}


def test_a_subject_cannot_be_told_more_elsewhere(school, world):
    credential = school.issue()
    subject = credential["credentialSubject"]
    moved = {"id": subject["id"], "type": ["Evidence"], "result": subject.pop("result")}
    credential["evidence"].append(moved)
    report, verdict = judge(credential, world)
    assert verdict is Verdict.REFUSED
    assert report.findings[0].code == "structure.misplaced"


def test_hidden_members_are_refused_even_when_signed_that_way(school, world):
    document = school.unsigned()
    _under_full_iri(document)
    assert judge(school.sign(document), world)[1] is Verdict.REFUSED


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.pop("@context"),
        lambda d: d.update({"@context": d["@context"][1:]}),
        lambda d: d.update(type=["OpenBadgeCredential"]),
        lambda d: d.update(type=None),
        lambda d: d.pop("issuer"),
        lambda d: d.update(issuer={"name": "Somebody"}),
        lambda d: d.pop("credentialSubject"),
        lambda d: d.update(credentialSubject=[]),
        lambda d: d.update(credentialSubject={}),
        lambda d: d.update(credentialStatus=None),
        lambda d: d.update(credentialStatus=[]),
        lambda d: d.update(credentialStatus="fine"),
        lambda d: d.clear(),
    ],
)
def test_a_document_that_is_no_credential_is_refused(school, world, change):
    credential = school.issue()
    change(credential)
    world.fetched.clear()
    refused_with(credential, world, "structure.invalid")
    assert world.fetched == []


def test_hostile_values_never_crash(school, world):
    """Every member of a credential is replaced by every kind of JSON value."""
    whole = school.issue()
    paths = [path for path in _paths(whole) if path]
    for path in paths[::3]:
        for value in (None, True, 5, "", [], {}, [[]], {"@id": 5}, "\x00", {"@value": []}):
            document = copy.deepcopy(whole)
            node = document
            for part in path[:-1]:
                node = node[part]
            node[path[-1]] = value
            report, _ = judge(document, world)
            assert "check.broke" not in {it.code for it in report.findings}, (path, value)


def _paths(node, path=()):
    yield path
    items = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    for key, value in items:
        yield from _paths(value, (*path, key))


def test_a_check_that_breaks_never_passes(school, world, monkeypatch):
    class Broken:
        name = "The network"

        def find(self, did):
            raise KeyError("secret of a person")

    world.registry = Broken()
    report, verdict = judge(school.issue(), world)
    assert verdict is Verdict.UNDECIDED
    assert report.outcome_of("trust") is Outcome.UNDETERMINED
    broken = report.of("trust")[0]
    assert broken.code == "check.broke"
    assert broken.details["fault"] in broken.sentence
    assert "secret" not in json.dumps(report.to_json())
