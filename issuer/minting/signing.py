"""Assembles, signs and stores the credentials of a batch, chunk by chunk.

A chunk is done in three parts, so that neither a list nor, on SQLite, the whole database is locked
while the processor works:

1. ``missing_items`` and ``place_chunk``: those that are not stored yet get places in status lists
   (writes, short);
2. ``prepare_chunk`` reads its judgments, assembles, checks and signs (only reads, long);
3. ``store_chunk`` stores what it signed (writes, short).

Each part can be repeated, in any order with other chunks and by several processes at once: places
that were given are found again, and what is stored is never signed anew. ``sign_chunk`` does all
three in one session.
"""

import gc
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from sqlmodel import Session

from credentials import merkle
from credentials.proofs import data_integrity, eddsa_rdfc_2022
from issuer.identity.signing import Publisher
from issuer.minting import assemble, award_documents, chunk_repository, moulds
from issuer.minting.award_documents import Unit
from issuer.minting.delivery import json_text
from issuer.minting.errors import MintedElsewhere
from issuer.minting.models import Batch
from issuer.minting.run import Store
from issuer.settings import Settings
from issuer.status import service as status

SALT_BYTES: Final = 16
TOGETHER: Final = 100
"""Credentials that go through each step of signing together."""
Places = Mapping[str, tuple[status.Place, ...]]
"""The places of credentials in status lists, by their ids."""


class SigningWork(Protocol):
    """What signing works with: settings, key, clock and judgments. A run of minting has them."""

    @property
    def settings(self) -> Settings:
        """The school's settings."""
        ...

    @property
    def publisher(self) -> Publisher:
        """Signs."""
        ...

    @property
    def clock(self) -> Callable[[], datetime]:
        """Tells the present."""
        ...

    @property
    def store(self) -> Store:
        """Reads judgments."""
        ...


class Item(Protocol):
    """One reserved position of a batch: a BatchItem, or a row with its columns."""

    @property
    def position(self) -> int:
        """Its place in the batch."""
        ...

    @property
    def judgment_id(self) -> UUID:
        """What is minted."""
        ...

    @property
    def credential_id(self) -> str:
        """``urn:uuid:…``"""
        ...


@dataclass(frozen=True)
class SignedChunk:
    """Signed credentials that are not stored yet, as rows, and the achievements they name."""

    credentials: Sequence[Mapping[str, Any]]
    achievements: Sequence[Mapping[str, Any]]


def sign_chunk(
    work: SigningWork,
    batch: Batch,
    items: Sequence[Item],
    session: Session,
) -> int:
    """Sign and store those credentials of a chunk that are not stored yet.

    Args:
        work: settings, key, clock and judgments.
        batch: whose items they are.
        items: neighbouring items, about a thousand.
        session: the step's; the caller commits.

    Returns:
        how many were signed; 0 where the chunk was done already.

    Raises:
        MintedElsewhere: a judgment that was reserved is gone.
        StructureInvalid, UnknownContext, UndefinedTerm, …: a credential would not be valid.
    """
    missing = missing_items(batch, items, session)
    places = place_chunk(work, missing, session)
    return store_chunk(prepare_chunk(work, batch, missing, places, session), session)


def missing_items(batch: Batch, items: Sequence[Item], session: Session) -> Sequence[Item]:
    """Those of neighbouring items whose credentials are not stored yet; only reads."""
    if not items:
        return items
    positions = [item.position for item in items]
    stored = chunk_repository.stored_positions(session, batch.id, min(positions), max(positions))
    return [item for item in items if item.position not in stored] if stored else items


def place_chunk(work: SigningWork, items: Sequence[Item], session: Session) -> Places:
    """Give credentials their places in status lists; those that have places keep them.

    In a session of its own it locks the lists but shortly.
    """
    if not items:
        return {}
    return status.allocate(
        session,
        [item.credential_id for item in items],
        work.publisher,
        work.clock(),
        purposes=status.purposes(suspension=work.settings.offer_suspension),
        validity=work.settings.status_list_validity,
    )


