"""The cryptosuite merkle-proof-2019: an anchor as a proof (Blockcerts 3.2, MerkleProof2019).

The proof's own members are not bound by anything: what counts is that the path leads from this
document to a root, and that the root stands in a transaction of the issuer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import cbor2

from credentials.errors import MerkleInvalid, ProofMalformed
from credentials.json_types import JsonObject
from credentials.merkle import HASH_BYTES, Step, walk
from credentials.proofs import cbor
from keys.errors import MultibaseInvalid
from keys.multibase import base58btc_decode, base58btc_encode

CRYPTOSUITE = "merkle-proof-2019"
MAX_STEPS = 64
MAX_CHARACTERS = 8192
_ROOT, _TARGET, _ANCHORS, _PATH = range(4)
_LEFT, _RIGHT = range(2)
_CHAIN, _NETWORK, _TRANSACTION = range(3)
_ETHEREUM = 1
_SHA_256_HEAD = b"\x58\x20"
"""A byte string of 32 bytes follows (RFC 8949 §3.1)."""
_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
_WRAPPED = rb"\x58\x22\x58\x20"
"""How a wrapped hash begins: a byte string of 34 bytes, which begins as above."""
_STEP_BYTES = 6 + HASH_BYTES
_USUAL = re.compile(
    rb"\x84\x82\x00" + _WRAPPED + rb"(.{32})\x82\x01" + _WRAPPED + rb"(.{32})"
    rb"\x82\x02\x81\x83\x82\x00\x01\x82\x01([\x00-\x17]|\x18.|\x19..|\x1a.{4}|\x1b.{8})"
    rb"\x82\x02" + _WRAPPED + rb"(.{32})"
    rb"\x82\x03([\x80-\x97]|\x98.)((?:\x82[\x00\x01]" + _WRAPPED + rb".{32})*)",
    re.DOTALL,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a root was written: an Ethereum network (EIP-155 chain id) and a transaction."""

    chain_id: int
    transaction: str
    """Transaction hash: 0x and 64 hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class MerkleProof:
    """A decoded proof: root, leaf (``target``), the path between them, and the anchors."""

    root: bytes
    target: bytes
    path: tuple[Step, ...]
    anchors: tuple[Anchor, ...]


def create(proof: MerkleProof, options: JsonObject) -> JsonObject:
    """The proof with its value.

    Args:
        proof: what the value encodes; anchors on Ethereum networks only.
        options: the proof's members but ``proofValue`` (data_integrity.options).
    """
    sides = {"left": _LEFT, "right": _RIGHT}
    content = [
        [_ROOT, _wrapped(proof.root)],
        [_TARGET, _wrapped(proof.target)],
        [_ANCHORS, [_encode_anchor(anchor) for anchor in proof.anchors]],
        [_PATH, [[sides[side], _wrapped(sibling)] for side, sibling in proof.path]],
    ]
    return {**options, "proofValue": base58btc_encode(cbor2.dumps(content))}


def _wrapped(digest: bytes) -> bytes:
    """A hash as CBOR, which stands as a byte string in the CBOR around it."""
    return _SHA_256_HEAD + digest if len(digest) == HASH_BYTES else cbor2.dumps(digest)


def decode(proof: JsonObject) -> MerkleProof:
    """Read a proof's value.

    Raises:
        ProofMalformed: not base58btc of CBOR of the form above.
    """
    try:
        data = base58btc_decode(proof["proofValue"], max_characters=MAX_CHARACTERS)
        return _read_usual(data) or _read(data)
    except (MultibaseInvalid, LookupError, ValueError, TypeError) as error:
        raise ProofMalformed("The value of a Merkle proof cannot be read.") from error


def verify_path(proof: MerkleProof, leaf: bytes) -> None:
    """Check that the proof is about the document with this leaf and leads to its own root.

    Raises:
        MerkleInvalid: it is another document's, or its path leads elsewhere.
    """
    if proof.target != leaf:
        raise MerkleInvalid(
            "The anchor is that of another document, or of this one before a change."
        )
    if walk(leaf, proof.path) != proof.root:
        raise MerkleInvalid("The path of the anchor does not lead to its root.")


def _read_usual(data: bytes) -> MerkleProof | None:
    """A proof with one anchor, as every issuer known to us writes it; None if it is another.

    A fast lane and no more: what it reads, :func:`_read` would read alike.
    """
    found = _USUAL.fullmatch(data)
    if found is None:
        return None
    root, target, chain_id, transaction, count, path = found.groups()
    steps = len(path) // _STEP_BYTES
    if steps > MAX_STEPS or steps != count[-1] & (0x1F if len(count) == 1 else 0xFF):
        return None
    anchor = {
        _CHAIN: _ETHEREUM,
        _NETWORK: cbor.loads(chain_id),
        _TRANSACTION: _SHA_256_HEAD + transaction,
    }
    return MerkleProof(
        root=root,
        target=target,
        anchors=(_decode_anchor(anchor),),
        path=tuple(
            (_SIDES[path[start + 1]], path[start + _STEP_BYTES - HASH_BYTES : start + _STEP_BYTES])
            for start in range(0, len(path), _STEP_BYTES)
        ),
    )


def _read(data: bytes) -> MerkleProof:
    members = _members(cbor.loads(data))
    return MerkleProof(
        root=_hash(members[_ROOT]),
        target=_hash(members[_TARGET]),
        anchors=tuple(_decode_anchor(dict(anchor)) for anchor in members[_ANCHORS]),
        path=tuple(_decode_path(members[_PATH])),
    )


def _members(pairs: Sequence[Any]) -> dict[int, Any]:
    members = dict(pairs)
    if len(members) != len(pairs) or set(members) != {_ROOT, _TARGET, _ANCHORS, _PATH}:
        raise ValueError(len(pairs))
    return members


def _encode_anchor(anchor: Anchor) -> list[list[Any]]:
    transaction = bytes.fromhex(anchor.transaction.removeprefix("0x"))
    return [
        [_CHAIN, _ETHEREUM],
        [_NETWORK, anchor.chain_id],
        [_TRANSACTION, _wrapped(transaction)],
    ]


def _decode_anchor(members: dict[int, Any]) -> Anchor:
    chain_id = members[_NETWORK]
    if members[_CHAIN] != _ETHEREUM or type(chain_id) is not int or chain_id < 1:
        raise ValueError(chain_id)
    return Anchor(chain_id, "0x" + _hash(members[_TRANSACTION]).hex())


def _decode_path(steps: Sequence[Any]) -> list[Step]:
    if len(steps) > MAX_STEPS:
        raise ValueError(len(steps))
    path: list[Step] = []
    for side, sibling in steps:
        if type(side) is not int or side not in (_LEFT, _RIGHT):
            raise ValueError(side)
        path.append(("left" if side == _LEFT else "right", _hash(sibling)))
    return path


def _hash(value: Any) -> bytes:
    """32 bytes that are CBOR within CBOR, as bytes or as hexadecimal text."""
    if (
        isinstance(value, bytes)
        and value[:2] == _SHA_256_HEAD
        and len(value) == len(_SHA_256_HEAD) + HASH_BYTES
    ):
        return value[len(_SHA_256_HEAD) :]
    inner = cbor.loads(value)
    found = bytes.fromhex(inner) if isinstance(inner, str) else inner
    if not isinstance(found, bytes) or len(found) != HASH_BYTES:
        raise ValueError(value)
    return found
