"""A thin client for an Ethereum node: what anchoring asks, and every way an answer can be wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

from issuer.anchoring import answers
from issuer.anchoring.answers import AccountProof, Block, Receipt
from issuer.anchoring.errors import FeeTooHigh, WrongChain
from issuer.anchoring.json_rpc import JsonRpcNode

if TYPE_CHECKING:
    from issuer.settings import Settings

__all__ = ["AccountProof", "Block", "EthereumClient", "Fees", "Receipt"]

T = TypeVar("T")

TIMEOUT_S = 10.0
"""How long one request may take, to the last byte of its answer."""
GWEI = 10**9
"""Wei in a gwei."""
MAX_FEE_PER_GAS_WEI = 500 * GWEI
"""The highest fee that we sign for: a node that asks for more is mistaken, or robs us."""
_BASE_FEE_HEADROOM = 2
"""The base fee can double in six full blocks; what is not needed is not paid."""
BlockId = int | str
"""A block's number, or a tag: ``latest``, ``safe``, ``finalized``, ``earliest``."""


@dataclass(frozen=True, slots=True)
class Fees:
    """EIP-1559 fees, in wei a unit of gas."""

    max_fee_per_gas: int
    max_priority_fee_per_gas: int


class EthereumClient:
    """Asks one node over JSON-RPC, without retries; use it as a context manager or ``close`` it.

    Every method may raise ``ChainUnreachable`` (no whole answer in time), ``ChainRefused`` (the
    node answered with an error) and ``ChainBadAnswer`` (the answer is none).

    Args:
        url: the node's JSON-RPC address.
        chain_id: the chain that the node has to belong to (EIP-155).
        timeout_s: seconds that one request may take, however slowly the answer drips.
        max_fee_per_gas: the highest fee that is signed for, in wei.
    """

    def __init__(
        self,
        url: str,
        *,
        chain_id: int,
        timeout_s: float = TIMEOUT_S,
        max_fee_per_gas: int = MAX_FEE_PER_GAS_WEI,
    ) -> None:
        self.chain_id = chain_id
        self.max_fee_per_gas = max_fee_per_gas
        self._node = JsonRpcNode(url, timeout_s=timeout_s)

    @classmethod
    def of(cls, settings: "Settings", url: str) -> Self:
        """A client for the chain and within the fees that the settings name.

        Args:
            settings: the issuer's settings.
            url: the node's address; not always the settings' (see identity.node.open_node).
        """
        ceiling = settings.max_fee_gwei * GWEI
        return cls(url, chain_id=settings.chain_id, max_fee_per_gas=ceiling)

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection to the node."""
        self._node.close()

    def check_chain(self) -> None:
        """Raise WrongChain unless the node belongs to the chain that we anchor on."""
        answered = self._ask("eth_chainId", read=answers.quantity)
        if answered != self.chain_id:
            raise WrongChain(
                f"The node at {self._node.name} belongs to chain {answered}, not to "
                f"{self.chain_id}.",
                "Correct the node's address or the chain's number in the settings.",
            )

    def balance(self, address: str) -> int:
        """Balance of an address, in wei."""
        return self._ask("eth_getBalance", address, "latest", read=answers.quantity)

    def transaction_count(self, address: str, *, pending: bool = False) -> int:
        """How many transactions an address has sent: mined ones, or also those that wait."""
        block = "pending" if pending else "latest"
        return self._ask("eth_getTransactionCount", address, block, read=answers.count)

    def fees(self) -> Fees:
        """EIP-1559 fees under which a transaction is mined soon.

        Raises:
            FeeTooHigh: more than the limit this client was made with.
        """
        method = "eth_getBlockByNumber"
        base = self._ask(method, "latest", False, read=_base_fee)
        tip = self._ask("eth_maxPriorityFeePerGas", read=answers.count)
        fees = Fees(_BASE_FEE_HEADROOM * base + tip, tip)
        self.check_ceiling(fees)
        return fees

    def check_ceiling(self, fees: Fees) -> None:
        """Raise FeeTooHigh for fees beyond the limit this client was made with."""
        if fees.max_fee_per_gas > self.max_fee_per_gas:
            raise FeeTooHigh(
                f"The chain asks for {fees.max_fee_per_gas / GWEI:.1f} gwei a unit of gas, "
                f"and we pay at most {self.max_fee_per_gas / GWEI:.1f}.",
                "Wait until the chain is quieter, or raise max_fee_gwei in the settings.",
            )

    def estimate_gas(self, sender: str, to: str | None, data: bytes) -> int:
        """Gas that a transaction would use now; ChainRefused if it would revert."""
        transaction = {"from": sender, "data": _hex(data)} | ({"to": to} if to else {})
        return self._ask("eth_estimateGas", transaction, read=answers.count)

    def call(self, to: str, data: bytes) -> bytes:
        """Answer of a contract to read-only calldata."""
        return self._ask("eth_call", {"to": to, "data": _hex(data)}, "latest", read=answers.data)

    def code(self, address: str) -> bytes:
        """Code at an address; empty if there is no contract."""
        return self._ask("eth_getCode", address, "latest", read=answers.data)

    def send_raw(self, raw: bytes, tx_hash: str) -> None:
        """Hand a signed transaction to the node, which must answer with its hash."""

        def read(answer: Any) -> None:
            answers.same(answers.hash_of(answer), tx_hash.lower())

        self._ask("eth_sendRawTransaction", _hex(raw), read=read)

    def knows(self, tx_hash: str) -> bool:
        """Whether the node has the transaction, mined or waiting."""
        return self.transaction(tx_hash) is not None

    def transaction(self, tx_hash: str) -> dict[str, Any] | None:
        """A transaction as the node wrote it; None if it has none with that hash."""

        def read(answer: Any) -> dict[str, Any]:
            answers.same(answers.hash_of(answer["hash"]), tx_hash.lower())
            return dict(answer)

        return self._find("eth_getTransactionByHash", tx_hash, read=read)

    def receipt(self, tx_hash: str) -> Receipt | None:
        """What became of a transaction; None while no block has it."""
        return self._find(
            "eth_getTransactionReceipt",
            tx_hash,
            read=lambda answer: answers.receipt(answer, tx_hash),
        )

    def latest_block_number(self) -> int:
        """Number of the newest block."""
        return self._ask("eth_blockNumber", read=answers.count)

    def block(self, number_or_tag: BlockId) -> Block | None:
        """The block of that number or tag on the chain as it is now; None if there is none."""

        def read(answer: Any) -> Block:
            found = answers.block(answer)
            if isinstance(number_or_tag, int):
                answers.same(found.number, number_or_tag)
            return found

        return self._find("eth_getBlockByNumber", _block_id(number_or_tag), False, read=read)

    def block_by_hash(self, block_hash: str) -> Block | None:
        """The block with that hash, part of the chain or not; None if the node has none."""

        def read(answer: Any) -> Block:
            found = answers.block(answer)
            answers.same(found.block_hash, block_hash.lower())
            return found

        return self._find("eth_getBlockByHash", block_hash, False, read=read)

    def logs(self, contract: str, topics: Sequence[str], block_hash: str) -> list[str]:
        """Hashes of the transactions of a block that logged these topics at a contract."""
        wanted = {"address": contract, "topics": list(topics), "blockHash": block_hash}

        def read(answer: Any) -> list[str]:
            return [answers.hash_of(one["transactionHash"]) for one in answers.array(answer)]

        return self._ask("eth_getLogs", wanted, read=read)

    def proof(self, contract: str, slots: Sequence[bytes], block: BlockId) -> AccountProof:
        """Proof of a contract's account and of slots of its storage, at a block (EIP-1186).

        Args:
            contract: its address.
            slots: 32 bytes each.
            block: number or tag; ask for a number, so that the header can be asked for beside it.
        """
        return self._ask(
            "eth_getProof",
            contract,
            [_hex(slot) for slot in slots],
            _block_id(block),
            read=lambda answer: answers.account_proof(answer, contract, list(slots)),
        )

    def _find(self, method: str, *params: object, read: Callable[[Any], T]) -> T | None:
        return self._ask(
            method, *params, read=lambda answer: None if answer is None else read(answer)
        )

    def _ask(self, method: str, *params: object, read: Callable[[Any], T]) -> T:
        """Ask the node and read its answer."""
        answer = self._node.ask(method, *params)
        try:
            return read(answer)
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError, OSError):
            raise self._node.bad_answer(method) from None


def _base_fee(answer: Any) -> int:
    base = answers.block(answer).base_fee
    if base is None:
        raise ValueError("a chain without EIP-1559")
    return base


def _block_id(number_or_tag: BlockId) -> str:
    return number_or_tag if isinstance(number_or_tag, str) else hex(number_or_tag)


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
