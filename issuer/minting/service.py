"""What the rest of the issuer may ask of minting: mint, deliver, find, list."""

from datetime import datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy.engine import Engine
from sqlmodel import Session

from credentials.json_types import JsonObject
from issuer.minting import repository
from issuer.minting.delivery import URN, Delivery
from issuer.minting.errors import (
    AmbiguousCredential,
    NotReleased,
    UnknownAchievement,
    UnknownCredential,
)
from issuer.minting.models import Achievement, Batch, BatchState
from issuer.minting.pipeline import HandedOver, hand_over, mint
from issuer.minting.progress import BatchProgress, unfinished
from issuer.minting.repository import CredentialRow
from issuer.minting.run import HandOver, Mint, MintedBatch
from issuer.workflow import slots
from issuer.workflow.models import WorkerSlot

__all__ = [
    "BatchProgress",
    "CredentialRow",
    "HandOver",
    "HandedOver",
    "Mint",
    "MintedBatch",
    "achievement",
    "batches",
    "credentials",
    "deliver",
    "deliver_learner",
    "find_credential",
    "hand_over",
    "mint",
    "progress",
    "workers",
]

_LISTED_AMBIGUITIES: Final = 5
_batch_id = attrgetter("batch_id")


def deliver(session: Session, credential_id: str) -> JsonObject:
    """A released credential with its proofs [merkle-proof-2019, eddsa-rdfc-2022].

    Args:
        session: reads only.
        credential_id: ``urn:uuid:…``, in full.

    Raises:
        UnknownCredential: no credential has this id.
        NotReleased: its batch is not finished.
    """
    row = repository.get_credential(session, credential_id)
    if row is None:
        raise _unknown(credential_id)
    batch = repository.existing_batch(session, row.batch_id)
    if batch.state != BatchState.RELEASED:
        raise NotReleased(
            f"The credential {credential_id} belongs to a batch that is not released yet.",
            "Run `issuer mint` again to finish it.",
        )
    return Delivery(session, batch).document(row)


def deliver_learner(session: Session, learner_id: UUID) -> list[JsonObject]:
    """Every released credential of a learner, with proofs, oldest batch first."""
    documents: list[JsonObject] = []
    for _, rows in groupby(repository.released_of_learner(session, learner_id), _batch_id):
        of_one_batch = list(rows)
        delivery = Delivery(session, repository.existing_batch(session, of_one_batch[0].batch_id))
        documents += [delivery.document(row) for row in of_one_batch]
    return documents


def find_credential(session: Session, text: str) -> str:
    """The full id of the credential that a person means.

    Args:
        session: reads only.
        text: the id, with or without ``urn:uuid:``, or its unique beginning.

    Raises:
        UnknownCredential: none begins so.
        AmbiguousCredential: several do; the sentence names some.
    """
    prefix = text.strip().lower().removeprefix(URN)
    found = repository.ids_beginning(session, f"{URN}{prefix}", _LISTED_AMBIGUITIES + 1)
    if not found or not prefix:
        raise _unknown(text)
    if len(found) > 1:
        listed = ", ".join(found[:_LISTED_AMBIGUITIES])
        more = " and more" if len(found) > _LISTED_AMBIGUITIES else ""
        raise AmbiguousCredential(
            f"Several credentials begin with {text}: {listed}{more}.", "Give more of the id."
        )
    return found[0]


def _unknown(text: str) -> UnknownCredential:
    return UnknownCredential(
        f"No credential has the id {text}.", "List them with `issuer credentials`."
    )


def achievement(session: Session, achievement_id: UUID | None) -> Achievement:
    """One achievement.

    Args:
        session: reads only.
        achievement_id: None, where what was asked for is no UUID, is found nowhere.

    Raises:
        UnknownAchievement: there is none with this id.
    """
    found = repository.get_achievement(session, achievement_id) if achievement_id else None
    if found is None:
        raise UnknownAchievement(
            "No achievement of this school has this address.", "Take it from a credential."
        )
    return found


def credentials(session: Session, learner_id: UUID | None = None) -> list[CredentialRow]:
    """Credentials as lists show them: all, or one learner's."""
    return repository.listing(session, learner_id)


def batches(session: Session) -> list[Batch]:
    """Every batch, oldest first."""
    return repository.all_batches(session)


def progress(session: Session, now: datetime) -> list[BatchProgress]:
    """Where every batch stands that is not released, oldest first."""
    return unfinished(session, now)


def workers(engine: Engine, home: Path) -> list[WorkerSlot]:
    """The processes that take part in minting, by name."""
    return slots.holders(engine, slots.locks_of(engine, home))
