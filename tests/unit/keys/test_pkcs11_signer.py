"""Keys in a PKCS#11 token, against Debian's SoftHSM; skipped where that is not installed."""

import io
import logging
import os
import pickle
import shutil
import subprocess
import traceback
from pathlib import Path

import pytest

from keys.errors import (
    PinInUri,
    PinMissing,
    SignatureInvalid,
    SignerUnsupported,
    SignerUriInvalid,
    TokenGone,
    TokenKeyAmbiguous,
    TokenKeyKind,
    TokenKeyMissing,
    TokenMissing,
    TokenModuleMissing,
    WrongPin,
)
from keys.kinds import KeyKind
from keys.signers import create_signer, open_signer
from keys.signers.pkcs11_uri import MODULE_PLACES, MODULE_VARIABLE, read_uri

PIN = "k7-Pin-4711"
SO_PIN = "so-Pin-8150"
MODULE = next((place for place in MODULE_PLACES if Path(place).is_file()), None)
needs_softhsm = pytest.mark.skipif(
    MODULE is None or shutil.which("softhsm2-util") is None,
    reason="SoftHSM is not installed here (Debian: apt-get install softhsm2)",
)


class Hsm:
    """SoftHSM with its tokens in a directory of ours."""

    def __init__(self, home):
        self.tokens = home / "tokens"
        self.conf = home / "softhsm2.conf"
        self.tokens.mkdir()
        self.conf.write_text(f"directories.tokendir = {self.tokens}\nlog.level = ERROR\n")

    def add(self, label):
        """A new token."""
        command = ["softhsm2-util", "--init-token", "--free", "--label", label]
        subprocess.run(
            [*command, "--pin", PIN, "--so-pin", SO_PIN],
            check=True,
            capture_output=True,
            env={**os.environ, "SOFTHSM2_CONF": str(self.conf)},
        )


@pytest.fixture(scope="module")
def hsm(tmp_path_factory):
    """One for all tests: a module reads its configuration once a process."""
    made = Hsm(tmp_path_factory.mktemp("hsm"))
    patch = pytest.MonkeyPatch()
    patch.setenv("SOFTHSM2_CONF", str(made.conf))
    for label in ("School", "Stick"):
        made.add(label)
    yield made
    patch.undo()
    import pkcs11  # noqa: PLC0415 - only where there is a token

    pkcs11.unload(MODULE)


@pytest.fixture
def pin(monkeypatch):
    monkeypatch.setenv("TOUCHSTONE_PKCS11_PIN", PIN)


def uri(label, of="School"):
    return f"pkcs11:token={of};object={label}?module-path={MODULE}"


@needs_softhsm
@pytest.mark.parametrize("kind", [KeyKind.ED25519, KeyKind.P256])
def test_a_key_made_in_a_token_signs_and_is_found_again(hsm, pin, kind):
    made = create_signer(uri(kind.value), "", kind)
    signature = made.sign(b"one")
    made.public_key.verify(signature, b"one")
    with pytest.raises(SignatureInvalid):
        made.public_key.verify(signature, b"two")
    made.close()
    again = open_signer(uri(kind.value), "")
    assert again.public_key == made.public_key
    assert again.public_key.kind is kind
    again.public_key.verify(again.sign(b"three"), b"three")
    again.close()


@needs_softhsm
def test_a_key_that_is_there_is_taken_and_one_of_another_kind_is_not(hsm, pin):
    first = create_signer(uri("taken"), "")
    first.close()
    second = create_signer(uri("taken"), "")
    assert second.public_key == first.public_key
    second.close()
    with pytest.raises(TokenKeyKind, match="P-256 is wanted"):
        create_signer(uri("taken"), "", KeyKind.P256)
    with pytest.raises(TokenKeyKind):
        create_signer(uri("never"), "", KeyKind.P384)
    with pytest.raises(TokenKeyMissing):
        open_signer(uri("never"), "")


@needs_softhsm
def test_a_wrong_pin(hsm, monkeypatch):
    monkeypatch.setenv("TOUCHSTONE_PKCS11_PIN", "wrong-pin-00")
    with pytest.raises(WrongPin) as error:
        create_signer(uri("wrong"), "")
    assert "wrong-pin-00" not in str(error.value)


@needs_softhsm
def test_no_pin_and_nobody_to_ask(hsm, monkeypatch):
    monkeypatch.delenv("TOUCHSTONE_PKCS11_PIN", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(PinMissing):
        open_signer(uri("any"), "")


@needs_softhsm
def test_no_such_token_and_no_such_key(hsm, pin):
    with pytest.raises(TokenMissing):
        open_signer(uri("any", of="Elsewhere"), "")
    with pytest.raises(TokenKeyMissing):
        open_signer(uri("nothing"), "")


@needs_softhsm
def test_two_keys_of_one_name_are_told_apart_by_their_ids(hsm, pin):
    import pkcs11  # noqa: PLC0415 - only where there is a token

    from keys.signers import pkcs11 as backend  # noqa: PLC0415

    token = pkcs11.lib(MODULE).get_token(token_label="School")
    with token.open(user_pin=PIN, rw=True) as session:
        for number in (b"\1\1", b"\2\2"):
            named = read_uri(f"pkcs11:token=School;object=twin;id=%{number.hex('%')}")
            backend._generate(session, named, KeyKind.ED25519)
    with pytest.raises(TokenKeyAmbiguous):
        open_signer(uri("twin"), "")
    one, two = (
        open_signer(f"pkcs11:token=School;object=twin;id={it}?module-path={MODULE}", "")
        for it in ("%01%01", "%02%02")
    )
    assert one.public_key != two.public_key
    one.close()
    two.close()


@needs_softhsm
def test_a_key_of_another_kind_is_refused(hsm, pin):
    import pkcs11  # noqa: PLC0415 - only where there is a token

    token = pkcs11.lib(MODULE).get_token(token_label="School")
    with token.open(user_pin=PIN, rw=True) as session:
        session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label="rsa", id=b"\7")
    with pytest.raises(TokenKeyKind, match="RSA"):
        open_signer(uri("rsa"), "")


