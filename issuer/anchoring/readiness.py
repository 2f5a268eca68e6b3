"""What has to be known from the chain before an anchor is signed. No database here."""

from dataclasses import dataclass

from issuer.anchoring.contract import anchored_at, check_balance, check_contract, gas_limit
from issuer.anchoring.errors import AlreadyAnchored, HistoryLost
from issuer.anchoring.ethereum import EthereumClient, Fees

ANCHOR_GAS = 46_000
"""The most that anchoring uses, whatever the batch's size (tests/unit/contracts holds it)."""


@dataclass(frozen=True, slots=True)
class AnchorQuote:
    """What the chain says of an anchor that would be made now.

    Attributes:
        gas: gas to allow.
        fees: what to pay for each unit of it.
        sent: transactions of the account that the node knows, mined or waiting.
    """

    gas: int
    fees: Fees
    sent: int


def check_ready(client: EthereumClient, sender: str, contract: str) -> Fees:
    """Raise unless an anchor could be made now; asked before minting starts.

    Args:
        client: the node.
        sender: checksummed address of the issuer's account.
        contract: checksummed address of the anchor contract.

    Returns:
        The fees under which it would be made.

    Raises:
        WrongChain, NoCode, OtherCode, FeeTooHigh, LowBalance: as they say.
        ChainUnreachable, ChainRefused, ChainBadAnswer: from the node.
    """
    client.check_chain()
    check_contract(client, contract)
    fees = client.fees()
    check_balance(client, sender, gas_limit(ANCHOR_GAS), fees)
    return fees


def quote_anchor(
    client: EthereumClient,
    sender: str,
    contract: str,
    root: bytes,
    *,
    confirmed_nonce: int | None = None,
) -> AnchorQuote:
    """Ask the chain all that signing an anchor of this root needs.

    Args:
        client, sender, contract: as for ``check_ready``.
        root: the Merkle root, 32 bytes.
        confirmed_nonce: the account's highest nonce that was seen confirmed before this call.

    Raises:
        HistoryLost: the chain does not know that nonce any more.
        AlreadyAnchored: the account anchored the root before.
        And whatever ``check_ready`` raises.
    """
    fees = check_ready(client, sender, contract)
    mined = client.transaction_count(sender)
    if confirmed_nonce is not None and confirmed_nonce >= mined:
        raise HistoryLost(
            f"The chain {client.chain_id} knows {mined} transactions of {sender}, but the one "
            f"numbered {confirmed_nonce} was seen confirmed.",
            "The node lags behind, or belongs to a chain that was begun anew.",
        )
    if anchored_at(client, contract, sender, root):
        raise AlreadyAnchored(
            f"The account {sender} has already anchored the root 0x{root.hex()}, by a "
            "transaction that this database does not know.",
            "Was the database restored from an older copy? Find the transaction by the "
            "contract's events before you go on.",
        )
    return AnchorQuote(
        gas=gas_limit(client.estimate_gas(sender, contract, root)),
        fees=fees,
        sent=client.transaction_count(sender, pending=True),
    )
