"""DID documents: did:key and did:jwk spelt out, did:web over HTTP."""

from credentials.json_types import JsonObject
from credentials.strict_json import loads
from keys.did import did_web_to_url, is_self_contained, require_method, self_contained_document
from keys.insecure import is_loopback_host
from schemas.errors import TouchstoneError
from verifier.errors import AddressRefused, DocumentMalformed
from verifier.names import host_of
from verifier.ports import DocumentFetcher

MAX_DID_DOCUMENT_BYTES = 256 * 1024


class DidDocuments:
    """Resolves DIDs (DidResolver).

    Args:
        documents: how did:web documents are fetched.
        insecure_loopback: read did:web names of this machine over http; for demonstrations.
    """

    def __init__(self, documents: DocumentFetcher, *, insecure_loopback: bool = False) -> None:
        self._documents = documents
        self._insecure_loopback = insecure_loopback

    def resolve(self, did: str) -> JsonObject:
        """The DID document of ``did``; see :class:`verifier.ports.DidResolver`.

        Raises:
            DidInvalid, DidMethodUnsupported: not a DID that can be resolved.
            DocumentMalformed: what stands there is not a JSON object.
            TouchstoneError: whatever the fetcher raised.
        """
        require_method(did, "key", "jwk", "web")
        if is_self_contained(did):
            return self_contained_document(did)
        host = host_of(did).partition("/")[0]
        if is_loopback_host(host.rpartition(":")[0] or host) and not self._insecure_loopback:
            raise AddressRefused(
                f"{host} only means this machine.", "We do not open links into private networks."
            )
        url = did_web_to_url(did, insecure_loopback=self._insecure_loopback)
        data = self._documents.fetch(url, max_bytes=MAX_DID_DOCUMENT_BYTES)
        try:
            return loads(data)
        except TouchstoneError as error:
            raise DocumentMalformed(f"The DID document at {host} is not JSON.") from error
