"""All that is kept about one person, as files."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlmodel import Session, SQLModel

from credentials.proofs.data_integrity import format_date_time_stamp
from issuer.awards.models import AwardDecision
from issuer.competency import service as competency
from issuer.competency.models import Evidence, JudgmentDecision
from issuer.competency.views import ExplainedEvidence, Explanation
from issuer.identity.documents import document_bytes
from issuer.learners.models import Person
from issuer.minting import export as credential_files
from issuer.minting import repository as minted
from issuer.minting import service as minting
from issuer.minting.models import Credential
from issuer.people import repository
from issuer.people.archive import json_bytes, with_manifest
from issuer.people.holdings import HOLDINGS, MENTIONS, Holding
from issuer.settings import Settings

FORMAT: Final = "touchstone-person-archive-1"
Rows = list[dict[str, Any]]


def person_files(
    session: Session, person: Person, settings: Settings, now: datetime
) -> dict[str, bytes]:
    """The files of a person's archive, the README and the manifest among them.

    Args:
        session: reads only.
        person: whose; anybody of the school, not only learners.
        settings: the school's.
        now: the time of the export; aware UTC. With it the same data are the same bytes.
    """
    held = {one.table: repository.rows(session, one, person.id) for one in HOLDINGS}
    batch_ids = {row["batch_id"] for name in _OF_BATCHES for row in held[name]}
    files = {
        f"records/{one.table}.json": json_bytes(_record(one, held[one.table], person))
        for one in HOLDINGS
    }
    files |= _credential_files(session, person.id)
    files["judgments.json"] = json_bytes(_explained(session, person.id))
    files["batches.json"] = json_bytes(repository.batches(session, batch_ids))
    files["names.json"] = json_bytes(_names(session, held))
    files["as-assessor.json"] = json_bytes(_as_assessor(session, person))
    files["README.txt"] = _readme(settings, held, now).encode()
    about = {
        "format": FORMAT,
        "asOf": format_date_time_stamp(now),
        "school": {"name": settings.name, "id": settings.did},
        "person": {"sourcedId": person.sourced_id, "id": str(person.id)},
    }
    return with_manifest(files, about)


_OF_BATCHES: Final = ("batch_item", "credential")


def _record(holding: Holding, rows: Rows, person: Person) -> Rows:
    """Rows without what stands elsewhere, and without the names of others."""
    kept = [{k: v for k, v in row.items() if k not in holding.elsewhere} for row in rows]
    for mention in MENTIONS:
        if mention.model is holding.model:
            _hide_others(kept, mention.column, own_names(person))
    return kept


def _hide_others(rows: Rows, column: str, own: Sequence[str]) -> None:
    """Each other person by a number of this archive: who scored what twice can still be seen."""
    numbers: dict[str, int] = {}
    for row in rows:
        name = row[column]
        if name in own:
            row[column] = "you"
        elif name:
            row[column] = f"assessor-{numbers.setdefault(name, len(numbers) + 1)}"


def own_names(person: Person) -> list[str]:
    """What the school's systems may call a person by where only one text is kept."""
    found = (person.sourced_id, person.identifier, person.username, person.email, str(person.id))
    return [name for name in dict.fromkeys(found) if name]


def _credential_files(session: Session, person: UUID) -> dict[str, bytes]:
    """Those that were released as they are delivered; others without a Merkle proof."""
    released = minting.deliver_learner(session, person)
    files = {
        f"credentials/{credential_files.file_name(one)}": document_bytes(one) for one in released
    }
    known = {str(one["id"]) for one in released}
    for row in minted.listing(session, person):
        if row.id not in known:
            stored = minted.get_credential(session, row.id)
            if stored is not None:
                document = _not_released(stored)
                name = credential_files.file_name(document)
                files[f"credentials-not-released/{name}"] = document_bytes(document)
    return files


def _not_released(row: Credential) -> dict[str, Any]:
    return {**orjson.loads(row.document), "proof": orjson.loads(row.proof)}


