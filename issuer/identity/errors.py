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


class HomeUnwritable(IdentityError):
    """The home directory cannot be made or written to."""

    code: ClassVar[str] = "identity.home-unwritable"


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


class UnknownVersion(IdentityError):
    """The DID document has no version of this number."""

    code: ClassVar[str] = "identity.unknown-version"
    fault: ClassVar[Fault] = Fault.CONTENT


class UnknownKey(IdentityError):
    """The school has no key or account of this name."""

    code: ClassVar[str] = "identity.unknown-key"


class KeyTaken(IdentityError):
    """The new key, account or signer is one that the school has had already."""

    code: ClassVar[str] = "identity.key-taken"


class KeyKindWrong(IdentityError):
    """The key cannot do what it would be used for."""

    code: ClassVar[str] = "identity.key-kind"


class NothingToRotate(IdentityError):
    """No key of this kind is in use."""

    code: ClassVar[str] = "identity.nothing-to-rotate"


class MomentWrong(IdentityError):
    """A key cannot have got into other hands at that moment, as far as the book says."""

    code: ClassVar[str] = "identity.moment"


class UnfinishedBatches(IdentityError):
    """Minting is under way with the key or account that was to be given up."""

    code: ClassVar[str] = "identity.unfinished-batches"
