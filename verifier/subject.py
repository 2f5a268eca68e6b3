"""The credential under check, with what several checks need derived once.

Whatever cannot be derived raises its typed error, and the same error again for every check that
asks: one run asks each host once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeVar, cast

from credentials.canonical import without_proof
from credentials.jose.tokens import SD_JWT_VC, Token
from credentials.json_types import JsonObject
from credentials.proofs.data_integrity import proofs_of
from credentials.proofs.unsecured import Unsecured
from credentials.shapes import Spelling
from credentials.strict_json import loads
from keys.did import check_did_document, is_did, is_self_contained, self_contained_document
from schemas.errors import TouchstoneError
from verifier.effort import Effort
from verifier.errors import DocumentMalformed, IssuerUnreadable, ProfileInvalid, ProfileMissing
from verifier.json_access import identifier, objects, text, types
from verifier.names import host_of, unconfirmed
from verifier.ports import CheckSettings, Ports
from verifier.report import Report

T = TypeVar("T")
KEPT_PROFILES = 16
"""Issuer profiles that are remembered, parsed."""


@dataclass(frozen=True, slots=True)
class Nested:
    """A record inside a transcript: the document as it was opened, and what was found about it."""

    document: JsonObject
    report: Report


class Memory:
    """What was computed once, or what it raised: the same again for everyone who asks."""

    def __init__(self) -> None:
        self._known: dict[str, object] = {}
        self._failed: dict[str, Exception] = {}

    def once(self, name: str, compute: Callable[[], T]) -> T:
        """What ``compute`` gave, or raised, when ``name`` was asked for first."""
        if name in self._failed:
            raise self._failed[name]
        if name not in self._known:
            try:
                self._known[name] = compute()
            except Exception as error:
                self._failed[name] = error
                raise
        return cast("T", self._known[name])


class Subject:
    """A document with its derived data.

    Args:
        document: the credential as it came in, proofs included.
        ports: the outside world.
        now: the one present moment of the run, with time zone.
        settings: limits for what is fetched.
        canonical: the document's canonical form without its proofs, where it is known already.
        token: the token that the document came in, if it came in one.
        effort: the computing time that the whole run may take.
        asked: what the whole run was told by the outside world, and the keys in it.
        is_for_today: it is no record but a statement about the present, such as a status list:
            only a key that is good today may have signed it.

    Attributes:
        nested: the records inside a transcript, checked; None if they were not.
        asserted_by: who signed the presentation that holds it and named himself its holder; a
            record of his own needs no other signature.
    """

    def __init__(
        self,
        document: JsonObject,
        ports: Ports,
        now: datetime,
        settings: CheckSettings | None = None,
        *,
        canonical: str | None = None,
        token: Token | None = None,
        effort: Effort | None = None,
        asked: Memory | None = None,
        is_for_today: bool = False,
    ) -> None:
        self.document = document
        self.token = token
        self.effort = effort or Effort()
        self.nested: tuple[Nested, ...] | None = None
        self.asserted_by: str | None = None
        self.ports = ports
        self.now = now
        self.settings = settings or CheckSettings()
        self._unsecured = Unsecured(without_proof(document), canonical=canonical)
        self.asked = asked or Memory()
        self.is_for_today = is_for_today
        self._own = Memory()

    @property
    def has_plain_claims(self) -> bool:
        """Whether it is an SD-JWT VC: claims in JSON, to which JSON-LD says nothing."""
        return self.token is not None and self.token.media_type == SD_JWT_VC

    @property
    def issuer_id(self) -> str:
        """What the document names as its issuer: a DID, a URL, or nothing."""
        return identifier(self.document.get("issuer"))

    def once(self, name: str, compute: Callable[[], T]) -> T:
        """What ``compute`` gave, or raised, for this document when ``name`` was asked for first."""
        return self._own.once(name, compute)

    @property
    def canonical(self) -> str:
        """Canonical N-Quads of the document without its proofs (RDFC-1.0).

        Raises:
            UnknownContext, UndefinedTerm, ContextInvalid, CanonicalWorkLimit, JsonSurrogate.
        """
        return self._own.once("canonical", lambda: self._unsecured.canonical)

    @property
    def spelling(self) -> Spelling | None:
        """How the document is spelt, where its canonical form told; see Unsecured.spelling."""
        try:
            _ = self.canonical
        except TouchstoneError:
            return None
        return self._unsecured.spelling

    @property
    def unsecured(self) -> Unsecured:
        """The document as a proof of a set covers it. Its canonical form is :attr:`canonical`."""
        _ = self.canonical  # raises what it raised before, without the work
        return self._unsecured

    @property
    def proofs(self) -> list[JsonObject]:
        """The proofs, in their order.

        Raises:
            ProofMalformed: a proof is not an object.
        """
        return self._own.once("proofs", lambda: proofs_of(self.document))

    @property
    def issuer(self) -> str:
        """The DID that the document names as its issuer.

        Raises:
            IssuerUnreadable: it names none, or by something else than a DID.
        """
        named = self.issuer_id
        if not is_did(named):
            raise IssuerUnreadable(f"Its issuer is {named[:100]!r}, which is not a DID.")
        return named

    @property
    def issuer_host(self) -> str:
        """The host of the issuer as the document names it, for sentences."""
        return host_of(self.issuer_id) or "its issuer"

    @property
    def issuer_name(self) -> str:
        """The issuer's name if the registry vouches for one, else its host and a warning."""
        return self._own.once("issuer_name", self._issuer_name)

    def _issuer_name(self) -> str:
        try:
            listed = self.ports.trust.find(self.issuer_id) if self.ports.trust else None
            if listed and listed.is_listed_at(self.now):
                return listed.name
        except TouchstoneError:
            pass  # a silent registry vouches for nobody: the check "trust" says so
        return unconfirmed(self.issuer_id)

    def did_document(self, did: str) -> JsonObject:
        """The DID document of ``did``, resolved and checked to be its own.

        Raises:
            DidDocumentInvalid, DidInvalid, DidMethodUnsupported: as they say.
            TouchstoneError: whatever the resolver raised.
        """

        def resolve() -> JsonObject:
            if is_self_contained(did):
                return self_contained_document(did)
            document = self.ports.dids.resolve(did)
            check_did_document(document, did)
            return document

        return self.asked.once(f"did:{did}", resolve)

    def hosted_json(self, url: str) -> JsonObject:
        """A JSON object that a host publishes at ``url``, asked for once.

        Raises:
            DocumentMalformed: what stands there is something else.
            TouchstoneError: whatever the fetcher raised.
        """

        def fetch() -> JsonObject:
            data = self.ports.documents.fetch(url, max_bytes=self.settings.max_profile_bytes)
            try:
                return loads(data)
            except TouchstoneError as error:
                raise DocumentMalformed("What its host publishes is not JSON.") from error

        return self.asked.once(f"json:{url}", fetch)

    @property
    def issuer_document(self) -> JsonObject:
        """The issuer's DID document; raises what :attr:`issuer` and :meth:`did_document` raise."""
        return self.did_document(self.issuer)

    @property
    def issuer_profile(self) -> JsonObject:
        """The profile that the issuer's DID document points to (service IssuerProfile).

        Raises:
            ProfileMissing: it points to none.
            ProfileInvalid: what stands there is not the profile of that address.
            TouchstoneError: whatever the fetcher raised.
        """
        return self.asked.once(f"profile:{self.issuer}", self._profile)

    def _profile(self) -> JsonObject:
        url = profile_url(self.issuer_document)
        data = self.ports.documents.fetch(url, max_bytes=self.settings.max_profile_bytes)
        try:
            profile = _read_profile(data)
        except TouchstoneError as error:
            raise ProfileInvalid(f"The issuer profile is not usable: {error.sentence}") from error
        if profile.get("id") not in (url, self.issuer):
            raise ProfileInvalid("The issuer profile is the profile of someone else.")
        return profile


@lru_cache(maxsize=KEPT_PROFILES)
def _read_profile(data: bytes) -> JsonObject:
    """A profile by its bytes alone: the records of one school bring the same one each time."""
    return loads(data)


def profile_url(did_document: JsonObject) -> str:
    """Where a DID document says that the issuer's profile stands (Blockcerts issuer profile).

    Raises:
        ProfileMissing: nowhere.
    """
    for service in objects(did_document.get("service")):
        if "IssuerProfile" in types(service):
            endpoint = service.get("serviceEndpoint")
            url = endpoint if isinstance(endpoint, str) else text(endpoint, "uri")
            if url:
                return url
    raise ProfileMissing("The issuer's DID document does not point to an issuer profile.")
