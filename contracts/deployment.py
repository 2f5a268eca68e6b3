"""Where contracts are deployed: one JSON file a chain, ``deployments/<chain>.json``.

Written by ``issuer deploy``, read by whoever has to find a contract, and validated then: a wrong
address in such a file would be believed by everybody who uses it. Needs no Ethereum library.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Final, Self

from eth_hash.auto import keccak
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from contracts.errors import DeploymentsDamaged
from contracts.words import ADDRESS_SIZE, checksum_address, word_of_address

MAX_FILE_BYTES: Final = 1024 * 1024
GENESIS: Final[Mapping[str, tuple[int, str]]] = {
    "mainnet": (1, "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"),
    "sepolia": (11155111, "0x25a5cc106eea7138acab33231d7160d69cb777ee0c2c553fcddf5138993e6dd9"),
}
"""Chains that have a name: number and hash of the first block. A local chain may borrow a number,
never a first block."""
_GENESIS_DIGITS: Final = 8
_RLP_STRING: Final = 0x80
_RLP_LIST: Final = 0xC0


def _with_checksum(address: str) -> str:
    if checksum_address(address) != address:
        raise ValueError("the capitals of the address are not those of EIP-55")
    return address


Hash = Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]
Address = Annotated[str, AfterValidator(_with_checksum)]


class Deployment(BaseModel):
    """One contract at one address. An entry is never changed: old contracts stay where they are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contract: str = Field(pattern=r"^[A-Z][A-Za-z0-9]{0,63}$")
    """Name of the contract, as in contracts/bytecode."""
    address: Address
    """With the capitals of EIP-55."""
    transaction: Hash
    """The transaction that created it."""
    block_number: int = Field(ge=0)
    block_hash: Hash
    deployer: Address
    """Who sent that transaction; has no power over the contract by that."""
    arguments: dict[str, str] = Field(default_factory=dict)
    """What the constructor was given, by name: ``network`` of an IssuerRegistry."""
    code_hash: Hash
    """Keccak-256 of the code at the address, as in an account proof."""
    source_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """As in contracts/bytecode at that time."""
    compiler: str = Field(min_length=1, max_length=100)
    """Name and exact version."""
    date: AwareDatetime
    """The block's time."""


class Deployments(BaseModel):
    """All that is deployed on one chain, the oldest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chain_id: int = Field(gt=0)
    genesis: Hash
    """Hash of the chain's first block: two chains may share a number."""
    deployments: tuple[Deployment, ...] = ()

    @model_validator(mode="after")
    def _addresses_are_different(self) -> Self:
        addresses = [one.address for one in self.deployments]
        if len(set(addresses)) != len(addresses):
            raise ValueError("two entries have the same address")
        return self

    @property
    def name(self) -> str:
        """Name of the chain, and of the file without its ending."""
        return chain_name(self.chain_id, self.genesis)

    def of(self, contract: str) -> tuple[Deployment, ...]:
        """All deployments of a contract, the oldest first."""
        return tuple(one for one in self.deployments if one.contract == contract)

    def latest(
        self, contract: str, *, code_hash: bytes, arguments: Mapping[str, str] | None = None
    ) -> Deployment | None:
        """The newest deployment of a version of a contract; None if there is none.

        Args:
            contract: the contract's name.
            code_hash: ``ContractArtifact.code_hash`` of the version.
            arguments: only deployments whose constructor was given exactly these.
        """
        asked = "0x" + code_hash.hex()
        found = [
            one
            for one in self.of(contract)
            if one.code_hash == asked and (arguments is None or one.arguments == dict(arguments))
        ]
        return found[-1] if found else None

    def having(self, deployment: Deployment) -> "Deployments":
        """The same with one more entry.

        Raises:
            DeploymentsDamaged: there is an entry for that address.
        """
        if any(one.address == deployment.address for one in self.deployments):
            raise DeploymentsDamaged(
                f"The deployments of {self.name} have an entry for {deployment.address} already."
            )
        return self.model_copy(update={"deployments": (*self.deployments, deployment)})

    def to_json(self) -> str:
        """The file's text."""
        value = self.model_dump(mode="json")
        for entry, deployment in zip(value["deployments"], self.deployments, strict=True):
            moment = deployment.date.astimezone(UTC)
            entry["date"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        return json.dumps(value, indent=2) + "\n"


def chain_name(chain_id: int, genesis: str) -> str:
    """Return how a chain's file is called: ``sepolia``, or ``chain-1337-0badc0de`` without a name.

    Args:
        chain_id: EIP-155 number.
        genesis: hash of the first block, ``0x…``.
    """
    for name, chain in GENESIS.items():
        if chain == (chain_id, genesis):
            return name
    return f"chain-{chain_id}-{genesis[2 : 2 + _GENESIS_DIGITS]}"


def created_address(sender: str, nonce: int) -> str:
    """Return where the contract lies that a sender creates by its transaction of that number.

    The last 20 bytes of the Keccak-256 of RLP([sender, nonce]) (Yellow Paper, section 7).
    """
    account = word_of_address(sender)[-ADDRESS_SIZE:]
    digits = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    single = len(digits) == 1 and nonce < _RLP_STRING
    number = digits if single else bytes([_RLP_STRING + len(digits)]) + digits
    items = bytes([_RLP_STRING + ADDRESS_SIZE]) + account + number
    packed = bytes([_RLP_LIST + len(items)]) + items
    return checksum_address("0x" + keccak(packed)[-ADDRESS_SIZE:].hex())


def read(path: Path) -> Deployments:
    """Read a chain's file.

    Raises:
        DeploymentsDamaged: it is absent, not such a file, or not that of the chain it is named for.
    """
    return _read(path, path.name)


def published() -> Iterator[Deployments]:
    """Yield the deployments that come with this package: those on public chains.

    Raises:
        DeploymentsDamaged: as ``read``.
    """
    for file in sorted(files("contracts").joinpath("deployments").iterdir(), key=_name):
        if file.name.endswith(".json"):
            yield _read(file, file.name)


def _name(file: Traversable) -> str:
    return file.name


def _read(file: Traversable, name: str) -> Deployments:
    try:
        with file.open("rb") as opened:
            text = opened.read(MAX_FILE_BYTES + 1)
        if len(text) > MAX_FILE_BYTES:
            raise _damaged(name, f"it has more than {MAX_FILE_BYTES:,} bytes")
        found = Deployments.model_validate_json(text)
    except OSError as error:
        raise _damaged(name, error.strerror or "it cannot be read") from None
    except ValidationError as error:
        raise _damaged(name, _first_problem(error)) from None
    if name != f"{found.name}.json":
        raise _damaged(name, f"what it holds belongs into {found.name}.json")
    return found


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in problem["loc"])
    return f"{where}: {problem['msg']}" if where else problem["msg"]


def _damaged(name: str, why: str) -> DeploymentsDamaged:
    return DeploymentsDamaged(
        f"The deployments file {name} cannot be used: {why}.",
        "Restore it, or move it away and deploy again.",
    )
