"""``issuer keys``: what each command does, what it refuses, and that no secret is told."""

import base64
import json
import logging
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from eth_account import Account

from issuer.commands.founding import Plan, found
from issuer.commands.key_changes import KeyBook
from issuer.db import engine as make_engine
from issuer.db import session_scope
from issuer.identity import service as identity
from issuer.identity.errors import KeyTaken, WrongKey
from issuer.minting import service as minting
from issuer.minting.models import Batch, BatchItem, BatchState
from issuer.settings import Settings
from issuer.status import lists
from keys.kinds import KeyKind
from keys.multibase import base58btc_encode
from keys.signers.file import open_file
from keys.signers.pkcs11_uri import MODULE_PLACES

PASSPHRASE = "correct horse battery staple"
PIN = "k7-Pin-4711"
NOBODY = "http://127.0.0.1:1"
MODULE = next((place for place in MODULE_PLACES if Path(place).is_file()), None)
needs_softhsm = pytest.mark.skipif(
    MODULE is None or shutil.which("softhsm2-util") is None,
    reason="SoftHSM is not installed here (Debian: apt-get install softhsm2)",
)
Call = Callable[..., Any]


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a school, made once, its account's passphrase cheap to guess."""
    home = tmp_path_factory.mktemp("founded") / "home"
    plan = Plan(
        home=home,
        name="Northgate",
        base_url="http://127.0.0.1:8329",
        chain_port=0,
        insecure_loopback=True,
        scrypt_n=2**10,
    )
    found(plan, PASSPHRASE, datetime.now(UTC), lambda _step: None)
    return home


@pytest.fixture
def home(founded: Path, tmp_path: Path) -> Path:
    """A copy for one test."""
    return Path(shutil.copytree(founded, tmp_path / "home"))


@pytest.fixture
def issuer(home: Path, call: Call) -> Call:
    """One command, which has to succeed."""

    def ask(*arguments: object) -> Any:
        said = call(*arguments, "--home", home)
        assert said.code == os.EX_OK, said.err
        return said

    return ask


def settings_of(home: Path) -> Settings:
    """The settings of a home."""
    return Settings.load(home, environ={}, insecure_loopback=True)


@contextmanager
def database(home: Path) -> Iterator[Any]:
    """The school's database, for as long as the block: a transaction keeps others waiting."""
    engine = make_engine(settings_of(home).database)
    try:
        with session_scope(engine) as opened:
            yield opened
    finally:
        engine.dispose()


def test_a_founded_school_has_one_key_and_its_document_is_anchored(issuer: Call) -> None:
    rows = issuer("keys", "list", "--json").rows
    assert [(row["name"], row["kind"], row["until"]) for row in rows] == [
        ("key-1", "Ed25519", None),
        ("ethereum-1", "Ethereum", None),
    ]
    (version,) = issuer("keys", "versions", "--json").rows
    assert (version["version"], len(version["sha256"])) == (1, 64)
    assert version["transaction"].startswith("0x")
    assert "Every version" in issuer("keys", "anchor").out


def test_rotation_from_the_command_line(issuer: Call, home: Path, call: Call) -> None:
    said = issuer("keys", "rotate")
    assert "key-2 signs from now on" in said.out
    assert "version 2, is anchored" in said.out
    one, two, _ = issuer("keys", "list", "--json").rows
    assert (one["until"] is not None, two["until"]) == (True, None)
    assert two["kept_in"] == "file:keys/signing-2.jwe"
    assert (home / "keys" / "signing-2.jwe").stat().st_mode & 0o777 == 0o600
    refused = call("keys", "rotate", "--signer", "file:keys/signing-2.jwe", "--home", home)
    assert (refused.code, "error[signer.key-exists]" in refused.err) == (1, True)
    refused = call("keys", "rotate", "--signer", "kms:1", "--home", home)
    assert "error[signer.unsupported]" in refused.err
    refused = call("keys", "rotate", "--kind", "P-256", "--home", home)
    assert "error[identity.nothing-to-rotate]" in refused.err
    assert len(issuer("keys", "versions", "--json").rows) == 2


