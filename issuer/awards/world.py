"""What is outside the school, as awards ask it: the chain's node, and our own verifier.

Nothing about a person is ever sent to a node: what conditions may name is checked when an award
file is read.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from contracts.errors import ChainBadAnswer
from contracts.issuer_registry import did_hash
from contracts.words import (
    address_of_word,
    flag_of_word,
    number_of_word,
    selector,
    word_of_address,
    word_of_bytes32,
    word_of_number,
)
from issuer.anchoring.errors import NoCode, WrongChain
from issuer.anchoring.ethereum import EthereumClient
from issuer.anchoring.issuer_registry import Registry
from issuer.awards.definitions import NETWORK, Condition, Returns
from issuer.competency.badge_check import (
    VerifiedBadge,
    badge_settings,
    check_badge,
    check_badge_bytes,
)
from issuer.identity.node import open_node
from issuer.settings import Settings

RECEIVED: Final = "the credential"
"""What a credential that is looked at again is called in sentences."""


@dataclass(frozen=True)
class Outside:
    """The world as a school's settings name it.

    Attributes:
        settings: the school's.
        rpc: further nodes at which the verifier reads anchors, ``CHAINID=URL``.
        registry: the verifier's trust registry file.
    """

    settings: Settings
    rpc: Sequence[str] = ()
    registry: Path | None = None

    @contextmanager
    def chain(self) -> "Iterator[SchoolChain]":
        """The node that the settings name."""
        with (
            open_node(self.settings) as node,
            EthereumClient.of(self.settings, node.url) as client,
        ):
            client.check_chain()
            yield SchoolChain(self.settings, client)

    def check(self, document: bytes) -> None:
        """Our verifier's look at a credential.

        Raises:
            BadgeRefused, BadgeUndecided, BadgeUnfit: it does not accept it.
        """
        check_badge_bytes(document, RECEIVED, self._verifier())

    def badge(self, path: Path) -> VerifiedBadge:
        """A credential in a file, once our verifier accepts it.

        Raises:
            as check.
        """
        return check_badge(path, self._verifier())

    def badge_sent(self, data: bytes) -> VerifiedBadge:
        """A credential that was sent, once our verifier accepts it.

        Raises:
            as check.
        """
        return check_badge_bytes(data, RECEIVED, self._verifier())

    def _verifier(self) -> Any:  # VerifierSettings, which only badge_check may name
        settings = self.settings
        ours = [] if settings.uses_local_chain else [f"{settings.chain_id}={settings.rpc_url}"]
        loopback = settings.insecure_loopback
        return badge_settings(
            rpc=[*ours, *self.rpc], registry=self.registry, insecure_loopback=loopback
        )


@dataclass
class SchoolChain:
    """The chain that the school anchors on."""

    settings: Settings
    client: EthereumClient
    _checked: dict[str, Registry] = field(default_factory=dict)

    def accredits(self, registry: str, did: str) -> bool:
        """Whether a registry accredits an issuer now, with any account.

        Raises:
            NoCode, OtherCode, ChainUnreachable, …: it could not be asked.
        """
        found = self._registry(registry)
        try:
            hashed = did_hash(did)
        except (ValueError, UnicodeEncodeError):
            return False  # a registry knows issuers by their DIDs alone
        now = found.now()
        return any(
            one.covers(now)
            for account in found.anchors(hashed)
            for one in found.accreditations(hashed, account)
        )

    def accredits_school(self, registry: str, account: str) -> bool:
        """Whether a registry accredits this school now, with the account from which it anchors."""
        found, hashed = self._registry(registry), did_hash(self.settings.did)
        if not account:
            return False
        now = found.now()
        return any(one.covers(now) for one in found.accreditations(hashed, account))

    def holds(self, condition: Condition, account: str) -> bool:
        """Whether a contract answers as it has to.

        Raises:
            WrongChain: it lies on a chain that the settings name no node of.
            NoCode: there is no contract.
            ChainBadAnswer: the answer is not of the type.
            ChainUnreachable, ChainRefused: the node did not answer, or the call failed.
        """
        if condition.chain_id != self.client.chain_id:
            raise WrongChain(
                f"The settings name a node of chain {self.client.chain_id}, not of "
                f"{condition.chain_id}.",
                "Ask about contracts of the school's own chain.",
            )
        if not self.client.code(condition.contract):
            raise NoCode(f"There is no contract at {condition.contract}.", "Correct the condition.")
        answer = self.client.call(condition.contract, self._calldata(condition, account))
        try:
            return _spelt(answer, condition.returns) == condition.equals
        except ValueError:
            raise ChainBadAnswer(
                f"The contract at {condition.contract} does not answer with one "
                f"{condition.returns}.",
                "Correct the condition.",
            ) from None

    def _registry(self, name: str) -> Registry:
        address = self.settings.registry_address if name == NETWORK else name
        if not address:
            raise NoCode(
                "The settings name no registry of a network.",
                "Write registry_address into issuer.toml.",
            )
        if address not in self._checked:
            found = Registry(self.client, address)
            found.check()
            self._checked[address] = found
        return self._checked[address]

    def _calldata(self, condition: Condition, account: str) -> bytes:
        types = condition.function.partition("(")[2].rstrip(")").split(",")
        filled = {
            "{school.account}": account,
            "{school.did_hash}": "0x" + did_hash(self.settings.did).hex(),
        }
        words = [
            _word(filled.get(text, text), kind)
            for text, kind in zip(condition.arguments, types, strict=bool(condition.arguments))
        ]
        return selector(condition.function) + b"".join(words)


def _word(text: str, kind: str) -> bytes:
    if kind == Returns.BOOL:
        return word_of_number(int(text == "true"))
    if kind == Returns.UINT256:
        return word_of_number(int(text))
    if kind == Returns.ADDRESS:
        if not text:
            raise NoCode("The school has no account yet.", "Run `issuer init`.")
        return word_of_address(text)
    return word_of_bytes32(bytes.fromhex(text.removeprefix("0x")))


def _spelt(answer: bytes, returns: Returns) -> str:
    """An answer as definitions spell it.

    Raises:
        ValueError: it is of another type.
    """
    if returns is Returns.BOOL:
        return str(flag_of_word(answer)).lower()
    if returns is Returns.UINT256:
        return str(number_of_word(answer))
    if returns is Returns.ADDRESS:
        return address_of_word(answer)
    return "0x" + word_of_bytes32(answer).hex()
