"""Recognising people who were deleted, without keeping who they were.

What is kept is an HMAC-SHA256 of the sourcedId under a key of 32 bytes that lies in the home, and
not in the database: who has the database alone cannot find out by trying all student numbers.
Who has both, and a list of sourcedIds, can tell which of them were deleted.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sqlmodel import Session

from issuer.learners import repository
from issuer.learners.errors import DepartedKeyMissing, DepartedKeyWrong
from issuer.learners.references import KnownDeparted

KEY_FILE: Final = Path("keys/people.key")
"""Below the home; 64 hexadecimal digits."""
KEY_BYTES: Final = 32
_FILE_MODE: Final = 0o600
_CHECK_DIGITS: Final = 16
_PSEUDONYM: Final = "departed-"
_PSEUDONYM_DIGITS: Final = 16


class Departed:
    """Marks people as deleted, and knows them again.

    Args:
        key: the home's.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    @property
    def key_check(self) -> str:
        """The same for the same key, and of no use for finding it."""
        return self._hash("check", "")[:_CHECK_DIGITS]

    def mark(self, sourced_id: str) -> str:
        """What is kept of a sourcedId: 64 hexadecimal digits."""
        return self._hash("person", sourced_id)

    def pseudonym(self, sourced_id: str) -> str:
        """What stands for a deleted person where others' records named him as assessor."""
        return f"{_PSEUDONYM}{self._hash('assessor', sourced_id)[:_PSEUDONYM_DIGITS]}"

    def among(self, session: Session, sourced_ids: Iterable[str]) -> set[str]:
        """Those of some sourcedIds whose persons were deleted here."""
        marks = {self.mark(one): one for one in sourced_ids}
        return {marks[mark] for mark in repository.marks_among(session, marks)}

    def _hash(self, purpose: str, text: str) -> str:
        message = f"touchstone {purpose}\0{text}".encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()


def is_pseudonym(name: str) -> bool:
    """True if a name stands for somebody who was deleted."""
    digits = name.removeprefix(_PSEUDONYM)
    return len(name) - len(digits) == len(_PSEUDONYM) and len(digits) == _PSEUDONYM_DIGITS


def departed_among(session: Session, departed: Departed | None) -> KnownDeparted:
    """Says which of some sourcedIds belonged to people who were deleted.

    Raises:
        DepartedKeyMissing: somebody was, and there is nothing to recognise them by.
    """
    if departed is not None:
        return lambda sourced_ids: departed.among(session, sourced_ids)
    if repository.departed_key_checks(session):
        raise _missing(str(KEY_FILE))
    return lambda _: set()


def open_departed(session: Session, home: Path) -> Departed | None:
    """What recognises the people who were deleted; None where nobody was.

    Raises:
        DepartedKeyMissing: the home has no key.
        DepartedKeyWrong: it is another, or damaged.
    """
    checks = repository.departed_key_checks(session)
    if not checks:
        return None
    path = home / KEY_FILE
    if not path.is_file():
        raise _missing(str(path))
    departed = Departed(_read(path))
    if checks != {departed.key_check}:
        raise _wrong(path)
    return departed


def begin_departed(session: Session, home: Path) -> Departed:
    """The same, with a key made where nobody was deleted before.

    Raises:
        DepartedKeyMissing, DepartedKeyWrong: as :func:`open_departed`.
    """
    found = open_departed(session, home)
    return Departed(_made(home / KEY_FILE)) if found is None else found


def _made(path: Path) -> bytes:
    """The key, on the disk before anybody is deleted under it; one that is there is kept."""
    if path.exists():
        return _read(path)
    key = secrets.token_bytes(KEY_BYTES)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{key.hex()}\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    return key


def _read(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        raise _wrong(path) from None
    if len(key) != KEY_BYTES:
        raise _wrong(path)
    return key


def _missing(path: str) -> DepartedKeyMissing:
    return DepartedKeyMissing(
        f"People were deleted here, and the key that recognises them, {path}, is not there.",
        "Put it back from a backup of the home: without it an import would bring them back.",
    )


def _wrong(path: Path) -> DepartedKeyWrong:
    return DepartedKeyWrong(
        f"{path} is not the key that people were deleted under here, or it is damaged.",
        "Put the right one back from a backup of the home.",
    )
