"""What can prevent a bundle."""

from typing import ClassVar

from issuer.errors import IssuerError
from schemas.errors import Fault


class NothingToBundle(IssuerError):
    """The learner has no released credential, or more than a bundle takes."""

    code: ClassVar[str] = "bundle.nothing"


class BundleBlockMissing(IssuerError):
    """The node has no such block, or not the one that it said it has."""

    code: ClassVar[str] = "bundle.no-block"


class BundleBlockUnreadable(IssuerError):
    """A block's header cannot be written so that its hash comes out."""

    code: ClassVar[str] = "bundle.header-unknown"


class NotInBlockYet(IssuerError):
    """An anchor is younger than the block that was to prove it."""

    code: ClassVar[str] = "bundle.not-in-block"


class AnchoredElsewhere(IssuerError):
    """An anchor is on another chain than the one that the settings name."""

    code: ClassVar[str] = "bundle.other-chain"


class TransactionLost(IssuerError):
    """The database does not hold the signed transaction of an anchor."""

    code: ClassVar[str] = "bundle.transaction-lost"
    fault: ClassVar[Fault] = Fault.SETUP


class StatusListForeign(IssuerError):
    """A credential names a status list that is not this school's."""

    code: ClassVar[str] = "bundle.status-list"


class BundleUnwritable(IssuerError):
    """The file cannot be written."""

    code: ClassVar[str] = "bundle.cannot-write"
    fault: ClassVar[Fault] = Fault.SETUP
