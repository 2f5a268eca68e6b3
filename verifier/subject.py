"""The credential under check, with what several checks need derived once.

Whatever cannot be derived raises its typed error, and the same error again for every check that
asks: one run asks each host once.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar, cast

from credentials.canonical import without_proof
from credentials.json_types import JsonObject
from credentials.proofs.data_integrity import proofs_of
from credentials.proofs.unsecured import Unsecured
from credentials.strict_json import loads
from keys.did import check_did_document, did_key_document, is_did
from schemas.errors import TouchstoneError
from verifier.errors import IssuerUnreadable, ProfileInvalid, ProfileMissing
from verifier.json_access import identifier, objects, text, types
from verifier.names import host_of, unconfirmed
from verifier.ports import CheckSettings, Ports

T = TypeVar("T")


class Subject:
    """A document with its derived data.

    Args:
        document: the credential as it came in, proofs included.
        ports: the outside world.
        now: the one present moment of the run, with time zone.
        settings: limits for what is fetched.
        canonical: the document's canonical form without its proofs, where it is known already.
    """

    def __init__(
        self,
        document: JsonObject,
        ports: Ports,
        now: datetime,
        settings: CheckSettings | None = None,
        *,
        canonical: str | None = None,
    ) -> None:
        self.document = document
        self.ports = ports
        self.now = now
        self.settings = settings or CheckSettings()
        self._unsecured = Unsecured(without_proof(document), canonical=canonical)
        self._known: dict[str, object] = {}
        self._failed: dict[str, Exception] = {}

    def _once(self, name: str, compute: Callable[[], T]) -> T:
        if name in self._failed:
            raise self._failed[name]
        if name not in self._known:
            try:
                self._known[name] = compute()
            except Exception as error:
                self._failed[name] = error
                raise
        return cast("T", self._known[name])

    @property
    def canonical(self) -> str:
        """Canonical N-Quads of the document without its proofs (RDFC-1.0).

        Raises:
            UnknownContext, UndefinedTerm, ContextInvalid, CanonicalWorkLimit, JsonSurrogate.
        """
        return self._once("canonical", lambda: self._unsecured.canonical)

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
        return self._once("proofs", lambda: proofs_of(self.document))

    @property
    def issuer(self) -> str:
        """The DID that the document names as its issuer.

        Raises:
            IssuerUnreadable: it names none, or by something else than a DID.
        """
        named = identifier(self.document.get("issuer"))
        if not is_did(named):
            raise IssuerUnreadable(f"Its issuer is {named[:100]!r}, which is not a DID.")
        return named

    @property
    def issuer_host(self) -> str:
        """The host of the issuer as the document names it, for sentences."""
        return host_of(identifier(self.document.get("issuer"))) or "its issuer"

    @property
    def issuer_name(self) -> str:
        """The issuer's name if the registry vouches for one, else its host and a warning."""
        return self._once("issuer_name", self._issuer_name)

    def _issuer_name(self) -> str:
        try:
            listed = self.ports.trust.find(self.issuer) if self.ports.trust else None
            if listed and listed.is_listed_at(self.now):
                return listed.name
            return unconfirmed(self.issuer)
        except TouchstoneError:
            return unconfirmed(identifier(self.document.get("issuer")))

    def did_document(self, did: str) -> JsonObject:
        """The DID document of ``did``, resolved and checked to be its own.

        Raises:
            DidDocumentInvalid, DidInvalid, DidMethodUnsupported: as they say.
            TouchstoneError: whatever the resolver raised.
        """

        def resolve() -> JsonObject:
            if did.startswith("did:key:"):
                return did_key_document(did)
            document = self.ports.dids.resolve(did)
            check_did_document(document, did)
            return document

        return self._once(f"did:{did}", resolve)

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
        return self._once("issuer_profile", self._profile)

    def _profile(self) -> JsonObject:
        url = profile_url(self.issuer_document)
        data = self.ports.documents.fetch(url, max_bytes=self.settings.max_profile_bytes)
        try:
            profile = loads(data)
        except TouchstoneError as error:
            raise ProfileInvalid(f"The issuer profile is not usable: {error.sentence}") from error
        if profile.get("id") not in (url, self.issuer):
            raise ProfileInvalid("The issuer profile is the profile of someone else.")
        return profile


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
