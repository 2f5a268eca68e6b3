"""Bundles checked offline: what a reader may rely on, and what nobody can make a reader believe."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest
import rlp
from eth_hash.auto import keccak

from contracts.artifacts import credential_anchor
from contracts.credential_anchor import storage_slot
from credentials.proofs.unsecured import canonical_json
from issuer.bundle.chain_proofs import SentAnchor, prove
from issuer.bundle.errors import NotInBlockYet
from keys.signers.file import FileSigner
from verifier.bundle.errors import BundleMalformed
from verifier.policy import Policy, Verdict


def change_at(document, *path):
    """The object that the last of ``path`` is a member of."""
    for step in path:
        document = document[step]
    return document


# --- what is in order ---------------------------------------------------------------------------


def test_a_bundle_of_a_school_that_the_registry_lists_is_verified(
    data, school, reader, codes, no_network
):
    report, decision = reader(data, school).check(data)
    assert decision.verdict is Verdict.VERIFIED, decision.reasons
    assert len(report.nested) == 3
    assert codes(report, "bundle") == {"bundle.passed"}
    for check in ("issuer", "proof", "anchor", "trust", "validity"):
        assert codes(report, check) == {f"{check}.passed"}


def test_it_says_what_it_could_not_know(data, school, reader):
    report, _ = reader(data, school).check(data)
    made_at = json.loads(data)["created"]
    (status,) = {(it.code, it.outcome.value) for it in report.everything() if it.check == "status"}
    assert status == ("status.snapshot", "UNDETERMINED")
    assert made_at in next(it.sentence for it in report.everything() if it.check == "status")
    assert "is not known" in report.headline + report.sentence


def test_a_policy_of_the_readers_own_decides_on_the_snapshot(data, school, reader):
    someone = reader(data, school)
    strict = Policy.from_json({"require_status": True})
    lenient = Policy.from_json({"require_status": True, "accept": ["status.snapshot"]})
    for policy, verdict in ((strict, Verdict.UNDECIDED), (lenient, Verdict.VERIFIED)):
        settings = replace(someone.settings, policy=policy)
        assert replace(someone, settings=settings).check(data)[1].verdict is verdict


def test_it_is_still_verified_years_after_the_lists_have_expired(data, school, reader):
    _, decision = reader(data, school, days=3650).check(data)
    assert decision.verdict is Verdict.VERIFIED, decision.reasons


def test_a_digest_compared_with_the_school_does_for_a_registry(new_school, reader, codes):
    school = new_school()
    data = school.bundle([school.issue()])
    known = reader(data, school, registry=False, pins={school.digest})
    report, decision = known.check(data)
    assert decision.verdict is Verdict.VERIFIED, decision.reasons
    assert codes(report, "trust") == {"trust.no-registry"}
    other = reader(data, school, registry=False, pins={"ab" * 32})
    report, decision = other.check(data)
    assert decision.verdict is Verdict.UNDECIDED
    assert codes(report, "bundle") == {"bundle.keys-unknown"}


# --- what the reader does not trust ---------------------------------------------------------------


def test_another_block_hash_leaves_it_open(data, school, reader, codes):
    someone = reader(data, school, pins={school.digest})
    report, decision = someone.without(blocks={}).check(data)
    assert decision.verdict is Verdict.UNDECIDED
    assert codes(report, "anchor") == {"anchor.not-proven"}
    assert "none that you trust" in " ".join(decision.reasons)


def test_a_block_of_another_chain_is_not_this_chains(data, school, reader, codes):
    someone = reader(data, school, pins={school.digest})
    blocks = {key: replace(it, chain_id=1) for key, it in someone.given.blocks.items()}
    report, _ = someone.without(blocks=blocks).check(data)
    assert codes(report, "anchor") == {"anchor.not-proven"}


def test_a_school_that_nobody_lists_is_not_verified(data, school, reader, codes):
    for known in (reader(data, school, registry=False), reader(data, school, accounts=())):
        report, decision = known.check(data)
        assert decision.verdict is Verdict.UNDECIDED
        assert codes(report, "bundle") == {"bundle.keys-unknown"}
        assert codes(report, "issuer") == {"issuer.not-asked"}
        assert codes(report, "proof") == {"proof.key-not-asked"}


def test_a_contract_that_nobody_knows_proves_nothing(data, school, reader, codes):
    someone = reader(data, school, pins={school.digest}).without(contracts=frozenset())
    report, decision = someone.check(data)
    assert decision.verdict is Verdict.UNDECIDED
    assert codes(report, "bundle") == {"bundle.passed"}
    assert codes(report, "anchor") == {"anchor.not-proven"}


# --- what a forger can do -------------------------------------------------------------------------


def test_a_forgery_with_a_document_account_and_anchor_of_its_own(
    new_school, school, data, reader, codes
):
    """Everything in it holds, and it names the school; only the school's account is missing."""
    forger = new_school()
    forger.anchor_document()
    forged = forger.bundle([forger.issue()])
    someone = reader(forged, forger, accounts={school.account})
    report, decision = someone.check(forged)
    assert decision.verdict is Verdict.UNDECIDED
    assert codes(report, "bundle") == {"bundle.keys-unknown"}
    assert forger.account in " ".join(decision.reasons)
    # The very same bundle, for a reader whose registry lists that account.
    assert reader(forged, forger).check(forged)[1].verdict is Verdict.VERIFIED


