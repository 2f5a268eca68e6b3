"""What the conformance mode relaxes, and the bounds that make that bearable.

No token is asked for and keys live for one run. In exchange nothing listens anywhere but on
loopback, nothing is kept, and it says so.
"""

import ipaddress
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from conformance.errors import NotLoopback
from issuer.identity.signing import Publisher
from issuer.vc_api.profiles import PROFILES, Profile
from keys.signers.file import FileSigner

LOOPBACK_NAME: Final = "localhost"
WARNING: Final = (
    "InsecureConformance mode: everybody on this machine can have credentials signed, without a "
    "token, by keys made for this run. For conformance suites only."
)


class InsecureConformanceWarning(UserWarning):
    """The conformance mode is on: what is signed in it means nothing."""


def warn_insecure_conformance() -> None:
    """Say loudly that the mode is on."""
    warnings.warn(WARNING, InsecureConformanceWarning, stacklevel=2)


def check_loopback(host: str) -> str:
    """The host, if listening there reaches this machine alone.

    Raises:
        NotLoopback: others could reach it, or it is not known whether they could.
    """
    try:
        alone = host == LOOPBACK_NAME or ipaddress.ip_address(host).is_loopback
    except ValueError:
        alone = False
    if not alone:
        raise NotLoopback(
            f"The conformance mode signs for everybody, so it does not listen on {host[:100]!r}.",
            "Use 127.0.0.1, ::1 or localhost.",
        )
    return host


class InsecureConformanceTokens:
    """Lets everybody in: see :class:`issuer.vc_api.tokens.Tokens`."""

    def admits(self, token: str | None) -> bool:
        """Always."""
        return True


@dataclass(frozen=True)
class InsecureConformancePublishers:
    """A did:key issuer for each profile; see :class:`issuer.vc_api.service.Publishers`."""

    by_profile: Mapping[str, Publisher]

    @classmethod
    def make(cls, base_url: str) -> "InsecureConformancePublishers":
        """New keys, kept in memory only.

        Args:
            base_url: where the issuer is served: its status lists stand below.
        """
        return cls({profile.name: _publisher(profile, base_url) for profile in PROFILES.values()})

    def publishers(self, session: Session) -> Mapping[str, Publisher]:
        """All of them."""
        return self.by_profile


def _publisher(profile: Profile, base_url: str) -> Publisher:
    signer = FileSigner.generate(profile.kinds[0])
    multikey = signer.public_key.to_multikey()
    did = f"did:key:{multikey}"
    return Publisher(did, base_url, f"{did}#{multikey}", signer)
