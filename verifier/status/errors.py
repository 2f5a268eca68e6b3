"""What can be wrong with a status entry of a credential."""

from schemas.errors import TouchstoneError


class StatusEntryUnreadable(TouchstoneError):
    """A status entry is of a kind that is not read here, or malformed: nothing is known."""

    code = "status.entry-unreadable"
