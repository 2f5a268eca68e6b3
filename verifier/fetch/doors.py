"""All real ports of one verifier, built from its settings."""

from datetime import UTC, datetime

from keys.insecure import warn_insecure_loopback
from verifier.fetch.chain import JsonRpcChains
from verifier.fetch.dids import DidDocuments
from verifier.fetch.documents import PublishedDocuments
from verifier.fetch.http import HttpDoor
from verifier.fetch.registry import FileRegistry
from verifier.ports import Ports
from verifier.settings import VerifierSettings


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def open_ports(settings: VerifierSettings) -> Ports:
    """The real outside world. Warns if ``insecure_loopback`` is on.

    Raises:
        RegistryInvalid, SettingInvalid: what the settings name cannot be used.
    """
    if settings.insecure_loopback:
        warn_insecure_loopback()
    documents = PublishedDocuments(HttpDoor(insecure_loopback=settings.insecure_loopback))
    return Ports(
        clock=now,
        dids=DidDocuments(documents, insecure_loopback=settings.insecure_loopback),
        documents=documents,
        chain=JsonRpcChains(settings.rpc),
        trust=FileRegistry.from_file(settings.registry) if settings.registry else None,
    )
