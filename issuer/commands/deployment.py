"""Deploys a contract once: checked before, kept before it is sent, waited for, checked after.

Signing and fees are those of anchoring. Running it again after any interruption goes on where it
stopped: the account's number of the transaction is kept, and with it the contract's address.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts import issuer_registry
from contracts.artifacts import ISSUER_REGISTRY, ContractArtifact
from contracts.deployment import Deployment, created_address
from contracts.errors import ChainBadAnswer, ChainRefused
from contracts.words import word_of_address
from issuer.anchoring.account import EthereumAccount
from issuer.anchoring.contract import check_balance, gas_limit, transaction
from issuer.anchoring.errors import NoCode, OtherCode
from issuer.anchoring.ethereum import EthereumClient, Fees
from issuer.anchoring.signing import bumped
from issuer.commands.deployment_files import Attempt, DeploymentFiles, Pending, opened
from issuer.commands.errors import (
    DeploymentFailed,
    DeploymentGone,
    DeploymentOvertaken,
)
from issuer.commands.mined import Mined, await_mined

Announce = Callable[[str], None]
"""Told each step in a few words."""
Nonces = Callable[[int], AbstractContextManager[int]]
"""Gives the account's next number, at least the one it is told; kept when the block ends well."""


@dataclass(frozen=True)
class Order:
    """What to deploy.

    Attributes:
        artifact: the contract.
        folder: where the deployments are written.
        arguments: what its constructor is given, addresses by name, in their order.
        confirmations: blocks that have to stand on the deployment, its own included.
        timeout_s: how long to wait for them.
    """

    artifact: ContractArtifact
    folder: Path
    arguments: dict[str, str]
    confirmations: int
    timeout_s: float

    @property
    def creation(self) -> bytes:
        """Data of the creating transaction: the code, and the arguments a word each."""
        words = (word_of_address(value) for value in self.arguments.values())
        return self.artifact.bytecode + b"".join(words)


@dataclass(frozen=True)
class Deployed:
    """What became of an order: the entry, its file, and whether it was there before."""

    deployment: Deployment
    path: Path
    was_there: bool


def deploy(
    order: Order,
    client: EthereumClient,
    *,
    sender: str,
    unlock: Callable[[], EthereumAccount],
    nonces: Nonces,
    announce: Announce,
) -> Deployed:
    """Deploy a contract, or find the one that was deployed before.

    Args:
        order: what to deploy.
        client: the node.
        sender: checksummed address of the account that pays.
        unlock: opens that account; asked only if there is something to sign.
        nonces: numbers of its transactions.
        announce: told each step.

    Raises:
        WrongChain, LowBalance, FeeTooHigh: before anything is signed.
        DeploymentGone, NoCode, OtherCode: what should be on the chain is not.
        DeploymentFailed, DeploymentOvertaken: it will never be mined as meant; run again.
        NotConfirmed: not yet; run again.
        DeploymentBusy, DeploymentsUnwritable, DeploymentsDamaged, PendingDamaged: the files.
        ChainUnreachable, ChainRefused, ChainBadAnswer: the node.
    """
    client.check_chain()
    with opened(order.folder, client.chain_id, _genesis(client)) as files:
        found = files.read().latest(
            order.artifact.name, code_hash=order.artifact.code_hash, arguments=order.arguments
        )
        if found is not None:
            _check_still_there(client, order.artifact, found, files.path)
            files.drop_pending(order.artifact.name)
            return Deployed(found, files.path, was_there=True)
        run = _Run(order, client, sender, unlock, nonces, announce, files)
        return Deployed(run.deploy(), files.path, was_there=False)


