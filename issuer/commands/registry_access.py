"""Writing an IssuerRegistry; how it is coded, contracts.issuer_registry knows."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from contracts import issuer_registry as abi
from issuer.anchoring.contract import check_balance, gas_limit, transaction
from issuer.anchoring.errors import Reverted
from issuer.anchoring.issuer_registry import Registry
from issuer.commands.errors import NotTheNetwork, RegistryRequestInvalid
from issuer.commands.mined import Mined, await_mined

if TYPE_CHECKING:
    from issuer.commands.chain_access import ChainAccess

TIMEOUT_S: Final = 600.0
"""How long to wait until the chain has what was written."""


def write(
    access: "ChainAccess", registry: Registry, data: bytes, *, writer: str | None = None
) -> Mined:
    """Send one transaction to the registry and wait until it counts.

    Args:
        access: the chain and the account.
        registry: where to.
        data: the calldata.
        writer: the account that has to send it; the network's if None.

    Raises:
        NotTheNetwork: the account is another; nothing was sent.
        ChainRefused: it would revert, with the contract's reason; nothing was sent.
        LowBalance: the account cannot pay; nothing was sent.
        Reverted, NotConfirmed: what became of it.
    """
    client, sender = registry.client, access.address()
    _check_writer(registry, sender, writer or registry.network())
    fees = client.fees()
    gas = gas_limit(client.estimate_gas(sender, registry.address, data))
    check_balance(client, sender, gas, fees)
    account = access.unlock()
    with access.nonce(client.transaction_count(sender, pending=True)) as nonce:
        unsigned: dict[str, Any] = transaction(
            client.chain_id, nonce, to=registry.address, data=data, gas=gas, fees=fees
        )
        signed = account.sign(unsigned)
        client.send_raw(signed.raw, signed.tx_hash)
    mined = await_mined(
        client, [signed.tx_hash], confirmations=access.confirmations, timeout_s=TIMEOUT_S
    )
    if not mined.succeeded:
        raise Reverted(
            f"The transaction {mined.transaction} failed in block {mined.block.number:,}.",
            "The registry is as it was before. See on a block explorer why.",
        )
    return mined


def moment_given(text: str, option: str) -> datetime:
    """A time from the command line: ``2026-09-01`` (its first moment, UTC) or RFC 3339.

    Raises:
        RegistryRequestInvalid: it is neither.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    is_date_alone = moment is not None and "T" not in text and ":" not in text
    if moment is None or (moment.tzinfo is None and not is_date_alone):
        raise RegistryRequestInvalid(
            f"{option} {text[:40]!r} is not a time.",
            "Write a date, such as 2026-09-01, or a time with its zone: 2026-09-01T08:00:00Z.",
        )
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def did_hash_given(did: str) -> bytes:
    """The hash of a DID from the command line.

    Raises:
        RegistryRequestInvalid: it is no DID.
    """
    try:
        return abi.did_hash(did)
    except (ValueError, UnicodeEncodeError) as error:
        raise RegistryRequestInvalid(f"{did[:80]!r} cannot be used. {error}") from None


def _check_writer(registry: Registry, sender: str, writer: str) -> None:
    if sender == writer:
        return
    raise NotTheNetwork(
        f"The registry at {registry.address} takes this from {writer} alone, and the account here "
        f"is {sender}.",
        "Name the right account with --keystore.",
    )
