"""What one status entry of a credential is, and what its list says about the credential."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from verifier.subject import Subject

REVOCATION, SUSPENSION, REFRESH, MESSAGE = "revocation", "suspension", "refresh", "message"
"""Purposes (Bitstring Status List 1.0 §2.1). A message says neither good nor bad."""
PURPOSES = frozenset({REVOCATION, SUSPENSION, REFRESH, MESSAGE})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a list says.

    Args:
        is_set: whether the credential has the status that the entry's purpose names.
        reason: why, in the issuer's words; empty if the list does not say.
        since: since when; None if the list does not say.
        message: the issuer's message; for the purpose ``message`` only.
        is_signed: false if nothing but the list's host stands behind it.
    """

    is_set: bool
    reason: str = ""
    since: datetime | None = None
    message: str = ""
    is_signed: bool = True


class Entry(Protocol):
    """A status entry that could be read."""

    @property
    def purpose(self) -> str:
        """One of PURPOSES."""

    @property
    def url(self) -> str:
        """Where its list is; without a fragment, which could tell which credential is read."""

    @property
    def details(self) -> Mapping[str, Any]:
        """What a program wants to know about it, JSON-able."""

    def look_up(self, subject: Subject) -> Answer:
        """Fetch the list and look.

        Raises:
            HostUnreachable: the list's host did not say anything.
            TouchstoneError: the list cannot be relied on.
        """
