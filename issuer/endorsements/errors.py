"""What can keep an endorsement from being given or taken in."""

from typing import ClassVar

from schemas.errors import Fault, TouchstoneError


class EndorsementError(TouchstoneError):
    """Root of the errors about endorsements."""

    code: ClassVar[str] = "endorsement.error"


class CommentInvalid(EndorsementError):
    """The comment, or whom it is signed for, is empty or too long."""

    code: ClassVar[str] = "endorsement.comment"


class PeriodInvalid(EndorsementError):
    """The endorsement would end before it begins."""

    code: ClassVar[str] = "endorsement.period"


class TargetUnreadable(EndorsementError):
    """What was named cannot be read, or is nothing that can be endorsed."""

    code: ClassVar[str] = "endorsement.target-unreadable"


class TargetSilent(EndorsementError):
    """What was named could not be asked for."""

    code: ClassVar[str] = "endorsement.target-silent"
    fault: ClassVar[Fault] = Fault.TRANSPORT


class TargetRefused(EndorsementError):
    """Our own verifier does not accept what was to be endorsed, or it is the school itself."""

    code: ClassVar[str] = "endorsement.target-refused"


class TargetForeign(EndorsementError):
    """The endorsement that was brought in is of nothing that this school published."""

    code: ClassVar[str] = "endorsement.target-foreign"


class EndorsementRefused(EndorsementError):
    """Our own verifier does not accept the endorsement that was brought in."""

    code: ClassVar[str] = "endorsement.refused"


class UnknownEndorsement(EndorsementError):
    """No endorsement has this id, or several begin so."""

    code: ClassVar[str] = "endorsement.unknown-endorsement"


class EndorsementNotOurs(EndorsementError):
    """Only whoever signed an endorsement can withdraw it."""

    code: ClassVar[str] = "endorsement.not-ours"


class EndorsementGiven(EndorsementError):
    """An endorsement that the school gave is to be removed; it can only be withdrawn."""

    code: ClassVar[str] = "endorsement.given"


class EndorsementBlocked(EndorsementError):
    """The endorsement cannot be written where it was asked for."""

    code: ClassVar[str] = "endorsement.blocked"
    fault: ClassVar[Fault] = Fault.SETUP
