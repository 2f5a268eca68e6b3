"""What a reader gives before anything is checked: hashes, lists, contracts, registry entries."""

import json

import pytest

from verifier.bundle.errors import CheckpointsInvalid
from verifier.bundle.given import deployed, read_given
from verifier.bundle.headers import Header
from verifier.errors import RegistryInvalid, SettingInvalid
from verifier.fetch.registry import FileRegistry

HASH, ADDRESS = "0x" + "ab" * 32, "0x" + "cd" * 20
DID = "did:web:school.example"


@pytest.fixture
def header(simulator):
    return Header(bytes.fromhex(HASH[2:]), 90, b"\x00" * 32, simulator.NOW)


@pytest.fixture
def listed(tmp_path):
    """A function that writes a file of trusted blocks."""

    def write(content, name="blocks.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def test_a_hash_on_the_command_line(header):
    given = read_given(block_hashes=[HASH.upper().replace("X", "x")])
    assert given.vouches_for(header, 1)
    assert given.vouches_for(header, 11155111)
    assert not read_given().vouches_for(header, 1)


def test_a_hash_of_one_chain(header):
    given = read_given(block_hashes=[f"1={HASH}"])
    assert given.vouches_for(header, 1)
    assert not given.vouches_for(header, 11155111)


@pytest.mark.parametrize("text", ["", "0x12", HASH[2:], f"={HASH}", f"x={HASH}", f"01={HASH}"])
def test_a_hash_in_another_form(text):
    with pytest.raises(SettingInvalid):
        read_given(block_hashes=[text])


def test_contracts(header):
    given = read_given(contracts=[ADDRESS.upper().replace("X", "x")])
    assert given.knows_contract(1, ADDRESS)
    one = read_given(contracts=[f"1={ADDRESS}"])
    assert one.knows_contract(1, ADDRESS)
    assert not one.knows_contract(2, ADDRESS)
    assert not one.knows_contract(1, "0x" + "00" * 20)
    with pytest.raises(SettingInvalid):
        read_given(contracts=[ADDRESS[:-1]])


def test_what_is_deployed_publicly_is_known():
    assert read_given().contracts == frozenset(deployed())


def test_digests():
    assert read_given(did_documents=["AB" * 32, "0x" + "cd" * 32]).did_documents == {
        "ab" * 32,
        "cd" * 32,
    }
    with pytest.raises(SettingInvalid):
        read_given(did_documents=["ab"])


@pytest.mark.parametrize("kind", ["json", "toml"])
def test_a_list_of_blocks(kind, listed, header):
    as_toml = (
        f'name = "A network"\n[[checkpoints]]\nchain_id = 1\nnumber = 90\nhash = "{HASH}"\n'
        f'[[contracts]]\nchain_id = 1\naddress = "{ADDRESS}"\n'
    )
    as_json = {
        "name": "A network",
        "checkpoints": [{"chain_id": 1, "number": 90, "hash": HASH}],
        "contracts": [{"chain_id": 1, "address": ADDRESS}],
    }
    path = listed(as_json) if kind == "json" else listed(as_toml, "blocks.toml")
    given = read_given(checkpoints=[path])
    assert given.vouches_for(header, 1)
    assert not given.vouches_for(header, 2)
    assert given.knows_contract(1, ADDRESS)


def test_a_list_that_contradicts_the_block(listed, header):
    path = listed({"checkpoints": [{"chain_id": 1, "number": 91, "hash": HASH}]})
    with pytest.raises(CheckpointsInvalid, match="91"):
        read_given(checkpoints=[path]).vouches_for(header, 1)


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        {"checkpoints": {}},
        {"checkpoints": [], "more": 1},
        {"checkpoints": [{"chain_id": 1, "hash": HASH}]},
        {"checkpoints": [{"chain_id": 1, "number": 1, "hash": HASH, "extra": 1}]},
        {"checkpoints": [{"chain_id": "1", "number": 1, "hash": HASH}]},
        {"checkpoints": [{"chain_id": True, "number": 1, "hash": HASH}]},
        {"checkpoints": [{"chain_id": 1, "number": -1, "hash": HASH}]},
        {"checkpoints": [{"chain_id": 1, "number": 1, "hash": HASH[:-1]}]},
        {"checkpoints": [], "contracts": {}},
        {"checkpoints": [], "contracts": [{"chain_id": 1}]},
        {"checkpoints": [], "contracts": [{"chain_id": 1, "address": "0x"}]},
    ],
)
def test_a_malformed_list(content, listed):
    with pytest.raises(CheckpointsInvalid):
        read_given(checkpoints=[listed(content)])


def test_a_list_that_is_not_there(tmp_path):
    with pytest.raises(CheckpointsInvalid):
        read_given(checkpoints=[tmp_path / "none.json"])


def test_a_registry_says_which_accounts_anchor(listed):
    entry = {
        "did": DID,
        "name": "A school",
        "anchorAccounts": [ADDRESS.upper().replace("X", "x")],
        "anchorContracts": [{"chainId": 1, "address": ADDRESS}],
        "didDocumentSha256": ["AB" * 32],
    }
    found = FileRegistry.from_file(listed({"name": "N", "issuers": [entry]})).find(DID)
    assert found.anchor_accounts == {ADDRESS}
    assert found.anchor_contracts == {(1, ADDRESS)}
    assert found.did_documents == {"ab" * 32}
    plain = {"did": DID, "name": "A school"}
    found = FileRegistry.from_file(listed({"name": "N", "issuers": [plain]})).find(DID)
    assert not (found.anchor_accounts | found.anchor_contracts | found.did_documents)


@pytest.mark.parametrize(
    "members",
    [
        {"anchorAccounts": ADDRESS},
        {"anchorAccounts": ["0x12"]},
        {"anchorAccounts": [1]},
        {"anchorContracts": [ADDRESS]},
        {"anchorContracts": [{"address": ADDRESS}]},
        {"anchorContracts": [{"chainId": True, "address": ADDRESS}]},
        {"anchorContracts": {}},
        {"didDocumentSha256": ["ab"]},
    ],
)
def test_a_malformed_registry_entry(members, listed):
    entry = {"did": DID, "name": "A school", **members}
    with pytest.raises(RegistryInvalid):
        FileRegistry.from_file(listed({"name": "N", "issuers": [entry]}))
