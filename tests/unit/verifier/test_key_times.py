"""Keys in time: retired, compromised, and what only an anchor can show."""

from datetime import timedelta

import pytest

from keys.kinds import KeyKind
from keys.signers.file import FileSigner
from verifier.policy import DEFAULT, Policy, Verdict, decide
from verifier.ports import CheckSettings
from verifier.verify import verify_credential, verify_presentation

TRUSTING = Policy(required=DEFAULT.required, trust_signing_date=True)
HOUR = timedelta(hours=1)


def judge(document, world, policy=DEFAULT):
    """Codes of the findings, and the verdict."""
    settings = CheckSettings(trust_signing_date=policy.trust_signing_date)
    report = verify_credential(document, world.ports(), settings)
    return {it.code for it in report.everything()}, decide(report, policy).verdict


@pytest.fixture
def end_key(school, world, simulator):
    """Gives the school's old key dates, and the school a new key, as an issuer publishes them."""

    def end(*, place="listed", **dates):
        document = school.did_document()
        old = document["verificationMethod"][0]
        old.update({name: simulator.stamp(moment) for name, moment in dates.items()})
        new = FileSigner.generate()
        method = {**old, "id": f"{school.did}#key-2"}
        for name in dates:
            del method[name]
        method["publicKeyMultibase"] = new.public_key.to_multikey()
        method["publicKeyJwk"] = new.public_key.to_jwk()
        document["verificationMethod"].append(method)
        if place != "listed":
            document["assertionMethod"].remove(school.method)
        document["assertionMethod"].append(method["id"])
        world.pages[f"{school.base}/.well-known/did.json"] = document
        for purpose in school.bits:  # lists are signed by the key that is good today
            page = school.sign(school.status_list(purpose), method=method["id"], signer=new)
            world.pages[school.list_url(purpose)] = page

    return end


@pytest.mark.parametrize("place", ["listed", "unlisted"])
@pytest.mark.parametrize(
    ("after", "stands"),
    [(timedelta(seconds=1), True), (timedelta(0), False), (-timedelta(seconds=1), False)],
)
def test_a_compromised_key_counts_for_what_was_anchored_before(
    school, world, simulator, end_key, after, stands, place
):
    credential = school.issue()
    assert judge(credential, world)[1] is Verdict.VERIFIED
    end_key(revoked=simulator.ISSUED + after, place=place)
    signed_before = school.sign(
        credential, before=[credential["proof"][0]], created=simulator.ISSUED - HOUR
    )
    for policy in (DEFAULT, TRUSTING):
        codes, verdict = judge(signed_before, world, policy)
        assert verdict is (Verdict.VERIFIED if stands else Verdict.REFUSED)
        assert ("issuer.key-compromised" in codes) is not stands


@pytest.mark.parametrize("policy", [DEFAULT, TRUSTING])
def test_a_compromised_key_without_an_anchor_counts_for_nothing(
    school, world, simulator, end_key, policy
):
    credential = school.sign(school.unsigned(), created=simulator.ISSUED - 9 * HOUR)
    assert judge(credential, world, policy)[1] is Verdict.VERIFIED
    end_key(revoked=simulator.ISSUED)
    codes, verdict = judge(credential, world, policy)
    assert (codes, verdict) == ({"issuer.key-compromised"}, Verdict.REFUSED)


@pytest.mark.parametrize("policy", [DEFAULT, TRUSTING])
def test_a_compromised_key_where_the_chain_is_not_read(school, world, simulator, end_key, policy):
    credential = school.issue()
    end_key(revoked=simulator.ISSUED + HOUR)
    assert judge(credential, world, policy)[1] is Verdict.VERIFIED
    world.chain_down = True
    codes, verdict = judge(credential, world, policy)
    assert verdict is Verdict.UNDECIDED
    assert "issuer.key-compromised-open" in codes
    report = verify_credential(credential, world.ports())
    assert not report.facts
    assert "its anchor" not in report.headline
    assert "others may have had this key since 2026-06-01" in " ".join(
        it.sentence for it in report.findings
    )


