"""Signing an anchor, and signing it once more, at the same nonce, with a higher fee."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.contract import transaction
from issuer.anchoring.ethereum import Fees
from issuer.anchoring.models import AnchorAttempt

_BUMP_NUMERATOR, _BUMP_DENOMINATOR = 9, 8
"""12.5 % more: nodes take a replacement from 10 % (geth) or 12.5 % (others) on, on both fees."""


def bumped(paid: Fees, asked: Fees) -> Fees:
    """Fees for a replacement: what the chain asks now, and at least 12.5 % more than before."""
    return Fees(
        max(_more(paid.max_fee_per_gas), asked.max_fee_per_gas),
        max(_more(paid.max_priority_fee_per_gas), asked.max_priority_fee_per_gas),
    )


def _more(wei: int) -> int:
    # Rounded up, and more than before even where that was nothing.
    return max(-(-wei * _BUMP_NUMERATOR // _BUMP_DENOMINATOR), wei + 1)


@dataclass(frozen=True, slots=True)
class AnchorCall:
    """What every attempt of a batch has in common.

    Attributes:
        batch_id: the batch.
        chain_id: EIP-155 number of the chain.
        nonce: the batch's, for good.
        to: checksummed address of the anchor contract.
        root: the Merkle root, 32 bytes.
    """

    batch_id: UUID
    chain_id: int
    nonce: int
    to: str
    root: bytes


def sign_attempt(
    account: EthereumAccount, call: AnchorCall, number: int, *, gas: int, fees: Fees, now: datetime
) -> AnchorAttempt:
    """Sign a batch's transaction; nothing is stored here."""
    signed = account.sign(
        transaction(call.chain_id, call.nonce, to=call.to, data=call.root, gas=gas, fees=fees)
    )
    return attempt_of(
        call.batch_id,
        number,
        nonce=call.nonce,
        raw=signed.raw,
        tx_hash=signed.tx_hash,
        gas=gas,
        fees=fees,
        now=now,
    )


def attempt_of(
    batch_id: UUID,
    number: int,
    *,
    nonce: int,
    raw: bytes,
    tx_hash: str,
    gas: int,
    fees: Fees,
    now: datetime,
) -> AnchorAttempt:
    """The row of a signed transaction that was not sent yet."""
    return AnchorAttempt(
        batch_id=batch_id,
        number=number,
        nonce=nonce,
        raw_transaction=raw,
        tx_hash=tx_hash,
        gas=gas,
        max_fee_per_gas=fees.max_fee_per_gas,
        max_priority_fee_per_gas=fees.max_priority_fee_per_gas,
        created_at=now,
    )


def fees_of(attempt: AnchorAttempt) -> Fees:
    """What an attempt offers."""
    return Fees(attempt.max_fee_per_gas, attempt.max_priority_fee_per_gas)