def _explained(session: Session, person: UUID) -> Rows:
    """Each judgment with its rule in words, its reasons, and whether it comes out again."""
    views = competency.judgments(session, learner_id=person, standing_only=False)
    return [_explain(competency.explain(session, one.id), one.competency_id) for one in views]


def _explain(told: Explanation, competency_id: UUID) -> dict[str, Any]:
    return {
        "id": told.judgment_id,
        "competency": {
            "id": competency_id,
            "code": told.competency_code,
            "statement": told.competency_statement,
        },
        "rule": {
            "name": told.rule.name,
            "version": told.rule.version,
            "inWords": told.rule.sentence,
        },
        "level": told.level_name,
        "score": told.score,
        "mastered": told.mastered,
        "state": told.state,
        "decided": told.decided_by,
        "judgedAt": told.judged_at,
        "reasons": told.reasons,
        "evidence": [_weighed(one) for one in told.evidence],
        "members": [{"name": one.name, "mastered": one.mastered} for one in told.members],
        "supersededBy": told.superseded_by,
        "formedAgain": {
            "equal": told.recomputation.equal,
            "differences": list(told.recomputation.differences),
        },
    }


def _weighed(one: ExplainedEvidence) -> dict[str, Any]:
    return {
        "id": one.id,
        "points": one.points,
        "counted": one.counted,
        "used": one.used,
        "why": one.why,
    }


def _names(session: Session, held: Mapping[str, Rows]) -> dict[str, dict[str, str]]:
    wanted = {
        "school_class": {row["class_sourced_id"] for row in held["enrollment"]},
        "line_item": {row["line_item_sourced_id"] for row in held["result"]},
        "competency": {
            row["competency_id"] for name in ("evidence", "judgment") for row in held[name]
        },
    }
    return repository.names(session, wanted)


def _as_assessor(session: Session, person: Person) -> dict[str, int]:
    """How often a person stands in records about others; the records are about those others."""
    names = own_names(person)
    return {
        _AS_ASSESSOR[one.model]: repository.mentions(session, one, person.id, names)
        for one in MENTIONS
    }


_AS_ASSESSOR: Final[dict[type[SQLModel], str]] = {
    Evidence: "evidenceOfOthers",
    JudgmentDecision: "decisionsAboutOthers",
    AwardDecision: "awardDecisionsAboutOthers",
}


def _readme(settings: Settings, held: Mapping[str, Rows], now: datetime) -> str:
    records = "\n".join(
        f"  records/{one.table}.json ({len(held[one.table]):,})\n      {one.what}"
        for one in reversed(HOLDINGS)
    )
    return _README.format(school=settings.name, day=f"{now:%Y-%m-%d}", records=records)


_README: Final = """\
What {school} keeps about you
(as of {day}, UTC)

This archive holds everything that the school's credential system keeps about you. The files end in
.json: any text editor opens them. manifest.json lists every file with its SHA-256, by which you
can tell whether a file was changed since.

  credentials/
      Your credentials as they are delivered, with their proofs. Keep them: anybody can check them
      without asking this school's database, also after your data were deleted here.
  credentials-not-released/
      Credentials that are signed and on their way; this folder is there only if there are any.
  judgments.json
      Each judgment about you: the rule in words, the reasons, the evidence it looked at, and
      whether it comes out the same when it is formed again.
  batches.json
      The batches that your credentials were anchored in, with the transaction on the chain. The
      chain itself holds one hash over each whole batch, and nothing about you.
  names.json
      What the classes, tasks and competencies in the records are called.
  as-assessor.json
      How many pieces of evidence of other people you are named in as the one who scored them, and
      how many judgments about others you decided. Those are records about the others, and are not
      in this archive.

The records, with the number of entries:
{records}

Other people who scored your work are called assessor-1, assessor-2 and so on. Words that somebody
wrote about your work are here as they were written. A digest is a number the system computed from
the other columns of the same entry, to see whether it changed.
"""
