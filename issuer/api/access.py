"""Who may call an endpoint: it stands in the endpoint's signature, and from there in OpenAPI."""

from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import Depends, Request

from issuer.api.errors import ApiTokenRefused, ScopeMissing, TooManyFailures
from issuer.api.failures import Failures
from issuer.api.judging import Judging
from issuer.api.models import Scope
from issuer.api.tokens import Caller, caller_of
from issuer.api.uploads import UploadSlots
from issuer.db import session_scope
from issuer.web.site import SiteDep

_SCHEME: Final = "bearer"


@dataclass(frozen=True)
class Api:
    """What the API of one app remembers: nothing that may not be lost."""

    failures: Failures = field(default_factory=Failures)
    judging: Judging = field(default_factory=Judging)
    uploads: UploadSlots = field(default_factory=UploadSlots)


def api_of(request: Request) -> Api:
    """The API's memory in this app."""
    found = request.app.state.api
    if not isinstance(found, Api):
        raise TypeError("the app has no API")
    return found


ApiDep = Annotated[Api, Depends(api_of)]


def caller(request: Request, site: SiteDep, api: ApiDep) -> Caller:
    """Who brings the request's token (RFC 6750 §2.1).

    Raises:
        ApiTokenRefused: none, or not one that holds.
        TooManyFailures: this address brought too many that do not.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token, now = token.strip(), site.clock()
    if scheme.lower() != _SCHEME or not token:
        raise ApiTokenRefused(
            "This needs a bearer token of this school's API.",
            "Make one with `issuer token new --scope …` and send it as Authorization: Bearer ….",
        )
    address = request.client.host if request.client else ""
    seconds = api.failures.seconds_left(address, token, now)
    if seconds:
        raise TooManyFailures(
            "Too many tokens from this address do not hold.",
            f"Ask again in {seconds} seconds, with one that does.",
            details={"seconds": seconds},
        )
    with session_scope(site.engine, read_only=True) as session:
        found = caller_of(session, token, now)
    if found is None:
        api.failures.failed(address, token, now)
        raise ApiTokenRefused(
            "The bearer token does not hold: it is unknown, expired or revoked.",
            "Ask the registrar for another: `issuer token new --scope …`.",
        )
    api.failures.held(token)
    return found


@dataclass(frozen=True)
class Allow:
    """Lets callers with one of these scopes on.

    Attributes:
        scopes: any of them is enough.
    """

    scopes: tuple[Scope, ...]

    def __call__(self, found: Annotated[Caller, Depends(caller)]) -> Caller:
        """The caller.

        Raises:
            ScopeMissing: his scope is another.
        """
        if found.scope not in self.scopes:
            wanted = " or ".join(self.scopes)
            raise ScopeMissing(
                f"This needs a token with the scope {wanted}; this one has {found.scope}.",
                "Ask the registrar for such a token.",
                details={"scopes": [scope.value for scope in self.scopes]},
            )
        return found


AnyScope = Annotated[Caller, Depends(Allow(tuple(Scope)))]
RegistrarOnly = Annotated[Caller, Depends(Allow((Scope.REGISTRAR,)))]
RegistrarOrTeacher = Annotated[Caller, Depends(Allow((Scope.REGISTRAR, Scope.TEACHER)))]
RegistrarOrStudent = Annotated[Caller, Depends(Allow((Scope.REGISTRAR, Scope.STUDENT)))]
OfTheSchool = Annotated[Caller, Depends(Allow((Scope.REGISTRAR, Scope.TEACHER, Scope.STUDENT)))]
