"""Private keys: one file a backend, opened from a URI. Verifiers never import this package."""

from pathlib import Path
from typing import Protocol

from keys.errors import SignerUnsupported
from keys.public_key import PublicKey
from keys.signers import file

__all__ = ["Signer", "open_signer"]


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
        uri: ``file:PATH``, the path relative to ``home`` unless absolute.
        passphrase: opens the backend; never logged, never stored.

    Raises:
        SignerUnsupported: no backend for the URI's scheme.
        KeyFileMissing, KeyFileDamaged, WrongPassphrase: from the file backend.
    """
    scheme, _, rest = uri.partition(":")
    if scheme == "file" and rest:
        return file.open_file(home / rest, passphrase)
    raise SignerUnsupported(
        f"No signer can be opened from a URI that begins with {scheme[:40]!r}.",
        "Use file:PATH.",
    )
