"""What can be wrong with a request to the API."""

from typing import ClassVar

from issuer.errors import IssuerError, NotFound
from schemas.errors import Fault


class ApiError(IssuerError):
    """Root of the API's own errors."""

    code: ClassVar[str] = "api.error"


class ApiTokenRefused(ApiError):
    """The request brings no bearer token, or one that does not hold: unknown, expired, revoked."""

    code: ClassVar[str] = "api.token"


class TooManyFailures(ApiError):
    """Too many requests from this address brought a token that does not hold."""

    code: ClassVar[str] = "api.too-many-failures"


class ScopeMissing(ApiError):
    """The token holds, and its scope does not open this."""

    code: ClassVar[str] = "api.scope"


class UnknownThing(NotFound):
    """There is no such thing, or none that this token may see: the two are told alike."""

    code: ClassVar[str] = "api.unknown"


class ApiRequestInvalid(ApiError):
    """A parameter or a member of the body is missing, unknown or of the wrong form."""

    code: ClassVar[str] = "api.request"


class CursorInvalid(ApiError):
    """The cursor is none of this list, or was made for other filters."""

    code: ClassVar[str] = "api.cursor"


class SortNeedsFilter(ApiError):
    """This list is sorted so only where it is filtered: it may have millions of rows."""

    code: ClassVar[str] = "api.sort"


class ApiBodyTooLarge(ApiError):
    """The body of a request is larger than the limit."""

    code: ClassVar[str] = "api.too-large"


class MediaTypeWrong(ApiError):
    """The body of a request says that it is of a kind that is not taken here."""

    code: ClassVar[str] = "api.media-type"


class ScopeInvalid(ApiError):
    """A token is to be made with a scope, a person or a lifetime that does not go together."""

    code: ClassVar[str] = "api.token-invalid"


class UnknownApiToken(ApiError):
    """No token begins like this, or several do."""

    code: ClassVar[str] = "api.unknown-token"


class OtherAssessor(ApiError):
    """A teacher gives somebody else as the assessor."""

    code: ClassVar[str] = "api.other-assessor"


class JudgingUnderWay(ApiError):
    """Judging was asked for while it is under way."""

    code: ClassVar[str] = "api.judging-under-way"


class UploadsUnderWay(ApiError):
    """As many files as the service takes at once are being sent or imported."""

    code: ClassVar[str] = "api.uploads-under-way"


class ChangedMeanwhile(ApiError):
    """Another request changed the same at the same time."""

    code: ClassVar[str] = "api.changed-meanwhile"


class ApiNoSigner(ApiError):
    """The service was started without the passphrase, so it can sign no status list."""

    code: ClassVar[str] = "api.no-signer"
    fault: ClassVar[Fault] = Fault.SETUP
