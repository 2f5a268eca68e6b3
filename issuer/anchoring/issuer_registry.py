"""Reading an IssuerRegistry on its chain; how it is coded, contracts.issuer_registry knows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from contracts import issuer_registry as abi
from contracts.artifacts import issuer_registry
from contracts.errors import ChainBadAnswer
from contracts.issuer_registry import Accreditation
from issuer.anchoring.errors import NoCode, OtherCode
from issuer.anchoring.ethereum import EthereumClient

T = TypeVar("T")

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
