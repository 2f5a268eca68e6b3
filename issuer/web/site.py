"""What every request handler may use: settings, database, time, and the signer if it is open."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from sqlalchemy.engine import Engine

from issuer.settings import Settings
from keys.signers import Signer


def system_clock() -> datetime:
    """The present, aware and in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Site:
    """One school's site.

    Attributes:
        settings: the issuer's settings.
        engine: its database.
        clock: tells the present once a request.
        signer: signs status lists anew before they expire; None serves them as they stand.
    """

    settings: Settings
    engine: Engine
    clock: Callable[[], datetime] = system_clock
    signer: Signer | None = None

    @property
    def prefix(self) -> str:
        """The path of the base URL, without a trailing slash; empty at a host's root."""
        return urlsplit(self.settings.base_url).path.rstrip("/")


def site_of(request: Request) -> Site:
    """The site that the app was made for."""
    site = request.app.state.site
    if not isinstance(site, Site):
        raise TypeError("the app has no site")
    return site


SiteDep = Annotated[Site, Depends(site_of)]
"""Handlers that take a SiteDep and no caller are public: they show nothing about any person."""
