"""What the rest of the issuer may ask of endorsements: give, withdraw, take in, list, deliver."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlmodel import Session

from credentials.json_types import JsonObject
from credentials.models import check_for_issuing
from credentials.proofs.unsecured import Unsecured
from issuer.audit import service as audit
from issuer.endorsements import assemble, repository
from issuer.endorsements.assemble import Words
from issuer.endorsements.errors import (
    EndorsementGiven,
    EndorsementNotOurs,
    TargetRefused,
    UnknownEndorsement,
)
from issuer.endorsements.models import Direction, Endorsement, Kind
from issuer.endorsements.repository import EndorsementRow, listing, remove_of
from issuer.endorsements.targets import CheckedEndorsement, Target
from issuer.identity.documents import document_bytes
from issuer.identity.signing import Publisher, create_proof
from issuer.settings import Settings
from issuer.status import service as status
from issuer.status.service import Standing

__all__ = [
    "Delivered",
    "EndorsementRow",
    "Words",
    "delivered",
    "embedded",
    "endorse",
    "find_given",
    "listing",
    "one",
    "public",
    "remove_of",
    "remove_received",
    "take_in",
    "withdraw",
]
MAX_DELIVERED: Final = 50
"""Endorsements that travel with one learner's credentials, or stand in one published document."""
_LISTED: Final = 5
_URN: Final = "urn:uuid:"


@dataclass(frozen=True)
class Delivered:
    """An endorsement as it is handed on.

    Attributes:
        id: of our row.
        data: its bytes, as it was signed.
        kind: what it is of.
        endorser: the DID that signed it.
        comment: what it says.
    """

    id: UUID
    data: bytes
    kind: Kind
    endorser: str
    comment: str

    @property
    def is_token(self) -> bool:
        """Whether it is the text of a token, and not a JSON document."""
        return not self.data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def endorse(
    session: Session,
    target: Target,
    words: Words,
    settings: Settings,
    *,
    publisher: Publisher,
    now: datetime,
    who: str = audit.CLI,
) -> Endorsement:
    """Sign an endorsement of something, with a place in the status list, keep it and log it.

    Args:
        session: the caller commits.
        target: what is endorsed.
        words: what is said of it.
        settings: the school's.
        publisher: signs.
        now: validFrom, and the proof's date; aware UTC.
        who: as the audit log names him.

    Raises:
        CommentInvalid, PeriodInvalid: see Words.check.
        TargetRefused: the school would endorse itself.
        StructureInvalid: it would not be valid as a credential.
    """
    words.check(now)
    if target.id == settings.did:
        raise TargetRefused(
            "The school cannot endorse itself: it would be no second voice.",
            "Endorse a credential or an achievement; readers are told that it is the issuer's.",
        )
    credential_id = f"{_URN}{uuid4()}"
    places = status.allocate_for(
        session, credential_id, publisher, now, validity=settings.status_list_validity
    )
    document = assemble.endorsement(
        target,
        words,
        settings,
        credential_id=credential_id,
        status=status.credential_status(settings.base_url, places),
        now=now,
    )
    unsecured = Unsecured(document)
    check_for_issuing(document, unsecured=unsecured)
    data = document_bytes({**document, "proof": create_proof(unsecured, publisher, now)})
    row = Endorsement(
        id=uuid4(),
        direction=Direction.GIVEN,
        credential_id=credential_id,
        endorser=settings.did,
        kind=target.kind,
        target_id=target.id,
        comment=words.comment.strip(),
        official=words.official.strip(),
        valid_from=now,
        valid_until=words.valid_until,
        document=data,
        sha256=hashlib.sha256(data).hexdigest(),
        created_at=now,
    )
    _keep(session, row, who, "endorsement.give", now)
    return row


def _keep(session: Session, row: Endorsement, who: str, action: str, now: datetime) -> None:
    session.add(row)
    session.flush()
    _log(session, who, action, now, row)


def _log(session: Session, who: str, action: str, now: datetime, row: Endorsement) -> None:
    kind = "endorsement"
    audit.record(session, who, action, now=now, kind=kind, subject=row.id, of=row.kind)


def withdraw(
    session: Session,
    text: str,
    reason: str,
    settings: Settings,
    *,
    publisher: Publisher,
    now: datetime,
    who: str = audit.CLI,
) -> Standing:
    """Withdraw an endorsement that the school gave, for ever.

    Args:
        session: the caller commits.
        text: its id, or a unique beginning of it.
        reason: kept by the school, not published.
        settings: the school's.
        publisher: signs the status list anew.
        now: aware UTC.
        who: as the audit log names him.

    Raises:
        UnknownEndorsement: there is none, or several begin so.
        EndorsementNotOurs: another party signed it.
        ReasonInvalid: see issuer.status.
    """
    found = find_given(session, text)
    done = status.revoke(
        session,
        found.credential_id,
        reason,
        publisher,
        now,
        validity=settings.status_list_validity,
    )
    if not done.already:
        _log(session, who, "endorsement.withdraw", now, found)
    return done


