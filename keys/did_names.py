"""Names: what is a DID, which method it is of (DID Core 1.0 §3)."""

import re

from keys.errors import DidInvalid, DidMethodUnsupported

MAX_DID_CHARACTERS = 2048
_DID = re.compile(r"did:[a-z0-9]+:(?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})*(?<!:)", re.ASCII)
_AFTER_DID = re.compile(r"[#?/]")


def is_did(text: object) -> bool:
    """Whether ``text`` is a DID without path, query or fragment (DID Core §3.1)."""
    return (
        isinstance(text, str)
        and len(text) <= MAX_DID_CHARACTERS
        and _DID.fullmatch(text) is not None
    )


def did_of(did_url: str) -> str:
    """The DID of a DID URL such as ``did:web:example.org#key-1`` (DID Core §3.2).

    Raises:
        DidInvalid: not a DID URL.
    """
    did = _AFTER_DID.split(did_url, maxsplit=1)[0] if isinstance(did_url, str) else ""
    if not is_did(did):
        raise DidInvalid(f"{str(did_url)[:200]!r} is not a DID.")
    return did


def method_of(did: str) -> str:
    """The method name of a DID: ``web``, ``key``, …

    Raises:
        DidInvalid: not a DID.
    """
    if not is_did(did):
        raise DidInvalid(f"{str(did)[:200]!r} is not a DID.")
    return did.split(":", 2)[1]


def require_method(did: str, *supported: str) -> str:
    """The method of ``did`` if it is one of ``supported``.

    Raises:
        DidInvalid: not a DID.
        DidMethodUnsupported: a DID of another method.
    """
    method = method_of(did)
    if method not in supported:
        raise DidMethodUnsupported(
            f"DIDs of the method {method[:60]!r} cannot be read.",
            f"Supported are: {', '.join(supported)}.",
        )
    return method