def test_a_contract_whose_memory_was_filled_when_it_was_made(new_school, school, reader, codes):
    """Our code to the byte, and a time in it that no block ever had."""
    forger = new_school()
    root, runtime = b"\x22" * 32, credential_anchor().runtime
    slot = storage_slot(school.account, root)
    fill = b"\x63" + (1_600_000_000).to_bytes(4, "big") + b"\x7f" + slot + b"\x55"
    size = len(runtime).to_bytes(2, "big")
    # PUSH time, PUSH slot, SSTORE; then copy what follows these bytes and return it.
    head = len(fill) + 13
    copy = b"\x61" + size + b"\x80" + b"\x60" + bytes([head]) + b"\x5f\x39\x5f\xf3"
    code = fill + copy + b"\x5b" * (head - len(fill) - len(copy)) + runtime
    _, receipt = forger.wallet.send(None, code)
    forged = receipt.contract_address.lower()
    assert forger.wallet.client.code(forged) == runtime
    sent = SentAnchor(11155111, school.account, forged, root, school.wallet.sign(forged, root).raw)
    data = forger.bundle([forger.issue()])
    proof = prove([sent], forger.wallet.client, "latest").proof.model_dump(mode="json")

    def change(document):
        document["blocks"].append(proof)

    whole = forger.sealed_again(data, change)
    report, _ = reader(whole, forger, pins={forger.digest}).check(whole)
    # The proof itself holds. That nobody vouches for the contract is what saves the reader.
    assert codes(report, "bundle") == {"bundle.passed"}
    offline = reader(whole, forger, pins={forger.digest})
    assert not offline.given.knows_contract(11155111, forged)


def test_a_profile_that_lists_a_strangers_account_is_not_enough(
    new_school, new_account, reader, codes
):
    school, thief = new_school(), new_account()
    school.anchor_document()
    owner, school.wallet = school.wallet, thief
    credential = school.issue()
    school.wallet, school.account = owner, thief.address
    school.publish()
    school.account = owner.address
    data = school.bundle([credential], anchors=[*owner.sent.values(), *thief.sent.values()])
    report, decision = reader(data, school).check(data)
    assert decision.verdict is Verdict.UNDECIDED
    assert codes(report, "anchor") == {"anchor.not-proven"}


