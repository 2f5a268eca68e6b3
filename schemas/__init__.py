"""Bundled data: JSON-LD contexts with their digests (MANIFEST.json). Never the network.

A context decides what a signature means, so only the ones bundled here are ever used, and each is
compared with its digest when it is read.
"""

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any

from schemas.errors import ContextDamaged, UnknownContext

__all__ = ["context", "context_urls", "served_digests"]


@cache
def _manifest() -> dict[str, dict[str, Any]]:
    entries = json.loads(files("schemas").joinpath("MANIFEST.json").read_text("utf-8"))
    return {entry["url"]: entry for entry in entries}


def context_urls() -> frozenset[str]:
    """The URLs of all bundled contexts."""
    return frozenset(_manifest())


def served_digests(url: str) -> tuple[str, ...]:
    """Digests (as in Subresource Integrity) of the bytes that were served at ``url``, newest first.

    Ours are the same JSON in another layout. Empty where the served bytes are not known.
    """
    return tuple(_manifest().get(url, {}).get("served", ()))


@cache
def context(url: str) -> dict[str, Any]:
    """The bundled JSON-LD context document published at ``url``; do not change it.

    Raises:
        UnknownContext: no context is bundled for the URL.
        ContextDamaged: the bundled file no longer has the digest of the manifest.
    """
    entry = _manifest().get(url)
    if entry is None:
        raise UnknownContext(
            f"The context {url[:200]!r} is not one that Touchstone knows.",
            "Use the published contexts of VC 2.0 and Open Badges 3.0; none is fetched.",
        )
    data = files("schemas").joinpath(entry["file"]).read_bytes()
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise ContextDamaged(
            f"The bundled context for {url} has been changed.", "Install Touchstone again."
        )
    document: dict[str, Any] = json.loads(data)
    return document
