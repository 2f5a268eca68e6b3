"""From findings to a verdict; an empty policy never passes."""

import json

import pytest

from verifier.checks import CHECKS, NAMES
from verifier.errors import PolicyInvalid
from verifier.policy import ALWAYS_REQUIRED, DEFAULT, Policy, Verdict, decide
from verifier.report import Outcome, Report, Tone
from verifier.verify import verify_credential
from verifier.words import COPY, finding


def report(*findings, kind="credential", nested=()):
    return Report(kind, None, findings, "", "", "", "", Tone.GOOD, nested=nested)


GOOD = tuple(
    finding(name, f"{name}.passed")
    for name in ("structure", "contexts", "proof", "issuer", "schema", "validity")
)


def verdict(*findings, policy=DEFAULT):
    return decide(report(*GOOD, *findings), policy).verdict


def test_good_findings_are_verified():
    assert verdict() is Verdict.VERIFIED


def test_an_empty_policy_never_passes():
    assert verdict(policy=Policy()) is Verdict.UNDECIDED
    assert verdict(policy=Policy.from_json({})) is Verdict.UNDECIDED
    assert verdict(policy=Policy.from_json({"required": []})) is Verdict.UNDECIDED


def test_no_policy_can_do_without_the_signature():
    lax = Policy.from_json({"required": ["validity"]})
    assert decide(report(finding("validity", "validity.passed")), lax).verdict is Verdict.UNDECIDED
    assert verdict(policy=lax) is Verdict.VERIFIED


def test_a_check_that_did_not_run_is_missing():
    for left_out in DEFAULT.required:
        rest = [it for it in GOOD if it.check != left_out]
        assert decide(report(*rest)).verdict is Verdict.UNDECIDED
    assert decide(report()).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize("code", [c for c, w in COPY.items() if w.outcome is Outcome.FAILED])
def test_every_failure_refuses(code):
    assert verdict(finding(code.split(".")[0], code)) is Verdict.REFUSED


@pytest.mark.parametrize("code", [c for c, w in COPY.items() if w.outcome is Outcome.UNDETERMINED])
def test_every_open_question_keeps_a_record_from_being_verified(code):
    assert verdict(finding(code.split(".")[0], code)) is Verdict.UNDECIDED


def test_a_failure_outweighs_an_open_question():
    findings = finding("status", "status.not-read"), finding("anchor", "anchor.wrong")
    assert verdict(*findings) is Verdict.REFUSED


def test_a_policy_may_leave_a_question_open():
    policy = Policy.from_json({"may_stay_open": ["status"]})
    assert verdict(finding("status", "status.not-read"), policy=policy) is Verdict.VERIFIED
    assert verdict(finding("anchor", "anchor.not-read"), policy=policy) is Verdict.UNDECIDED
    assert verdict(finding("status", "status.withdrawn"), policy=policy) is Verdict.REFUSED


def test_a_policy_may_accept_a_genuine_record_that_is_old():
    policy = Policy.from_json({"accept": ["validity.past"]})
    assert verdict(finding("validity", "validity.past")) is Verdict.REFUSED
    assert verdict(finding("validity", "validity.past"), policy=policy) is Verdict.VERIFIED


def test_a_required_anchor():
    policy = Policy.from_json({"require_anchor": True})
    assert verdict(finding("anchor", "anchor.passed"), policy=policy) is Verdict.VERIFIED
    assert verdict(finding("anchor", "anchor.none"), policy=policy) is Verdict.REFUSED
    assert verdict(finding("anchor", "anchor.not-read"), policy=policy) is Verdict.UNDECIDED


def test_a_required_registry():
    policy = Policy.from_json({"require_registry": True})
    assert verdict(finding("trust", "trust.passed"), policy=policy) is Verdict.VERIFIED
    assert verdict(finding("trust", "trust.not-listed"), policy=policy) is Verdict.REFUSED
    assert verdict(finding("trust", "trust.no-registry"), policy=policy) is Verdict.UNDECIDED
    assert verdict(finding("trust", "trust.not-listed")) is Verdict.VERIFIED


@pytest.mark.parametrize(
    "members",
    [
        {"require": ["proof"]},
        {"required": "proof"},
        {"required": ["prof"]},
        {"required": [5]},
        {"accept": ["proof.altered"]},
        {"accept": ["status.withdrawn"]},
        {"may_stay_open": ["proof"]},
        {"require_anchor": "yes"},
        {"min_confirmations": 0},
        {"min_confirmations": True},
        {"min_confirmations": "3"},
        [],
        None,
    ],
)
def test_a_policy_that_cannot_be_understood_is_refused(members):
    with pytest.raises(PolicyInvalid):
        Policy.from_json(members)


def test_policy_files(tmp_path):
    toml = tmp_path / "policy.toml"
    toml.write_text("require_anchor = true\nmin_confirmations = 3\n")
    text = tmp_path / "policy.json"
    text.write_text(json.dumps({"require_anchor": True, "min_confirmations": 3}))
    assert Policy.from_file(toml) == Policy.from_file(text)
    assert Policy.from_file(toml).required == DEFAULT.required | {"anchor"}
    toml.write_text("require_anchor = ")
    with pytest.raises(PolicyInvalid, match="is not TOML"):
        Policy.from_file(toml)
    for content in ("{", "[" * 100_000, '{"accept": [], "accept": []}'):
        text.write_text(content)
        with pytest.raises(PolicyInvalid, match=r"The policy file policy\.json"):
            Policy.from_file(text)
    with pytest.raises(PolicyInvalid, match="cannot be opened"):
        Policy.from_file(tmp_path / "none.toml")


def test_the_worst_record_of_a_presentation_counts():
    own = tuple(
        finding("occasion" if name == "presentation" else name, f"{name}.passed")
        for name in ("structure", "contexts", "proof", "presentation")
    )
    good = report(*GOOD)
    withdrawn = report(*GOOD, finding("status", "status.withdrawn"))
    silent = report(*GOOD, finding("status", "status.not-read"))

    def of(*nested):
        return decide(report(*own, kind="presentation", nested=nested)).verdict

    assert of(good, good) is Verdict.VERIFIED
    assert of(good, silent) is Verdict.UNDECIDED
    assert of(silent, withdrawn) is Verdict.REFUSED


def test_the_checks_are_the_ones_that_run(school, world):
    found = [it.check for it in verify_credential(school.issue(), world.ports()).findings]
    assert found == [check.name for check in CHECKS]
    assert ALWAYS_REQUIRED <= NAMES
    assert all(len(check.help.splitlines()) == 2 for check in CHECKS)
