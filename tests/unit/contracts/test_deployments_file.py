"""The files that say where contracts are: written, read back, and refused when they are wrong."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import rlp
from eth_utils import keccak, to_checksum_address

from contracts import deployment as deployments
from contracts.artifacts import credential_anchor
from contracts.deployment import Deployment, Deployments, chain_name, created_address
from contracts.errors import DeploymentsDamaged

SEPOLIA_ID, SEPOLIA_GENESIS = deployments.GENESIS["sepolia"]
ADDRESS = "0x52908400098527886E0F7030069857D2E4169EE7"
SENDER = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
MOMENT = datetime(2026, 9, 1, 12, 30, tzinfo=UTC)


def entry(**changes) -> Deployment:
    values = {
        "contract": "CredentialAnchor",
        "address": ADDRESS,
        "transaction": "0x" + "12" * 32,
        "block_number": 123,
        "block_hash": "0x" + "34" * 32,
        "deployer": SENDER,
        "code_hash": "0x" + credential_anchor().code_hash.hex(),
        "source_sha256": credential_anchor().source_sha256,
        "compiler": credential_anchor().compiler,
        "date": MOMENT,
    }
    return Deployment(**(values | changes))


@pytest.fixture
def sepolia(tmp_path):
    found = Deployments(chain_id=SEPOLIA_ID, genesis=SEPOLIA_GENESIS).having(entry())
    path = tmp_path / "sepolia.json"
    path.write_text(found.to_json())
    return path


def test_what_is_written_is_read_back(sepolia):
    found = deployments.read(sepolia)
    assert found.of("CredentialAnchor") == (entry(),)
    assert found.of("IssuerRegistry") == ()
    assert found.to_json() == sepolia.read_text()
    assert json.loads(sepolia.read_text())["deployments"][0]["date"] == "2026-09-01T12:30:00Z"


def test_times_of_other_zones_are_written_in_utc():
    zone = MOMENT.astimezone().tzinfo
    later = entry(date=(MOMENT + timedelta(hours=1)).astimezone(zone))
    text = Deployments(chain_id=1, genesis=SEPOLIA_GENESIS).having(later).to_json()
    assert json.loads(text)["deployments"][0]["date"] == "2026-09-01T13:30:00Z"


@pytest.mark.parametrize(
    ("member", "value", "named"),
    [
        ("address", ADDRESS.lower(), "EIP-55"),
        ("address", ADDRESS[:-1], "hexadecimal"),
        ("deployer", None, "deployer"),
        ("transaction", "0x12", "transaction"),
        ("block_number", -1, "block_number"),
        ("code_hash", "0x" + "G" * 64, "code_hash"),
        ("date", "2026-09-01T12:30:00", "date"),
        ("contract", "../x", "contract"),
        ("surprise", 1, "surprise"),
    ],
)
def test_a_wrong_member_is_named(sepolia, member, value, named):
    document = json.loads(sepolia.read_text())
    document["deployments"][0][member] = value
    sepolia.write_text(json.dumps(document))
    with pytest.raises(DeploymentsDamaged, match=named):
        deployments.read(sepolia)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"chain_id": 1', "\xff"])
def test_what_is_no_such_file_is_refused(sepolia, text):
    sepolia.write_text(text, encoding="latin-1")
    with pytest.raises(DeploymentsDamaged):
        deployments.read(sepolia)


def test_an_absent_or_endless_file_is_refused(sepolia, tmp_path):
    with pytest.raises(DeploymentsDamaged, match="No such file"):
        deployments.read(tmp_path / "mainnet.json")
    sepolia.write_text(sepolia.read_text() + " " * deployments.MAX_FILE_BYTES)
    with pytest.raises(DeploymentsDamaged, match="more than"):
        deployments.read(sepolia)


def test_a_file_belongs_to_the_chain_it_is_named_for(sepolia):
    moved = sepolia.with_name("mainnet.json")
    moved.write_text(sepolia.read_text())
    with pytest.raises(DeploymentsDamaged, match=r"sepolia\.json"):
        deployments.read(moved)


def test_two_entries_have_two_addresses(sepolia):
    found = deployments.read(sepolia)
    with pytest.raises(DeploymentsDamaged, match="already"):
        found.having(entry(contract="IssuerRegistry"))
    document = json.loads(sepolia.read_text())
    document["deployments"] *= 2
    sepolia.write_text(json.dumps(document))
    with pytest.raises(DeploymentsDamaged, match="same address"):
        deployments.read(sepolia)


def test_the_newest_of_a_version_and_its_arguments_is_found(sepolia):
    registries = [
        entry(contract="IssuerRegistry", address=created_address(SENDER, n), arguments=arguments)
        for n, arguments in enumerate([{"network": ADDRESS}, {"network": SENDER}] * 2)
    ]
    found = deployments.read(sepolia)
    for one in registries:
        found = found.having(one)
    code = credential_anchor().code_hash
    asked = {"network": ADDRESS}
    assert found.latest("IssuerRegistry", code_hash=code, arguments=asked) == registries[2]
    assert found.latest("IssuerRegistry", code_hash=code) == registries[3]
    assert found.latest("IssuerRegistry", code_hash=b"\1" * 32) is None
    assert found.latest("IssuerRegistry", code_hash=code, arguments={}) is None


def test_a_chain_is_known_by_number_and_first_block():
    assert chain_name(SEPOLIA_ID, SEPOLIA_GENESIS) == "sepolia"
    assert chain_name(*deployments.GENESIS["mainnet"]) == "mainnet"
    assert chain_name(SEPOLIA_ID, "0x0badc0de" + "0" * 56) == "chain-11155111-0badc0de"
    assert chain_name(5, SEPOLIA_GENESIS) == "chain-5-25a5cc10"


def test_what_comes_with_the_package_can_be_read():
    for chain in deployments.published():
        assert chain.name in deployments.GENESIS


@pytest.mark.parametrize("nonce", [0, 1, 127, 128, 255, 256, 65_535, 65_536, 2**40])
def test_the_address_of_a_creation_is_that_of_rlp(nonce):
    packed = rlp.encode([bytes.fromhex(SENDER[2:]), nonce])
    assert created_address(SENDER, nonce) == to_checksum_address(keccak(packed)[-20:])
