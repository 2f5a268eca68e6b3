"""One call of ``issuer``: where its home is, and how its keys are opened."""

import getpass
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import typer

from issuer.commands.errors import PassphraseFileUnreadable, PassphraseMismatch
from issuer.settings_errors import NoPassphrase

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from issuer.settings import Settings

PASSPHRASE_VARIABLE: Final = "TOUCHSTONE_PASSPHRASE"  # noqa: S105 - a name, not a secret
MAX_PASSPHRASE_BYTES: Final = 4_096


@dataclass(frozen=True)
class Invocation:
    """The global options.

    Attributes:
        home: the issuer's directory.
        insecure_loopback: what --insecure-loopback or INSECURE_LOOPBACK said.
        passphrase_file: holds the passphrase, or None.
    """

    home: Path
    insecure_loopback: bool
    passphrase_file: Path | None

    def settings(self) -> "Settings":
        """The issuer's settings.

        Raises:
            NoHome, SettingsUnreadable, SettingsInvalid: see Settings.load.
        """
        from issuer.settings import Settings  # noqa: PLC0415 - as below: kept out of --help

        return Settings.load(self.home, insecure_loopback=self.insecure_loopback)

    def engine(self, settings: "Settings") -> "Engine":
        """The issuer's database, brought up to date.

        Raises:
            DatabaseCannotOpen: it is gone; one that was lost is never taken for a new one.
            DatabaseError: it cannot be read, or is not ours.
        """
        from issuer import db  # noqa: PLC0415

        engine = db.engine(settings.database)
        db.check_exists(engine)
        db.migrate(engine)
        return engine

    def passphrase(self, *, confirm: bool = False) -> str:
        """The passphrase: from the file, the environment, or typed on a terminal.

        Args:
            confirm: have it typed twice, because a key is about to be made with it.

        Raises:
            NoPassphrase: nothing says it, and there is no terminal to ask on.
            PassphraseFileUnreadable, PassphraseMismatch: as they say.
        """
        if self.passphrase_file is not None:
            return _from_file(self.passphrase_file)
        if os.environ.get(PASSPHRASE_VARIABLE):
            return os.environ[PASSPHRASE_VARIABLE]
        if not sys.stdin.isatty():
            raise NoPassphrase(
                "The keys of this issuer are encrypted, and no passphrase was given.",
                f"Use --passphrase-file FILE, or set {PASSPHRASE_VARIABLE}.",
            )
        return _typed(confirm=confirm)

    def passphrase_or_none(self) -> str | None:
        """The passphrase if it is there without asking; None otherwise."""
        try:
            return self.passphrase() if not sys.stdin.isatty() or self._is_given() else None
        except NoPassphrase:
            return None

    def _is_given(self) -> bool:
        return self.passphrase_file is not None or bool(os.environ.get(PASSPHRASE_VARIABLE))


def of(context: typer.Context) -> Invocation:
    """The invocation that the global options made."""
    return cast("Invocation", context.obj)


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_PASSPHRASE_BYTES + 1)
        text = content.decode("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise PassphraseFileUnreadable(
            f"The passphrase file {path} cannot be read: {reason}.",
            "Correct --passphrase-file.",
        ) from None
    if len(content) > MAX_PASSPHRASE_BYTES:
        raise PassphraseFileUnreadable(
            f"The passphrase file {path} has more than {MAX_PASSPHRASE_BYTES:,} bytes.",
            "Correct --passphrase-file.",
        )
    if not text:
        raise PassphraseFileUnreadable(
            f"The passphrase file {path} is empty.",
            "Write the passphrase into it.",
        )
    return text


def _typed(*, confirm: bool) -> str:
    passphrase = getpass.getpass("Passphrase of the issuer's keys: ")
    if confirm and getpass.getpass("The same once more: ") != passphrase:
        raise PassphraseMismatch("The two passphrases are not the same.", "Start again.")
    return passphrase