def test_too_few_confirmations_are_no_evidence(school, world, simulator, end_key):
    credential = school.issue()
    end_key(revoked=simulator.ISSUED + HOUR)
    settings = CheckSettings(min_confirmations=12)
    assert decide(verify_credential(credential, world.ports(), settings)).verdict is (
        Verdict.VERIFIED
    )
    settings = CheckSettings(min_confirmations=13)
    report = verify_credential(credential, world.ports(), settings)
    assert decide(report).verdict is Verdict.UNDECIDED
    assert "12 of 13 confirmations" in " ".join(it.sentence for it in report.findings)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"sender": "0x" + "ee" * 20}, Verdict.REFUSED),
        ({"succeeded": False}, Verdict.REFUSED),
        ({"input": b"\0" * 32}, Verdict.REFUSED),
    ],
)
def test_only_an_anchor_of_its_own_is_evidence(school, world, simulator, end_key, change, verdict):
    credential = school.issue()
    end_key(revoked=simulator.ISSUED + HOUR)
    world.change_transaction(**change)
    codes, found = judge(credential, world)
    assert (codes, found) == ({"issuer.key-compromised"}, verdict)


@pytest.mark.parametrize(
    ("account_ends", "stands"),
    [({"revoked": HOUR}, True), ({"revoked": -HOUR}, False), ({"expires": -HOUR}, False)],
)
def test_an_account_in_other_hands_is_no_witness(
    school, world, simulator, end_key, account_ends, stands
):
    credential = school.issue()
    end_key(revoked=simulator.ISSUED + 2 * HOUR)
    profile = school.profile()
    for name, after in account_ends.items():
        profile["publicKey"][0][name] = simulator.stamp(simulator.ISSUED + after)
    world.pages[f"{school.base}/issuer"] = profile
    assert judge(credential, world)[1] is (Verdict.VERIFIED if stands else Verdict.REFUSED)


def test_the_anchor_of_another_document_is_no_evidence(school, world, simulator, end_key):
    genuine = school.issue()
    end_key(revoked=simulator.ISSUED + HOUR)
    other = {**genuine, "name": "A diploma that nobody earned"}
    forged = school.sign(other, before=[genuine["proof"][0]], created=simulator.ISSUED - HOUR)
    codes, verdict = judge(forged, world)
    assert (codes, verdict) == ({"issuer.key-compromised"}, Verdict.REFUSED)


def test_a_retired_key_counts_for_what_was_anchored_before(school, world, simulator, end_key):
    credential = school.issue()
    late = school.sign(credential, before=[credential["proof"][0]], created=simulator.ISSUED - HOUR)
    end_key(expires=simulator.ISSUED + HOUR)
    assert judge(credential, world)[1] is Verdict.VERIFIED
    end_key(expires=simulator.ISSUED)
    assert judge(late, world) == ({"issuer.key-retired"}, Verdict.REFUSED)
    assert judge(late, world, TRUSTING)[1] is Verdict.VERIFIED


def test_a_retired_key_without_an_anchor_counts_where_the_policy_says_so(
    school, world, simulator, end_key
):
    credential = school.sign(school.unsigned())
    end_key(expires=simulator.ISSUED + HOUR)
    codes, verdict = judge(credential, world)
    assert verdict is Verdict.UNDECIDED
    assert "issuer.key-retired-open" in codes
    assert judge(credential, world, TRUSTING)[1] is Verdict.VERIFIED
    world.chain_down = True
    anchored = school.issue()
    assert judge(anchored, world)[1] is Verdict.UNDECIDED


@pytest.mark.parametrize("policy", [DEFAULT, TRUSTING])
def test_what_says_itself_that_it_is_younger_than_the_end_of_its_key_falls(
    school, world, simulator, end_key, policy
):
    anchored, bare = school.issue(), school.sign(school.unsigned())
    for dates, code in (
        ({"expires": simulator.ISSUED}, "issuer.key-retired"),
        ({"revoked": simulator.ISSUED}, "issuer.key-compromised"),
    ):
        end_key(**dates)
        for credential in (anchored, bare):
            assert judge(credential, world, policy) == ({code}, Verdict.REFUSED)


