"""Sending stored attempts: only ever their stored bytes, as often as it takes. No database here."""

from contracts.errors import ChainRefused
from issuer.anchoring.errors import NonceTaken, WrongChain
from issuer.anchoring.ethereum import EthereumClient
from issuer.anchoring.models import Anchor
from issuer.anchoring.repository import StoredAnchor


def check_same_chain(client: EthereumClient, anchor: Anchor) -> None:
    """Raise WrongChain unless settings, node and the anchor's bytes are of one chain."""
    if client.chain_id != anchor.chain_id:
        raise WrongChain(
            f"The batch {anchor.batch_id} has a transaction for chain {anchor.chain_id}, and the "
            f"settings now say chain {client.chain_id}.",
            "Anchor it where it was begun: set the chain back.",
        )
    client.check_chain()


def send_current(client: EthereumClient, stored: StoredAnchor) -> None:
    """Hand the bytes of the attempt that counts to the node.

    That the node has an earlier attempt and does not want to replace it is no fault: each of
    them anchors the batch.

    Raises:
        NonceTaken: another transaction has our nonce. An alarm: nothing is signed anew.
        ChainRefused: the node does not take the transaction, for another reason.
    """
    current = stored.current
    try:
        client.send_raw(current.raw_transaction, current.tx_hash)
    except ChainRefused:
        # Nodes word it differently ("already known", "already imported", "nonce too low"), so it
        # is not the words that count: if the node has one of ours, all is well.
        if _knows_any(client, stored):
            return
        check_nonce_is_ours(client, stored)
        raise


def check_nonce_is_ours(client: EthereumClient, stored: StoredAnchor) -> None:
    """Raise NonceTaken if the chain has a transaction with our nonce and it is not ours."""
    anchor = stored.anchor
    taken = client.transaction_count(anchor.sender) > stored.current.nonce
    # Asked after the count: ours may have been mined between two answers.
    if taken and not _knows_any(client, stored):
        raise _nonce_taken(stored)


def _knows_any(client: EthereumClient, stored: StoredAnchor) -> bool:
    return any(client.knows(one.tx_hash) for one in reversed(stored.attempts))


def _nonce_taken(stored: StoredAnchor) -> NonceTaken:
    anchor, nonce = stored.anchor, stored.current.nonce
    return NonceTaken(
        f"The transaction {anchor.tx_hash} of batch {anchor.batch_id} can never be mined: the "
        f"account {anchor.sender} used its number {nonce} for another transaction.",
        "Something else sends from this account. Nothing was signed again; find out what it is.",
        details={"transaction": anchor.tx_hash, "sender": anchor.sender, "nonce": nonce},
    )