def find_given(session: Session, text: str) -> Endorsement:
    """The endorsement of the school's own that a person means.

    Raises:
        UnknownEndorsement: there is none, or several begin so.
        EndorsementNotOurs: another party signed it.
    """
    wanted = text.strip()
    prefix = f"{_URN}{wanted.lower().removeprefix(_URN)}"
    found = repository.beginning(session, prefix, _LISTED) if wanted else []
    found = found or (repository.beginning(session, wanted, _LISTED) if wanted else [])
    given = [each for each in found if each.direction == Direction.GIVEN]
    if found and not given:
        raise EndorsementNotOurs(
            f"{found[0].endorser} signed the endorsement {found[0].credential_id}.",
            "Ask its signer to withdraw it.",
        )
    if len(given) != 1:
        many = f"{len(given)} endorsements begin" if given else "No endorsement begins"
        raise UnknownEndorsement(
            f"{many} with {wanted[:100]!r}.", "List them with `issuer endorsements`."
        )
    return given[0]


def take_in(
    session: Session, checked: CheckedEndorsement, now: datetime, who: str = audit.CLI
) -> tuple[Endorsement, bool]:
    """Keep an endorsement that another party signed, byte for byte, and log it.

    Args:
        session: the caller commits.
        checked: from issuer.endorsements.checking.
        now: aware UTC.
        who: as the audit log names him.

    Returns:
        the row, and whether it is new: the same bytes are kept once.
    """
    sha256 = hashlib.sha256(checked.data).hexdigest()
    known = repository.with_bytes(session, Direction.RECEIVED, sha256)
    if known is not None:
        return known, False
    row = Endorsement(
        id=uuid4(),
        direction=Direction.RECEIVED,
        credential_id=checked.credential_id,
        endorser=checked.endorser,
        kind=checked.target.kind,
        target_id=checked.target.id,
        comment=checked.comment,
        official=checked.official,
        valid_from=checked.valid_from,
        valid_until=checked.valid_until,
        document=checked.data,
        sha256=sha256,
        created_at=now,
    )
    _keep(session, row, who, "endorsement.take-in", now)
    return row, True


def remove_received(
    session: Session, endorsement_id: UUID, now: datetime, who: str = audit.CLI
) -> None:
    """Remove an endorsement that another party gave and the school does not want to show.

    Args:
        session: the caller commits.
        endorsement_id: of our row.
        now: aware UTC.
        who: as the audit log names him.

    Raises:
        UnknownEndorsement: there is none with this id.
        EndorsementGiven: the school gave it: others have it, so it is withdrawn instead.
    """
    found = one(session, endorsement_id)
    if found.direction == Direction.GIVEN:
        raise EndorsementGiven(
            "The school gave this endorsement, and others may have it.", "Withdraw it instead."
        )
    session.delete(found)
    session.flush()
    _log(session, who, "endorsement.remove", now, found)


def one(session: Session, endorsement_id: UUID) -> Endorsement:
    """An endorsement, given or received.

    Raises:
        UnknownEndorsement: there is none with this id.
    """
    found = repository.get(session, endorsement_id)
    if found is None:
        raise UnknownEndorsement("There is no endorsement with this id.", "List them.")
    return found


def delivered(session: Session, target_ids: Collection[str], now: datetime) -> list[Delivered]:
    """What others say of these and is within its dates: at most MAX_DELIVERED, oldest first.

    Args:
        session: reads only.
        target_ids: ids of credentials and achievements, DIDs.
        now: aware UTC.
    """
    found = repository.received_in_force(session, target_ids, now, MAX_DELIVERED)
    return [
        Delivered(one.id, one.document, Kind(one.kind), one.endorser, one.comment) for one in found
    ]


def embedded(endorsements: Collection[Delivered]) -> JsonObject:
    """The members ``endorsement`` and ``endorsementJwt`` of a published document (OB 3.0)."""
    objects = [json.loads(one.data) for one in endorsements if not one.is_token]
    tokens = [one.data.strip().decode("ascii") for one in endorsements if one.is_token]
    members = {"endorsement": objects, "endorsementJwt": tokens}
    return {name: value for name, value in members.items() if value}


def public(session: Session, endorsement_id: UUID | None) -> Delivered:
    """One endorsement that anybody may read: of an achievement or an issuer, given or received.

    One of a credential is about somebody's record, and goes to that person only.

    Raises:
        UnknownEndorsement: there is none with this id that is public.
    """
    found = repository.get(session, endorsement_id) if endorsement_id else None
    if found is None or found.kind == Kind.CREDENTIAL:
        raise UnknownEndorsement(
            "No public endorsement of this school has this address.",
            "Take it from an achievement or from the issuer's endorsements.",
        )
    return Delivered(found.id, found.document, Kind(found.kind), found.endorser, found.comment)