def test_a_further_key_by_the_old_name_of_the_command(issuer: Call, home: Path, call: Call) -> None:
    assert "signs with P-256" in issuer("key", "add", "P-256").out
    assert "key-3 signs" in issuer("keys", "rotate", "--kind", "P-256").out
    kinds = [row["kind"] for row in issuer("keys", "list", "--json").rows]
    assert kinds == ["Ed25519", "P-256", "P-256", "Ethereum"]
    for kind in ("Ed25519", "RSA"):
        assert "error[cli.key-kind]" in call("keys", "add", kind, "--home", home).err


def test_a_wrong_passphrase_changes_nothing(
    issuer: Call, home: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(home.rglob("*.jwe"))
    with monkeypatch.context() as patch:
        patch.setenv("TOUCHSTONE_PASSPHRASE", "another horse battery")
        for command in (["rotate"], ["rotate-account"], ["add", "P-256"]):
            refused = call("keys", *command, "--home", home)
            assert (refused.code, "wrong-passphrase" in refused.err) == (1, True)
    assert sorted(home.rglob("*.jwe")) == before
    assert len(issuer("keys", "versions", "--json").rows) == 1


def test_a_lost_key_can_be_rotated_and_a_planted_one_is_refused(issuer: Call, home: Path) -> None:
    shutil.move(home / "keys" / "signing-1.jwe", home / "lost.jwe")
    assert "the key in use is not there" in issuer("keys", "rotate").err
    shutil.copy(home / "lost.jwe", home / "keys" / "signing-2.jwe")
    with database(home) as session, pytest.raises(WrongKey):
        identity.open_publisher(session, settings_of(home), PASSPHRASE)


@pytest.mark.parametrize(
    ("since", "code"),
    [
        ("2030-01-01T00:00:00Z", "identity.moment"),
        ("2026-01-01", "cli.moment"),
        ("2026-01-01T00:00:00", "cli.moment"),
        ("yesterday", "cli.moment"),
    ],
)
def test_a_moment_that_cannot_be(home: Path, call: Call, since: str, code: str) -> None:
    later = "2999-01-01T00:00:00Z" if since.startswith("2030") else since
    refused = call("keys", "compromised", "key-1", "--since", later, "--home", home)
    assert (refused.code, f"error[{code}]" in refused.err) == (1, True)
    refused = call(
        "keys", "compromised", "key-7", "--since", "2026-01-01T00:00:00Z", "--home", home
    )
    assert "error[identity.unknown-key]" in refused.err


def test_a_key_in_other_hands_is_replaced_at_once(issuer: Call, home: Path) -> None:
    since = "2026-05-01T00:00:00Z"
    said = issuer("keys", "compromised", "key-1", "--since", since, "--reason", "Laptop")
    assert "is refused" in said.out
    one, two, _ = issuer("keys", "list", "--json").rows
    assert (one["in_other_hands_since"], one["reason"]) == (since, "Laptop")
    assert two["until"] is None
    first, second = issuer("keys", "versions", "--json").rows
    assert first["transaction"] != second["transaction"]
    with database(home) as session:
        document = identity.published_did_document(session)
    assert document["verificationMethod"][0]["revoked"] == since
    earlier = issuer("keys", "compromised", "key-1", "--since", "2026-04-01T00:00:00Z")
    assert "since 2026-04-01 00:00:00 UTC" in earlier.out
    assert len(issuer("keys", "list", "--json").rows) == 3


def test_what_cannot_be_anchored_now_is_anchored_later(
    issuer: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TOUCHSTONE_RPC_URL", NOBODY)
        assert "not anchored yet" in issuer("keys", "rotate").err
    first, second = issuer("keys", "versions", "--json").rows
    assert (first["transaction"] is None, second["transaction"]) == (False, None)
    assert "Version 2" in issuer("keys", "anchor").out
    assert issuer("keys", "versions", "--json").rows[1]["anchored"] is not None
    assert "Every version" in issuer("keys", "anchor").out


def test_a_batch_under_way_is_finished_first(issuer: Call, home: Path, call: Call) -> None:
    batch_id = uuid4()
    batch = Batch(
        id=batch_id,
        size=1,
        chain_id=1,
        anchor_method="did:web:x#ethereum-1",
        created_at=datetime.now(UTC),
    )
    with database(home) as session:
        session.add(batch)
        session.flush()
        session.add(
            BatchItem(
                batch_id=batch_id, position=0, judgment_id=uuid4(), credential_id="urn:uuid:1"
            )
        )
    for command in ("rotate", "rotate-account"):
        refused = call("keys", command, "--home", home)
        assert (refused.code, "error[identity.unfinished-batches]" in refused.err) == (1, True)
    since = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = issuer("keys", "compromised", "key-1", "--since", since)  # a theft does not wait
    assert "nobody has received them" in said.out
    with database(home) as session:
        [again] = minting.batches(session)
    assert (again.id != batch_id, again.state) == (True, BatchState.OPENED)


def test_the_status_lists_are_signed_by_the_new_key(home: Path) -> None:
    settings = settings_of(home)
    with database(home) as session:
        publisher = identity.open_publisher(session, settings, PASSPHRASE)
        lists.open_list(session, "revocation", publisher, datetime.now(UTC))
        assert lists.get_list(session, 1).document.count("#key-1") == 1
    book_of(home).rotate(KeyKind.ED25519, "")
    with database(home) as session:
        assert lists.get_list(session, 1).document.count("#key-2") == 1
        assert "#key-1" not in lists.get_list(session, 1).document


def test_an_account_of_ones_own_is_taken(home: Path, tmp_path: Path) -> None:
    account = Account.create()
    keystore = tmp_path / "own.json"
    keystore.write_text(json.dumps(Account.encrypt(account.key, PASSPHRASE, iterations=2**10)))
    old, new = book_of(home).rotate_account(keystore)
    assert (new, new == old) == (account.address, False)
    with database(home) as session:
        assert identity.account_in_use(session).keystore == str(keystore)
    with pytest.raises(KeyTaken):
        book_of(home).rotate_account(keystore)


def book_of(home: Path) -> KeyBook:
    """The school's keys, opened."""
    settings = settings_of(home)
    engine = make_engine(settings.database)
    now = datetime.now(UTC).replace(microsecond=0)
    return KeyBook(settings, engine, PASSPHRASE, now, lambda _sentence: None, 2**10)


def spellings(secret: bytes) -> set[bytes]:
    """A secret as programs write bytes: raw, hexadecimal, base64 (both alphabets), base58."""
    base64s = {base64.b64encode(secret), base64.urlsafe_b64encode(secret)}
    found = {secret, secret.hex().encode(), secret.hex().upper().encode()}
    found |= {one.rstrip(b"=") for one in base64s}
    return found | {base58btc_encode(secret).encode()[1:], repr(secret)[2:-1].encode()}


def secrets_of(home: Path) -> dict[str, bytes]:
    """Everything that nobody may read: keys in the clear, passphrase, PIN."""
    secrets = {"passphrase": PASSPHRASE.encode(), "pin": PIN.encode()}
    for path in (home / "keys").iterdir():
        if path.suffix == ".jwe":
            key: Any = open_file(path, PASSPHRASE)._private_key
            raw = getattr(key, "private_bytes_raw", None)
            number = None if raw else key.private_numbers().private_value
            secrets[path.name] = raw() if raw else number.to_bytes(32, "big")
        else:
            opened = Account.decrypt(json.loads(path.read_text("utf-8")), PASSPHRASE)
            secrets[path.name] = bytes(opened)
    return secrets


def told(where: dict[str, bytes], secrets: dict[str, bytes]) -> set[tuple[str, str]]:
    """Which secret stands where."""
    return {
        (place, name)
        for name, secret in secrets.items()
        for place, content in where.items()
        if any(one in content for one in spellings(secret))
    }


@pytest.mark.slow
def test_no_secret_is_told_anywhere(
    issuer: Call,
    call: Call,
    home: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("TOUCHSTONE_PKCS11_PIN", PIN)
    commands: list[list[str]] = [
        ["keys", "rotate"],
        ["keys", "rotate-account"],
        ["keys", "add", "P-256"],
        ["keys", "compromised", "key-1", "--since", "2026-01-01T00:00:00Z"],
        ["keys", "compromised", "ethereum-2", "--since", "2026-01-01T00:00:00Z"],
        ["keys", "list", "--json"],
        ["keys", "list"],
    ]
    said = [issuer(*command) for command in commands]
    outputs = {f"output {n}": (one.out + one.err).encode() for n, one in enumerate(said)}
    with monkeypatch.context() as patch:

        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("a fault of ours")

        patch.setattr("issuer.identity.rotation.rotate_key", broken)
        crashed = call("keys", "rotate", "--home", home)
        assert (crashed.code, "internal.fault" in crashed.err) == (1, True)
        patch.setenv("TOUCHSTONE_TRACEBACK", "1")
        with pytest.raises(RuntimeError) as dump:
            call("keys", "rotate", "--home", home)
        outputs["dump"] = str(dump.getrepr(showlocals=False, style="native")).encode()
    outputs["crash"] = (crashed.out + crashed.err).encode()
    outputs["log"] = caplog.text.encode()
    files = {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert any(name.endswith("touchstone.db") for name in files)
    secrets = secrets_of(home)
    assert len(secrets) == 2 + 5 + 3
    assert told({**outputs, **files}, secrets) == set()
    for name, secret in secrets.items():  # the search finds what is there to be found
        for spelling in spellings(secret):
            assert told({"planted": b"x" + spelling + b"y"}, secrets) >= {("planted", name)}


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A SoftHSM token; its name."""
    import pkcs11  # noqa: PLC0415 - only where there is a token

    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    patch = pytest.MonkeyPatch()
    patch.setenv("SOFTHSM2_CONF", str(conf))
    patch.setenv("TOUCHSTONE_PKCS11_PIN", PIN)
    command = ["softhsm2-util", "--init-token", "--free", "--label", "School"]
    subprocess.run(
        [*command, "--pin", PIN, "--so-pin", "so-Pin-8150"], check=True, capture_output=True
    )
    pkcs11.unload(MODULE or "")
    yield "School"
    patch.undo()
    pkcs11.unload(MODULE or "")


@needs_softhsm
def test_a_rotation_into_a_token(issuer: Call, home: Path, token: str, call: Call) -> None:
    uri = f"pkcs11:token={token};object=school-2"
    said = issuer("keys", "rotate", "--signer", uri)
    assert "key-2 signs from now on" in said.out
    with database(home) as session:
        publisher = identity.open_publisher(session, settings_of(home), PASSPHRASE)
    assert publisher.verification_method.endswith("#key-2")
    publisher.signer.public_key.verify(publisher.signer.sign(b"x"), b"x")
    assert issuer("keys", "list", "--json").rows[1]["kept_in"] == uri
    refused = call("keys", "rotate", "--signer", uri, "--home", home)
    assert "error[identity.key-taken]" in refused.err
    refused = call("keys", "rotate", "--signer", f"{uri}?pin-value={PIN}", "--home", home)
    assert ("error[signer.pin-in-uri]" in refused.err, PIN in refused.err) == (True, False)
    files = {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert told(files, {"pin": PIN.encode()}) == set()


@needs_softhsm
@pytest.mark.slow
def test_a_school_with_its_key_in_a_token_mints(school_with: Call, check: Call, token: str) -> None:
    school = school_with("--signer", f"pkcs11:token={token};object=founding")
    assert not list((school.home / "keys").glob("signing-*"))
    files = school.mint_some()
    with school.served() as node:
        assert {one.verdict for one in check(files, node)} == {"VERIFIED"}
