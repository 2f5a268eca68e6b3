"""A thin client for an Ethereum node: what anchoring asks, and every way an answer can be wrong."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from contracts.errors import ChainBadAnswer, ChainRefused, ChainUnreachable
from issuer.anchoring.errors import FeeTooHigh, WrongChain
from keys.insecure import is_loopback_host

T = TypeVar("T")

TIMEOUT_S = 10.0
"""How long one request may take."""
MAX_FEE_PER_GAS_WEI = 500 * 10**9
"""The highest fee that we sign for: a node that asks for more is mistaken, or robs us."""
_HASH_SIZE = 32
_MESSAGE_LENGTH = 300
_BASE_FEE_HEADROOM = 2
"""The base fee can double in six full blocks; what is not needed is not paid."""


@dataclass(frozen=True, slots=True)
class Fees:
    """EIP-1559 fees, in wei a unit of gas."""

    max_fee_per_gas: int
    max_priority_fee_per_gas: int


@dataclass(frozen=True, slots=True)
class Block:
    """A block: number, hash (``0x…``) and time."""

    number: int
    block_hash: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a mined transaction."""

    succeeded: bool
    sender: str
    block_number: int
    block_hash: str
    contract_address: str | None


class EthereumClient:
    """Asks one node over JSON-RPC, without retries; use it as a context manager or ``close`` it.

    Every method may raise ``ChainUnreachable`` (no answer in time), ``ChainRefused`` (the node
    answered with an error) and ``ChainBadAnswer`` (the answer is none). Errors name the node's
    host, never the whole URL: providers put their customers' keys into the path.

    Args:
        url: the node's JSON-RPC address.
        chain_id: the chain that the node has to belong to (EIP-155).
        timeout_s: seconds that one request may take.
        max_fee_per_gas: the highest fee that ``fees`` accepts, in wei.
    """

    def __init__(
        self,
        url: str,
        *,
        chain_id: int,
        timeout_s: float = TIMEOUT_S,
        max_fee_per_gas: int = MAX_FEE_PER_GAS_WEI,
    ) -> None:
        # Imported here: these libraries take more than a second to load.
        import requests  # noqa: PLC0415
        from web3 import Web3  # noqa: PLC0415
        from web3.providers.rpc import HTTPProvider  # noqa: PLC0415

        self.chain_id = chain_id
        self._max_fee_per_gas = max_fee_per_gas
        parts = urlsplit(url)
        self._node = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self._http = requests.Session()
        # A proxy is for the world outside, never for this machine.
        self._http.trust_env = not is_loopback_host(parts.hostname or "")
        # Both libraries log whole URLs at DEBUG.
        for name in ("web3", "urllib3"):
            logging.getLogger(name).setLevel(logging.INFO)
        provider = HTTPProvider(
            url,
            request_kwargs={"timeout": timeout_s, "allow_redirects": False},
            session=self._http,
            exception_retry_configuration=None,
        )
        self._web3 = Web3(provider)

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection to the node."""
        self._http.close()

    def check_chain(self) -> None:
        """Raise WrongChain unless the node belongs to the chain that we anchor on."""
        answered = self._integer("eth_chainId", lambda eth: eth.chain_id)
        if answered != self.chain_id:
            raise WrongChain(
                f"The node at {self._node} belongs to chain {answered}, not to {self.chain_id}.",
                "Correct the node's address or the chain's number in the settings.",
            )

    def balance(self, address: str) -> int:
        """Balance of an address, in wei."""
        return self._integer("eth_getBalance", lambda eth: eth.get_balance(address))

    def transaction_count(self, address: str, *, pending: bool = False) -> int:
        """How many transactions an address has sent: mined ones, or also those that wait."""
        block = "pending" if pending else "latest"
        return self._integer(
            "eth_getTransactionCount", lambda eth: eth.get_transaction_count(address, block)
        )

    def fees(self) -> Fees:
        """EIP-1559 fees under which a transaction is mined soon.

        Raises:
            FeeTooHigh: more than the limit this client was made with.
        """
        head = self._ask("eth_getBlockByNumber", lambda eth: eth.get_block("latest"))
        base = self._valid("eth_getBlockByNumber", lambda: _natural(head["baseFeePerGas"]))
        tip = self._integer("eth_maxPriorityFeePerGas", lambda eth: eth.max_priority_fee)
        fees = Fees(_BASE_FEE_HEADROOM * base + tip, tip)
        if fees.max_fee_per_gas > self._max_fee_per_gas:
            raise FeeTooHigh(
                f"The chain asks for {fees.max_fee_per_gas / 10**9:.1f} gwei a unit of gas, "
                f"and we pay at most {self._max_fee_per_gas / 10**9:.1f}.",
                "Wait until the chain is quieter.",
            )
        return fees

    def estimate_gas(self, sender: str, to: str | None, data: bytes) -> int:
        """Gas that a transaction would use now; ChainRefused if it would revert."""
        transaction: Any = {"from": sender, "data": data} | ({"to": to} if to else {})
        return self._integer("eth_estimateGas", lambda eth: eth.estimate_gas(transaction))

    def call(self, to: str, data: bytes) -> bytes:
        """Answer of a contract to read-only calldata."""
        transaction: Any = {"to": to, "data": data}
        return self._bytes("eth_call", lambda eth: eth.call(transaction))

    def code(self, address: str) -> bytes:
        """Code at an address; empty if there is no contract."""
        return self._bytes("eth_getCode", lambda eth: eth.get_code(address))

    def send_raw(self, raw: bytes, tx_hash: str) -> None:
        """Hand a signed transaction to the node, which must answer with its hash."""
        method = "eth_sendRawTransaction"
        answer = self._bytes(method, lambda eth: eth.send_raw_transaction(raw))
        self._valid(method, lambda: _same(_hash(answer), tx_hash))

    def knows(self, tx_hash: str) -> bool:
        """Whether the node has the transaction, mined or waiting."""
        method = "eth_getTransactionByHash"
        found = self._find(method, lambda eth: eth.get_transaction(tx_hash))
        if found is not None:
            self._valid(method, lambda: _same(_hash(found["hash"]), tx_hash))
        return found is not None

    def receipt(self, tx_hash: str) -> Receipt | None:
        """What became of a transaction; None while no block has it."""
        method = "eth_getTransactionReceipt"
        found = self._find(method, lambda eth: eth.get_transaction_receipt(tx_hash))
        return None if found is None else self._valid(method, lambda: _receipt(found, tx_hash))

    def latest_block_number(self) -> int:
        """Number of the newest block."""
        return self._integer("eth_blockNumber", lambda eth: eth.block_number)

    def block(self, number: int) -> Block | None:
        """The block of that number on the chain as it is now; None if there is none."""
        method = "eth_getBlockByNumber"
        found = self._find(method, lambda eth: eth.get_block(number))
        return None if found is None else self._valid(method, lambda: _block(found, number))

    def _find(self, method: str, ask: Callable[[Any], Any]) -> Any:
        from web3.exceptions import BlockNotFound, TransactionNotFound  # noqa: PLC0415

        def ask_or_none(eth: Any) -> Any:
            try:
                return ask(eth)
            except (BlockNotFound, TransactionNotFound):
                return None

        return self._ask(method, ask_or_none)

    def _integer(self, method: str, ask: Callable[[Any], Any]) -> int:
        answer = self._ask(method, ask)
        return self._valid(method, lambda: _natural(answer))

    def _bytes(self, method: str, ask: Callable[[Any], Any]) -> bytes:
        answer = self._ask(method, ask)
        return self._valid(method, lambda: _binary(answer))

    def _ask(self, method: str, ask: Callable[[Any], Any]) -> Any:
        """Ask the node; whatever the libraries raise becomes one of three typed errors."""
        from requests import HTTPError, RequestException  # noqa: PLC0415
        from requests.exceptions import InvalidJSONError  # noqa: PLC0415
        from web3.exceptions import ContractLogicError, Web3RPCError  # noqa: PLC0415

        try:
            return ask(self._web3.eth)
        except (ContractLogicError, Web3RPCError) as error:
            raise ChainRefused(
                f"The node at {self._node} refused {method}: {_message(error)}."
            ) from None
        except InvalidJSONError:
            raise self._bad_answer(method) from None
        except HTTPError as error:
            status = getattr(error.response, "status_code", "?")
            raise self._unreachable(f"answered HTTP status {status}") from None
        except (RequestException, OSError):
            raise self._unreachable("does not answer") from None
        except Exception:
            # Web3 fails in many ways on an answer that is none.
            raise self._bad_answer(method) from None

    def _valid(self, method: str, read: Callable[[], T]) -> T:
        try:
            return read()
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError, OSError):
            raise self._bad_answer(method) from None

    def _unreachable(self, how: str) -> ChainUnreachable:
        return ChainUnreachable(
            f"The Ethereum node at {self._node} {how}.",
            "See that it runs and that its address in the settings is right, then try again.",
        )

    def _bad_answer(self, method: str) -> ChainBadAnswer:
        return ChainBadAnswer(
            f"The node at {self._node} does not answer {method} as an Ethereum node would.",
            "See that its address in the settings is that of a JSON-RPC node.",
        )


def _natural(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError("not a natural number")
    return value


def _binary(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("not bytes")
    return bytes(value)


def _hash(value: object) -> str:
    binary = _binary(value)
    if len(binary) != _HASH_SIZE:
        raise ValueError("not a hash")
    return "0x" + binary.hex()


def _same(answered: object, asked: object) -> None:
    if answered != asked:
        raise ValueError("the answer to another question")


def _receipt(answer: Any, tx_hash: str) -> Receipt:
    _same(_hash(answer["transactionHash"]), tx_hash)
    status = _natural(answer["status"])
    if status > 1:
        raise ValueError("not a status (EIP-658)")
    return Receipt(
        succeeded=status == 1,
        sender=str(answer["from"]),
        block_number=_natural(answer["blockNumber"]),
        block_hash=_hash(answer["blockHash"]),
        contract_address=answer.get("contractAddress"),
    )


def _block(answer: Any, number: int) -> Block:
    _same(answer["number"], number)
    return Block(
        number=_natural(answer["number"]),
        block_hash=_hash(answer["hash"]),
        time=datetime.fromtimestamp(_natural(answer["timestamp"]), tz=UTC),
    )


def _message(error: Any) -> str:
    """The node's own words: the RPC error's message, or the contract's reason for reverting."""
    response = getattr(error, "rpc_response", None)
    if isinstance(response, dict) and isinstance(response.get("error"), dict):
        return str(response["error"].get("message"))[:_MESSAGE_LENGTH]
    return str(getattr(error, "message", None) or error)[:_MESSAGE_LENGTH]