@dataclass(frozen=True)
class _Run:
    """One deployment under way; the files are ours alone until it ends."""

    order: Order
    client: EthereumClient
    sender: str
    unlock: Callable[[], EthereumAccount]
    nonces: Nonces
    announce: Announce
    files: DeploymentFiles

    def deploy(self) -> Deployment:
        pending = self._begun()
        if pending is None:
            pending = self._begin()
        else:
            self.announce(f"Going on with {pending.attempts[-1].transaction}")
            pending = self._with_dearer_attempt(pending)
        self._send(pending)
        self.announce(f"Waiting for {self.order.confirmations} confirmation(s)")
        mined = self._await(pending)
        address = created_address(pending.sender, pending.nonce)
        _check_code(self.client, self.order.artifact, address)
        self._check_arguments(address)
        entry = self._entry(pending, mined, address)
        self.files.write(self.files.read().having(entry))
        self.files.drop_pending(self.order.artifact.name)
        return entry

    def _begun(self) -> Pending | None:
        """What an earlier run signed, as long as it is what is wanted now."""
        pending = self.files.pending(self.order.artifact.name)
        if pending is None:
            return None
        wanted = ("0x" + self.order.artifact.code_hash.hex(), self.order.arguments, self.sender)
        if (pending.code_hash, pending.arguments, pending.sender) != wanted:
            raise DeploymentOvertaken(
                f"A deployment of {pending.contract} by {pending.sender} with other arguments was "
                "begun and is not finished.",
                "Finish it with the command it was begun with, or move its .pending file out of "
                f"{self.order.folder} once the account's transaction {pending.nonce} is settled.",
            )
        return pending

    def _begin(self) -> Pending:
        fees = self.client.fees()
        data, sender = self.order.creation, self.sender
        gas = gas_limit(self.client.estimate_gas(sender, None, data))
        check_balance(self.client, sender, gas, fees)
        account = self.unlock()
        self.announce(f"Deploying {self.order.artifact.name} from {sender}")
        waiting = self.client.transaction_count(sender, pending=True)
        with self.nonces(waiting) as nonce:
            pending = Pending(
                chain_id=self.client.chain_id,
                genesis=self.files.genesis,
                contract=self.order.artifact.name,
                code_hash="0x" + self.order.artifact.code_hash.hex(),
                arguments=self.order.arguments,
                sender=sender,
                nonce=nonce,
                gas=gas,
                attempts=(self._sign(account, nonce, gas, fees),),
            )
            self.files.write_pending(pending)
        return pending

    def _with_dearer_attempt(self, pending: Pending) -> Pending:
        """The same transaction with higher fees, where no block could take the last one now."""
        last = pending.attempts[-1]
        if any(self.client.receipt(one.transaction) for one in pending.attempts):
            return pending
        fees = self.client.fees()
        needed = (fees.max_fee_per_gas + fees.max_priority_fee_per_gas) // 2
        if last.max_fee_per_gas >= needed:
            return pending
        dearer = bumped(Fees(last.max_fee_per_gas, last.max_priority_fee_per_gas), fees)
        self.client.check_ceiling(dearer)
        check_balance(self.client, pending.sender, pending.gas, dearer)
        self.announce("The fee has become too low; offering a higher one")
        attempt = self._sign(self.unlock(), pending.nonce, pending.gas, dearer)
        pending = pending.model_copy(update={"attempts": (*pending.attempts, attempt)})
        self.files.write_pending(pending)
        return pending

    def _sign(self, account: EthereumAccount, nonce: int, gas: int, fees: Fees) -> Attempt:
        unsigned: dict[str, Any] = transaction(
            self.client.chain_id, nonce, to=None, data=self.order.creation, gas=gas, fees=fees
        )
        signed = account.sign(unsigned)
        return Attempt(
            transaction=signed.tx_hash,
            raw="0x" + signed.raw.hex(),
            max_fee_per_gas=fees.max_fee_per_gas,
            max_priority_fee_per_gas=fees.max_priority_fee_per_gas,
        )

    def _send(self, pending: Pending) -> None:
        """Hand the last attempt to the node, unless it has one of them."""
        last = pending.attempts[-1]
        if self.client.knows(last.transaction):
            return
        try:
            self.client.send_raw(bytes.fromhex(last.raw[2:]), last.transaction)
        except ChainRefused:
            # As in anchoring: the words of a refusal differ, what the node has does not.
            if any(self.client.knows(one.transaction) for one in pending.attempts):
                return
            if self.client.transaction_count(pending.sender) > pending.nonce:
                self.files.drop_pending(pending.contract)
                raise DeploymentOvertaken(
                    f"The account {pending.sender} used its number {pending.nonce} for another "
                    "transaction, so the deployment that was signed can never be mined.",
                    "Nothing was deployed. Run the command again.",
                ) from None
            raise

    def _await(self, pending: Pending) -> Mined:
        """Wait until one of the attempts stands deep enough."""
        mined = await_mined(
            self.client,
            [one.transaction for one in pending.attempts],
            confirmations=self.order.confirmations,
            timeout_s=self.order.timeout_s,
        )
        if not mined.succeeded:
            self.files.drop_pending(pending.contract)
            raise DeploymentFailed(
                f"The transaction {mined.transaction}, which was to create {pending.contract}, "
                "failed.",
                "Nothing was deployed. See on a block explorer why, then run again.",
            )
        return mined

    def _check_arguments(self, address: str) -> None:
        """Ask the new contract who may write it."""
        if self.order.artifact.name != ISSUER_REGISTRY:
            return
        try:
            answer = self.client.call(address, issuer_registry.network_calldata())
            network = issuer_registry.read_address(answer)
        except ValueError:
            raise ChainBadAnswer(f"The registry at {address} does not say who writes it.") from None
        if network != self.order.arguments["network"]:
            raise ChainBadAnswer(
                f"The registry at {address} is written by {network}, not by "
                f"{self.order.arguments['network']}.",
                "Ask another node: this one answers wrongly.",
            )

    def _entry(self, pending: Pending, mined: Mined, address: str) -> Deployment:
        artifact = self.order.artifact
        return Deployment(
            contract=artifact.name,
            address=address,
            transaction=mined.transaction,
            block_number=mined.block.number,
            block_hash=mined.block.block_hash,
            deployer=pending.sender,
            arguments=self.order.arguments,
            code_hash="0x" + artifact.code_hash.hex(),
            source_sha256=artifact.source_sha256,
            compiler=artifact.compiler,
            date=mined.block.time,
        )


def _genesis(client: EthereumClient) -> str:
    block = client.block(0)
    if block is None:
        raise ChainBadAnswer(
            "The node does not show the chain's first block, by which chains of the same number "
            "are told apart.",
            "Use another node.",
        )
    return block.block_hash


def _check_code(client: EthereumClient, artifact: ContractArtifact, address: str) -> None:
    code = client.code(address)
    if not code:
        raise NoCode(
            f"There is no contract at {address} on chain {client.chain_id}.",
            "Ask another node, then run the command again.",
        )
    if code != artifact.runtime:
        raise OtherCode(
            f"The contract at {address} on chain {client.chain_id} is not our {artifact.name}.",
            "Ask another node, then run the command again.",
        )


def _check_still_there(
    client: EthereumClient, artifact: ContractArtifact, found: Deployment, path: Path
) -> None:
    try:
        _check_code(client, artifact, found.address)
    except (NoCode, OtherCode) as error:
        raise DeploymentGone(
            f"{path} says that {found.contract} was deployed at {found.address} in block "
            f"{found.block_number:,}, but the node has another opinion: {error.sentence}",
            "If the node is behind, wait. If the chain went back on that block, move the file "
            "away and deploy again.",
        ) from None
