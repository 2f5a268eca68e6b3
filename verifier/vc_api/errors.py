"""What can be wrong with a request to the verifier's VC-API."""

from schemas.errors import TouchstoneError


class ExpectationUnmet(TouchstoneError):
    """A signature was made for another purpose or occasion than the request expects."""

    code = "request.expectation"