def test_a_key_that_ends_later_is_good_today(school, world, end_key):
    credential = school.sign(school.unsigned())
    end_key(expires=world.now + HOUR, revoked=world.now + HOUR)
    assert judge(credential, world)[1] is Verdict.VERIFIED
    world.now += 2 * HOUR
    assert judge(credential, world)[1] is Verdict.REFUSED


def test_a_key_that_is_compromised_and_retired_is_judged_by_both(school, world, simulator, end_key):
    credential = school.issue()
    end_key(expires=simulator.ISSUED + HOUR, revoked=simulator.ISSUED + 2 * HOUR)
    assert judge(credential, world, TRUSTING)[1] is Verdict.VERIFIED
    end_key(expires=simulator.ISSUED + HOUR, revoked=simulator.ISSUED - HOUR)
    assert judge(credential, world, TRUSTING)[1] is Verdict.REFUSED


@pytest.mark.parametrize("end", ["expires", "revoked"])
def test_a_status_list_is_judged_by_todays_keys(school, world, simulator, end_key, end):
    credential = school.issue()
    end_key(**{end: simulator.ISSUED + HOUR})
    assert judge(credential, world)[1] is Verdict.VERIFIED
    school.publish_list("revocation")  # signed by the old key, and dated before its end
    codes, verdict = judge(credential, world)
    assert verdict is Verdict.UNDECIDED
    assert "status.unusable" in codes


@pytest.mark.parametrize("end", ["expires", "revoked"])
def test_a_presentation_is_judged_by_todays_keys(school, world, simulator, end):
    """A holder's key that ended an hour ago presents nothing, whatever the proof says of when."""
    holder = simulator.School(world, "holder.example", "A holder")
    document = holder.did_document()
    document["authentication"] = [holder.method]
    world.pages["https://holder.example/.well-known/did.json"] = document
    learner = simulator.Learner()
    learner.did, learner.method, learner.signer = holder.did, holder.method, holder.signer
    record = school.unsigned()
    record["credentialSubject"]["id"] = holder.did
    shown = learner.present([school.issue(record)])

    def verdict():
        return decide(verify_presentation(shown, world.ports())).verdict

    assert verdict() is Verdict.VERIFIED
    moment = simulator.stamp(simulator.NOW - timedelta(seconds=30))
    document["verificationMethod"][0][end] = moment
    assert verdict() is Verdict.REFUSED


def test_a_token_of_a_retired_key_counts_by_its_own_date_where_the_policy_says_so(
    school, world, simulator
):
    school.add_key(KeyKind.P256)
    token = school.token(school.unsigned(), issued_at=simulator.ISSUED)
    undated = school.token(school.unsigned())
    document = school.did_document()
    world.pages[f"{school.base}/.well-known/did.json"] = document
    for one in (token, undated):
        assert judge(one, world)[1] is Verdict.VERIFIED
    ended = document["verificationMethod"][1]
    ended["expires"] = simulator.stamp(simulator.ISSUED + HOUR)
    for one in (token, undated):
        assert judge(one, world)[1] is Verdict.UNDECIDED
    assert judge(token, world, TRUSTING)[1] is Verdict.VERIFIED
    assert judge(undated, world, TRUSTING)[1] is Verdict.UNDECIDED
    ended["revoked"] = ended["expires"]
    for one in (token, undated):
        assert judge(one, world, TRUSTING)[1] is Verdict.REFUSED


def test_a_co_signers_key_is_judged_too(school, world, simulator):
    """All signatures have to fit: a stolen key in a set spoils it, whoever's it is."""
    other = simulator.School(world, "partner.example", "Partner")
    signed = school.sign(school.unsigned())
    both = other.sign(signed, before=[signed["proof"]], method=other.method)
    assert judge(both, world)[1] is Verdict.VERIFIED
    document = other.did_document()
    document["verificationMethod"][0]["revoked"] = simulator.stamp(simulator.ISSUED + HOUR)
    world.pages["https://partner.example/.well-known/did.json"] = document
    assert judge(both, world)[1] is Verdict.REFUSED


def test_the_policy_file_says_whether_signing_dates_count():
    assert not Policy.from_json({"require_anchor": True}).trust_signing_date
    assert Policy.from_json({"trust_signing_date": True}).trust_signing_date
