"""The anchor is another record's, another sender's, reverted, or nobody can read it."""

import cbor2
import pytest

from credentials.canonical import canonicalize, without_proof
from credentials.merkle import MerkleTree, leaf
from keys.multibase import base58btc_encode
from verifier.policy import Policy, Verdict, decide
from verifier.ports import CheckSettings
from verifier.report import Outcome
from verifier.verify import verify_credential


def judge(document, world, **settings):
    report = verify_credential(document, world.ports(), CheckSettings(**settings))
    return report, decide(report).verdict


def is_wrong(document, world):
    report, verdict = judge(document, world)
    assert verdict is Verdict.REFUSED
    assert [it.code for it in report.of("anchor")] == ["anchor.wrong"]
    assert report.headline == "Do not rely on this: its anchor is not its own"


def is_open(document, world, code):
    report, verdict = judge(document, world)
    assert verdict is Verdict.UNDECIDED
    assert [it.code for it in report.of("anchor")] == [code]
    tolerant = Policy.from_json({"may_stay_open": ["anchor"]})
    assert decide(report, tolerant).verdict is Verdict.VERIFIED
    strict = Policy.from_json({"may_stay_open": ["anchor"], "require_anchor": True})
    assert decide(report, strict).verdict is Verdict.UNDECIDED


def test_anchored_by_the_school(school, world):
    report, verdict = judge(school.issue(), world)
    assert verdict is Verdict.VERIFIED
    assert report.outcome_of("anchor") is Outcome.PASSED
    assert report.facts["anchoredAt"] == "2026-06-01T12:00:00Z"


def test_not_anchored_is_said(school, world):
    report, verdict = judge(school.issue(anchored=False), world)
    assert verdict is Verdict.VERIFIED
    assert report.outcome_of("anchor") is Outcome.NOT_APPLICABLE
    strict = Policy.from_json({"require_anchor": True})
    assert decide(report, strict).verdict is Verdict.REFUSED


def test_every_leaf_of_a_batch_leads_to_the_root(school, world):
    batch = school.issue_batch([school.unsigned() for _ in range(5)])
    assert {judge(it, world)[1] for it in batch} == {Verdict.VERIFIED}


def test_the_root_of_another_batch(school, world):
    credential = school.issue()
    school.issue()
    first, second = world.transactions
    world.transactions[first] = world.transactions[second]
    is_wrong(credential, world)


def test_the_proof_of_another_credential(school, world):
    mine, other = school.issue_batch([school.unsigned(), school.unsigned()])
    mine["proof"][0] = other["proof"][0]
    is_wrong(mine, world)


def test_a_path_that_leads_elsewhere(school, world):
    document = school.unsigned()
    mine = leaf(canonicalize(without_proof(document)))
    tree = MerkleTree.build([mine, b"\1" * 32, b"\2" * 32])
    transaction = school.write(tree.root)
    assert judge(_with(school, document, tree, 0, mine, transaction), world)[1] is Verdict.VERIFIED
    is_wrong(_with(school, document, tree, 1, mine, transaction), world)


def _with(school, document, tree, index, target, transaction, **more):
    proof = school.merkle_proof(tree, index, target, transaction, **more)
    return school.sign(document, before=[proof])


def test_a_reverted_transaction(school, world):
    credential = school.issue()
    world.change_transaction(succeeded=False)
    is_wrong(credential, world)


def test_another_sender(school, world):
    credential = school.issue()
    world.change_transaction(sender="0x" + "ee" * 20)
    is_wrong(credential, world)


def test_the_account_is_compared_without_case(school, world):
    credential = school.issue()
    world.change_transaction(sender=school.account.upper().replace("0X", "0x"))
    assert judge(credential, world)[1] is Verdict.VERIFIED


def test_an_input_that_only_begins_with_the_root(school, world):
    credential = school.issue()
    (transaction,) = world.transactions.values()
    world.change_transaction(input=transaction.input + b"\0")
    is_wrong(credential, world)


