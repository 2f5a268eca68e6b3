"""What ``issuer deploy`` keeps on disk: the chain's deployments, and one that is under way.

The signed transaction is written before it is sent. Whoever runs the command again after a crash
sends the same transaction again, or a dearer one with the same number, so that there is one
contract, at an address that was known from the start.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contracts import deployment as deployments
from contracts.deployment import Address, Deployments, Hash
from issuer.commands.errors import DeploymentBusy, DeploymentsUnwritable, PendingDamaged

_MAX_PENDING_BYTES: Final = 4 * 1024 * 1024


class Attempt(BaseModel):
    """One signed transaction; several of the same number differ in their fees."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    transaction: Hash
    raw: str = Field(pattern=r"^0x([0-9a-f]{2})+$")
    """The signed bytes. No secret: whoever sends them only does what was meant."""
    max_fee_per_gas: int = Field(gt=0)
    max_priority_fee_per_gas: int = Field(ge=0)


class Pending(BaseModel):
    """A deployment that was signed and has not been seen confirmed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chain_id: int
    genesis: Hash
    contract: str
    code_hash: Hash
    arguments: dict[str, str]
    sender: Address
    nonce: int = Field(ge=0)
    gas: int = Field(gt=0)
    attempts: tuple[Attempt, ...] = Field(min_length=1)


@dataclass(frozen=True)
class DeploymentFiles:
    """The files of one chain in one folder; use ``opened``."""

    folder: Path
    chain_id: int
    genesis: str

    @property
    def path(self) -> Path:
        """The chain's deployments."""
        return self.folder / f"{deployments.chain_name(self.chain_id, self.genesis)}.json"

    def read(self) -> Deployments:
        """What is deployed; nothing if there is no file.

        Raises:
            DeploymentsDamaged: the file is not one.
        """
        if not self.path.exists():
            return Deployments(chain_id=self.chain_id, genesis=self.genesis)
        return deployments.read(self.path)

    def write(self, found: Deployments) -> None:
        """Write what is deployed, whole or not at all."""
        _write(self.path, found.to_json(), mode=0o644)

    def pending(self, contract: str) -> Pending | None:
        """The deployment that is under way.

        Raises:
            PendingDamaged: the file is not one.
        """
        path = self._pending_path(contract)
        try:
            with path.open("rb") as file:
                return Pending.model_validate_json(file.read(_MAX_PENDING_BYTES))
        except FileNotFoundError:
            return None
        except (OSError, ValidationError):
            raise PendingDamaged(
                f"{path}, which holds a deployment that was begun, cannot be read.",
                "See on a block explorer whether the account has created a contract; then move "
                "the file away.",
            ) from None

    def write_pending(self, pending: Pending) -> None:
        """Keep a signed deployment, before it is sent."""
        _write(self._pending_path(pending.contract), pending.model_dump_json(indent=2), mode=0o600)

    def drop_pending(self, contract: str) -> None:
        """Forget a deployment that is over."""
        self._pending_path(contract).unlink(missing_ok=True)

    def _pending_path(self, contract: str) -> Path:
        return self.path.with_suffix(f".{contract}.pending")


@contextmanager
def opened(folder: Path, chain_id: int, genesis: str) -> Iterator[DeploymentFiles]:
    """The files of a chain, for one process at a time.

    Raises:
        DeploymentBusy: another process deploys with this folder.
        DeploymentsUnwritable: the folder cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("ab")
    except OSError as error:
        raise _unwritable(folder, error) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DeploymentBusy(
                f"Another process deploys a contract with {folder}.", "Wait until it is done."
            ) from None
        yield DeploymentFiles(folder, chain_id, genesis)


def _write(path: Path, text: str, *, mode: int) -> None:
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(mode)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _unwritable(path.parent, error) from None


def _unwritable(folder: Path, error: OSError) -> DeploymentsUnwritable:
    return DeploymentsUnwritable(
        f"The folder {folder} cannot be written: {error.strerror}.",
        "Correct its permissions, or choose another folder with --write-to.",
    )
