"""Nothing is released that our own verifier rejects: one of two places that import the verifier.

The verifier runs on what will be published, from memory, and on the chain as it is.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from credentials.json_types import JsonObject
from issuer.identity.documents import document_bytes
from issuer.minting.errors import SelfCheckFailed, SelfCheckUndecided
from schemas.errors import TouchstoneError
from verifier import policy
from verifier.errors import DocumentMissing, DocumentTooLarge
from verifier.fetch.chain import JsonRpcChains
from verifier.fetch.http import RpcDoor
from verifier.intake import read_document
from verifier.policy import Policy, Verdict
from verifier.ports import CheckSettings, Ports
from verifier.verify import verify_credential

_POLICY: Final = Policy(required=policy.DEFAULT.required | {"anchor", "status"})
"""The readers' default, and more: what we release is anchored and has a status."""


@dataclass(frozen=True)
class _OwnDids:
    """Knows the school's own DID document and no other (verifier.ports.DidResolver)."""

    document: JsonObject

    def resolve(self, did: str) -> JsonObject:
        if did != self.document.get("id"):
            raise DocumentMissing(f"{did} is not this school.")
        return self.document


@dataclass(frozen=True)
class _OwnDocuments:
    """Knows what the school publishes and nothing else (verifier.ports.DocumentFetcher)."""

    documents: Mapping[str, bytes]

    def fetch(self, url: str, *, max_bytes: int) -> bytes:
        found = self.documents.get(url)
        if found is None:
            raise DocumentMissing(f"This school does not publish {url}.")
        if len(found) > max_bytes:
            raise DocumentTooLarge(f"{url} is larger than {max_bytes:,} bytes.")
        return found


@dataclass(frozen=True)
class Published:
    """What the school's readers will find.

    Attributes:
        did_document: as it is served.
        profile: the issuer profile, as it is served.
        status_lists: the bytes served under each list's URL.
    """

    did_document: JsonObject
    profile: JsonObject
    status_lists: Mapping[str, bytes]


@dataclass(frozen=True)
class SelfCheck:
    """The verifier, set up to see the school as its readers will.

    Attributes:
        ports: what the verifier sees.
        settings: how many confirmations it asks for.
    """

    ports: Ports
    settings: CheckSettings


@contextmanager
def self_check(
    published: Published, *, chain_id: int, node_url: str, confirmations: int, now: datetime
) -> Iterator[SelfCheck]:
    """Set up for one batch.

    Args:
        published: the school's documents.
        chain_id: the chain of the anchor.
        node_url: JSON-RPC address of its node.
        confirmations: blocks that have to stand on the anchor, its own included.
        now: the time of the check; aware.
    """
    profile = published.profile
    documents = dict(published.status_lists) | {str(profile["id"]): document_bytes(profile)}
    with closing(RpcDoor()) as door:
        ports = Ports(
            clock=lambda: now,
            dids=_OwnDids(published.did_document),
            documents=_OwnDocuments(documents),
            chain=JsonRpcChains({chain_id: node_url}, door),
        )
        yield SelfCheck(ports, CheckSettings(min_confirmations=confirmations))


def check_delivered(check: SelfCheck, document: JsonObject) -> None:
    """Check one credential as it will be delivered: from the bytes of its file.

    Raises:
        SelfCheckFailed: the verdict is not VERIFIED, or no verifier would read so large a file;
            says why.
        SelfCheckUndecided: it could not be decided, as when the chain does not answer.
    """
    try:
        received = read_document(document_bytes(document))
    except TouchstoneError as error:
        raise _rejected(document, error.sentence) from error
    decision = policy.decide(verify_credential(received, check.ports, check.settings), _POLICY)
    if decision.verdict is Verdict.UNDECIDED:
        raise SelfCheckUndecided(
            f"Our own verifier cannot decide about {document.get('id')}: {decision.reasons[0]}",
            "Its batch is not released. Run `issuer mint` again.",
        )
    if decision.verdict is not Verdict.VERIFIED:
        raise _rejected(document, decision.reasons[0])


def _rejected(document: JsonObject, reason: object) -> SelfCheckFailed:
    return SelfCheckFailed(
        f"Our own verifier does not accept {document.get('id')}: {reason}",
        "Its batch is not released. Correct the cause and run `issuer mint` again.",
    )
