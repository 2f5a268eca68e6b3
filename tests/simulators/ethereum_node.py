"""An Ethereum node in memory, whose blocks, pool and faults the test decides; it never waits.

It takes the place of ``JsonRpcNode`` in a client: ``ask`` answers in JSON-RPC's own spelling.
The rules are a node's: a transaction is taken if its nonce was not used, its account can pay, and
it offers 10 % more on both fees than one with the same nonce that waits already.
"""

import hashlib
from dataclasses import dataclass, field

import rlp
from eth_account import Account
from eth_utils import keccak, to_checksum_address

from contracts.artifacts import credential_anchor
from contracts.errors import ChainBadAnswer, ChainRefused, ChainUnreachable
from issuer.anchoring.ethereum import EthereumClient

GWEI = 10**9
CHAIN_ID = 11155111
CONTRACT = to_checksum_address("0x" + "c0" * 20)
GAS_USED = 45_000
EVENT = "0x" + keccak(text="Anchored(address,bytes32)").hex()


@dataclass(frozen=True)
class Transaction:
    raw: bytes
    hash: str
    sender: str
    nonce: int
    tip: int
    cap: int
    gas: int
    to: str
    root: bytes
    signature: tuple[int, int, int]


@dataclass(frozen=True)
class Block:
    number: int
    hash: str
    parent: str
    time: int
    base_fee: int
    transactions: tuple[Transaction, ...] = ()
    failed: frozenset[str] = frozenset()


@dataclass
class SimulatedNode:
    """One node and its chain.

    Attributes:
        base_fee: of the blocks to come, in wei.
        seconds: from block to block.
        broken: method to what happens instead of an answer: an exception to raise, or a function
            that is given the true answer and returns a false one.
        on_send: called with the raw bytes before they are taken.
        asked: every method, in order.
    """

    name: str = "http://simulated"
    chain_id: int = CHAIN_ID
    base_fee: int = GWEI
    tip: int = GWEI
    seconds: int = 12
    pool: dict[str, Transaction] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    balances: dict[str, int] = field(default_factory=dict)
    broken: dict[str, object] = field(default_factory=dict)
    on_send: object = None
    asked: list[str] = field(default_factory=list)
    _salt: int = 0
    _side: dict[str, Block] = field(default_factory=dict)

    def __post_init__(self):
        self.blocks.append(Block(0, "0x" + "00" * 32, "", 1_700_000_000, self.base_fee))

    def client(self, **options) -> EthereumClient:
        client = EthereumClient("http://127.0.0.1:1", chain_id=CHAIN_ID, **options)
        client.close()
        client._node = self
        return client

    # What a test makes happen.

    def mine(self, count: int = 1, *, fail: bool = False) -> None:
        """Blocks with whatever waits, is next in its account's order, and offers the base fee."""
        for _ in range(count):
            taken, failed = [], set()
            while (one := self._next(taken)) is not None:
                taken.append(one)
                if fail or self._anchored(one.sender, one.root, taken[:-1]):
                    failed.add(one.hash)
            self._add_block(tuple(taken), frozenset(failed))

    def reorganise(self, depth: int, *, keep: bool = True) -> None:
        """Replace the newest blocks by empty ones; their transactions wait again, or are gone."""
        depth = min(depth, len(self.blocks) - 1)
        gone = self.blocks[len(self.blocks) - depth :]
        del self.blocks[len(self.blocks) - depth :]
        self._side |= {block.hash: block for block in gone}
        if keep:
            self.pool |= {one.hash: one for block in gone for one in block.transactions}
        for _ in range(depth):
            self._add_block((), frozenset())

    def drop(self) -> None:
        """Forget everything that waits."""
        self.pool.clear()

    def mined(self, root: bytes) -> list[str]:
        """Hashes of the transactions that anchored the root, in the chain as it is."""
        return [
            one.hash
            for block in self.blocks
            for one in block.transactions
            if one.root == root and one.hash not in block.failed
        ]

    # What a client sees.

    def close(self) -> None:
        pass

    def bad_answer(self, method: str) -> ChainBadAnswer:
        return ChainBadAnswer(f"No answer to {method}.")

    def ask(self, method: str, *params):
        self.asked.append(method)
        fault = self.broken.get(method, self.broken.get("*"))
        if isinstance(fault, BaseException):
            raise fault
        answer = getattr(self, "_" + method)(*params)
        return fault(answer) if callable(fault) else answer

    def _eth_chainId(self):
        return hex(self.chain_id)

    def _eth_getBalance(self, address, _block):
        return hex(self.balances.get(address, 10**18))

    def _eth_getCode(self, address, _block):
        code = credential_anchor().runtime if address == CONTRACT else b""
        return "0x" + code.hex()

    def _eth_maxPriorityFeePerGas(self):
        return hex(self.tip)

    def _eth_blockNumber(self):
        return hex(self.blocks[-1].number)

    def _eth_getTransactionCount(self, address, block):
        nonce = self._mined_count(address)
        if block == "pending":
            waiting = {one.nonce for one in self.pool.values() if one.sender == address}
            while nonce in waiting:
                nonce += 1
        return hex(nonce)

    def _eth_estimateGas(self, call):
        if self._anchored(call["from"], bytes.fromhex(call["data"][2:])):
            raise ChainRefused("execution reverted: already anchored")
        return hex(GAS_USED)

    def _eth_call(self, call, _block):
        sender, root = "0x" + call["data"][34:74], bytes.fromhex(call["data"][74:])
        return "0x" + self._anchored(to_checksum_address(sender), root).to_bytes(32, "big").hex()

    def _eth_sendRawTransaction(self, raw):
        one = read(bytes.fromhex(raw[2:]))
        if self.on_send is not None:
            self.on_send(one)
        if one.hash in self.pool:
            raise ChainRefused("already known")
        if one.nonce < self._mined_count(one.sender):
            raise ChainRefused("nonce too low")
        if one.gas * one.cap > self.balances.get(one.sender, 10**18):
            raise ChainRefused("insufficient funds for gas * price + value")
        for other in list(self.pool.values()):
            if (other.sender, other.nonce) == (one.sender, one.nonce):
                if one.cap * 10 < other.cap * 11 or one.tip * 10 < other.tip * 11:
                    raise ChainRefused("replacement transaction underpriced")
                del self.pool[other.hash]
        self.pool[one.hash] = one
        return one.hash

    def _eth_getTransactionByHash(self, tx_hash):
        for block in self.blocks:
            for one in block.transactions:
                if one.hash == tx_hash:
                    return _transaction(one, block)
        return _transaction(self.pool[tx_hash], None) if tx_hash in self.pool else None

    def _eth_getTransactionReceipt(self, tx_hash):
        for block in self.blocks:
            for index, one in enumerate(block.transactions):
                if one.hash == tx_hash:
                    return _receipt(one, block, index)
        return None

    def _eth_getBlockByNumber(self, number, _full):
        if number == "latest":
            return _block(self.blocks[-1])
        index = int(number, 16)
        return _block(self.blocks[index]) if index < len(self.blocks) else None

    def _eth_getBlockByHash(self, block_hash, _full):
        for block in [*self.blocks, *self._side.values()]:
            if block.hash == block_hash:
                return _block(block)
        return None

    def _eth_getLogs(self, wanted):
        assert wanted["topics"][0] == EVENT
        return [
            {"transactionHash": one.hash}
            for block in self.blocks
            if block.hash == wanted["blockHash"]
            for one in block.transactions
            if "0x" + one.root.hex() == wanted["topics"][2] and one.hash not in block.failed
            if one.sender[2:].lower() == wanted["topics"][1][26:]
        ]

    def _next(self, taken):
        counts: dict[str, int] = {}
        for one in taken:
            counts[one.sender] = counts.get(one.sender, 0) + 1
        for one in list(self.pool.values()):
            due = self._mined_count(one.sender) + counts.get(one.sender, 0)
            if one.nonce < due:
                self.pool.pop(one.hash)
            elif one.nonce == due and one.cap >= self.base_fee:
                return self.pool.pop(one.hash)
        return None

    def _add_block(self, transactions, failed):
        self._salt += 1
        last = self.blocks[-1]
        digest = hashlib.sha256(f"{last.hash} {self._salt}".encode()).hexdigest()
        time = last.time + self.seconds
        self.blocks.append(
            Block(
                last.number + 1, f"0x{digest}", last.hash, time, self.base_fee, transactions, failed
            )
        )

    def _mined_count(self, address):
        return sum(one.sender == address for block in self.blocks for one in block.transactions)

    def _anchored(self, sender, root, also=()):
        if any((one.sender, one.root) == (sender, root) for one in also):
            return 1
        for block in self.blocks:
            for one in block.transactions:
                if (one.sender, one.root) == (sender, root) and one.hash not in block.failed:
                    return block.time
        return 0


