"""What the contracts cost stands in a snapshot, which regenerates to itself."""

import hashlib
import json

import pytest

from contracts import gas
from contracts.anvil import ANVIL_VARIABLE
from credentials.merkle import MerkleTree

ZERO_BYTE_DISCOUNT = 12


def test_the_snapshot_is_what_is_measured(chain):
    assert gas.SNAPSHOT.read_text(encoding="utf-8") == gas.as_text(gas.measure(chain))


def test_check_finds_no_difference_and_names_one(monkeypatch, tmp_path, capsys):
    assert gas.main(["--check"]) == 0
    assert capsys.readouterr().out == ""
    other = tmp_path / "gas_snapshot.json"
    other.write_text("{}")
    monkeypatch.setattr(gas, "SNAPSHOT", other)
    assert gas.main(["--check"]) == 1
    assert capsys.readouterr().out.startswith("differs: contracts/gas_snapshot.json")
    assert other.read_text() == "{}"
    assert gas.main([]) == 0
    assert json.loads(other.read_text())["CredentialAnchor"]["anchor"] <= gas.MAX_ANCHOR_GAS


def test_without_a_local_chain_the_error_has_a_code(monkeypatch, capsys):
    monkeypatch.setenv(ANVIL_VARIABLE, "/nowhere/anvil")
    assert gas.main(["--check"]) == 1
    assert "error[chain.anvil-missing]" in capsys.readouterr().err


@pytest.mark.parametrize("leaves", [1, 2, 1_000, 20_000])
def test_anchoring_costs_the_same_whatever_the_batch(contract, new_sender, leaves):
    digests = [hashlib.sha256(str(number).encode()).digest() for number in range(leaves)]
    root = MerkleTree.build(digests).root
    used = int(contract.send(new_sender(), root)["gasUsed"], 16)
    dearest = json.loads(gas.SNAPSHOT.read_text())["CredentialAnchor"]["anchor"]
    assert used == dearest - ZERO_BYTE_DISCOUNT * root.count(0)
    assert used <= gas.MAX_ANCHOR_GAS
