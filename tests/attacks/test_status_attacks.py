"""The list of withdrawals is missing, forged, old, or somebody else's. Silence is never a yes."""

import gzip

import pytest

from keys.multibase import base64url_encode
from verifier.policy import Policy, Verdict, decide
from verifier.report import Outcome
from verifier.verify import verify_credential


def judge(document, world):
    report = verify_credential(document, world.ports())
    return report, decide(report).verdict


def is_open(document, world, code):
    report, verdict = judge(document, world)
    assert verdict is Verdict.UNDECIDED
    assert report.outcome_of("status") is Outcome.UNDETERMINED
    assert [it.code for it in report.of("status")] == [code]
    assert report.headline == "Signed; we could not ask whether it was withdrawn"


def test_not_withdrawn(school, world):
    assert judge(school.issue(), world)[0].outcome_of("status") is Outcome.PASSED


def test_withdrawn(school, world):
    credential, other = school.issue(), school.issue()
    school.set_status(credential)
    report, verdict = judge(credential, world)
    assert verdict is Verdict.REFUSED
    assert report.headline.endswith("withdrew it")
    assert report.short == "Withdrawn"
    assert judge(other, world)[1] is Verdict.VERIFIED


def test_on_hold(school, world):
    credential = school.issue(purpose="suspension")
    assert judge(credential, world)[1] is Verdict.VERIFIED
    school.set_status(credential, "suspension")
    report, verdict = judge(credential, world)
    assert verdict is Verdict.REFUSED
    assert report.short == "On hold"


def test_both_purposes_are_read(school, world):
    document = school.unsigned()
    held = school.unsigned(purpose="suspension")["credentialStatus"]
    document["credentialStatus"] = [document["credentialStatus"], held]
    credential = school.sign(document)
    assert judge(credential, world)[1] is Verdict.VERIFIED
    school.bits["suspension"].set(int(held["statusListIndex"]), True)
    school.publish_list("suspension")
    report, verdict = judge(credential, world)
    assert verdict is Verdict.REFUSED
    assert [it.code for it in report.of("status")] == ["status.passed", "status.on-hold"]


def test_no_status_is_said(school, world):
    document = school.unsigned()
    del document["credentialStatus"]
    report, verdict = judge(school.sign(document), world)
    assert verdict is Verdict.VERIFIED
    assert report.outcome_of("status") is Outcome.NOT_APPLICABLE
    strict = Policy.from_json({"require_status": True})
    assert decide(report, strict).verdict is Verdict.REFUSED


def test_a_list_that_does_not_answer_is_open(school, world):
    credential = school.issue()
    world.down.add(school.list_url("revocation"))
    is_open(credential, world, "status.not-read")
    report, _ = judge(credential, world)
    assert "did not answer at 2026-07-01T12:00:00Z" in report.sentence
    tolerant = Policy.from_json({"may_stay_open": ["status"]})
    assert decide(report, tolerant).verdict is Verdict.VERIFIED


def test_a_list_that_is_gone_is_open(school, world):
    credential = school.issue()
    del world.pages[school.list_url("revocation")]
    is_open(credential, world, "status.unusable")


def _unsigned(school):
    return school.status_list("revocation")


def _changed(school):
    page = school.publish_list("revocation")
    return {**page, "validFrom": "2026-06-01T12:00:01Z"}


def _stale(school):
    return school.publish_list("revocation", validUntil="2026-06-15T00:00:00Z")


def _future(school):
    return school.publish_list("revocation", validFrom="2026-07-15T00:00:00Z")


def _other_purpose(school):
    return school.publish_list("suspension")


def _of_this_school_by_a_stranger(school):
    from keys.signers.file import FileSigner  # noqa: PLC0415 - only this attack needs a thief

    thief = FileSigner.generate()
    multikey = thief.public_key.to_multikey()
    method = f"did:key:{multikey}#{multikey}"
    return school.sign(school.status_list("revocation"), method=method, signer=thief)


def _not_a_list(school):
    return school.issue()


