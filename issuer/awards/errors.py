"""What can go wrong with awards besides problems in an award file."""

from typing import ClassVar

from issuer.errors import IssuerError, NotFound
from schemas.errors import Fault


class AwardsUnreadable(IssuerError):
    """There is no award file where one was named."""

    code: ClassVar[str] = "awards.unreadable"


class AwardChanged(IssuerError):
    """An achievement's key and version were used before for another definition."""

    code: ClassVar[str] = "awards.changed"


class UnknownAward(NotFound):
    """No award has this id."""

    code: ClassVar[str] = "award.not-found"


class UnknownDefinition(NotFound):
    """No achievement that can be awarded has this key."""

    code: ClassVar[str] = "award.definition-not-found"


class AwardDecided(IssuerError):
    """The award does not wait for a decision."""

    code: ClassVar[str] = "award.decided"


class AwardNotDue(IssuerError):
    """The award cannot be made: a requirement or a condition does not hold."""

    code: ClassVar[str] = "award.not-due"


class AwardUnchecked(IssuerError):
    """The award cannot be made now: something it rests on could not be checked."""

    code: ClassVar[str] = "award.unchecked"
    fault: ClassVar[Fault] = Fault.TRANSPORT


class AwardDecisionIncomplete(IssuerError):
    """A decision about an award lacks who made it, or why."""

    code: ClassVar[str] = "award.decision-incomplete"


class ReceivedUnfit(IssuerError):
    """A credential of another issuer cannot be kept as one of a learner's."""

    code: ClassVar[str] = "received.unfit"


class ReceivedTaken(IssuerError):
    """The credential is kept as another learner's already."""

    code: ClassVar[str] = "received.taken"
