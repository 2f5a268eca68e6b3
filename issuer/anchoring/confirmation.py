"""Waiting, for a bounded time, until a transaction stands in a block."""

import time

from issuer.anchoring.errors import NotConfirmed
from issuer.anchoring.ethereum import EthereumClient, Receipt

CONFIRM_TIMEOUT_S = 600.0
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 2.0


class Patience:
    """Pauses that grow, until a deadline."""

    def __init__(self, timeout_s: float) -> None:
        self._deadline = time.monotonic() + timeout_s
        self._pause_s = _FIRST_PAUSE_S

    def pause(self) -> bool:
        """Sleep a while; False, without sleeping, when time is up."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(self._pause_s, left))
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        return True


def await_receipt(client: EthereumClient, tx_hash: str, *, timeout_s: float) -> Receipt:
    """Wait until a block has a transaction, whether it succeeded there or not.

    Raises:
        NotConfirmed: no block within the time.
    """
    patience = Patience(timeout_s)
    while (receipt := client.receipt(tx_hash)) is None:
        if not patience.pause():
            raise not_confirmed(tx_hash, timeout_s)
    return receipt


def not_confirmed(tx_hash: str, timeout_s: float, problem: str | None = None) -> NotConfirmed:
    """The error for a transaction that we have waited for long enough."""
    why = f" {problem}" if problem else ""
    return NotConfirmed(
        f"The transaction {tx_hash} is not confirmed after {timeout_s:.0f} s.{why}",
        "Nothing is lost: run the same command again, and it goes on waiting for it.",
        details={"transaction": tx_hash},
    )