def _hidden_subject(school):
    page = school.publish_list("revocation")
    page["https://www.w3.org/2018/credentials#credentialSubject"] = page.pop("credentialSubject")
    return page


def _with_bits(encoded):
    def publish(school):
        document = school.status_list("revocation")
        document["credentialSubject"]["encodedList"] = encoded
        return school.sign(document)

    return publish


BOMB = base64url_encode(gzip.compress(bytes(17 * 1024 * 1024), mtime=0))
SHORT = base64url_encode(gzip.compress(bytes(1024), mtime=0))


def _beside_the_bits(school, **members):
    context = school.unsigned()["@context"]
    return school.sign(school.status_list("revocation", **members, **{"@context": context}))


def _of_many_parts(school):
    evidence = [{"type": ["Evidence"], "name": str(number)} for number in range(1500)]
    return _beside_the_bits(school, evidence=evidence)


def _of_many_words(school):
    return _beside_the_bits(school, name="x" * 70_000)


@pytest.mark.parametrize(
    "publish",
    [
        _of_many_parts,
        _of_many_words,
        _unsigned,
        _changed,
        _stale,
        _future,
        _other_purpose,
        _of_this_school_by_a_stranger,
        _not_a_list,
        _hidden_subject,
        _with_bits(BOMB),
        _with_bits(SHORT),
        _with_bits("uAAAA"),
        _with_bits("not multibase"),
        lambda school: b"not json",
        lambda school: b"[" * 10_000,
        lambda school: {"proof": None},
        lambda school: b" " * (3 * 1024 * 1024),
    ],
)
def test_a_list_that_cannot_be_relied_on_is_open(school, world, publish):
    credential = school.issue()
    world.pages[school.list_url("revocation")] = publish(school)
    is_open(credential, world, "status.unusable")


def test_the_list_of_another_issuer_says_nothing(school, world, simulator):
    other = simulator.School(world, "other.example")
    document = school.unsigned()
    document["credentialStatus"]["statusListCredential"] = other.list_url("revocation")
    is_open(school.sign(document), world, "status.unusable")


def test_an_index_beyond_the_list_is_open(school, world):
    document = school.unsigned()
    document["credentialStatus"]["statusListIndex"] = "131072"
    is_open(school.sign(document), world, "status.unusable")
    document["credentialStatus"]["statusListIndex"] = "131071"
    assert judge(school.sign(document), world)[1] is Verdict.VERIFIED


MESSAGES = [{"status": f"0x{value}", "message": f"message {value}"} for value in range(4)]


@pytest.mark.parametrize(
    "change", [{"statusPurpose": "gossip"}, {"statusSize": 2, "statusMessage": MESSAGES}]
)
def test_a_status_of_an_unknown_kind_is_open(school, world, change):
    document = school.unsigned()
    document["credentialStatus"].update(change)
    is_open(school.sign(document), world, "status.unknown-type")


@pytest.mark.parametrize(
    "change",
    [
        {"statusSize": 0},
        {"statusSize": 2},
        {"statusSize": True},
        {"statusListIndex": "-1"},
        {"statusListIndex": "٣"},
        {"statusListIndex": "9" * 40},
        {"statusListIndex": 7},
        {"statusListCredential": "urn:list:1"},
        {"statusPurpose": ""},
    ],
)
def test_a_malformed_entry_is_never_fine(school, world, change):
    document = school.unsigned()
    document["credentialStatus"].update(change)
    report, verdict = judge(school.sign(document), world)
    assert verdict is not Verdict.VERIFIED
    assert report.outcome_of("status") is Outcome.UNDETERMINED


def test_a_status_of_an_unknown_type_is_open(school, world):
    document = school.unsigned()
    document["credentialStatus"] = {
        "id": "https://status.example/1",
        "type": "https://status.example/types#Ledger",
    }
    is_open(school.sign(document), world, "status.unknown-type")


def test_the_issuer_does_not_learn_which_credential_is_read(school, world):
    credentials = [school.issue(), school.issue()]
    seen = []
    for credential in credentials:
        world.fetched.clear()
        judge(credential, world)
        seen.append(tuple(world.fetched))
    assert seen[0] == seen[1]


