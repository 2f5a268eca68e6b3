"""What can be wrong with status lists."""

from typing import ClassVar

from schemas.errors import TouchstoneError


class UnknownStatusList(TouchstoneError):
    """No status list has this number."""

    code: ClassVar[str] = "status.unknown-list"


class UnknownStatusEntry(TouchstoneError):
    """No status list has an entry for this credential."""

    code: ClassVar[str] = "status.unknown-credential"


class ReasonInvalid(TouchstoneError):
    """A withdrawal needs a reason of reasonable length."""

    code: ClassVar[str] = "status.reason"
