"""Private keys: one file a backend, opened from a URI. Verifiers never import this package."""

from pathlib import Path
from typing import Protocol

from keys.errors import KeyFileExists, SignerUnsupported
from keys.kinds import KeyKind
from keys.public_key import PublicKey
from keys.signers import file

__all__ = ["Signer", "create_signer", "open_signer"]
_SUPPORTED = "Use file:PATH, or pkcs11:token=…;object=… (RFC 7512)."


class Signer(Protocol):
    """Something that can sign with a private key, wherever that key lives."""

    @property
    def public_key(self) -> PublicKey:
        """The public half of the key."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data``, as ``PublicKey.verify`` reads it."""
        ...


def open_signer(uri: str, passphrase: str, *, home: Path = Path()) -> Signer:
    """Open the signer that ``uri`` names.

    Args:
        uri: ``file:PATH``, the path relative to ``home`` unless absolute; or a PKCS#11 URI
            (RFC 7512), whose PIN comes from TOUCHSTONE_PKCS11_PIN or is asked for.
        passphrase: opens a file; never logged, never stored.

    Raises:
        SignerUnsupported: no backend for the URI's scheme.
        KeyFileMissing, KeyFileDamaged, WrongPassphrase: from the file backend.
        SignerUriInvalid, WrongPin, TokenMissing, TokenKeyMissing, …: from the token backend, see
            ``keys.signers.pkcs11.open_key``.
    """
    scheme, _, rest = uri.partition(":")
    if scheme == "file" and rest:
        return file.open_file(home / rest, passphrase)
    if scheme == "pkcs11":
        # Here, because only a school with a token needs the library.
        from keys.signers import pkcs11  # noqa: PLC0415

        return pkcs11.open_key(uri)
    raise _unsupported(scheme)


def create_signer(
    uri: str, passphrase: str, kind: KeyKind = KeyKind.ED25519, *, home: Path = Path()
) -> Signer:
    """Make a new key where ``uri`` says.

    A key that is in a token already is taken as it is: many are made by the token's own tools.

    Args:
        uri, passphrase, home: as for :func:`open_signer`; a file must not be there yet.
        kind: of a file any kind that signs, of a token Ed25519 or P-256.

    Raises:
        KeyFileExists, PassphraseTooShort: from the file backend.
        And whatever :func:`open_signer` raises.
    """
    scheme, _, rest = uri.partition(":")
    if scheme == "file" and rest:
        return _create_file(home / rest, passphrase, kind)
    if scheme == "pkcs11":
        from keys.signers import pkcs11  # noqa: PLC0415

        return pkcs11.create_key(uri, kind)
    raise _unsupported(scheme)


def _create_file(path: Path, passphrase: str, kind: KeyKind) -> Signer:
    try:
        return file.create(path, passphrase, kind)
    except FileExistsError:
        raise KeyFileExists(
            f"There is a file at {path} already; a key is never overwritten.",
            "Choose another place for the new key.",
        ) from None


def _unsupported(scheme: str) -> SignerUnsupported:
    return SignerUnsupported(
        f"No signer can be opened from a URI that begins with {scheme[:40]!r}.", _SUPPORTED
    )
