"""What can stop minting. None of these leaves anything half done: run it again afterwards."""

from typing import ClassVar

from schemas.errors import Fault, TouchstoneError


class MintingError(TouchstoneError):
    """Root of the minting errors."""

    code: ClassVar[str] = "minting.error"


class SelfCheckFailed(MintingError):
    """Our own verifier does not accept a credential, so its batch is not released."""

    code: ClassVar[str] = "minting.self-check-failed"
    fault: ClassVar[Fault] = Fault.SETUP


class SelfCheckUndecided(SelfCheckFailed):
    """Our own verifier could not decide, because the chain did not answer it."""

    code: ClassVar[str] = "minting.self-check-undecided"
    fault: ClassVar[Fault] = Fault.TRANSPORT


class UnknownCredential(MintingError):
    """No credential has this id."""

    code: ClassVar[str] = "minting.unknown-credential"


class AmbiguousCredential(MintingError):
    """Several credentials begin with what was given."""

    code: ClassVar[str] = "minting.ambiguous-credential"


class MintedElsewhere(MintingError):
    """A judgment that was reserved is gone from the store."""

    code: ClassVar[str] = "minting.elsewhere"


class BatchStopped(MintingError):
    """An error in another process ended the work at a batch; the sentence repeats it."""

    code: ClassVar[str] = "minting.stopped"
    fault: ClassVar[Fault] = Fault.SETUP


class WorkGivenUp(MintingError):
    """The engine gave up a piece of work, after it failed or its process died too often."""

    code: ClassVar[str] = "minting.given-up"
    fault: ClassVar[Fault] = Fault.SETUP


class NotReleased(MintingError):
    """The credential's batch is not released yet."""

    code: ClassVar[str] = "minting.not-released"


class UnknownAchievement(MintingError):
    """No achievement has this id."""

    code: ClassVar[str] = "minting.unknown-achievement"


class NothingToExport(MintingError):
    """The learner has no released credential."""

    code: ClassVar[str] = "minting.nothing-to-export"


class ExportBlocked(MintingError):
    """The files cannot be written where they were asked for."""

    code: ClassVar[str] = "minting.export-blocked"
    fault: ClassVar[Fault] = Fault.SETUP