def prepare_chunk(
    work: SigningWork,
    batch: Batch,
    items: Sequence[Item],
    places: Places,
    session: Session,
) -> SignedChunk:
    """Assemble, check and sign; only reads.

    Args:
        work: settings, key, clock and judgments.
        batch: whose items they are.
        items: from ``missing_items``.
        places: from ``place_chunk``.
        session: reads only.

    Raises:
        as ``sign_chunk``.
    """
    signing = _Signing(work, batch)
    rows: list[Mapping[str, Any]] = []
    with _collector_paused():
        wanted = [item.judgment_id for item in items]
        judgments = work.store.views(session, wanted)
        if [one.judgment_id for one in judgments] != wanted:
            raise _gone(batch.id)
        for first in range(0, len(items), TOGETHER):
            last = first + TOGETHER
            rows += signing.rows(items[first:last], judgments[first:last], places)
    return SignedChunk(rows, signing.achievement_rows())


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Without the garbage collector: a chunk leaves no cycles, and looking for them costs a tenth.

    Two threads may do this at once: whichever found the collector at work starts it again.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _gone(batch_id: UUID) -> MintedElsewhere:
    return MintedElsewhere(
        f"Another run of `issuer mint` works on the batch {batch_id}, with judgments that "
        "were formed since this run began.",
        "Nothing is lost. Let it end, then run `issuer mint` again.",
    )


def store_chunk(signed: SignedChunk, session: Session) -> int:
    """Store what was signed; what another process stored meanwhile stays as it is.

    Returns:
        how many credentials it was handed.
    """
    chunk_repository.add_achievements(session, signed.achievements)
    chunk_repository.add_credentials(session, signed.credentials)
    return len(signed.credentials)


class _Signing:
    """Signs credentials of one batch; what they share is worked out once."""

    def __init__(self, work: SigningWork, batch: Batch) -> None:
        publisher = work.publisher
        self._base_url = work.settings.base_url
        self._batch = batch
        school = assemble.School.of(work.settings)
        self._assembly = assemble.Assembly(school, batch.created_at)
        self._moulds = moulds.of_school(school)
        options = data_integrity.options(
            eddsa_rdfc_2022.CRYPTOSUITE, publisher.verification_method, batch.created_at
        )
        self._proofs = eddsa_rdfc_2022.Series(
            options, self._assembly.contexts, publisher.signer.sign
        )
        self._achievements: dict[UUID, dict[str, Any]] = {}

    def rows(
        self, items: Sequence[Item], judgments: Sequence[Unit], places: Places
    ) -> list[Mapping[str, Any]]:
        """Rows of credentials, each step done for all of them before the next.

        That is a tenth faster than one credential after the other: the processor finds each step's
        code where it left it.
        """
        earned = [self._earned(judgment) for judgment in judgments]
        made = [
            self._made(item, judgment, achievement, places)
            for item, judgment, achievement in zip(items, judgments, earned, strict=True)
        ]
        leaves = [merkle.leaf(self._moulds.canonical(one)) for one in made]
        proofs = [json_text(self._proofs.create(leaf)) for leaf in leaves]
        texts = [json_text(one.document) for one in made]
        return [
            {
                "id": item.credential_id,
                "batch_id": self._batch.id,
                "position": item.position,
                "learner_id": judgment.learner_id,
                "achievement_id": achievement.id,
                "document": text,
                "leaf": leaf,
                "proof": proof,
            }
            for item, judgment, achievement, text, leaf, proof in zip(
                items, judgments, earned, texts, leaves, proofs, strict=True
            )
        ]

    def _made(
        self,
        item: Item,
        judgment: Unit,
        earned: assemble.AssembledAchievement,
        places: Places,
    ) -> moulds.Made:
        texts: list[str] = []

        def say(text: str) -> str:
            texts.append(text)
            return text

        document = self._assembly.credential(
            judgment,
            credential_id=item.credential_id,
            status=status.credential_status(self._base_url, places[item.credential_id]),
            salt=secrets.token_hex(SALT_BYTES),
            earned=earned,
            say=say,
        )
        return moulds.Made(judgment, document, texts)

    def _earned(self, judgment: Unit) -> assemble.AssembledAchievement:
        earned = self._assembly.achievement(judgment)
        if earned.id not in self._achievements:
            row = _achievement_row(earned, judgment, self._batch.created_at)
            self._achievements[earned.id] = row
        return earned

    def achievement_rows(self) -> list[dict[str, Any]]:
        """The rows of all achievements that were named."""
        return list(self._achievements.values())


def _achievement_row(
    earned: assemble.AssembledAchievement, judgment: Unit, now: datetime
) -> dict[str, Any]:
    return {
        "id": earned.id,
        "competency_id": award_documents.about(judgment),
        "name": earned.name,
        "document": json_text(earned.document),
        "created_at": now,
    }
