"""What can be wrong with a OneRoster set as a whole; single cells are ImportProblems."""

from typing import ClassVar

from issuer.errors import IssuerError


class OneRosterUnreadable(IssuerError):
    """It is no directory or zip archive, or is damaged, encrypted or too large."""

    code: ClassVar[str] = "oneroster.unreadable"