def test_another_list_at_its_address_is_open(school, world):
    """The host may be in other hands than the key: it could serve a list that it likes better."""
    credential = school.issue()
    other = school.sign(school.status_list("revocation", id=f"{school.base}/status/other"))
    world.pages[school.list_url("revocation")] = other
    is_open(credential, world, "status.unusable")


def test_a_record_on_many_lists_sends_us_nowhere(school, world):
    """Each list may be on another host; nobody gets to choose a thousand."""
    document = school.unsigned()
    entry = document["credentialStatus"]
    document["credentialStatus"] = [
        {**entry, "id": f"urn:e:{n}", "statusListCredential": f"https://h{n}.example/list"}
        for n in range(9)
    ]
    credential = school.sign(document)
    is_open(credential, world, "status.unknown-type")
    assert not any("/list" in url for url in world.fetched)


def test_a_remembered_list_is_judged_anew(school, world, simulator):
    """What is kept of a list is what its bytes say, never that it was good."""
    credential = school.issue()
    school.publish_list("revocation", validUntil="2026-08-01T00:00:00Z")
    assert judge(credential, world)[1] is Verdict.VERIFIED
    world.now = simulator.NOW.replace(month=9)
    is_open(credential, world, "status.unusable")
    world.now = simulator.NOW
    assert judge(credential, world)[1] is Verdict.VERIFIED
    other = simulator.School(world, "other.example")
    document = other.unsigned()
    document["credentialStatus"] = credential["credentialStatus"]
    is_open(other.sign(document), world, "status.unusable")
    school.set_status(credential)
    assert judge(credential, world)[1] is Verdict.REFUSED


def test_a_fragment_that_could_tell_who_is_read_is_never_sent(school, world):
    document = school.unsigned()
    entry = document["credentialStatus"]
    entry["statusListCredential"] += "#this-one"
    assert judge(school.sign(document), world)[1] is Verdict.VERIFIED
    assert not any("#" in url for url in world.fetched)


def test_withdrawn_wins_over_a_list_that_cannot_be_read(school, world):
    document = school.unsigned()
    lost = {**school.unsigned(purpose="suspension")["credentialStatus"]}
    lost["statusListCredential"] = f"{school.base}/status/gone"
    document["credentialStatus"] = [lost, document["credentialStatus"]]
    credential = school.sign(document)
    report, verdict = judge(credential, world)
    assert verdict is Verdict.UNDECIDED
    assert [it.code for it in report.of("status")] == ["status.unusable", "status.passed"]
    school.bits["revocation"].set(int(document["credentialStatus"][1]["statusListIndex"]), True)
    school.publish_list("revocation")
    report, verdict = judge(credential, world)
    assert verdict is Verdict.REFUSED
    assert report.short == "Withdrawn"


def test_an_unknown_kind_beside_a_good_entry_is_still_open(school, world):
    document = school.unsigned()
    strange = {"id": "https://status.example/1", "type": "https://status.example/types#Ledger"}
    document["credentialStatus"] = [document["credentialStatus"], strange]
    report, verdict = judge(school.sign(document), world)
    assert verdict is Verdict.UNDECIDED
    assert [it.code for it in report.of("status")] == ["status.passed", "status.unknown-type"]


def test_an_entry_of_two_kinds_at_once_is_open(school, world):
    """Else the reader would choose which list counts."""
    document = school.unsigned()
    document["@context"].append("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json")
    document["credentialStatus"]["type"] = ["BitstringStatusListEntry", "1EdTechRevocationList"]
    is_open(school.sign(document), world, "status.unknown-type")


def test_a_list_may_say_something_beside_its_bits(school, world):
    credential = school.issue()
    evidence = [{"type": ["Evidence"], "name": str(number)} for number in range(20)]
    page = _beside_the_bits(school, name="Withdrawals", evidence=evidence)
    world.pages[school.list_url("revocation")] = page
    assert judge(credential, world)[1] is Verdict.VERIFIED