@pytest.mark.parametrize(
    ("dates", "right"),
    [
        ({"created": "2026-05-01T00:00:00Z"}, True),
        ({"created": "2026-06-01T12:04:00Z"}, True),
        ({"created": "2026-06-02T00:00:00Z"}, False),
        ({"expires": "2026-06-02T00:00:00Z"}, True),
        ({"expires": "2026-05-31T00:00:00Z"}, False),
        ({"revoked": "2026-06-02T00:00:00Z"}, True),
        ({"revoked": "2026-06-01T12:00:00Z"}, False),
        ({"revoked": "some day"}, False),
        ({"created": 5}, False),
    ],
)
def test_the_account_has_to_be_listed_at_that_time(school, world, dates, right):
    credential = school.issue()
    profile = school.profile()
    account = {"id": f"ecdsa-koblitz-pubkey:{school.account}"}
    profile["publicKey"] = [{**account, **dates}]
    world.pages["https://school.example/issuer"] = profile
    if right:
        assert judge(credential, world)[1] is Verdict.VERIFIED
    else:
        is_wrong(credential, world)


def test_no_confirmations_yet(school, world):
    credential = school.issue()
    world.change_transaction(confirmations=2)
    assert judge(credential, world, min_confirmations=2)[1] is Verdict.VERIFIED
    report, verdict = judge(credential, world, min_confirmations=3)
    assert verdict is Verdict.UNDECIDED
    assert report.of("anchor")[0].sentence == "2 of 3 confirmations."
    assert report.facts["anchoredAt"] is None


def test_a_silent_chain_is_open(school, world):
    credential = school.issue()
    world.chain_down = True
    is_open(credential, world, "anchor.not-read")


def test_an_unknown_transaction_is_open(school, world):
    credential = school.issue()
    world.transactions.clear()
    is_open(credential, world, "anchor.unknown-transaction")


def test_a_chain_that_nobody_configured_is_open(school, world):
    document = school.unsigned()
    mine = leaf(canonicalize(without_proof(document)))
    tree = MerkleTree.build([mine])
    transaction = school.write(tree.root)
    credential = _with(school, document, tree, 0, mine, transaction, chain=1337)
    is_open(credential, world, "anchor.not-configured")


@pytest.mark.parametrize(
    "profile",
    [
        None,
        b"no json",
        {"id": "https://other.example/issuer"},
    ],
)
def test_a_profile_that_cannot_be_read_is_open(school, world, profile):
    credential = school.issue()
    world.pages["https://school.example/issuer"] = profile
    if profile is None:
        del world.pages["https://school.example/issuer"]
    is_open(credential, world, "anchor.no-profile")


def test_a_school_without_profile_is_open(school, world):
    credential = school.issue()
    document = school.did_document()
    del document["service"]
    world.pages["https://school.example/.well-known/did.json"] = document
    is_open(credential, world, "anchor.no-profile")


@pytest.mark.parametrize("value", ["z", "zzzz", "u" + "A" * 40, 5, None, "z" + "1" * 9000])
def test_a_damaged_anchor_is_wrong(school, world, value):
    credential = school.issue()
    credential["proof"][0]["proofValue"] = value
    is_wrong(credential, world)


def test_an_anchor_behind_the_signature_is_read_too(school, world):
    """Blockcerts hash the document with the proofs before the anchor; both forms are met."""
    document = school.unsigned()
    signed = school.sign(document)
    behind = leaf(canonicalize({**signed, "proof": [signed["proof"]]}))
    for target in (behind, leaf(canonicalize(document))):
        tree = MerkleTree.build([target, b"\1" * 32])
        proof = school.merkle_proof(tree, 0, target, school.write(tree.root))
        report, verdict = judge({**signed, "proof": [signed["proof"], proof]}, world)
        assert verdict is Verdict.VERIFIED, report.sentence


def test_a_number_beyond_all_numbers_in_an_anchor_is_wrong(school, world):
    """CBOR's tags hold numbers that overflow while they are read (RFC 8949 §3.4.4)."""
    credential = school.issue()
    value = cbor2.dumps([[0, cbor2.CBORTag(5, [10**9, 3])], [1, 1], [2, []], [3, []]])
    credential["proof"][0]["proofValue"] = base58btc_encode(value)
    report = verify_credential(credential, world.ports())
    assert [it.code for it in report.of("anchor")] == ["anchor.wrong"]


def test_a_block_from_the_future_is_open(school, world):
    credential = school.issue()
    world.change_transaction(block_time=world.now.replace(year=2030))
    report = verify_credential(credential, world.ports())
    assert [it.code for it in report.of("anchor")] == ["anchor.not-read"]
    assert decide(report).verdict is Verdict.UNDECIDED
    assert report.facts["anchoredAt"] is None
