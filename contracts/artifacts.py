"""The contracts as data: ABI and bytecode, as checked in by ``python -m contracts.compile``.

Needs no compiler and no Ethereum library, so the verifier can carry it too.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from eth_hash.auto import keccak

from contracts.errors import ArtifactDamaged

CREDENTIAL_ANCHOR = "CredentialAnchor"
"""Name of the contract that keeps (sender, root) → time."""
ISSUER_REGISTRY = "IssuerRegistry"
"""Name of the contract in which a network accredits issuers."""
CONTRACTS = (CREDENTIAL_ANCHOR, ISSUER_REGISTRY)
"""All contracts, in the order in which they are compiled."""


@dataclass(frozen=True, slots=True)
class ContractArtifact:
    """One compiled contract.

    Attributes:
        name: the contract's name, also the stem of its files.
        abi: the Solidity-style ABI, a list of JSON objects.
        bytecode: creation code; the ``data`` of the deploying transaction.
        runtime: what ``eth_getCode`` answers at a deployed address.
        compiler: compiler name and exact version.
        evm_version: oldest EVM on which the code runs.
        source_sha256: SHA-256 of the sources, hexadecimal (see contracts/compile.py).
        storage_layout: variable name → storage slot number, for storage proofs.
    """

    name: str
    abi: list[dict[str, Any]]
    bytecode: bytes
    runtime: bytes
    compiler: str
    evm_version: str
    source_sha256: str
    storage_layout: dict[str, int]

    @property
    def code_hash(self) -> bytes:
        """Keccak-256 of the runtime code: ``codeHash`` of the account in ``eth_getProof``."""
        return keccak(self.runtime)


@cache
def load(name: str) -> ContractArtifact:
    """Read a contract's checked-in files.

    Raises:
        ArtifactDamaged: a file is absent, not JSON, or lacks a member.
    """
    try:
        abi = json.loads(_read("abi", name))
        build = json.loads(_read("bytecode", name))
        return ContractArtifact(
            name=name,
            abi=abi,
            bytecode=bytes.fromhex(build["bytecode"].removeprefix("0x")),
            runtime=bytes.fromhex(build["runtime"].removeprefix("0x")),
            compiler=build["compiler"],
            evm_version=build["evm_version"],
            source_sha256=build["source_sha256"],
            storage_layout=build["storage_layout"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactDamaged(
            f"The compiled contract {name} cannot be read.",
            "Install the package again, or run: python -m contracts.compile",
        ) from error


def credential_anchor() -> ContractArtifact:
    """Return the contract that anchors Merkle roots."""
    return load(CREDENTIAL_ANCHOR)


def issuer_registry() -> ContractArtifact:
    """Return the contract in which a network accredits issuers."""
    return load(ISSUER_REGISTRY)


def _read(folder: str, name: str) -> str:
    return files("contracts").joinpath(folder, f"{name}.json").read_text(encoding="utf-8")
