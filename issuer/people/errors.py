"""What can stop an export or a deletion of a person's data. None leaves anything half done."""

from typing import ClassVar

from issuer.errors import IssuerError, NotFound
from schemas.errors import Fault


class UnknownPerson(NotFound):
    """Nobody here has this sourcedId."""

    code: ClassVar[str] = "people.not-found"


class DeletionNotConfirmed(IssuerError):
    """A deletion was asked for without the word that makes it happen."""

    code: ClassVar[str] = "people.not-confirmed"


class DeletionReasonInvalid(IssuerError):
    """The reason for a deletion is missing, too long, or names the person."""

    code: ClassVar[str] = "people.bad-reason"


class BatchNotReleased(IssuerError):
    """The person has credentials in a batch that is not released yet."""

    code: ClassVar[str] = "people.batch-not-released"


class NotDeleted(IssuerError):
    """Nobody with this sourcedId was deleted here."""

    code: ClassVar[str] = "people.not-deleted"


class ArchiveBlocked(IssuerError):
    """The archive cannot be written where it was asked for."""

    code: ClassVar[str] = "people.archive-blocked"
    fault: ClassVar[Fault] = Fault.SETUP