def test_a_bundle_signed_by_somebody_else(data, school, reader, codes):
    other = school.sealed_again(data, lambda document: None, FileSigner.generate())
    report, decision = reader(data, school).check(other)
    assert decision.verdict is Verdict.REFUSED
    assert codes(report, "bundle") == {"bundle.altered"}
    assert report.nested == ()


def test_a_record_without_an_anchor_is_left_open(new_school, reader, codes):
    """A thief of the key alone could make it, with a DID document of before the theft."""
    school = new_school()
    school.anchor_document()
    data = school.bundle([school.issue(anchored=False)])
    report, decision = reader(data, school).check(data)
    assert decision.verdict is Verdict.UNDECIDED
    assert codes(report, "anchor") == {"anchor.needed"}
    assert codes(report, "proof") == {"proof.passed"}


def test_an_older_document_behind_the_newer_one(new_school, reader, codes):
    """The newest document says which keys have ended; an older one in its place would not."""
    school = new_school()
    school.anchor_document()
    older = school.document_text
    school.wallet.chain.rpc("evm_increaseTime", 60)
    newer = older.replace("{", '{"alsoKnownAs": ["did:web:other.example"],', 1)
    school.anchor_document(newer)
    credential = school.issue()
    in_order = school.bundle([credential], texts=[older, newer])
    assert reader(in_order, school).check(in_order)[1].verdict is Verdict.VERIFIED
    turned = school.bundle([credential], texts=[newer, older])
    report, decision = reader(turned, school).check(turned)
    assert decision.verdict is Verdict.REFUSED
    assert codes(report, "bundle") == {"bundle.proof-wrong"}


def test_a_key_that_a_newer_document_left_out_stands_for_what_is_older(new_school, reader):
    school = new_school()
    school.anchor_document()
    older, before = school.document_text, school.issue()
    school.wallet.chain.rpc("evm_increaseTime", 60)
    former, school.signer = school.signer, FileSigner.generate()
    school.method = f"{school.did}#key-2"
    school.publish()
    school.anchor_document()
    newer = school.document_text
    assert "#key-1" not in newer
    school.wallet.chain.rpc("evm_increaseTime", 60)
    data = school.bundle([before], texts=[older, newer])
    assert reader(data, school).check(data)[1].verdict is Verdict.VERIFIED
    after = school.unsigned()
    newest, school.signer = school.signer, former
    school.method = f"{school.did}#key-1"
    forged = school.issue(after)
    school.signer, school.method = newest, f"{school.did}#key-2"
    data = school.bundle([forged], texts=[older, newer])
    report, decision = reader(data, school).check(data)
    assert decision.verdict is Verdict.REFUSED
    assert "issuer.key-retired" in {finding.code for finding in report.everything()}


# --- what was changed -----------------------------------------------------------------------------


def test_a_credential_of_another_learner(data, school, reader, codes):
    stranger = school.unsigned()
    stranger["credentialSubject"]["id"] = "urn:uuid:0a6e3c52-6f0e-4d8a-8f5c-000000000002"
    other = school.issue(stranger)

    def insert(document):
        document["credentials"].append(other)

    inserted = json.loads(data)
    insert(inserted)
    report, decision = reader(data, school).check(canonical_json(inserted))
    assert (decision.verdict, codes(report, "bundle")) == (
        Verdict.REFUSED,
        {"bundle.altered", "bundle.other-person"},
    )
    report, decision = reader(data, school).check(school.sealed_again(data, insert))
    assert decision.verdict is Verdict.REFUSED
    assert codes(report, "bundle") == {"bundle.other-person"}


def test_a_credential_of_another_school(data, school, new_school, reader, codes):
    other = new_school("other.example")
    foreign = other.issue()
    changed = school.sealed_again(data, lambda it: it["credentials"].append(foreign))
    report, decision = reader(data, school).check(changed)
    assert decision.verdict is Verdict.REFUSED
    assert codes(report, "bundle") == {"bundle.other-issuer"}


