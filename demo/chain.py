"""What the chain itself says about the batch, read by plain JSON-RPC."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from demo.errors import ChildFailed, NotAsExpected

ANSWER_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Anchoring:
    """The transaction that anchored a batch.

    Attributes:
        gas: gas used.
        block: number of its block.
        time: time of its block.
    """

    gas: int
    block: int
    time: datetime


def read_anchoring(rpc_url: str, transaction: str, root: str) -> Anchoring:
    """Reads a transaction and holds it against the root it should carry.

    Args:
        rpc_url: an Ethereum node.
        transaction: hash, ``0x`` first.
        root: the batch's Merkle root, hexadecimal.

    Raises:
        NotAsExpected: its calldata is anything but the 32 bytes of the root, or it failed.
        ChildFailed: the node does not answer.
    """
    sent = _ask(rpc_url, "eth_getTransactionByHash", transaction)
    receipt = _ask(rpc_url, "eth_getTransactionReceipt", transaction)
    if sent["input"] != f"0x{root.removeprefix('0x')}" or int(receipt["status"], 16) != 1:
        raise NotAsExpected(f"The transaction {transaction} does not carry the root of the batch.")
    block = _ask(rpc_url, "eth_getBlockByNumber", receipt["blockNumber"], False)
    return Anchoring(
        gas=int(receipt["gasUsed"], 16),
        block=int(receipt["blockNumber"], 16),
        time=datetime.fromtimestamp(int(block["timestamp"], 16), UTC),
    )


def _ask(rpc_url: str, method: str, *parameters: object) -> dict[str, Any]:
    call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}
    try:
        with httpx.Client(timeout=ANSWER_TIMEOUT_S, trust_env=False) as client:
            result = client.post(rpc_url, json=call).json()["result"]
    except (httpx.HTTPError, ValueError, LookupError) as error:
        raise ChildFailed(f"The chain did not answer {method}.", "Try again.") from error
    if not isinstance(result, dict):
        raise NotAsExpected(f"The chain knows nothing of what {method} asked for.")
    return result
