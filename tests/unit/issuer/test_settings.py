"""issuer.toml and the environment become settings, or a sentence that says why not."""

from pathlib import Path

import pytest

from issuer.settings import Settings, make
from issuer.settings_errors import NoHome, SettingsInvalid, SettingsUnreadable

GOOD = {
    "home": Path("home"),
    "name": "Northgate Mastery High School",
    "base_url": "https://northgate.example",
    "did": "did:web:northgate.example",
}


def write(home: Path, **values: object) -> Path:
    """Store settings the way the product does."""
    settings = make(GOOD | {"home": home, "insecure_loopback": True} | values)
    (home / "issuer.toml").write_text(settings.to_toml(), encoding="utf-8")
    return home


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write(
        tmp_path, name='"Quoted" – Schule\nNord', confirmations=3, contract_address="0x" + "aB" * 20
    )
    read = Settings.load(tmp_path, environ={})
    assert read.name == '"Quoted" – Schule\nNord'
    assert read.confirmations == 3
    assert read.contract_address == "0x" + "aB" * 20
    assert read.home == tmp_path


def test_the_insecure_switch_is_never_stored(tmp_path: Path) -> None:
    write(tmp_path, base_url="http://127.0.0.1:8000", did="did:web:127.0.0.1%3A8000")
    assert "insecure" not in (tmp_path / "issuer.toml").read_text()
    with pytest.raises(SettingsInvalid, match="--insecure-loopback"):
        Settings.load(tmp_path, environ={})
    assert Settings.load(tmp_path, environ={"INSECURE_LOOPBACK": "1"}).insecure_loopback
    assert Settings.load(tmp_path, environ={}, insecure_loopback=True).insecure_loopback


def test_no_home_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(NoHome) as caught:
        Settings.load(tmp_path / "absent", environ={})
    assert caught.value.code == "settings.no-home"
    assert "issuer init" in caught.value.remedy


@pytest.mark.parametrize("content", [b"name = ", b"\xff\xfe", b"[[[["])
def test_a_file_that_is_not_toml_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "issuer.toml").write_bytes(content)
    with pytest.raises(SettingsUnreadable, match=r"issuer\.toml"):
        Settings.load(tmp_path, environ={})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"base_url": "http://northgate.example"}, "https"),
        ({"base_url": "http://127.0.0.1:8000"}, "insecure-loopback"),
        ({"base_url": "https://localhost"}, "insecure-loopback"),
        ({"base_url": "http://10.0.0.7", "insecure_loopback": True}, "https"),
        ({"base_url": "ftp://northgate.example"}, "base_url"),
        ({"base_url": "https://user@northgate.example"}, "base_url"),
        ({"base_url": "https://northgate.example/?a=b"}, "base_url"),
        ({"did": "did:key:z6Mk"}, "did"),
        ({"name": ""}, "name"),
        ({"confirmations": 0}, "confirmations"),
        ({"contract_address": "0x12"}, "contract_address"),
        ({"surprise": 1}, "surprise"),
        ({"rpc_url": "http://10.0.0.7:8545"}, "rpc_url"),
        ({"rpc_url": "ws://node.example"}, "rpc_url"),
        ({"rpc_url": ""}, "rpc_url"),
    ],
)
def test_values_that_are_not_acceptable_are_named(change: dict[str, object], named: str) -> None:
    with pytest.raises(SettingsInvalid, match=named) as caught:
        make(GOOD | change)
    assert caught.value.code == "settings.invalid"


def test_every_wrong_value_is_named_at_once() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        make(GOOD | {"name": "", "confirmations": 0, "chain_id": -1})
    assert all(word in caught.value.sentence for word in ("name", "confirmations", "chain_id"))


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    write(tmp_path, rpc_url="https://one.example")
    environ = {"TOUCHSTONE_RPC_URL": "https://two.example", "TOUCHSTONE_DATABASE_URL": "sqlite://"}
    read = Settings.load(tmp_path, environ=environ)
    assert read.rpc_url == "https://two.example"
    assert read.database == "sqlite://"


def test_paths_lie_below_the_home(tmp_path: Path) -> None:
    settings = make(GOOD | {"home": tmp_path, "base_url": "https://northgate.example/"})
    assert settings.base_url == "https://northgate.example"
    assert settings.signer == f"file:{tmp_path}/keys/signing-1.jwe"
    assert settings.keystore_path == tmp_path / "keys/ethereum-1.json"
    assert settings.database == f"sqlite:///{tmp_path}/touchstone.db"
    assert settings.chain_state == tmp_path / "chain"
    assert settings.uses_local_chain