def test_a_withdrawn_credential_in_the_snapshot(new_school, reader, codes):
    school = new_school()
    school.anchor_document()
    stands, withdrawn = school.issue_batch([school.unsigned(), school.unsigned()])
    school.set_status(withdrawn)
    data = school.bundle([stands, withdrawn])
    report, decision = reader(data, school).check(data)
    assert decision.verdict is Verdict.REFUSED
    assert codes(report.nested[0], "status") == {"status.snapshot"}
    assert codes(report.nested[1], "status") == {"status.withdrawn"}


def test_a_status_list_that_is_not_there(data, school, reader, codes):
    """Leaving it out must not do what the school would not: say that nothing was withdrawn."""

    def drop(document):
        document["documents"] = [it for it in document["documents"] if "status" not in it["url"]]

    report, decision = reader(data, school).check(school.sealed_again(data, drop))
    assert decision.verdict is Verdict.UNDECIDED
    assert codes(report, "status") == {"status.unusable"}


def test_a_status_list_that_had_expired_when_the_bundle_was_made(
    new_school, simulator, reader, codes
):
    school = new_school()
    school.anchor_document()
    credential = school.issue()
    school.publish_list("revocation", validUntil=simulator.stamp(simulator.NOW))
    made_at = school.wallet.client.block("latest").time + timedelta(days=1)
    data = school.bundle([credential], at=made_at)
    report, decision = reader(data, school, days=2).check(data)
    assert decision.verdict is Verdict.UNDECIDED
    assert codes(report, "status") == {"status.unusable"}


def test_a_proof_that_is_not_there(data, school, reader, codes):
    def drop(document):
        anchors = document["blocks"][0]["contracts"][0]["anchors"]
        digest = hashlib.sha256(document["didDocuments"][0].encode()).digest().hex()
        kept = [it for it in anchors if digest in it["transaction"]]
        document["blocks"][0]["contracts"][0]["anchors"] = kept

    report, decision = reader(data, school).check(school.sealed_again(data, drop))
    assert decision.verdict is Verdict.UNDECIDED
    assert codes(report, "anchor") == {"anchor.not-proven"}
    assert "no proof" in " ".join(decision.reasons)


def test_a_root_that_was_not_anchored(new_school, reader, codes, client):
    """A proof that the slot is empty is a proof that nothing was anchored."""
    school = new_school()
    school.anchor_document()
    before = client.block("latest").number
    credential = school.issue()
    with pytest.raises(NotInBlockYet):
        school.bundle([credential], block=before)
    data = school.bundle([credential])
    (sent,) = [it for it in school.wallet.sent.values() if it.root.hex() not in school.digest]
    account = client.proof(sent.contract, [storage_slot(sent.sender, sent.root)], before)
    document = [it for it in school.wallet.sent.values() if it is not sent]
    older = prove(document, client, before).proof.model_dump(mode="json")
    nodes = ["0x" + node.hex() for node in account.storage[0].proof if len(node) >= 32]
    entry = {"transaction": "0x" + sent.raw.hex(), "storageProof": nodes}

    def change(bundle):
        older["contracts"][0]["anchors"].append(entry)
        bundle["blocks"] = [older]

    changed = school.sealed_again(data, change)
    report, decision = reader(changed, school).check(changed)
    assert decision.verdict is Verdict.REFUSED
    assert codes(report, "anchor") == {"anchor.wrong"}


CHANGES = {
    "a node": ("contracts", 0, "accountProof", 1),
    "the last node": ("contracts", 0, "accountProof", -1),
    "a storage node": ("contracts", 0, "anchors", 0, "storageProof", 0),
}


@pytest.mark.parametrize("place", CHANGES.values(), ids=CHANGES)
def test_a_changed_node(place, data, school, reader, codes):
    def change(document):
        *path, last = place
        holder = change_at(document["blocks"][0], *path)
        holder[last] = holder[last][:-1] + ("0" if holder[last][-1] != "0" else "1")

    report, decision = reader(data, school).check(school.sealed_again(data, change))
    assert decision.verdict is Verdict.REFUSED
    assert codes(report, "bundle") == {"bundle.proof-wrong"}
    assert report.nested == ()


