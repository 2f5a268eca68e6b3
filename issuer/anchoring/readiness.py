"""What has to be known from the chain before an anchor is signed. No database here."""

from dataclasses import dataclass

from contracts.errors import ChainBadAnswer
from issuer.anchoring.contract import WEI, anchored_at, check_balance, check_contract, gas_limit
from issuer.anchoring.errors import AlreadyAnchored, HistoryLost
from issuer.anchoring.ethereum import EthereumClient, Fees
from issuer.anchoring.found import FoundTransaction, find_anchoring

ANCHOR_GAS = 46_000
"""The most that anchoring uses, whatever the batch's size (tests/unit/contracts holds it)."""


MAX_GAS = 20 * ANCHOR_GAS
"""More than any chain counts for it; some count what they pay to another chain as gas."""
MAX_WAITING = 10_000
"""Transactions of one account that may wait; a node that says more would spoil our numbering."""
LOW_BATCHES = 10
"""A balance for fewer batches than this is warned of, before it is too late."""


@dataclass(frozen=True, slots=True)
class AnchorQuote:
    """What the chain says of an anchor that would be made now.

    Attributes:
        gas: gas to allow.
        fees: what to pay for each unit of it.
        sent: transactions of the account that the node knows, mined or waiting.
        found: the transaction by which the account anchored the root already, unknown to us.
    """

    gas: int
    fees: Fees
    sent: int
    found: FoundTransaction | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a batch costs, and how far the account's balance goes.

    Attributes:
        fees: what a batch would offer for each unit of gas now.
        balance_wei: what the account holds.
        batch_wei: the most that one batch costs at these fees; usually it is about half.
    """

    fees: Fees
    balance_wei: int
    batch_wei: int

    @property
    def batches(self) -> int:
        """For how many batches, at this price, the balance is enough."""
        return self.balance_wei // self.batch_wei if self.batch_wei else self.balance_wei

    @property
    def sentence(self) -> str:
        """How far the balance goes, for a person."""
        return (
            f"The Ethereum account holds {self.balance_wei / WEI:.6f} ether, enough for "
            f"{self.batches:,} more batches at {self.batch_wei / WEI:.6f} each."
        )

    @property
    def warning(self) -> str | None:
        """A sentence for the school if the balance will soon be too low."""
        return f"{self.sentence} Send it ether soon." if self.batches < LOW_BATCHES else None


def check_ready(client: EthereumClient, sender: str, contract: str) -> Readiness:
    """Raise unless an anchor could be made now; asked before minting starts.

    Args:
        client: the node.
        sender: checksummed address of the issuer's account.
        contract: checksummed address of the anchor contract.

    Returns:
        What a batch costs, and a warning where the balance is nearly used up.

    Raises:
        WrongChain, NoCode, OtherCode, FeeTooHigh, LowBalance: as they say.
        ChainUnreachable, ChainRefused, ChainBadAnswer: from the node.
    """
    client.check_chain()
    check_contract(client, contract)
    fees = client.fees()
    gas = gas_limit(ANCHOR_GAS)
    balance = check_balance(client, sender, gas, fees)
    return Readiness(fees, balance, gas * fees.max_fee_per_gas)


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
        AlreadyAnchored: the account anchored the root before, by a transaction that cannot be
            read. (One that can is in the quote.)
        And whatever ``check_ready`` raises.
    """
    fees = check_ready(client, sender, contract).fees
    mined = client.transaction_count(sender)
    if confirmed_nonce is not None and confirmed_nonce >= mined:
        raise HistoryLost(
            f"The chain {client.chain_id} knows {mined} transactions of {sender}, but the one "
            f"numbered {confirmed_nonce} was seen confirmed.",
            "The node lags behind, or belongs to a chain that was begun anew. Run issuer anchor "
            "check.",
        )
    if anchored_at(client, contract, sender, root):
        found = find_anchoring(client, contract, sender, root)
        if found is None:
            raise already_anchored(sender, root)
        return AnchorQuote(found.gas, found.fees, mined, found)
    gas = client.estimate_gas(sender, contract, root)
    sent = client.transaction_count(sender, pending=True)
    if gas > MAX_GAS or not mined <= sent <= mined + MAX_WAITING:
        raise ChainBadAnswer(
            f"The node says that the account has sent {sent} transactions, {mined} of them mined, "
            f"and that an anchor uses {gas} gas. That cannot be.",
            "Nothing was signed. Use another node.",
        )
    return AnchorQuote(gas_limit(gas), fees, sent)


def already_anchored(sender: str, root: bytes) -> AlreadyAnchored:
    """The error for a root that is anchored, and not for this batch."""
    return AlreadyAnchored(
        f"The account {sender} has already anchored the root 0x{root.hex()}, by a "
        "transaction that is not this batch's.",
        "Was the database restored from an older copy? Find the transaction by the "
        "contract's events before you go on.",
    )
