"""What can be wrong with the school's identity."""

from typing import ClassVar

from schemas.errors import Fault, TouchstoneError


class IdentityError(TouchstoneError):
    """Root of the errors about the school's identity."""

    code: ClassVar[str] = "identity.error"
    fault: ClassVar[Fault] = Fault.SETUP


class HomeExists(IdentityError):
    """There is an issuer already; it is never overwritten."""

    code: ClassVar[str] = "identity.home-exists"


class DatabaseTaken(IdentityError):
    """The database belongs to another school."""

    code: ClassVar[str] = "identity.database-taken"


class WrongKey(IdentityError):
    """The signing key that was opened is not the one the school has published."""

    code: ClassVar[str] = "identity.wrong-key"


class WrongAccount(IdentityError):
    """The Ethereum account that was opened is not the one the school has published."""

    code: ClassVar[str] = "identity.wrong-account"


class NotFounded(IdentityError):
    """The database knows no school yet."""

    code: ClassVar[str] = "identity.not-founded"
