"""What can go wrong with the equity view besides problems in an imported file."""

from typing import ClassVar

from issuer.errors import IssuerError, NotFound


class GroupsUnreadable(IssuerError):
    """There is no file of groups where one was named."""

    code: ClassVar[str] = "groups.unreadable"


class UnknownAttribute(NotFound):
    """No groups were imported for this attribute."""

    code: ClassVar[str] = "equity.unknown-attribute"
