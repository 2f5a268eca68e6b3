"""What the contracts cost: ``python -m contracts.gas`` measures and writes, ``--check`` compares.

Measured by transactions on a local chain with a fixed set of EVM rules, so that the figures move
only when a contract does. What anchoring costs does not depend on the batch: its calldata is one
root of 32 bytes, whatever stands under it.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from contracts import issuer_registry as registry
from contracts.artifacts import CREDENTIAL_ANCHOR, ISSUER_REGISTRY, credential_anchor
from contracts.artifacts import issuer_registry as registry_artifact
from contracts.credential_anchor import ROOT_SIZE
from contracts.errors import ChainNotStarted
from contracts.local_chain import LocalChain
from contracts.words import word_of_address
from schemas.errors import TouchstoneError

SNAPSHOT: Final = Path(__file__).with_name("gas_snapshot.json")
MAX_ANCHOR_GAS: Final = 46_000
"""The most that anchoring a batch may use."""
_DEAREST_ROOT: Final = b"\xff" * ROOT_SIZE
"""Calldata without a zero byte, which would be cheaper."""
_GAS: Final = 3_000_000
_MINED_WITHIN_S: Final = 10.0
_WEI: Final = 10**18
_UNTIL: Final = datetime(2100, 1, 1, tzinfo=UTC)


class _Account:
    """An account of the local chain that needs no key."""

    def __init__(self, chain: LocalChain, number: int) -> None:
        self.chain = chain
        self.address = f"0x{number:040x}"
        chain.fund(self.address, _WEI)
        chain.rpc("anvil_impersonateAccount", self.address)

    def send(self, to: str | None, data: bytes) -> dict[str, Any]:
        """The receipt of a transaction, whether it succeeded or not."""
        sent = {"from": self.address, "data": "0x" + data.hex(), "gas": hex(_GAS)}
        tx_hash = self.chain.rpc("eth_sendTransaction", sent | ({"to": to} if to else {}))
        deadline = time.monotonic() + _MINED_WITHIN_S
        while (receipt := self.chain.rpc("eth_getTransactionReceipt", tx_hash)) is None:
            if time.monotonic() > deadline:
                raise ChainNotStarted("The local chain does not mine.", "Try again.")
            time.sleep(0.005)
        return dict(receipt)


def measure(chain: LocalChain) -> dict[str, dict[str, int]]:
    """Return gas used, by contract and by what was done.

    Args:
        chain: a local chain that runs.
    """
    return {CREDENTIAL_ANCHOR: _anchor(chain), ISSUER_REGISTRY: _registry(chain)}


def _anchor(chain: LocalChain) -> dict[str, int]:
    school = _Account(chain, 0x5C4001)
    deployed = school.send(None, credential_anchor().bytecode)
    contract = deployed["contractAddress"]
    return {
        "deploy": _used(deployed),
        "anchor": _used(school.send(contract, _DEAREST_ROOT)),
        "anchor_second_time_reverts": _used(school.send(contract, _DEAREST_ROOT), reverts=True),
    }


def _registry(chain: LocalChain) -> dict[str, int]:
    network, successor = _Account(chain, 0x4E7001), _Account(chain, 0x4E7002)
    creation = registry_artifact().bytecode + word_of_address(network.address)
    deployed = network.send(None, creation)
    did, first, second = b"\xff" * 32, "0x" + "ff" * 20, "0x" + "ee" * 20

    def used(data: bytes, *, by: _Account = network, reverts: bool = False) -> int:
        return _used(by.send(deployed["contractAddress"], data), reverts=reverts)

    return {
        "deploy": _used(deployed),
        "accredit": used(registry.accredit_calldata(did, first, None, _UNTIL)),
        "accredit_second_account": used(registry.accredit_calldata(did, second, None, _UNTIL)),
        "renew": used(registry.accredit_calldata(did, first, None, _UNTIL)),
        "revoke": used(registry.revoke_calldata(did, first, "key-compromise")),
        "revoke_again_reverts": used(
            registry.revoke_calldata(did, first, "key-compromise"), reverts=True
        ),
        "propose_network": used(registry.propose_network_calldata(successor.address)),
        "accept_network": used(registry.accept_network_calldata(), by=successor),
    }


def _used(receipt: dict[str, Any], *, reverts: bool = False) -> int:
    if (receipt["status"] == "0x0") != reverts:
        raise ChainNotStarted(
            f"What was measured did not {'revert' if reverts else 'succeed'} as it should.",
            "Run the contracts' tests.",
        )
    return int(receipt["gasUsed"], 16)


def as_text(measured: dict[str, dict[str, int]]) -> str:
    """Return the snapshot's text."""
    return json.dumps(measured, indent=2) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns:
        0 if the snapshot is right or was written, 1 on a difference or a typed error.
    """
    parser = argparse.ArgumentParser(prog="python -m contracts.gas", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 on a difference")
    check = bool(parser.parse_args(arguments).check)
    try:
        with tempfile.TemporaryDirectory() as folder, LocalChain(Path(folder), port=0) as chain:
            measured = measure(chain)
    except TouchstoneError as error:
        sys.stderr.write(f"error[{error.code}]: {error}\n")
        return 1
    text = as_text(measured)
    if SNAPSHOT.is_file() and SNAPSHOT.read_text(encoding="utf-8") == text:
        return 0
    sys.stdout.write(f"{'differs' if check else 'written'}: contracts/{SNAPSHOT.name}\n{text}")
    if not check:
        SNAPSHOT.write_text(text, encoding="utf-8")
    return int(check)


if __name__ == "__main__":
    sys.exit(main())