def test_a_changed_header_is_another_block(data, school, reader):
    def change(document):
        fields = rlp.decode(bytes.fromhex(document["blocks"][0]["header"][2:]))
        fields[12] = b"changed"
        document["blocks"][0]["header"] = "0x" + rlp.encode(fields).hex()

    report, decision = reader(data, school).check(school.sealed_again(data, change))
    assert decision.verdict is Verdict.UNDECIDED
    assert "none that you trust" in report.sentence + " ".join(decision.reasons)


def test_a_bundle_of_another_contract(data, school, new_account, reader, codes):
    """An account whose code is another than ours."""
    client = school.wallet.client
    wallet = new_account()
    _, receipt = wallet.send(None, bytes.fromhex("600160005560016000f3"))
    address = receipt.contract_address.lower()
    account = client.proof(address, [], client.block("latest").number)

    def change(document):
        proven = prove(list(school.wallet.sent.values()), client, "latest")
        document["blocks"] = [proven.proof.model_dump(mode="json")]
        contract = document["blocks"][0]["contracts"][0]
        contract["address"] = address
        contract["accountProof"] = ["0x" + node.hex() for node in account.proof]

    report, decision = reader(data, school).check(school.sealed_again(data, change))
    assert decision.verdict is Verdict.REFUSED
    assert {it.details["cause"] for it in report.findings} == {"bundle.contract"}


# --- what is no bundle ----------------------------------------------------------------------------


def test_only_the_one_form_is_read(data, school, reader):
    someone = reader(data, school)
    document = json.loads(data)
    for other in (
        data + b"\n",
        data.replace(b",", b", ", 1),
        json.dumps(document, indent=1).encode(),
        canonical_json({**document, "extra": 1}),
        canonical_json({**document, "version": 2}),
        canonical_json({**document, "created": "2026-13-01T00:00:00Z"}),
        canonical_json({**document, "type": "AnotherBundle"}),
        canonical_json({name: it for name, it in document.items() if name != "subject"}),
        b'{"type":"TouchstoneBundle"}',
        b"[]",
        b"",
    ):
        with pytest.raises(BundleMalformed):
            someone.check(other)


def test_unknown_members_are_refused_wherever_they_stand(data, school, reader):
    someone = reader(data, school)
    for path in (
        ("blocks", 0),
        ("blocks", 0, "contracts", 0),
        ("blocks", 0, "contracts", 0, "anchors", 0),
        ("documents", 0),
    ):
        document = json.loads(data)
        change_at(document, *path)["extra"] = "x"
        with pytest.raises(BundleMalformed, match="extra"):
            someone.check(canonical_json(document))


def test_a_bundle_from_the_future(school, reader, codes):
    later = school.wallet.client.block("latest").time + timedelta(days=30)
    data = school.bundle([school.issue()], at=later)
    report, decision = reader(data, school, days=1).check(data)
    assert decision.verdict is Verdict.REFUSED
    assert codes(report, "bundle") == {"bundle.altered"}
    assert reader(data, school, days=31).check(data)[1].verdict is Verdict.VERIFIED


def test_one_anchor_twice(data, school, reader, codes):
    def twice(document):
        anchors = document["blocks"][0]["contracts"][0]["anchors"]
        anchors.append(anchors[0])

    report, _ = reader(data, school).check(school.sealed_again(data, twice))
    assert codes(report, "bundle") == {"bundle.proof-wrong"}


def test_the_hash_of_the_block_is_that_of_the_node(data, client):
    header = bytes.fromhex(json.loads(data)["blocks"][0]["header"][2:])
    assert client.block_by_hash("0x" + keccak(header).hex()) is not None
