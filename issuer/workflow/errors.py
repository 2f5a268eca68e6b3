"""What can keep durable work from running."""

from typing import ClassVar

from schemas.errors import Fault, TouchstoneError


class WorkflowError(TouchstoneError):
    """Root of the errors of durable work."""

    code: ClassVar[str] = "workflow.error"
    fault: ClassVar[Fault] = Fault.SETUP


class SlotTaken(WorkflowError):
    """A process that is alive already works under this name."""

    code: ClassVar[str] = "workflow.slot-taken"


class SlotLost(WorkflowError):
    """The lock that made the slot ours is gone: another may have it now, so this process ends."""

    code: ClassVar[str] = "workflow.slot-lost"
    fault: ClassVar[Fault] = Fault.TRANSPORT


class SlotNameInvalid(WorkflowError):
    """The name of a slot may be used in a file's name and in a log."""

    code: ClassVar[str] = "workflow.bad-slot"


class NoSlotFree(WorkflowError):
    """Every name that this machine may take by itself is taken."""

    code: ClassVar[str] = "workflow.no-slot-free"


class EngineBlocked(WorkflowError):
    """The engine's own tables cannot be opened or brought up to date."""

    code: ClassVar[str] = "workflow.engine-blocked"
