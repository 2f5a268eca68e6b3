"""A private key in a file, encrypted at rest as a JSON Web Key (RFC 7517 §7, RFC 7518 §4.8).

The file is one compact JWE: key wrapping by PBES2-HS512+A256KW, content by A256GCM.
"""

import base64
import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from keys.errors import KeyFileDamaged, KeyFileMissing, PassphraseTooShort, WrongPassphrase
from keys.kinds import KeyKind
from keys.public_key import PublicKey
from keys.signers.private_key import (
    PrivateKey,
    generate,
    private_jwk,
    public_key_of,
    read_private_jwk,
    sign,
)

PBKDF2_ROUNDS = 250_000
"""Iterations of PBKDF2-HMAC-SHA-512: OWASP asks for 210,000, the library reads up to 300,000."""
MAX_HEADER_CHARACTERS = 1024
"""Ours has under 200; what is shorter cannot be nested deep."""
MAX_FILE_BYTES = 16_384
MIN_PASSPHRASE_BYTES = 14
"""112 bits of text: below that the key wrapping itself calls a password too short."""
_ALGORITHMS = ["PBES2-HS512+A256KW", "A256GCM"]
_HEADER = {"alg": _ALGORITHMS[0], "enc": _ALGORITHMS[1], "cty": "jwk+json", "p2c": PBKDF2_ROUNDS}


class FileSigner:
    """Signs with a private key that was read from an encrypted file, or made for one."""

    def __init__(self, private_key: PrivateKey, kind: KeyKind = KeyKind.ED25519) -> None:
        self._private_key = private_key
        self._public_key = public_key_of(private_key, kind)

    @classmethod
    def generate(cls, kind: KeyKind = KeyKind.ED25519) -> Self:
        """A signer with a new random key that is stored nowhere."""
        return cls(generate(kind), kind)

    @property
    def public_key(self) -> PublicKey:
        """The public half of the key."""
        return self._public_key

    @property
    def sign(self) -> Callable[[bytes], bytes]:
        """Signs bytes: a signature as ``PublicKey.verify`` reads it."""
        if isinstance(self._private_key, Ed25519PrivateKey):
            return self._private_key.sign
        return partial(sign, self._private_key, self._public_key.kind)

    def __repr__(self) -> str:
        """Names the public key only."""
        return f"FileSigner({json.dumps(self._public_key.to_jwk())})"

    def __reduce__(self) -> NoReturn:
        """Neither pickled nor copied: a private key leaves this object encrypted or not at all."""
        raise TypeError("A signer cannot be pickled or copied.")

    def encrypted(self, passphrase: str) -> str:
        """This key as an encrypted JWK: what stands in the file."""
        payload = json.dumps(private_jwk(self._private_key, self._public_key))
        return jwe.encrypt_compact(_HEADER, payload, _password(passphrase), _ALGORITHMS)


def create(path: Path, passphrase: str, kind: KeyKind = KeyKind.ED25519) -> FileSigner:
    """Make a new key and keep it, encrypted, in a new file that only its owner may read.

    Raises:
        FileExistsError: a file is there already; a key is never overwritten.
        PassphraseTooShort: fewer than 14 bytes.
    """
    if len(passphrase.encode("utf-8")) < MIN_PASSPHRASE_BYTES:
        raise PassphraseTooShort(
            f"A passphrase needs at least {MIN_PASSPHRASE_BYTES} characters.",
            "Four or five random words do.",
        )
    signer = FileSigner.generate(kind)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(signer.encrypted(passphrase) + "\n")
    return signer


def open_file(path: Path, passphrase: str) -> FileSigner:
    """Open the key that :func:`create` wrote.

    Raises:
        KeyFileMissing: no such file.
        WrongPassphrase: the passphrase does not open it.
        KeyFileDamaged: the file is not an encrypted private JWK.
    """
    found = _read_payload(_decrypt(_read(path), passphrase, path))
    if found is None:
        raise _damaged(path)
    return FileSigner(*found)


def _read_payload(payload: bytes) -> tuple[PrivateKey, KeyKind] | None:
    """The key in a decrypted file; None, and no error that could carry it, if there is none."""
    try:
        jwk = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return read_private_jwk(jwk) if isinstance(jwk, dict) else None


def _read(path: Path) -> str:
    try:
        with path.open("r", encoding="ascii") as file:
            return file.read(MAX_FILE_BYTES).strip()
    except (FileNotFoundError, IsADirectoryError) as error:
        raise KeyFileMissing(
            f"There is no signing key at {path}.", "Run 'issuer init', or restore the key file."
        ) from error
    except (OSError, UnicodeError) as error:
        raise _damaged(path) from error


def _decrypt(text: str, passphrase: str, path: Path) -> bytes:
    """The JWE's content. Its header is compared first: a planted file cannot cost hours."""
    try:
        segment = text.split(".", 1)[0]
        if len(segment) > MAX_HEADER_CHARACTERS:
            raise _damaged(path)
        header = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
        known = {name: header.get(name) for name in _HEADER} == _HEADER
    except (ValueError, AttributeError) as error:
        raise _damaged(path) from error
    if not known:
        raise _damaged(path)
    if len(passphrase.encode("utf-8")) < MIN_PASSPHRASE_BYTES:
        raise _wrong(path)
    try:
        plaintext = jwe.decrypt_compact(text, _password(passphrase), _ALGORITHMS).plaintext
    except (JoseError, ValueError) as error:
        raise _wrong(path) from error
    return plaintext or b""


def _wrong(path: Path) -> WrongPassphrase:
    return WrongPassphrase(
        f"The passphrase does not open {path}, or the file was changed.",
        "Give the passphrase that was set when the key was made.",
    )


def _damaged(path: Path) -> KeyFileDamaged:
    return KeyFileDamaged(f"{path} does not hold an encrypted key.", "Restore it from a backup.")


def _password(passphrase: str) -> OctKey:
    return OctKey.import_key(passphrase.encode("utf-8"))
