"""What a Data Integrity proof covers: a document without the proof itself.

For one proof, or a proof set, that is the document without ``proof``; for a chain it is the
document with the proofs that came before (VC Data Integrity 1.0 §2.1.2 Proof Chains).
"""

from functools import cached_property
from typing import Any

import rfc8785

from credentials.canonical import canonicalize, canonicalize_spelt
from credentials.errors import JsonInvalid
from credentials.json_types import JsonObject
from credentials.shapes import Spelling


class Unsecured:
    """A document as a proof covers it, with the canonical forms that suites ask for, made once.

    Args:
        document: without the proof that is made or checked.
        canonical: its RDFC-1.0 form, where it is known already.
    """

    def __init__(self, document: JsonObject, *, canonical: str | None = None) -> None:
        self.document = document
        if canonical is not None:
            self.__dict__["_canonicalized"] = canonical, None

    @property
    def contexts(self) -> Any:
        """The document's ``@context``, None if it has none."""
        return self.document.get("@context")

    @property
    def canonical(self) -> str:
        """Canonical N-Quads (RDFC-1.0).

        Raises:
            UnknownContext, UndefinedTerm, ContextInvalid, CanonicalWorkLimit, JsonSurrogate.
        """
        return self._canonicalized[0]

    @property
    def spelling(self) -> Spelling | None:
        """How the document is spelt, where documents of its shape are known.

        Raises:
            as :attr:`canonical`.
        """
        return self._canonicalized[1]

    @cached_property
    def _canonicalized(self) -> tuple[str, Spelling | None]:
        return canonicalize_spelt(self.document)

    @cached_property
    def canonical_sha384(self) -> str:
        """Canonical N-Quads whose blank nodes are labelled by SHA-384 (RDFC-1.0 §4.2).

        Raises:
            as :attr:`canonical`.
        """
        return canonicalize(self.document, hash_name="sha384")

    @cached_property
    def jcs(self) -> bytes:
        """Canonical JSON (RFC 8785), UTF-8.

        Raises:
            JsonInvalid: it holds a number that RFC 8785 has no form for.
        """
        return canonical_json(self.document)


def canonical_json(document: JsonObject) -> bytes:
    """A JSON object in its one form (RFC 8785), UTF-8.

    Raises:
        JsonInvalid: a number that has no form there, or text that is no text.
    """
    try:
        return rfc8785.dumps(document)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise JsonInvalid(f"The document has no canonical JSON form: {error}.") from error