def unreachable() -> ChainUnreachable:
    return ChainUnreachable("The node does not answer.")


def read(raw: bytes) -> Transaction:
    """A signed EIP-1559 transaction."""
    fields = rlp.decode(raw[1:])
    _, nonce, tip, cap, gas = (int.from_bytes(one, "big") for one in fields[:5])
    signature = tuple(int.from_bytes(one, "big") for one in fields[9:])
    return Transaction(
        raw=raw,
        hash="0x" + keccak(raw).hex(),
        sender=Account.recover_transaction(raw),
        nonce=nonce,
        tip=tip,
        cap=cap,
        gas=gas,
        to=to_checksum_address(fields[5]),
        root=fields[7],
        signature=signature,
    )


def _transaction(one: Transaction, block: Block | None) -> dict:
    parity, r, s = one.signature
    return {
        "hash": one.hash,
        "type": "0x2",
        "chainId": hex(CHAIN_ID),
        "from": one.sender.lower(),
        "to": one.to.lower(),
        "nonce": hex(one.nonce),
        "gas": hex(one.gas),
        "maxFeePerGas": hex(one.cap),
        "maxPriorityFeePerGas": hex(one.tip),
        "value": "0x0",
        "input": "0x" + one.root.hex(),
        "accessList": [],
        "yParity": hex(parity),
        "r": hex(r),
        "s": hex(s),
        "blockHash": block and block.hash,
        "blockNumber": block and hex(block.number),
    }


def _receipt(one: Transaction, block: Block, index: int) -> dict:
    return {
        "transactionHash": one.hash,
        "status": "0x0" if one.hash in block.failed else "0x1",
        "from": one.sender.lower(),
        "to": one.to.lower(),
        "blockNumber": hex(block.number),
        "blockHash": block.hash,
        "transactionIndex": hex(index),
        "gasUsed": hex(GAS_USED),
        "effectiveGasPrice": hex(min(one.cap, block.base_fee + one.tip)),
        "contractAddress": None,
    }


def _block(block: Block) -> dict:
    return {
        "number": hex(block.number),
        "hash": block.hash,
        "timestamp": hex(block.time),
        "baseFeePerGas": hex(block.base_fee),
        "transactions": [one.hash for one in block.transactions],
    }
