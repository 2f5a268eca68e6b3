"""Anchors from chains, by plain JSON-RPC to nodes that the operator of this verifier trusts.

A node is believed only as far as its answers agree with each other: chain id, transaction,
receipt and block have to tell one story.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from verifier.errors import (
    ChainAnswerMalformed,
    ChainMismatch,
    ChainNotConfigured,
    ChainUnreachable,
    TransactionPending,
    TransactionUnknown,
)
from verifier.fetch.cache import TimedCache
from verifier.fetch.http import RpcDoor
from verifier.names import chain_name
from verifier.ports import AnchorTransaction

KEPT_SECONDS = 10.0
"""How long an answer is kept: the credentials of one batch share one transaction."""
_HASH = re.compile(r"0x[0-9a-f]{64}")
_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
_QUANTITY = re.compile(r"0x(0|[1-9a-f][0-9a-f]{0,63})")
_DATA = re.compile(r"0x([0-9a-f]{2})*")


class JsonRpcChains:
    """Reads anchors (ChainReader).

    Args:
        urls: EIP-155 chain id to the address of a node.
        door: how requests are posted.
    """

    def __init__(
        self,
        urls: Mapping[int, str],
        door: RpcDoor | None = None,
        *,
        kept_seconds: float = KEPT_SECONDS,
    ) -> None:
        self._urls = {chain_id: RpcDoor.check_url(url) for chain_id, url in urls.items()}
        self._door = door or RpcDoor()
        self._kept: TimedCache[AnchorTransaction] = TimedCache(seconds=kept_seconds)

    def anchor(self, chain_id: int, transaction: str) -> AnchorTransaction:
        """The transaction; see :class:`verifier.ports.ChainReader`."""
        url = self._urls.get(chain_id)
        if url is None:
            raise ChainNotConfigured(
                f"Nobody said where to read {chain_name(chain_id)}.", "Name a node with --rpc."
            )
        key = (chain_id, transaction.lower())
        return self._kept.get(key, lambda: self._read(url, chain_id, transaction.lower()))

    def _read(self, url: str, chain_id: int, wanted: str) -> AnchorTransaction:
        if _quantity(self._call(url, "eth_chainId")) != chain_id:
            raise ChainMismatch(
                f"The node named for {chain_name(chain_id)} serves another chain.",
                "Correct --rpc.",
            )
        transaction = self._call(url, "eth_getTransactionByHash", wanted)
        if transaction is None:
            raise TransactionUnknown(f"{chain_name(chain_id)} does not know the transaction.")
        if _text(transaction, "hash", _HASH) != wanted:
            _malformed("another transaction than the one asked for")
        receipt = self._call(url, "eth_getTransactionReceipt", wanted)
        if receipt is None or transaction.get("blockNumber") is None:
            raise TransactionPending("The transaction is not in a block yet.")
        number = _quantity(_member(receipt, "blockNumber"))
        block = self._call(url, "eth_getBlockByNumber", hex(number), False)
        newest = _quantity(self._call(url, "eth_blockNumber"))
        _check_one_story(wanted, transaction, receipt, block)
        return _transaction(transaction, receipt, block, number, newest)

    def _call(self, url: str, method: str, *parameters: object) -> Any:
        answer = self._door.post(
            url, {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}
        )
        if answer.get("error") is not None:
            raise ChainUnreachable(f"The node refused {method}.")
        if answer.get("id") != 1 or "result" not in answer:
            _malformed("no JSON-RPC")
        return answer["result"]


def _transaction(
    transaction: Any, receipt: Any, block: Any, number: int, newest: int
) -> AnchorTransaction:
    to = transaction.get("to")
    return AnchorTransaction(
        input=bytes.fromhex(_text(transaction, "input", _DATA)[2:]),
        sender=_text(transaction, "from", _ADDRESS),
        to=None if to is None else _text(transaction, "to", _ADDRESS),
        succeeded=_quantity(_member(receipt, "status")) == 1,
        block_number=number,
        block_hash=_text(receipt, "blockHash", _HASH),
        block_time=_time(_quantity(_member(block, "timestamp"))),
        confirmations=max(newest - number + 1, 0),
    )


def _check_one_story(wanted: str, transaction: Any, receipt: Any, block: Any) -> None:
    """Transaction, receipt and block have to agree; a reorganisation shows here."""
    if _text(receipt, "transactionHash", _HASH) != wanted:
        _malformed("another receipt than the one asked for")
    place = _text(receipt, "blockHash", _HASH)
    if _text(transaction, "blockHash", _HASH) != place:
        _malformed("a transaction and its receipt in different blocks")
    if _text(block, "hash", _HASH) != place:
        _malformed("a block that is no longer part of the chain")
    if _member(block, "number") != _member(receipt, "blockNumber"):
        _malformed("a block with another number")


def _member(answer: Any, member: str) -> Any:
    if not isinstance(answer, dict) or member not in answer:
        _malformed(f"something without {member!r}")
    return answer[member]


def _text(answer: Any, member: str, form: re.Pattern[str]) -> str:
    value = _member(answer, member)
    if not isinstance(value, str) or not form.fullmatch(value.lower()):
        _malformed(f"a malformed {member!r}")
    return value.lower()


def _quantity(value: Any) -> int:
    """A JSON-RPC quantity (Ethereum execution API): hexadecimal without leading zeros."""
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value.lower()):
        _malformed("a malformed number")
    return int(value, 16)


def _time(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        _malformed("a block without a possible time")


def _malformed(what: str) -> NoReturn:
    raise ChainAnswerMalformed(f"The node answered with {what}.", "Check again, or use another.")
