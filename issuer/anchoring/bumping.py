"""Whether, and how, a stuck transaction is replaced by one with a higher fee. No database here."""

from datetime import datetime

from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.contract import check_balance
from issuer.anchoring.errors import FeeTooHigh, LowBalance
from issuer.anchoring.ethereum import EthereumClient
from issuer.anchoring.models import AnchorAttempt
from issuer.anchoring.repository import StoredAnchor
from issuer.anchoring.sending import check_nonce_is_ours
from issuer.anchoring.signing import AnchorCall, bumped, fees_of, sign_attempt


def bump(
    stored: StoredAnchor,
    *,
    client: EthereumClient,
    account: EthereumAccount | None,
    now: datetime,
) -> AnchorAttempt | str | None:
    """Sign the batch's root once more, at the same nonce, with a higher fee.

    Returns:
        The new attempt, neither stored nor sent; or why there is none, in words; or None where
        one of ours came into a block meanwhile.

    Raises:
        NonceTaken: another transaction has our nonce.
        ChainUnreachable, ChainRefused, ChainBadAnswer: from the node.
    """
    current, sender = stored.current, stored.anchor.sender
    mined = client.transaction_count(sender)
    if mined > current.nonce:
        check_nonce_is_ours(client, stored)
        return None
    if mined < current.nonce:
        return (
            f"It waits for the account's transaction numbered {mined}; its own number is "
            f"{current.nonce}. Earlier batches come first: see issuer anchor status."
        )
    if current.sent_block is not None and client.latest_block_number() <= current.sent_block:
        return "The chain has made no block since it was sent. Wait, or ask another node."
    if account is None:
        return (
            "It has waited long enough for a higher fee, which has to be signed. Run issuer "
            "anchor resume with the passphrase."
        )
    if account.address != sender:
        return (
            f"It has waited long enough for a higher fee, which only the account {sender} can "
            "sign. Put that account's keystore back until it is confirmed, or wait."
        )
    return _signed(stored, client, account, now)


def _signed(
    stored: StoredAnchor, client: EthereumClient, account: EthereumAccount, now: datetime
) -> AnchorAttempt | str:
    current, anchor = stored.current, stored.anchor
    try:
        fees = bumped(fees_of(current), client.fees())
        client.check_ceiling(fees)
        check_balance(client, anchor.sender, current.gas, fees)
    except (FeeTooHigh, LowBalance) as error:
        return str(error)
    number = stored.attempts[-1].number + 1
    # The batch's own nonce, whatever another transaction of its root had.
    call = AnchorCall(anchor.batch_id, anchor.chain_id, anchor.nonce, anchor.to, anchor.root)
    return sign_attempt(account, call, number, gas=current.gas, fees=fees, now=now)
