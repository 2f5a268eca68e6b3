"""Issuing on request: fill in, check all of it, and only then sign (VC-API, Issue Credential)."""

import logging
import secrets
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from credentials.json_types import JsonObject
from credentials.models import check_for_issuing
from credentials.models.rules import is_url
from credentials.proofs import ecdsa_sd_2023
from credentials.proofs.data_integrity import proofs_of
from issuer.identity import service as identity
from issuer.identity.signing import Publisher
from issuer.settings import Settings
from issuer.vc_api.errors import (
    NoSigner,
    NotIssuable,
    OtherIssuer,
    RequestMalformed,
    UnknownProfile,
)
from issuer.vc_api.options import IssueOptions, pointers
from issuer.vc_api.profiles import PROFILES, Prepared, Profile, with_own_contexts
from issuer.vc_api.spelling import check_spelling
from issuer.vc_api.tokens import Tokens
from keys.signers import Signer
from schemas.errors import TouchstoneError
from schemas.logs import log_fault

_log = logging.getLogger(__name__)


class Publishers(Protocol):
    """Tells who signs under which profile."""

    def publishers(self, session: Session) -> Mapping[str, Publisher]:
        """Profile name to publisher, for the profiles that are offered."""
        ...


@dataclass(frozen=True)
class SchoolPublishers:
    """The profiles for which the school's DID document lists a key that is open here.

    Attributes:
        settings: whose DID it is.
        signers: the open signers, of any kinds.
    """

    settings: Settings
    signers: Sequence[Signer]

    def publishers(self, session: Session) -> Mapping[str, Publisher]:
        """See :class:`Publishers`."""
        keys, _ = identity.keys_and_accounts(session)
        fragments = {key.multikey: key.fragment for key in keys if key.retired_at is None}
        by_kind: dict[str, Publisher] = {}
        for signer in self.signers:
            fragment = fragments.get(signer.public_key.to_multikey())
            if fragment is not None:
                did = self.settings.did
                method = f"{did}#{fragment}"
                publisher = Publisher(did, self.settings.base_url, method, signer)
                by_kind[signer.public_key.kind] = publisher
        return {
            profile.name: next(by_kind[kind] for kind in profile.kinds if kind in by_kind)
            for profile in PROFILES.values()
            if set(profile.kinds) & set(by_kind)
        }


@dataclass(frozen=True)
class VcApi:
    """What the VC-API of one app works with.

    Attributes:
        publishers: who signs.
        tokens: who may have something signed.
        replaces_issuer: a credential that names another issuer gets ours in its place; without
            it, it is refused.
    """

    publishers: Publishers
    tokens: Tokens
    replaces_issuer: bool = False

    def publisher(self, session: Session, name: str) -> Publisher:
        """Who signs under the profile ``name``.

        Raises:
            UnknownProfile: no such profile, or this issuer has no key for it.
            NoSigner: nobody can sign anything here.
        """
        offered = self.publishers.publishers(session)
        if not offered:
            raise NoSigner(
                "This service was started without the passphrase and cannot sign.",
                "Start `issuer serve` with --passphrase-file.",
            )
        if name not in offered:
            raise UnknownProfile(
                f"This issuer has no signing profile {name[:60]!r}.",
                f"It offers: {', '.join(sorted(offered))}.",
            )
        return offered[name]


def prepared(
    document: JsonObject, profile: Profile, publisher: Publisher, *, replaces_issuer: bool
) -> Prepared:
    """The credential as it will be signed, filled in and checked from end to end.

    Raises:
        OtherIssuer: it names somebody else as its issuer.
        StructureInvalid, UndefinedTerm, …: it is not a credential; see credentials.models.
        NotIssuable: it broke whatever read it.
    """
    filled = _with_issuer(document, publisher.did, replaces_issuer)
    if profile.gives_status and "id" not in filled:
        filled = {**filled, "id": f"urn:uuid:{uuid.uuid4()}"}
    with document_faults():
        _check_proofs(filled)
        filled = with_own_contexts(filled, profile)
        check_spelling(filled)
        ready = Prepared.of(filled)
        check_for_issuing(filled, unsecured=ready.covered)
    return ready


def secured(
    ready: Prepared,
    options: IssueOptions,
    profile: Profile,
    publisher: Publisher,
    now: datetime,
) -> JsonObject:
    """Sign a prepared credential.

    Raises:
        OptionInvalid, ProofMalformed: the options ask for what this profile cannot give.
        NotIssuable: it broke the suite.
    """
    with document_faults():
        return profile.secure(ready, options, publisher, now)


def derived(document: JsonObject, options: JsonObject) -> JsonObject:
    """Disclose parts of a credential with an ecdsa-sd-2023 base proof (§3.6.6 Add Derived Proof).

    Raises:
        OptionInvalid: ``selectivePointers`` is not a list of JSON pointers.
        ProofMalformed: it has no base proof that is its own.
        SelectionInvalid: a pointer selects nothing.
    """
    selective = pointers(options, "selectivePointers")
    with document_faults():
        return ecdsa_sd_2023.derive(document, selective)


def _with_issuer(document: JsonObject, did: str, replaces: bool) -> JsonObject:
    """The issuer is who signs: filled in where absent, and never anybody else."""
    if "issuer" not in document:
        return {**document, "issuer": did}
    issuer = document["issuer"]
    named = issuer.get("id") if isinstance(issuer, dict) else issuer
    if named == did or not is_url(named):
        return document  # what is no URL is for the checks to refuse
    if not replaces:
        raise OtherIssuer(
            f"The credential names {str(named)[:200]!r} as its issuer, which this is not.",
            f"Leave the issuer out, or name {did}.",
        )
    return {**document, "issuer": {**issuer, "id": did} if isinstance(issuer, dict) else did}


def _check_proofs(document: JsonObject) -> None:
    """Proofs that are there already stay, beside ours; they must at least say what they are."""
    for proof in proofs_of(document):
        if not isinstance(proof.get("type"), str):
            raise RequestMalformed("A proof of the credential has no type.", "Correct the proof.")


@contextmanager
def document_faults() -> Iterator[None]:
    """Whatever breaks while a document is read is a property of the document, so 400 and not 500.

    Raises:
        NotIssuable: in place of an error that nobody foresaw; it is logged with its number.
    """
    try:
        yield
    except TouchstoneError:
        raise
    except Exception as error:
        number = secrets.token_hex(4)
        log_fault(_log, "vc-api.document-fault", error, fault=number)
        raise NotIssuable(
            f"The document cannot be read to its end (number {number}), so it is not signed."
        ) from None
