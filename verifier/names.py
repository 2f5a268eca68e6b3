"""How people and programs outside are named to a reader: only by what vouches for the name."""

from functools import lru_cache
from urllib.parse import unquote, urlsplit

_DID_KEY_SHOWN = 24
CHAIN_NAMES = {1: "Ethereum", 11155111: "the Sepolia test chain"}
"""Chains by EIP-155 id, as a reader knows them."""


@lru_cache(maxsize=256)
def host_of(did_or_url: str) -> str:
    """The host that a DID or URL leads to, or what stands in its place for a did:key.

    A did:web with a path is somebody at that host and not the host: the path is named too.
    """
    if did_or_url.startswith("did:web:"):
        return "/".join(unquote(part) for part in did_or_url.split(":")[2:])
    if did_or_url.startswith("did:"):
        shown = did_or_url[:_DID_KEY_SHOWN]
        return shown if shown == did_or_url else f"{shown}…"
    return urlsplit_host(did_or_url) or did_or_url[:_DID_KEY_SHOWN]


def urlsplit_host(url: str) -> str:
    """The host and port of a URL; empty if it has none."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def unconfirmed(did: str) -> str:
    """The name of an issuer that no registry vouches for."""
    return f"{host_of(did)} (name not confirmed)"


def chain_name(chain_id: int) -> str:
    """A chain's name for a reader."""
    return CHAIN_NAMES.get(chain_id, f"chain {chain_id}")
