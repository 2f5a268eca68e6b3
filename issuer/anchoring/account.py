"""The issuer's Ethereum account: a web3 keystore file (version 3), encrypted with a passphrase."""

import json
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from credentials.strict_json import loads
from issuer.anchoring.errors import AccountDamaged, AccountExists, NoAccount, WrongPassphrase
from schemas.errors import TouchstoneError

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

SCRYPT_N = 2**18
"""Cost of one guess at the passphrase: about a second, and 256 MiB of memory (scrypt's N)."""
_MAX_KEYSTORE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """A transaction that can be sent as it is.

    Attributes:
        raw: the signed EIP-2718 envelope.
        tx_hash: its Keccak-256, ``0x`` and 64 hexadecimal digits.
    """

    raw: bytes
    tx_hash: str


@dataclass(frozen=True, slots=True)
class EthereumAccount:
    """An unlocked account. The key stays inside, and out of every representation.

    Attributes:
        address: with checksum capitals (EIP-55).
    """

    address: str
    _key: "LocalAccount" = field(repr=False, compare=False)

    @classmethod
    def create(cls, path: Path, passphrase: str, *, scrypt_n: int = SCRYPT_N) -> Self:
        """Make a new account and its keystore, readable by its owner alone.

        Args:
            path: where the keystore goes; its folder is made if absent.
            passphrase: what will open it.
            scrypt_n: scrypt's N; less than ``SCRYPT_N`` is for tests.

        Raises:
            AccountExists: there is a file at ``path``; it is left as it is.
        """
        # Imported here, as everywhere below: the Ethereum libraries take a second to load.
        from eth_account import Account  # noqa: PLC0415

        if path.exists():
            raise _exists(path)
        key = Account.create()
        keystore = Account.encrypt(key.key, passphrase, kdf="scrypt", iterations=scrypt_n)
        _write_new(path, json.dumps(keystore).encode())
        return cls(key.address, key)

    @classmethod
    def unlock(cls, path: Path, passphrase: str) -> Self:
        """Open a keystore.

        Raises:
            NoAccount: there is no file at ``path``.
            AccountDamaged: the file is not a web3 keystore.
            WrongPassphrase: the passphrase does not open it.
        """
        from eth_account import Account  # noqa: PLC0415

        keystore = _read(path)
        try:
            key = Account.from_key(Account.decrypt(keystore, passphrase))
        except ValueError as error:
            # "MAC mismatch" is how a version 3 keystore answers a wrong passphrase.
            if "mismatch" not in str(error):
                raise _damaged(path) from None
            raise WrongPassphrase(
                f"The passphrase does not open the Ethereum account {path}.",
                "Give the passphrase that the account was created with.",
            ) from None
        except (LookupError, TypeError, AttributeError, ArithmeticError, MemoryError):
            raise _damaged(path) from None
        if not _same_address(key.address, keystore):
            raise _damaged(path)
        return cls(key.address, key)

    def __reduce__(self) -> str:
        """Refuse to be pickled: an unlocked key goes into no queue and no database."""
        raise TypeError("An unlocked account does not leave its process.")

    @property
    def public_key(self) -> bytes:
        """The secp256k1 point, 64 bytes: x, then y."""
        return bytes(self._key._key_obj.public_key.to_bytes())  # noqa: SLF001 - no public way

    def sign(self, transaction: dict[str, Any]) -> SignedTransaction:
        """Sign an EIP-1559 transaction, given by its JSON-RPC member names."""
        signed = self._key.sign_transaction(transaction)
        return SignedTransaction(bytes(signed.raw_transaction), "0x" + bytes(signed.hash).hex())


def read_address(path: Path) -> str:
    """Return the address of a keystore without opening it, with checksum capitals.

    Raises:
        NoAccount: there is no file at ``path``.
        AccountDamaged: the file is not a web3 keystore.
    """
    from eth_utils.address import to_checksum_address  # noqa: PLC0415

    try:
        return str(to_checksum_address(_read(path)["address"]))
    except (LookupError, ValueError, TypeError):
        raise _damaged(path) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            keystore = loads(file.read(_MAX_KEYSTORE_BYTES))
    except FileNotFoundError:
        raise NoAccount(
            f"There is no Ethereum account at {path}.",
            "Create the issuer with issuer init, or correct the path of the keystore.",
        ) from None
    except (OSError, TouchstoneError):
        raise _damaged(path) from None
    return keystore


def _same_address(address: str, keystore: dict[str, Any]) -> bool:
    stated = str(keystore.get("address", address)).lower().removeprefix("0x")
    return stated == address.lower().removeprefix("0x")


def _write_new(path: Path, content: bytes) -> None:
    """Write a file that did not exist, whole or not at all, for its owner's eyes only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # mkstemp makes the file with mode 0600.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".account-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # Unlike a rename, a link never replaces a file that appeared meanwhile.
        os.link(temporary, path)
    except FileExistsError:
        raise _exists(path) from None
    finally:
        Path(temporary).unlink()


def _exists(path: Path) -> AccountExists:
    return AccountExists(
        f"There is already an Ethereum account at {path}.",
        "Use it, or choose another place for the new one; an account is never overwritten.",
    )


def _damaged(path: Path) -> AccountDamaged:
    return AccountDamaged(
        f"{path} is not a web3 keystore that can be read.", "Restore it from a backup."
    )
