"""What can be wrong with a OneRoster set as a whole; single cells are ImportProblems."""

from typing import ClassVar

from issuer.errors import IssuerError
from schemas.errors import Fault


class OneRosterUnreadable(IssuerError):
    """It is no directory or zip archive, or is damaged, encrypted or too large."""

    code: ClassVar[str] = "oneroster.unreadable"


class DepartedKeyMissing(IssuerError):
    """People were deleted here, and the key by which imports recognise them is not at hand."""

    code: ClassVar[str] = "people.key-missing"
    fault: ClassVar[Fault] = Fault.SETUP


class DepartedKeyWrong(IssuerError):
    """The key in the home is not the one that people were deleted under, or is damaged."""

    code: ClassVar[str] = "people.key-wrong"
    fault: ClassVar[Fault] = Fault.SETUP
