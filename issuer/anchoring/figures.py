"""How the anchors and the chain stand, in numbers for whoever watches them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from issuer.anchoring.ethereum import EthereumClient
from issuer.anchoring.models import Anchor, AnchorAttempt, AnchorNonce, AnchorState
from issuer.web.metrics import Reading

NODE_TIMEOUT_S: Final = 2.0
"""Whoever asks for the metrics waits for the node, so not for long."""
_UNKNOWN: Final = (
    "Mined transactions of the account that this database does not account for: it was restored "
    "from an older copy, or the account is used elsewhere."
)


def read_anchors(session: Session, now: datetime) -> list[Reading]:
    """Anchors by state, and how long the oldest has waited for its confirmation.

    Args:
        session: reads only.
        now: aware UTC.
    """
    query = select(col(Anchor.state), func.count()).group_by(col(Anchor.state))
    found = {str(state): count for state, count in session.execute(query)}
    waiting = (
        select(func.min(col(AnchorAttempt.created_at)))
        .join(Anchor, col(Anchor.batch_id) == col(AnchorAttempt.batch_id))
        .where(col(Anchor.state).not_in((AnchorState.CONFIRMED, AnchorState.GIVEN_UP)))
    )
    since = session.execute(waiting).scalar_one()
    problems = select(func.count()).where(col(Anchor.problem).is_not(None))
    return [
        *(
            Reading("anchors", "Anchors by state.", found.get(state, 0), ("state", state.value))
            for state in AnchorState
        ),
        Reading(
            "anchors_with_a_problem",
            "Anchors that something keeps from going on: see `issuer anchor status`.",
            session.execute(problems).scalar_one(),
        ),
        Reading(
            "oldest_unconfirmed_anchor_age_seconds",
            "Since when the oldest anchor that is not confirmed was signed; 0 if all are.",
            max(0.0, (now - since).total_seconds()) if since is not None else 0.0,
        ),
    ]


def known_transactions(session: Session, chain_id: int, sender: str) -> int | None:
    """How many transactions of an account the database accounts for; None before the first."""
    found = session.get(AnchorNonce, (chain_id, sender))
    return found.next_nonce if found is not None else None


class ChainFigures:
    """Asks one node about its newest block and the account's balance and transactions.

    Args:
        url: the node's JSON-RPC address.
        chain_id: the chain that it has to belong to.
        account: tells the address of the anchoring account and how many of its transactions the
            database accounts for (None before the first), or None if there is no account yet.
        clock: tells the present, aware and in UTC.
    """

    def __init__(
        self,
        url: str,
        chain_id: int,
        account: Callable[[], tuple[str, int | None] | None],
        clock: Callable[[], datetime],
    ) -> None:
        self._url = url
        self._chain_id = chain_id
        self._account = account
        self._clock = clock
        self._client: EthereumClient | None = None

    def read(self) -> Sequence[Reading]:
        """Age of the newest block, and the balance.

        Raises:
            WrongChain: the node belongs to another chain.
            ChainUnreachable, ChainRefused, ChainBadAnswer: from the node.
        """
        client = self._open()
        client.check_chain()
        head = client.block(client.latest_block_number())
        readings = []
        if head is not None:
            age = (self._clock() - head.time).total_seconds()
            readings = [Reading("chain_head_age_seconds", "Age of the node's newest block.", age)]
        account = self._account()
        if account is None:
            return readings
        address, known = account
        balance = client.balance(address)
        readings.append(
            Reading("anchor_account_balance_wei", "What the account can pay with.", balance)
        )
        if known is not None:
            unknown = max(0, client.transaction_count(address) - known)
            readings.append(Reading("anchor_account_unknown_transactions", _UNKNOWN, unknown))
        return readings

    def _open(self) -> EthereumClient:
        """The client, made when it is first needed: its libraries take a second to load."""
        if self._client is None:
            self._client = EthereumClient(
                self._url, chain_id=self._chain_id, timeout_s=NODE_TIMEOUT_S
            )
        return self._client
