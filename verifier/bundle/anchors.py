"""What a bundle proves about the chain: which account anchored which root, when, in which block.

Everything here is arithmetic on the bundle. Whether a block is the chain's, and whether a contract
could be trusted with its own past, is for the reader to know (verifier.bundle.given).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from contracts.credential_anchor import CODE_HASHES, storage_slot
from credentials.models.bundle import (
    MAX_CREDENTIALS,
    MAX_DOCUMENTS,
    BlockProof,
    Bundle,
    ContractProof,
)
from verifier.bundle.errors import BundleProofWrong, ContractInvalid
from verifier.bundle.headers import Header, read_header
from verifier.bundle.rlp_form import decode, fixed, number, texts
from verifier.bundle.transactions import AnchorTransaction, read_transaction
from verifier.bundle.trie import look_up

MAX_PROOFS = MAX_CREDENTIALS + MAX_DOCUMENTS
"""Anchors of one bundle: each credential in a batch of its own, and every DID document."""
_ACCOUNT_FIELDS = 4
_MAX_VALUE_BYTES = 200
_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class ProvenAnchor:
    """A root in the contract's storage, as of one block.

    Attributes:
        transaction: the signed transaction: its chain, sender, contract and root.
        at: the time that the contract keeps for (sender, root); None if it keeps none, which
            means that this was not anchored when the block was made.
        block: the block whose state was looked at, not the one that holds the transaction.
    """

    transaction: AnchorTransaction
    at: datetime | None
    block: Header


def prove_anchors(bundle: Bundle) -> list[ProvenAnchor]:
    """Follow every proof of a bundle to its block's state root.

    Raises:
        BundleProofWrong: one of them does not hold, two are for the same transaction, or they are
            more than any bundle needs.
    """
    contracts = [contract for block in bundle.blocks for contract in block.contracts]
    if sum(len(contract.anchors) for contract in contracts) > MAX_PROOFS:
        raise BundleProofWrong(f"It proves more than {MAX_PROOFS:,} anchors.")
    found = [anchor for block in bundle.blocks for anchor in _of_block(block)]
    if len({anchor.transaction.hash for anchor in found}) != len(found):
        raise BundleProofWrong("It proves one anchor twice.")
    return found


def _of_block(block: BlockProof) -> Iterator[ProvenAnchor]:
    header = read_header(_bytes(block.header))
    chains = set()
    for contract in block.contracts:
        storage_root = _storage_root(contract, header)
        for anchor in contract.anchors:
            transaction = read_transaction(_bytes(anchor.transaction))
            chains.add(transaction.chain_id)
            if transaction.to != contract.address or len(chains) > 1:
                raise BundleProofWrong("A transaction went to another contract, or chain.")
            nodes = [_bytes(node) for node in anchor.storageProof]
            slot = storage_slot(transaction.sender, transaction.root)
            value = look_up(storage_root, slot, nodes)
            yield ProvenAnchor(transaction, _time(value, header), header)


def _storage_root(contract: ContractProof, header: Header) -> bytes:
    """Root of the contract's storage, if its code is exactly ours (Yellow Paper §4.1)."""
    nodes = [_bytes(node) for node in contract.accountProof]
    account = look_up(header.state_root, _bytes(contract.address), nodes)
    if account is None:
        raise ContractInvalid(f"There was no contract at {contract.address} in {header.name}.")
    fields = texts(decode(account, max_bytes=_MAX_VALUE_BYTES), _ACCOUNT_FIELDS)
    if fields[3] not in CODE_HASHES:
        raise ContractInvalid(f"The contract at {contract.address} is not our CredentialAnchor.")
    return fixed(fields[2], _HASH_BYTES)


def _time(value: bytes | None, header: Header) -> datetime | None:
    """The time that a slot keeps, in seconds since 1970."""
    if value is None:
        return None
    content = decode(value, max_bytes=_MAX_VALUE_BYTES)
    if not isinstance(content, bytes):
        raise BundleProofWrong("The contract's storage holds a list where a time belongs.")
    seconds = number(content)
    if not 0 < seconds <= header.time.timestamp():
        raise BundleProofWrong("The contract's storage holds a time that lies after its block.")
    return datetime.fromtimestamp(seconds, UTC)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])
