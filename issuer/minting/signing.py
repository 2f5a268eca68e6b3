"""Assembles, signs and stores the credentials of a batch, chunk by chunk."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from credentials import merkle
from credentials.models import check_credential
from credentials.proofs.unsecured import Unsecured
from issuer.competency.views import MintableJudgment
from issuer.identity.signing import create_proof
from issuer.minting import assemble, repository
from issuer.minting.delivery import json_text
from issuer.minting.errors import MintedElsewhere
from issuer.minting.models import CHUNK, Batch, BatchItem, BatchState
from issuer.minting.run import PROGRESS_EVERY, Mint
from issuer.status import service as status

SALT_BYTES: Final = 16


def sign_chunk(
    run: Mint, batch_id: UUID, judgments: Mapping[UUID, MintableJudgment], session: Session
) -> int:
    """Sign and store the next chunk. Returns how many it was; 0 when the batch is all signed."""
    batch = repository.existing_batch(session, batch_id)
    if batch.state != BatchState.OPENED:
        return 0
    first = repository.count_credentials(session, batch_id)
    items = repository.items(session, batch_id, first, CHUNK)
    if not items:
        batch.state = BatchState.SIGNED
        session.add(batch)
        return 0
    places = status.allocate(
        session,
        [item.credential_id for item in items],
        run.publisher,
        run.clock(),
        purposes=status.purposes(suspension=run.settings.offer_suspension),
        validity=run.settings.status_list_validity,
    )
    achievements: dict[UUID, dict[str, Any]] = {}
    rows = []
    for item in items:
        judgment = judgments.get(item.judgment_id)
        if judgment is None:
            raise MintedElsewhere(
                f"Another run of `issuer mint` works on the batch {batch_id}, with judgments that "
                "were formed since this run began.",
                "Nothing is lost. Let it end, then run `issuer mint` again.",
            )
        earned = assemble.achievement(judgment, run.settings.base_url)
        achievements[earned.id] = _achievement_row(earned, judgment, batch.created_at)
        taken = places[item.credential_id]
        rows.append(_signed(run, batch, item, judgment, earned=earned, places=taken))
        if item.position % PROGRESS_EVERY == 0:
            run.progress("Signing", item.position, batch.size)
    _add_new_achievements(session, achievements)
    repository.add_credentials(session, rows)
    run.progress("Signing", first + len(items), batch.size)
    return len(items)


def _signed(
    run: Mint,
    batch: Batch,
    item: BatchItem,
    judgment: MintableJudgment,
    *,
    earned: assemble.AssembledAchievement,
    places: Sequence[status.Place],
) -> dict[str, Any]:
    """One credential's row."""
    settings = run.settings
    document = assemble.credential(
        judgment,
        assemble.School.of(settings),
        credential_id=item.credential_id,
        earned=earned,
        status=status.credential_status(settings.base_url, places),
        salt=secrets.token_hex(SALT_BYTES),
        now=batch.created_at,
    )
    check_credential(document)
    unsecured = Unsecured(document)
    proof = create_proof(unsecured, run.publisher, batch.created_at)
    return {
        "id": item.credential_id,
        "batch_id": batch.id,
        "position": item.position,
        "learner_id": judgment.learner_id,
        "achievement_id": earned.id,
        "document": json_text(document),
        "leaf": merkle.leaf(unsecured.canonical),
        "proof": json_text(proof),
    }


def _achievement_row(
    earned: assemble.AssembledAchievement, judgment: MintableJudgment, now: datetime
) -> dict[str, Any]:
    return {
        "id": earned.id,
        "competency_id": judgment.competency.id,
        "name": earned.name,
        "document": json_text(earned.document),
        "created_at": now,
    }


def _add_new_achievements(session: Session, rows: dict[UUID, dict[str, Any]]) -> None:
    known = repository.known_achievements(session, rows)
    new = [row for achievement_id, row in rows.items() if achievement_id not in known]
    if new:
        repository.add_achievements(session, new)