@needs_softhsm
def test_a_public_half_that_is_another_keys_is_noticed(hsm, pin):
    import pkcs11  # noqa: PLC0415 - only where there is a token
    from pkcs11 import Attribute, ObjectClass  # noqa: PLC0415

    from keys.signers import pkcs11 as backend  # noqa: PLC0415

    token = pkcs11.lib(MODULE).get_token(token_label="School")
    with token.open(user_pin=PIN, rw=True) as session:
        for number in ("31", "32"):
            named = read_uri(f"pkcs11:token=School;object=swap{number};id=%{number}")
            backend._generate(session, named, KeyKind.ED25519)
        public = {
            number: next(
                iter(
                    session.get_objects(
                        {Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.ID: number}
                    )
                )
            )
            for number in (b"1", b"2")
        }
        public[b"1"].destroy()
        public[b"2"].copy({Attribute.ID: b"1", Attribute.LABEL: "swap31"})
    with pytest.raises(TokenKeyKind, match="another key's"):
        open_signer(uri("swap31"), "")


@needs_softhsm
def test_a_token_that_is_pulled_out(hsm, pin):
    signer = create_signer(uri("k", of="Stick"), "")
    signer.sign(b"before")
    (stick,) = [
        path for path in hsm.tokens.iterdir() if b"Stick" in (path / "token.object").read_bytes()
    ]
    shutil.rmtree(stick)
    with pytest.raises(TokenGone):
        signer.sign(b"after")
    signer.close()


@needs_softhsm
def test_the_key_does_not_leave_the_token_and_no_secret_is_told(hsm, pin, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    signer = create_signer(uri("secret"), "")
    with pytest.raises(TypeError):
        pickle.dumps(signer)
    told = [repr(signer), str(signer.__dict__)]
    for wrong in ("nothing", "rsa-not-there"):
        try:
            open_signer(uri(wrong), "")
        except TokenKeyMissing as error:
            told += [str(error), repr(error), "".join(traceback.format_exception(error))]
    told += [caplog.text, *capfd.readouterr()]
    for secret in (PIN, PIN.encode().hex()):
        assert secret not in "\n".join(told)
    signer.close()


def test_a_uri_with_a_pin_is_refused_and_not_repeated():
    for part in ("?pin-value=0000-4711", "?pin-source=file:/etc/0000-4711", ";pin-value=0000-4711"):
        with pytest.raises(PinInUri) as error:
            open_signer(f"pkcs11:token=School;object=k{part}", "")
        assert "4711" not in str(error.value)


@pytest.mark.parametrize(
    "wrong",
    [
        "pkcs11:",
        "pkcs11:token=School",
        "pkcs11:object=k",
        "pkcs11:token=School;object=k;object=l",
        "pkcs11:token=School;object=k;colour=red",
        "pkcs11:token=School;object=%zz",
        "pkcs11:token=School;object=",
        "pkcs11:token=School;object=%ff",
        "pkcs11:token=School;object=k;type=public",
        "pkcs11:token=School;object=k?module-name=x",
        "pkcs11:token=School;object=" + "k" * 1024,
        "pkcs11:token",
    ],
)
def test_a_uri_that_cannot_be_read(wrong):
    with pytest.raises(SignerUriInvalid):
        open_signer(wrong, "")


def test_what_a_uri_says():
    named = read_uri("pkcs11:token=My%20School;object=a%3Bb;id=%00%ff;serial=1?module-path=/x%20y")
    assert (named.token, named.label, named.key_id) == ("My School", "a;b", b"\x00\xff")
    assert (named.serial, named.module) == ("1", Path("/x y"))


def test_no_module(monkeypatch, tmp_path, pin):
    monkeypatch.setenv(MODULE_VARIABLE, str(tmp_path / "none.so"))
    with pytest.raises(TokenModuleMissing):
        open_signer("pkcs11:token=School;object=k", "")
    (tmp_path / "none.so").write_bytes(b"no library")
    with pytest.raises(TokenModuleMissing):
        open_signer("pkcs11:token=School;object=k", "")


def test_a_scheme_without_a_backend():
    with pytest.raises(SignerUnsupported):
        open_signer("kms:key/1", "")
    with pytest.raises(SignerUnsupported):
        create_signer("kms:key/1", "")
