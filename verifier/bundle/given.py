"""What the reader of a bundle trusts beforehand, from the command line and from files."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contracts.artifacts import CREDENTIAL_ANCHOR
from contracts.deployment import published
from verifier.bundle.errors import CheckpointsInvalid
from verifier.bundle.headers import Header
from verifier.errors import SettingInvalid
from verifier.readers_file import read_readers_file

MAX_CHECKPOINT_BYTES = 8 * 1024 * 1024
MAX_CHECKPOINTS = 50_000
ANY_CHAIN = 0
"""Stands for a chain that the reader did not name."""
_HASH = re.compile(r"0x[0-9a-f]{64}", re.IGNORECASE)
_ADDRESS = re.compile(r"0x[0-9a-f]{40}", re.IGNORECASE)
_DIGEST = re.compile(r"(?:0x)?([0-9a-f]{64})", re.IGNORECASE)
_CHAIN_ID = re.compile(r"[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class TrustedBlock:
    """A block whose hash the reader has from somebody to be trusted.

    Args:
        hash: 32 bytes.
        chain_id: the chain it is of; ANY_CHAIN if the reader did not say.
        number: its height; None if the reader did not say.
    """

    hash: bytes
    chain_id: int = ANY_CHAIN
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """Everything that the reader trusts beforehand.

    Args:
        blocks: trusted blocks by hash.
        contracts: (chain id, address) of contracts that are known to have been made empty;
            addresses in lower case.
        did_documents: SHA-256 of DID documents, hexadecimal, in lower case.
    """

    blocks: Mapping[bytes, TrustedBlock] = field(default_factory=dict)
    contracts: frozenset[tuple[int, str]] = frozenset()
    did_documents: frozenset[str] = frozenset()

    def vouches_for(self, header: Header, chain_id: int) -> bool:
        """Whether the reader trusts this block as one of this chain.

        Raises:
            CheckpointsInvalid: the reader's list has the block with another number.
        """
        block = self.blocks.get(header.hash)
        if block is None or block.chain_id not in {ANY_CHAIN, chain_id}:
            return False
        if block.number is not None and block.number != header.number:
            raise CheckpointsInvalid(
                f"The trusted block 0x{header.hash.hex()} is listed as number {block.number} and "
                f"is number {header.number}.",
                "Get the list again: one of its entries is wrong.",
            )
        return True

    def knows_contract(self, chain_id: int, address: str) -> bool:
        """Whether the reader, or the list that came with this program, knows the contract."""
        return not {(chain_id, address), (ANY_CHAIN, address)}.isdisjoint(self.contracts)


def read_given(
    *,
    block_hashes: Iterable[str] = (),
    checkpoints: Iterable[Path] = (),
    contracts: Iterable[str] = (),
    did_documents: Iterable[str] = (),
) -> Given:
    """What the command line names, with the contracts that came with this program.

    Args:
        block_hashes: ``0x…`` or ``CHAINID=0x…``.
        checkpoints: files of trusted blocks, see docs/bundles.md.
        contracts: addresses, ``0x…`` or ``CHAINID=0x…``.
        did_documents: SHA-256 of DID documents, hexadecimal.

    Raises:
        SettingInvalid: an option has another form.
        CheckpointsInvalid: a file cannot be read.
        DeploymentsDamaged: the list that came with this program cannot be read.
    """
    trusted = [_block(text) for text in block_hashes]
    known = deployed() | {_contract(text) for text in contracts}
    for path in checkpoints:
        blocks, listed = _read_checkpoints(path)
        trusted += blocks
        known |= listed
    pins = frozenset(_digest(text) for text in did_documents)
    return Given({block.hash: block for block in trusted}, frozenset(known), pins)


def deployed() -> set[tuple[int, str]]:
    """The anchor contracts on public chains that this program lists (contracts/deployments)."""
    return {
        (chain.chain_id, one.address.lower())
        for chain in published()
        for one in chain.of(CREDENTIAL_ANCHOR)
    }


def _block(text: str) -> TrustedBlock:
    chain_id, block_hash = _of_chain(text, _HASH, "--block-hash")
    return TrustedBlock(bytes.fromhex(block_hash[2:]), chain_id)


def _contract(text: str) -> tuple[int, str]:
    return _of_chain(text, _ADDRESS, "--anchor-contract")


def _of_chain(text: str, form: re.Pattern[str], option: str) -> tuple[int, str]:
    """``0x…`` or ``CHAINID=0x…``."""
    chain, equals, value = text.rpartition("=")
    if not form.fullmatch(value) or (equals and not _CHAIN_ID.fullmatch(chain)):
        raise SettingInvalid(
            f"{option} {text[:80]!r} is not in the form 0x… or CHAINID=0x….",
            "Copy it whole.",
        )
    return int(chain) if equals else ANY_CHAIN, value.lower()


def _digest(text: str) -> str:
    found = _DIGEST.fullmatch(text)
    if found is None:
        raise SettingInvalid(
            f"--did-document-sha256 {text[:80]!r} is not 64 hexadecimal digits.", "Copy it whole."
        )
    return found[1].lower()


def _read_checkpoints(path: Path) -> tuple[list[TrustedBlock], set[tuple[int, str]]]:
    content = read_readers_file(
        path,
        "The file of trusted blocks",
        max_bytes=MAX_CHECKPOINT_BYTES,
        invalid=CheckpointsInvalid,
    )
    strange = set(content) - {"name", "checkpoints", "contracts"} if _is_table(content) else {"?"}
    entries = content.get("checkpoints") if _is_table(content) else None
    if strange or not isinstance(entries, list) or len(entries) > MAX_CHECKPOINTS:
        raise CheckpointsInvalid(
            f"{path.name} is not a list of trusted blocks.",
            "It has 'checkpoints', and may have 'name' and 'contracts'.",
        )
    contracts = content.get("contracts", [])
    if not isinstance(contracts, list):
        raise CheckpointsInvalid(f"{path.name}: 'contracts' is not a list.")
    blocks = [_checkpoint(entry, path.name) for entry in entries]
    return blocks, {_listed_contract(entry, path.name) for entry in contracts}


def _checkpoint(entry: Any, name: str) -> TrustedBlock:
    if not _is_table(entry) or set(entry) != {"chain_id", "number", "hash"}:
        raise CheckpointsInvalid(f"{name}: a trusted block has chain_id, number and hash.")
    chain_id, height, block_hash = entry["chain_id"], entry["number"], entry["hash"]
    if not (_is_count(chain_id, 1) and _is_count(height, 0) and _matches(block_hash, _HASH)):
        raise CheckpointsInvalid(f"{name}: a trusted block is malformed: {str(entry)[:120]}.")
    return TrustedBlock(bytes.fromhex(block_hash[2:]), chain_id, height)


def _listed_contract(entry: Any, name: str) -> tuple[int, str]:
    if not _is_table(entry) or set(entry) != {"chain_id", "address"}:
        raise CheckpointsInvalid(f"{name}: a contract has chain_id and address.")
    if not (_is_count(entry["chain_id"], 1) and _matches(entry["address"], _ADDRESS)):
        raise CheckpointsInvalid(f"{name}: a contract is malformed: {str(entry)[:120]}.")
    return entry["chain_id"], entry["address"].lower()


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _is_count(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value < 2**63


def _matches(value: object, form: re.Pattern[str]) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None
