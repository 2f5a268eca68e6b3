"""What can be wrong with status lists."""

from typing import ClassVar

from schemas.errors import TouchstoneError


class UnknownStatusList(TouchstoneError):
    """No status list has this number."""

    code: ClassVar[str] = "status.unknown-list"


class UnknownStatusEntry(TouchstoneError):
    """No status list has an entry for this credential."""

    code: ClassVar[str] = "status.unknown-credential"


class UnknownStatusPurpose(TouchstoneError):
    """A purpose that no list is kept for, or none that this credential is in."""

    code: ClassVar[str] = "status.unknown-purpose"


class ReasonInvalid(TouchstoneError):
    """A change of status needs a reason of reasonable length."""

    code: ClassVar[str] = "status.reason"


class StatusFinal(TouchstoneError):
    """A withdrawal cannot be taken back (Bitstring Status List 1.0, purpose revocation)."""

    code: ClassVar[str] = "status.final"


class StatusIssuerWrong(TouchstoneError):
    """Somebody else's key would sign the list, and every reader would refuse it."""

    code: ClassVar[str] = "status.wrong-issuer"


class CredentialIdInvalid(TouchstoneError):
    """A credential cannot have a status under this id: it has none, or one that is too long."""

    code: ClassVar[str] = "status.credential-id"


class StatusValueInvalid(TouchstoneError):
    """A status was to become something else than set or clear."""

    code: ClassVar[str] = "status.value"
