"""What can be wrong with a request to the issuer's VC-API."""

from typing import ClassVar

from schemas.errors import Fault, TouchstoneError


class VcApiError(TouchstoneError):
    """Root of the errors of the issuer's VC-API."""

    code: ClassVar[str] = "vc-api.error"


class TokenRefused(VcApiError):
    """The request brings no bearer token, or one that nobody made here (RFC 6750 §3.1)."""

    code: ClassVar[str] = "vc-api.token"


class TokenFileUnreadable(VcApiError):
    """The file of token hashes cannot be read or written."""

    code: ClassVar[str] = "vc-api.token-file"
    fault: ClassVar[Fault] = Fault.SETUP


class UnknownToken(VcApiError):
    """No token begins like this, or several do."""

    code: ClassVar[str] = "vc-api.unknown-token"


class BodyTooLarge(VcApiError):
    """A request body above the limit."""

    code: ClassVar[str] = "vc-api.too-large"


class RequestMalformed(VcApiError):
    """A member of a request is missing or has the wrong type."""

    code: ClassVar[str] = "vc-api.request"


class OptionInvalid(VcApiError):
    """An option that this profile cannot meet."""

    code: ClassVar[str] = "vc-api.option"


class OtherIssuer(VcApiError):
    """The credential names somebody else as its issuer."""

    code: ClassVar[str] = "vc-api.other-issuer"


class NotIssuable(VcApiError):
    """A document that the core cannot read to its end: nothing is signed half understood."""

    code: ClassVar[str] = "vc-api.not-issuable"


class UnknownProfile(VcApiError):
    """This issuer has no signing profile of this name."""

    code: ClassVar[str] = "vc-api.unknown-profile"


class NoSigner(VcApiError):
    """The service was started without the passphrase, so it can sign nothing."""

    code: ClassVar[str] = "vc-api.no-signer"
    fault: ClassVar[Fault] = Fault.SETUP
