"""Asks a node for what proves anchors: a block's header, and the way from it to each root."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import rlp
from eth_hash.auto import keccak

from contracts.credential_anchor import storage_slot
from credentials.models.bundle import AnchorProof, BlockProof, ContractProof
from issuer.anchoring.answers import AccountProof, Block
from issuer.anchoring.ethereum import BlockId, EthereumClient
from issuer.bundle.errors import AnchoredElsewhere, BundleBlockMissing, NotInBlockYet
from issuer.bundle.headers import header_bytes

MAX_SLOTS: Final = 100
"""Slots that are asked for at once."""
_HASH_BYTES: Final = 32
_EMPTY: Final = rlp.encode(b"")
_STATE_ROOT: Final = "stateRoot"


@dataclass(frozen=True)
class SentAnchor:
    """A transaction of ours that anchored something.

    Attributes:
        chain_id: EIP-155.
        sender: the account, ``0x…``.
        contract: the anchor contract, ``0x…``.
        root: 32 bytes.
        raw: the signed transaction.
        required: whether a bundle without its proof would be of no use.
    """

    chain_id: int
    sender: str
    contract: str
    root: bytes
    raw: bytes
    required: bool = True


@dataclass(frozen=True)
class Proven:
    """What a block's state proves.

    Attributes:
        proof: as it stands in a bundle.
        block: as the node told it.
        roots: the roots that are proven.
    """

    proof: BlockProof
    block: Block
    roots: frozenset[bytes]


def prove(anchors: Sequence[SentAnchor], client: EthereumClient, block_id: BlockId) -> Proven:
    """Proofs of all anchors in one block's state. Asks the node; uses no database.

    Args:
        anchors: at least one; what is not required and not in the block is left out.
        client: a node of their chain.
        block_id: number or tag of the block.

    Raises:
        AnchoredElsewhere: one of them is on another chain.
        BundleBlockMissing: the node has no such block, or proves another.
        NotInBlockYet: a required anchor is younger than the block.
        BundleBlockUnreadable: the block's header is of an unknown form.
        ChainUnreachable, ChainRefused, ChainBadAnswer: see EthereumClient.
    """
    for anchor in anchors:
        if anchor.chain_id != client.chain_id:
            raise AnchoredElsewhere(
                f"A credential is anchored on chain {anchor.chain_id}, and the settings name "
                f"chain {client.chain_id}.",
                "Bundle it with the settings of that chain.",
            )
    block = client.block(block_id)
    if block is None:
        raise BundleBlockMissing(
            f"The node has no block {block_id}.", "Name another with --block, such as latest."
        )
    by_contract = defaultdict(list)
    for anchor in anchors:
        by_contract[anchor.contract.lower()].append(anchor)
    proven = [_contract(address, by_contract[address], block, client) for address in by_contract]
    header = header_bytes(block.header, block.block_hash)
    contracts = [contract for contract in proven if contract is not None]
    raw = {anchor.transaction for contract in contracts for anchor in contract.anchors}
    roots = frozenset(anchor.root for anchor in anchors if _hex(anchor.raw) in raw)
    return Proven(BlockProof(header=_hex(header), contracts=contracts), block, roots)


def _contract(
    address: str, anchors: Sequence[SentAnchor], block: Block, client: EthereumClient
) -> ContractProof | None:
    """The contract and its anchors; None if the block has none of them and none is required."""
    account: AccountProof | None = None
    proven: list[AnchorProof] = []
    for first in range(0, len(anchors), MAX_SLOTS):
        part = anchors[first : first + MAX_SLOTS]
        slots = [storage_slot(anchor.sender, anchor.root) for anchor in part]
        account = client.proof(address, slots, block.number)
        _check_same_block(account, block)
        for anchor, storage in zip(part, account.storage, strict=True):
            if storage.value:
                nodes = _nodes(storage.proof)
                proven.append(AnchorProof(transaction=_hex(anchor.raw), storageProof=nodes))
            elif anchor.required:
                raise _too_young(anchor, block)
    if account is None or not proven:
        return None
    return ContractProof(address=address, accountProof=_nodes(account.proof), anchors=proven)


def _check_same_block(account: AccountProof, block: Block) -> None:
    """The proof begins at the state root of the block that we read."""
    root = "0x" + keccak(account.proof[0]).hex() if account.proof else ""
    if root != block.header.get(_STATE_ROOT, "").lower():
        raise BundleBlockMissing(
            f"Block {block.number} changed while it was read.",
            "Try again; name a finalized block.",
        )


def _too_young(anchor: SentAnchor, block: Block) -> NotInBlockYet:
    return NotInBlockYet(
        f"The anchor 0x{keccak(anchor.raw).hex()} is not in the state of block {block.number}.",
        "Wait until a finalized block has it, or name a later block with --block.",
    )


def _nodes(proof: Sequence[bytes]) -> list[str]:
    """Nodes that stand by themselves: shorter ones are within their parent, and some nodes of
    Ethereum list them a second time; an empty trie has none."""
    found = [node for place, node in enumerate(proof) if place == 0 or len(node) >= _HASH_BYTES]
    return [_hex(node) for node in found if node != _EMPTY]


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
