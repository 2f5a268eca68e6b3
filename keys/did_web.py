"""did:web: a DID that names where its document stands (did:web method, §3.1 and §3.2)."""

import re
from urllib.parse import quote, unquote, urlsplit

from keys.did_names import is_did
from keys.errors import DidInvalid
from keys.insecure import is_loopback_host

_SEGMENT = re.compile(r"(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+", re.ASCII)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*(?::[1-9][0-9]{{0,4}})?", re.ASCII)
_MAX_HOST_CHARACTERS = 253
_MAX_PORT = 65535


def did_web_to_url(did: str, *, insecure_loopback: bool = False) -> str:
    """The https URL of a did:web document (did:web method, §3.2 Read).

    Args:
        insecure_loopback: use http for a host that is this machine; for demonstrations.

    Raises:
        DidInvalid: not a did:web name, or a host that only means this machine without the switch.
    """
    segments = did.split(":")[2:] if is_did(did) and did.startswith("did:web:") else []
    if not segments or not all(_SEGMENT.fullmatch(segment) for segment in segments):
        raise DidInvalid(f"{str(did)[:200]!r} is not a did:web name.")
    host, *path = [_unquoted(segment, did) for segment in segments]
    if not _is_host(host) or not all(_is_path_segment(part) for part in path):
        raise DidInvalid(f"{did[:200]!r} does not name a host.")
    loopback = is_loopback_host(host.partition(":")[0])
    if loopback and not insecure_loopback:
        raise DidInvalid(
            f"{did[:200]!r} names this machine, which proves nothing about a school.",
            "For a demonstration on one machine, switch on --insecure-loopback.",
        )
    scheme = "http" if loopback else "https"
    location = "/".join(quote(part, safe="") for part in path) if path else ".well-known"
    return f"{scheme}://{host}/{location}/did.json"


def url_to_did_web(url: str) -> str:
    """The did:web name of a school whose base URL is ``url`` (http or https, port, path).

    Raises:
        DidInvalid: not an http(s) URL with a host, or one with user, query or fragment.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise DidInvalid(f"{url[:200]!r} is not an address.") from error
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc or not _is_host(host + port):
        raise DidInvalid(f"{url[:200]!r} is not the http(s) address of a host.")
    if parts.query or parts.fragment:
        raise DidInvalid(f"{url[:200]!r} has a query or a fragment, which a did:web cannot have.")
    path = [unquote(segment) for segment in parts.path.split("/") if segment]
    did = ":".join(["did", "web", quote(host + port, safe=""), *(quote(p, safe="") for p in path)])
    if "~" in did or not is_did(did) or not all(_is_path_segment(part) for part in path):
        raise DidInvalid(f"{url[:200]!r} has a path that a did:web cannot have.")
    return did


def _unquoted(segment: str, did: str) -> str:
    """A segment as it stands in the URL: two DIDs never mean one address by bad encoding."""
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError as error:
        raise DidInvalid(f"{did[:200]!r} is not percent-encoded UTF-8.") from error


def _is_host(text: str) -> bool:
    """A host name in ASCII, with a port or without; internationalised names as ``xn--``."""
    host, _, port = text.partition(":")
    return (
        _HOST.fullmatch(text) is not None
        and len(host) <= _MAX_HOST_CHARACTERS
        and int(port or 1) <= _MAX_PORT
    )


def _is_path_segment(text: str) -> bool:
    """Neither empty nor a step up, without separators or what cannot be seen."""
    return text not in {"", ".", ".."} and text.isprintable() and not set(text) & set("/\\")
