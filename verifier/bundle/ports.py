"""The outside world as a bundle has it: hosts and chain answer from the file, and nothing else."""

from dataclasses import dataclass
from datetime import datetime

from credentials.json_types import JsonObject
from credentials.models.bundle import Bundle
from verifier.bundle.errors import DidDocumentUnknown, NotInBundle
from verifier.bundle.recognition import Recognition
from verifier.errors import DocumentTooLarge
from verifier.ports import AnchorTransaction, Ports, TrustRegistry


@dataclass(frozen=True, slots=True)
class BundleWorld:
    """Answers from one bundle (DidResolver, DocumentFetcher, ChainReader).

    Args:
        bundle: the bundle.
        recognition: what of it can be relied on.
    """

    bundle: Bundle
    recognition: Recognition

    def resolve(self, did: str) -> JsonObject:
        """See :class:`verifier.ports.DidResolver`."""
        if did != self.recognition.issuer:
            raise DidDocumentUnknown(f"The bundle holds no DID document of {did[:200]}.")
        try:
            return self.recognition.did_document()
        except DidDocumentUnknown:
            # Why, and what to do, is said once, of the bundle.
            raise DidDocumentUnknown(
                "nothing you gave vouches for the keys that the bundle brings."
            ) from None

    def fetch(self, url: str, *, max_bytes: int) -> bytes:
        """See :class:`verifier.ports.DocumentFetcher`."""
        for copy in self.bundle.documents:
            if copy.url == url:
                data = copy.content.encode("utf-8")
                if len(data) > max_bytes:
                    raise DocumentTooLarge(f"It is larger than {max_bytes:,} bytes.")
                return data
        raise NotInBundle("The bundle does not hold what stood at this address.")

    def anchor(self, chain_id: int, transaction: str) -> AnchorTransaction:
        """See :class:`verifier.ports.ChainReader`."""
        return self.recognition.anchor(chain_id, transaction)


def bundle_ports(
    world: BundleWorld, trust: TrustRegistry | None, *, now: datetime, made_at: datetime
) -> Ports:
    """Ports that never leave the file.

    Args:
        world: answers from the bundle.
        trust: the reader's own registry.
        now: the present moment.
        made_at: when the bundle says that it was made.
    """
    return Ports(lambda: now, world, world, world, trust, snapshot=made_at)
