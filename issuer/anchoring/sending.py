"""Sending a stored anchor: only ever its stored bytes, as often as it takes. No database here."""

from contracts.errors import ChainRefused
from issuer.anchoring.errors import NonceTaken, WrongChain
from issuer.anchoring.ethereum import EthereumClient
from issuer.anchoring.models import Anchor


def send_stored(client: EthereumClient, anchor: Anchor) -> None:
    """Hand the anchor's bytes to the node, unless it has them already.

    Raises:
        WrongChain: the node, or the client's settings, are of another chain than the bytes.
        NonceTaken: another transaction has our nonce. An alarm: nothing is signed anew.
        ChainRefused: the node does not take the transaction, for another reason.
    """
    if client.chain_id != anchor.chain_id:
        raise WrongChain(
            f"The batch {anchor.batch_id} has a transaction for chain {anchor.chain_id}, and the "
            f"settings now say chain {client.chain_id}.",
            "Anchor it where it was begun: set the chain back.",
        )
    client.check_chain()
    if client.knows(anchor.tx_hash):
        return
    try:
        client.send_raw(anchor.raw_transaction, anchor.tx_hash)
    except ChainRefused:
        # Nodes word it differently ("already known", "already imported", "nonce too low"), so it
        # is not the words that count: if the node has our transaction, all is well.
        if client.knows(anchor.tx_hash):
            return
        taken = client.transaction_count(anchor.sender) > anchor.nonce
        # Asked once more: another worker may have sent the same bytes between the two answers.
        if taken and not client.knows(anchor.tx_hash):
            raise _nonce_taken(anchor) from None
        raise


def _nonce_taken(anchor: Anchor) -> NonceTaken:
    return NonceTaken(
        f"The transaction {anchor.tx_hash} of batch {anchor.batch_id} can never be mined: the "
        f"account {anchor.sender} used its number {anchor.nonce} for another transaction.",
        "Something else sends from this account. Nothing was signed again; find out what it is.",
        details={"transaction": anchor.tx_hash, "sender": anchor.sender, "nonce": anchor.nonce},
    )
