"""What Blockcerts' verifier says of our anchors: path, root, transaction, sender."""

import copy
from collections.abc import Callable
from typing import Any

import based58
import cbor2
import pytest

ROOT, TARGET, ANCHORS, PATH = range(4)

Body = dict[int, Any]


def body_of(credential: dict[str, Any]) -> Body:
    """The decoded proofValue: MerkleProof2019 numbers its members."""
    value = credential["proof"][0]["proofValue"]
    return dict(cbor2.loads(based58.b58decode(value[1:].encode())))


def with_body(credential: dict[str, Any], body: Body) -> dict[str, Any]:
    changed = copy.deepcopy(credential)
    encoded = based58.b58encode(cbor2.dumps([[number, body[number]] for number in body]))
    changed["proof"][0]["proofValue"] = "z" + encoded.decode()
    return changed


def flip(item: bytes) -> bytes:
    """The item with the last bit of its hash turned over (a CBOR item in a byte string)."""
    return item[:-1] + bytes([item[-1] ^ 1])


def change_root(body: Body) -> None:
    body[ROOT] = flip(body[ROOT])


def change_target(body: Body) -> None:
    body[TARGET] = flip(body[TARGET])


def change_sibling(body: Body) -> None:
    side, sibling = body[PATH][0]
    body[PATH][0] = [side, flip(sibling)]


def change_side(body: Body) -> None:
    side, sibling = body[PATH][0]
    body[PATH][0] = [1 - side, sibling]


def drop_step(body: Body) -> None:
    body[PATH].pop()


def change_transaction(body: Body) -> None:
    anchor = dict(body[ANCHORS][0])
    body[ANCHORS] = [[[0, anchor[0]], [1, anchor[1]], [2, flip(anchor[2])]]]


CHANGES: dict[str, tuple[Callable[[Body], None], str]] = {
    "root": (change_root, "checkMerkleRoot"),
    "target": (change_target, "compareHashes"),
    "sibling": (change_sibling, "checkReceipt"),
    "side": (change_side, "checkReceipt"),
    "step": (drop_step, "checkReceipt"),
    "transaction": (change_transaction, "fetchRemoteHash"),
}


def test_reads_the_anchor_from_our_chain(ask, school):
    answer = ask("blockcerts", school.credentials[0])
    assert answer["accepted"], answer["detail"]
    assert {
        "fetchRemoteHash",
        "checkMerkleRoot",
        "checkReceipt",
        "checkAuthenticity",
        "compareIssuingAddress",
        "checkDocumentSignature",
        "checkRevokedStatus",
    } <= set(answer["passed"])


@pytest.mark.parametrize("change", CHANGES)
def test_refuses_a_changed_merkle_proof(change, ask, school):
    apply, step = CHANGES[change]
    body = body_of(school.credentials[0])
    apply(body)
    answer = ask("blockcerts", with_body(school.credentials[0], body))
    assert not answer["accepted"]
    assert answer["detail"].startswith(step)


def test_accepts_the_same_proof_encoded_again(ask, school):
    """Proves that the refusals above come from the change, not from the way it is written."""
    credential = with_body(school.credentials[0], body_of(school.credentials[0]))
    assert ask("blockcerts", credential)["accepted"]


def anchored_by(credential: dict[str, Any], transaction: str) -> dict[str, Any]:
    body = body_of(credential)
    anchor = dict(body[ANCHORS][0])
    item = cbor2.dumps(bytes.fromhex(transaction.removeprefix("0x")))
    body[ANCHORS] = [[[0, anchor[0]], [1, anchor[1]], [2, item]]]
    return with_body(credential, body)


def test_refuses_the_root_anchored_by_another_sender(ask, school, send_from_stranger):
    credential = school.credentials[0]
    root = cbor2.loads(body_of(credential)[ROOT])
    answer = ask("blockcerts", anchored_by(credential, send_from_stranger(root)))
    assert not answer["accepted"]
    assert answer["detail"].startswith("checkAuthenticity")


def test_refuses_an_anchor_of_another_root(ask, school, send_from_stranger):
    answer = ask("blockcerts", anchored_by(school.credentials[0], send_from_stranger(b"\x01" * 32)))
    assert not answer["accepted"]
    assert answer["detail"].startswith("checkMerkleRoot")


def test_refuses_an_account_the_school_does_not_list(ask, school):
    profile = copy.deepcopy(school.documents[school.profile_url])
    profile["publicKey"][0]["id"] = "ecdsa-koblitz-pubkey:0x" + "11" * 20
    answer = ask("blockcerts", school.credentials[0], instead={school.profile_url: profile})
    assert not answer["accepted"]
    assert answer["detail"].startswith("checkAuthenticity")


def test_refuses_an_account_that_was_listed_later(ask, school):
    profile = copy.deepcopy(school.documents[school.profile_url])
    profile["publicKey"][0]["created"] = "2999-01-01T00:00:00Z"
    answer = ask("blockcerts", school.credentials[0], instead={school.profile_url: profile})
    assert not answer["accepted"]
    assert answer["detail"].startswith("checkAuthenticity")
