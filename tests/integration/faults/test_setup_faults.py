"""What is not as it was set up: keys, accounts, contract, chain, home, settings."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Issuer = Callable[..., Any]
LOCAL_CHAIN = hex(11155111)


def nothing_begun(issuer: Issuer, home: Path) -> None:
    assert issuer("batches", "--json", "--home", home).rows == []


def set_in(home: Path, **values: str) -> None:
    """Change settings in issuer.toml."""
    path = home / "issuer.toml"
    text = path.read_text(encoding="utf-8")
    for name, value in values.items():
        text, changed = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
        assert changed == 1
    path.write_text(text, encoding="utf-8")


@pytest.mark.slow
def test_a_key_that_is_not_the_published_one(issuer: Issuer, judged: Path, whole: Any) -> None:
    from keys.signers import file  # noqa: PLC0415

    key = judged / "keys" / "signing-1.jwe"
    kept = key.rename(judged / "kept.jwe")
    file.create(key, "correct horse battery staple")
    for command in (["mint"], ["serve", "--port", "0"]):
        said = issuer(*command, "--home", judged)
        assert said.error == "identity.wrong-key"
    nothing_begun(issuer, judged)
    kept.replace(key)
    whole(judged)


@pytest.mark.slow
def test_an_account_that_is_not_the_published_one(issuer: Issuer, judged: Path, whole: Any) -> None:
    from issuer.anchoring.account import EthereumAccount  # noqa: PLC0415

    keystore = judged / "keys" / "ethereum-1.json"
    kept = keystore.rename(judged / "kept.json")
    EthereumAccount.create(keystore, "correct horse battery staple", scrypt_n=2**10)
    said = issuer("mint", "--home", judged)
    assert said.error in {"identity.wrong-account", "anchoring.low-balance"}
    nothing_begun(issuer, judged)
    kept.replace(keystore)
    whole(judged)


@pytest.mark.parametrize("command", [["mint"], ["serve", "--port", "0"]])
def test_a_wrong_passphrase(
    issuer: Issuer, judged: Path, environment: pytest.MonkeyPatch, command: list[str]
) -> None:
    environment.setenv("TOUCHSTONE_PASSPHRASE", "not the right passphrase")
    said = issuer(*command, "--home", judged)
    assert said.error == "signer.wrong-passphrase"
    assert "not the right passphrase" not in said.err
    nothing_begun(issuer, judged)


@pytest.mark.slow
def test_a_contract_address_without_code(issuer: Issuer, judged: Path, whole: Any) -> None:
    address = re.findall(r'contract_address = "(.*)"', (judged / "issuer.toml").read_text())[0]
    set_in(judged, contract_address=f'"0x{"11" * 20}"')
    said = issuer("mint", "--home", judged)
    assert said.error == "contract.no-code"
    nothing_begun(issuer, judged)
    set_in(judged, contract_address=f'"{address}"')
    whole(judged)


@pytest.mark.slow
def test_a_node_of_another_chain(
    issuer: Issuer, judged: Path, environment: pytest.MonkeyPatch, node: Any, whole: Any
) -> None:
    environment.setenv("TOUCHSTONE_RPC_URL", node({"eth_chainId": "0x1"}))
    said = issuer("mint", "--home", judged)
    assert said.error == "chain.wrong-chain"
    assert "chain 1, not to 11155111" in said.err
    nothing_begun(issuer, judged)
    environment.delenv("TOUCHSTONE_RPC_URL")
    whole(judged)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"eth_chainId": "nonsense"}, "chain.bad-answer"),
        ({}, "chain.bad-answer"),
        ({"eth_chainId": LOCAL_CHAIN, "eth_getCode": "0x"}, "contract.no-code"),
    ],
)
def test_a_node_that_answers_nonsense(
    issuer: Issuer,
    judged: Path,
    environment: pytest.MonkeyPatch,
    node: Any,
    answers: dict[str, str],
    code: str,
) -> None:
    environment.setenv("TOUCHSTONE_RPC_URL", node(answers))
    assert issuer("mint", "--home", judged).error == code
    environment.delenv("TOUCHSTONE_RPC_URL")
    nothing_begun(issuer, judged)


@pytest.mark.slow
def test_a_chain_that_is_gone(
    issuer: Issuer, judged: Path, environment: pytest.MonkeyPatch, whole: Any
) -> None:
    environment.setenv("TOUCHSTONE_RPC_URL", "http://127.0.0.1:9")
    assert issuer("mint", "--home", judged).error == "chain.unreachable"
    environment.delenv("TOUCHSTONE_RPC_URL")
    whole(judged)


@pytest.mark.parametrize("home", ["a-file/home", "/proc/touchstone/home"])
def test_a_home_that_cannot_be_made(issuer: Issuer, tmp_path: Path, home: str) -> None:
    """Not even by root: a file is in the way, or the file system takes nothing."""
    (tmp_path / "a-file").write_text("in the way")
    said = issuer(
        "init", "--name", "B", "--base-url", "http://127.0.0.1:1", "--home", tmp_path / home
    )
    assert said.error == "identity.home-unwritable"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-file"]


def test_a_database_that_may_not_be_written(issuer: Issuer, judged: Path, tmp_path: Path) -> None:
    """A home on a medium that is read only, as far as SQLite can tell."""
    shutil.move(judged / "touchstone.db", tmp_path / "kept.db")
    (judged / "touchstone.db").mkdir()
    assert issuer("mint", "--home", judged).error == "database.cannot-open"


PLAIN = b'name = "B"\nbase_url = "https://b.example"\ndid = "did:web:b.example"\n'


@pytest.mark.parametrize(
    ("content", "code", "named"),
    [
        (b'name = "B', "settings.unreadable", "issuer.toml"),
        (b"\xff\xfe\x00", "settings.unreadable", "issuer.toml"),
        (b"", "settings.invalid", "base_url"),
        (PLAIN + b"x = 1\n", "settings.invalid", "x:"),
        (PLAIN + b"confirmations = 0\n", "settings.invalid", "confirmations"),
        (PLAIN + b'database_url = "nosuch://x"\n', "database.bad-url", "database URL"),
    ],
)
def test_settings_that_are_broken(
    issuer: Issuer, minted: Path, content: bytes, code: str, named: str
) -> None:
    before = (minted / "issuer.toml").read_bytes()
    (minted / "issuer.toml").write_bytes(content)
    said = issuer("batches", "--home", minted)
    assert said.error == code
    assert named in said.err
    (minted / "issuer.toml").write_bytes(before)
    assert issuer("batches", "--json", "--home", minted).rows


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("signing-1.jwe", b"", "signer.damaged"),
        ("signing-1.jwe", b"{}", "signer.damaged"),
        ("ethereum-1.json", b"", "anchoring.account-damaged"),
        ("ethereum-1.json", b'{"version": 3}', "anchoring.account-damaged"),
    ],
)
def test_a_key_file_that_is_damaged(
    issuer: Issuer, judged: Path, name: str, content: bytes, code: str
) -> None:
    (judged / "keys" / name).write_bytes(content)
    assert issuer("mint", "--home", judged).error == code
    nothing_begun(issuer, judged)
