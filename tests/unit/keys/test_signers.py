"""The signing key in its file: encrypted at rest, and never in an error."""

import pytest

from keys.errors import (
    KeyFileDamaged,
    KeyFileMissing,
    PassphraseTooShort,
    SignerUnsupported,
    WrongPassphrase,
)
from keys.signers import file, open_signer

PASSPHRASE = "correct horse battery"


def test_a_key_is_opened_by_its_passphrase_and_no_other(tmp_path):
    made = file.create(tmp_path / "keys" / "signing-1.jwe", PASSPHRASE)
    opened = open_signer("file:keys/signing-1.jwe", PASSPHRASE, home=tmp_path)
    opened.public_key.verify(made.sign(b"text"), b"text")
    for wrong in ("wrong horse battery", "", "short"):
        with pytest.raises(WrongPassphrase):
            open_signer("file:keys/signing-1.jwe", wrong, home=tmp_path)


def test_the_file_holds_no_key_in_the_clear_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "signing-1.jwe"
    signer = file.create(path, PASSPHRASE)
    assert path.stat().st_mode & 0o077 == 0
    assert signer.public_key.to_jwk()["x"] not in path.read_text()
    assert "PrivateKey" not in repr(signer)
    with pytest.raises(FileExistsError):
        file.create(path, PASSPHRASE)


def test_a_short_passphrase_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(PassphraseTooShort):
        file.create(tmp_path / "signing-1.jwe", "short")
    assert not list(tmp_path.iterdir())


def test_a_missing_damaged_or_foreign_file_is_told_apart(tmp_path):
    path = tmp_path / "signing-1.jwe"
    with pytest.raises(KeyFileMissing):
        file.open_file(path, PASSPHRASE)
    file.create(path, PASSPHRASE)
    whole = path.read_text()
    path.write_text(whole[:-10] + "AAAAAAAAA\n")
    with pytest.raises(WrongPassphrase):
        file.open_file(path, PASSPHRASE)
    for text in ("", "hello", "a.b.c.d.e", "e30.b.c.d.e"):
        path.write_text(text)
        with pytest.raises(KeyFileDamaged):
            file.open_file(path, PASSPHRASE)


def test_an_unknown_backend_is_named():
    with pytest.raises(SignerUnsupported):
        open_signer("vault:secret", PASSPHRASE)
