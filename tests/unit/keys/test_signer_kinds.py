"""Signers of every kind: kept in a file encrypted, and shown to nobody."""

import copy
import json
import pickle
import traceback

import pytest

from keys.errors import KeyFileDamaged
from keys.public_key import KeyKind
from keys.signers import file, open_signer, private_key
from keys.signers.file import FileSigner

PASSPHRASE = "correct horse battery"
KINDS = list(KeyKind)
SECRETS = ["d", "p", "q", "dp", "dq", "qi"]


def private_jwk(signer: FileSigner) -> dict[str, str]:
    """What is never shown; only a test that looks for it needs to know it."""
    return private_key.private_jwk(signer._private_key, signer.public_key)


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_of_every_kind_is_kept_in_a_file(kind, tmp_path):
    made = file.create(tmp_path / "key.jwe", PASSPHRASE, kind)
    assert made.public_key.kind is kind
    opened = open_signer("file:key.jwe", PASSPHRASE, home=tmp_path)
    assert opened.public_key == made.public_key
    made.public_key.verify(opened.sign(b"text"), b"text")


def test_the_kind_is_ed25519_unless_one_is_named(tmp_path):
    assert FileSigner.generate().public_key.kind is KeyKind.ED25519
    assert file.create(tmp_path / "key.jwe", PASSPHRASE).public_key.kind is KeyKind.ED25519


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_text_has_the_same_signature(kind, signers):
    """No nonce is drawn, so that poor randomness cannot betray the key (RFC 6979)."""
    sign = signers[kind].sign
    assert sign(b"text") == sign(b"text") != sign(b"texts")


@pytest.mark.parametrize("kind", KINDS)
def test_a_private_key_is_never_shown(kind, signers):
    signer = signers[kind]
    jwk = private_jwk(signer)
    secrets = [jwk[name] for name in SECRETS if name in jwk]
    assert secrets
    shown = [
        repr(signer),
        str(signer),
        f"{signer}",
        repr(signer.sign),
        signer.encrypted(PASSPHRASE),
    ]
    assert not [it for it in shown if any(secret in it for secret in secrets)]
    assert signer.public_key.to_jwk()["kty"] in repr(signer)


@pytest.mark.parametrize("kind", KINDS)
def test_a_private_key_is_neither_pickled_nor_copied(kind, signers):
    for refused in (signers[kind], signers[kind].sign):
        with pytest.raises(TypeError):
            pickle.dumps(refused)
    with pytest.raises(TypeError):
        copy.deepcopy(signers[kind])
    with pytest.raises(TypeError):
        copy.copy(signers[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_holds_something_else_is_damaged_and_not_repeated(
    kind, signers, tmp_path, monkeypatch
):
    jwk = private_jwk(signers[kind])
    other = private_jwk(FileSigner.generate(kind))
    kinds = [it for it in KINDS if it != kind]
    mixed = {**jwk, "d": other["d"]}
    wrong = [
        json.dumps(it) for it in (mixed, signers[kind].public_key.to_jwk(), [jwk], {}, jwk["d"])
    ]
    wrong += [json.dumps({**jwk, "d": value}) for value in ("", "!", 5, None, "A" * 4000)]
    wrong += [json.dumps(jwk)[:-1], "", json.dumps({**jwk, "crv": kinds[0].value})]
    path = tmp_path / "key.jwe"
    path.write_text(signers[kind].encrypted(PASSPHRASE))
    assert file.open_file(path, PASSPHRASE).public_key == signers[kind].public_key
    for payload in wrong:
        monkeypatch.setattr(file, "_decrypt", lambda *_, text=payload: text.encode())
        with pytest.raises(KeyFileDamaged) as caught:
            file.open_file(path, PASSPHRASE)
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None
        shown = "".join(traceback.format_exception(caught.value))
        assert jwk["d"] not in shown
