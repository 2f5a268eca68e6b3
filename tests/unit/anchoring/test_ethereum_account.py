"""The keystore opens with its passphrase and nothing else, and never shows its key."""

import json
import pickle

import pytest
from eth_account import Account

from issuer.anchoring.account import EthereumAccount, read_address
from issuer.anchoring.errors import AccountDamaged, AccountExists, NoAccount, WrongPassphrase

PASSPHRASE = "correct horse"
CHEAP_SCRYPT = 2**10


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys" / "ethereum-1.json"


@pytest.fixture
def created(path):
    return EthereumAccount.create(path, PASSPHRASE, scrypt_n=CHEAP_SCRYPT)


def test_the_passphrase_opens_the_account_again(created, path):
    unlocked = EthereumAccount.unlock(path, PASSPHRASE)
    assert unlocked == created
    assert unlocked.public_key == created.public_key
    assert len(unlocked.public_key) == 64
    assert read_address(path) == created.address


def test_another_passphrase_does_not(created, path):
    with pytest.raises(WrongPassphrase) as wrong:
        EthereumAccount.unlock(path, "incorrect horse")
    assert wrong.value.code == "anchoring.wrong-passphrase"
    assert "incorrect horse" not in str(wrong.value)


def test_the_keystore_is_what_other_ethereum_software_reads(created, path):
    keystore = json.loads(path.read_text())
    assert keystore["version"] == 3
    assert keystore["crypto"]["kdf"] == "scrypt"
    assert Account.from_key(Account.decrypt(keystore, PASSPHRASE)).address == created.address


def test_the_keystore_is_its_owners_alone(created, path):
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_an_account_is_never_overwritten(created, path):
    before = path.read_bytes()
    with pytest.raises(AccountExists):
        EthereumAccount.create(path, PASSPHRASE, scrypt_n=CHEAP_SCRYPT)
    assert path.read_bytes() == before


def test_no_file_is_no_account(path):
    for read in (lambda: EthereumAccount.unlock(path, PASSPHRASE), lambda: read_address(path)):
        with pytest.raises(NoAccount) as missing:
            read()
        assert missing.value.code == "anchoring.no-account"


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"\xff", b"{}", b'{"version": 3}', b'{"version": 3, "crypto": 1}']
)
def test_what_is_no_keystore_is_said_to_be_damaged(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(AccountDamaged):
        EthereumAccount.unlock(path, PASSPHRASE)
    with pytest.raises(AccountDamaged):
        read_address(path)


def test_a_keystore_that_states_another_address_is_damaged(created, path):
    path.write_text(json.dumps(json.loads(path.read_text()) | {"address": "11" * 20}))
    with pytest.raises(AccountDamaged):
        EthereumAccount.unlock(path, PASSPHRASE)


def test_no_representation_shows_the_key(created, path):
    key = Account.decrypt(json.loads(path.read_text()), PASSPHRASE).hex().removeprefix("0x")
    shown = f"{created!r} {created} {created._key!r}"
    assert created.address in shown
    assert key not in shown


def test_an_account_cannot_be_pickled_into_a_queue_or_a_database(created):
    with pytest.raises(TypeError):
        pickle.dumps(created)
