"""What can be wrong with the audit log."""

from typing import ClassVar

from issuer.errors import IssuerError


class AuditBroken(IssuerError):
    """A row of the audit log is missing, was changed, or is not the one that was anchored."""

    code: ClassVar[str] = "audit.broken"
