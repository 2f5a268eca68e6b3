"""Bearer tokens of the VC-API: shown once, kept as hashes, compared in constant time (RFC 6750)."""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from credentials.proofs.data_integrity import format_date_time_stamp
from issuer.vc_api.errors import TokenFileUnreadable, UnknownToken

TOKENS_FILE: Final = "api-tokens.json"
"""In the issuer's home."""
HASHES_VARIABLE: Final = "TOUCHSTONE_API_TOKEN_SHA256"
"""Hashes of tokens that were made elsewhere, in hexadecimal, with spaces between them."""
TOKEN_PREFIX: Final = "tsi_"  # noqa: S105 - what a token begins with, so that leaks are found
TOKEN_BYTES: Final = 32
MAX_TOKEN_CHARACTERS: Final = 512
ID_CHARACTERS: Final = 12
"""Of a token's hash, by which people name it."""
MAX_FILE_BYTES: Final = 1024 * 1024


class Tokens(Protocol):
    """Decides who may have something signed."""

    def admits(self, token: str | None) -> bool:
        """Whether a request with this bearer token may go on."""
        ...


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A token as it is kept.

    Attributes:
        id: how people name it: the beginning of its hash.
        sha256: hash of the token, in hexadecimal. Tokens are 256 random bits: no salt is needed.
        note: what it is for.
        created: dateTimeStamp.
    """

    id: str
    sha256: str
    note: str
    created: str


class TokenFile:
    """The tokens of one home, and those that the environment names.

    Read anew for each request, so that a token that was made or revoked a moment ago is one.
    """

    def __init__(self, home: Path, environ: Mapping[str, str] | None = None) -> None:
        self._path = home / TOKENS_FILE
        self._environ = os.environ if environ is None else environ

    def admits(self, token: str | None) -> bool:
        """Whether somebody here made ``token``. Takes as long for a near miss as for any other."""
        if not token or len(token) > MAX_TOKEN_CHARACTERS:
            return False
        given = _hash(token)
        known = [one.sha256 for one in self.stored()]
        known += self._environ.get(HASHES_VARIABLE, "").lower().split()
        matches = [hmac.compare_digest(given, one.encode()) for one in known]
        return any(matches)

    def stored(self) -> list[StoredToken]:
        """The tokens of the file, oldest first.

        Raises:
            TokenFileUnreadable: the file is there and cannot be understood.
        """
        try:
            data = self._path.read_bytes()[: MAX_FILE_BYTES + 1]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _unreadable(self._path) from error
        try:
            return [StoredToken(**entry) for entry in json.loads(data)["tokens"]]
        except (ValueError, TypeError, KeyError) as error:
            raise _unreadable(self._path) from error

    def new(self, note: str, now: datetime) -> str:
        """Make a token, keep its hash, and return it: it is never to be had again."""
        token = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
        digest = _hash(token).decode()
        entry = StoredToken(digest[:ID_CHARACTERS], digest, note[:200], format_date_time_stamp(now))
        self._write([*self.stored(), entry])
        return token

    def revoke(self, beginning: str) -> StoredToken:
        """Take a token away.

        Args:
            beginning: its id, or the beginning of it.

        Raises:
            UnknownToken: none or several begin so.
        """
        stored = self.stored()
        found = [one for one in stored if beginning and one.id.startswith(beginning)]
        if len(found) != 1:
            raise UnknownToken(
                f"{len(found) or 'No'} tokens begin with {beginning[:40]!r}.",
                "List them with `issuer token list`.",
            )
        self._write([one for one in stored if one != found[0]])
        return found[0]

    def _write(self, tokens: list[StoredToken]) -> None:
        """Replace the file in one step; only its owner may read it."""
        content = json.dumps({"tokens": [asdict(one) for one in tokens]}, indent=2) + "\n"
        beside = self._path.with_name(f".{TOKENS_FILE}.{secrets.token_hex(4)}")
        try:
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(content)
            beside.replace(self._path)
        except OSError as error:
            raise _unreadable(self._path) from error


def token_id(token: str) -> str:
    """How people name a token."""
    return _hash(token).decode()[:ID_CHARACTERS]


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest().encode()


def _unreadable(path: Path) -> TokenFileUnreadable:
    return TokenFileUnreadable(
        f"The file of API tokens, {path.name}, cannot be used.", "Correct it, or remove it."
    )
