"""Reading and writing an IssuerRegistry; how it is coded, contracts.issuer_registry knows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from contracts import issuer_registry as abi
from contracts.artifacts import issuer_registry
from contracts.errors import ChainBadAnswer
from contracts.issuer_registry import Accreditation
from issuer.anchoring.contract import check_balance, gas_limit, transaction
from issuer.anchoring.errors import NoCode, OtherCode, Reverted
from issuer.anchoring.ethereum import EthereumClient
from issuer.commands.errors import NotTheNetwork, RegistryRequestInvalid
from issuer.commands.mined import Mined, await_mined

if TYPE_CHECKING:
    from issuer.commands.chain_access import ChainAccess

T = TypeVar("T")

TIMEOUT_S: Final = 600.0
"""How long to wait until the chain has what was written."""
_MAX_LISTED: Final = 1_024
"""Accounts of an issuer, and accreditations of an account, that are read at most."""


@dataclass(frozen=True)
class Registry:
    """One registry on one chain."""

    client: EthereumClient
    address: str

    def check(self) -> None:
        """Raise unless our registry, exactly, lies at the address.

        Raises:
            WrongChain, NoCode, OtherCode: as they say.
        """
        self.client.check_chain()
        code = self.client.code(self.address)
        where = f"at {self.address} on chain {self.client.chain_id}"
        remedy = "Correct the registry's address, or the chain."
        if not code:
            raise NoCode(f"There is no contract {where}.", remedy)
        if code != issuer_registry().runtime:
            raise OtherCode(f"The contract {where} is not our IssuerRegistry.", remedy)

    def now(self) -> datetime:
        """The newest block's time: the registry's clock, which ours need not agree with."""
        block = self.client.block("latest")
        if block is None:
            raise ChainBadAnswer("The node has no newest block.", "Ask another node.")
        return block.time

    def network(self) -> str:
        """The account that writes, with checksum capitals."""
        return self._ask(abi.network_calldata(), abi.read_address)

    def next_network(self) -> str:
        """The account that may accept a handover; the zero address for none."""
        return self._ask(abi.next_network_calldata(), abi.read_address)

    def anchors(self, did_hash: bytes) -> list[str]:
        """The accounts that were ever accredited for an issuer, in the order of the first time."""
        count = self._ask(abi.anchor_count_calldata(did_hash), abi.read_number)
        return [
            self._ask(abi.anchor_at_calldata(did_hash, index), abi.read_address)
            for index in range(min(count, _MAX_LISTED))
        ]

    def accreditations(self, did_hash: bytes, anchor: str) -> list[Accreditation]:
        """What was recorded for an issuer and an account, the oldest first."""
        asked = abi.accreditation_count_calldata(did_hash, anchor)
        count = self._ask(asked, abi.read_number)
        return [
            self._ask(abi.accreditation_calldata(did_hash, anchor, index), abi.read_accreditation)
            for index in range(min(count, _MAX_LISTED))
        ]

    def _ask(self, data: bytes, read: Callable[[bytes], T]) -> T:
        answer = self.client.call(self.address, data)
        try:
            return read(answer)
        except ValueError:
            raise ChainBadAnswer(
                f"The contract at {self.address} does not answer as an IssuerRegistry would.",
                "Ask another node.",
            ) from None


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
