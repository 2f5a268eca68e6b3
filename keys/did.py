"""DIDs: their names, did:web addresses, and the keys that DID documents vouch for (DID Core 1.0).

No I/O: did:web is turned into the URL of its document, and whoever may fetch does so; did:key and
did:jwk hold their document themselves. This module is the door to the others of its kind.
"""

from keys.did_documents import (
    DatedKey,
    check_did_document,
    dated_key,
    verification_key,
)
from keys.did_names import MAX_DID_CHARACTERS, did_of, is_did, method_of, require_method
from keys.did_self_contained import (
    DID_CONTEXT,
    MULTIKEY_CONTEXT,
    did_jwk_document,
    did_key_document,
    is_self_contained,
    self_contained_document,
)
from keys.did_web import did_web_to_url, url_to_did_web

__all__ = [
    "DID_CONTEXT",
    "MAX_DID_CHARACTERS",
    "MULTIKEY_CONTEXT",
    "DatedKey",
    "check_did_document",
    "dated_key",
    "did_jwk_document",
    "did_key_document",
    "did_of",
    "did_web_to_url",
    "is_did",
    "is_self_contained",
    "method_of",
    "require_method",
    "self_contained_document",
    "url_to_did_web",
    "verification_key",
]
