"""The Ethereum node this issuer talks to: its own local chain, or one by URL."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from issuer.settings import Settings

if TYPE_CHECKING:
    from contracts.local_chain import LocalChain


@dataclass(frozen=True)
class Node:
    """A node that is there for now.

    Attributes:
        url: its JSON-RPC address.
        local: the local chain, if it is that.
    """

    url: str
    local: "LocalChain | None" = None


@contextmanager
def open_node(settings: Settings) -> Iterator[Node]:
    """The node that the settings name; a local chain is started, or joined, for the block.

    Raises:
        AnvilMissing, ChainPortTaken, ChainNotStarted: the local chain does not run.
    """
    if not settings.uses_local_chain:
        yield Node(settings.rpc_url)
        return
    from contracts.local_chain import LocalChain  # noqa: PLC0415 - loads an HTTP library

    with LocalChain(settings.chain_state, port=settings.chain_port) as chain:
        yield Node(chain.url, chain)
