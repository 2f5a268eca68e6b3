"""Where the demonstration keeps its things, and the lock that keeps two of them apart."""

import contextlib
import fcntl
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from demo.errors import AlreadyRunning

DEFAULT_ROOT = Path(".demo")
PASSPHRASE_BYTES = 24


@dataclass(frozen=True)
class Places:
    """Directories of one demonstration.

    Attributes:
        root: everything lies below.
    """

    root: Path

    @property
    def sample(self) -> Path:
        """What the school's other systems give it: framework, OneRoster set, evidence."""
        return self.root / "sample"

    @property
    def school(self) -> Path:
        """The home of ``issuer``."""
        return self.root / "school"

    @property
    def college(self) -> Path:
        """All that the college is given."""
        return self.root / "college"

    @property
    def museum(self) -> Path:
        """The home of another ``issuer``, a museum's."""
        return self.root / "museum"

    @property
    def museum_log(self) -> Path:
        """What the museum's service printed."""
        return self.root / "serve-museum.log"

    @property
    def passphrase(self) -> Path:
        """The file with the passphrase of the school's keys."""
        return self.root / "passphrase"

    @property
    def log(self) -> Path:
        """What the school's service printed."""
        return self.root / "serve.log"

    def clear(self) -> None:
        """Removes what an earlier demonstration left, and nothing else; makes a passphrase."""
        for directory in (self.sample, self.school, self.museum, self.college):
            shutil.rmtree(directory, ignore_errors=True)
        self.college.mkdir(parents=True)
        self.passphrase.unlink(missing_ok=True)
        self.passphrase.touch(0o600)
        self.passphrase.write_text(secrets.token_urlsafe(PASSPHRASE_BYTES), "utf-8")


@contextlib.contextmanager
def places(root: Path) -> Iterator[Places]:
    """The directories, empty, for this process alone.

    Raises:
        AlreadyRunning: another demonstration works below the same root.
    """
    root = root.absolute()
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(
                f"Another demonstration is running in {root}.",
                "Wait for its end, or name another directory with --directory.",
            ) from None
        found = Places(root)
        found.clear()
        yield found
