"""What the rest of the issuer may ask of the audit log: add to it, verify it, read it."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session

from issuer.audit import repository
from issuer.audit.chain import BEGINNING, head_leaf, row_hash
from issuer.audit.errors import AuditBroken
from issuer.audit.models import WHO_CHARACTERS, WORD_CHARACTERS, AuditEvent
from issuer.audit.repository import Head, head, latest

__all__ = [
    "CLI",
    "AuditEvent",
    "Head",
    "head",
    "head_leaf",
    "latest",
    "record",
    "record_decision",
    "record_judging",
    "verify",
]

CLI: Final = "cli"
"""Who runs commands. Which person that was is the operating system's to log: its user names are
few, so that a hash of one would be a name."""
Detail = int | bool | str | UUID | None
_WORD: Final = re.compile(rf"[A-Za-z0-9._:-]{{0,{WORD_CHARACTERS}}}")
_URN: Final = "urn:uuid:"


def record(
    session: Session,
    who: str,
    action: str,
    *,
    now: datetime,
    kind: str = "",
    subject: UUID | str = "",
    **details: Detail,
) -> AuditEvent:
    """Add a row to the log, in the transaction of the change that it tells of.

    Call it last in the transaction: who has added a row holds the log until the commit.

    Args:
        session: the caller commits.
        who: ``cli``, or the id of a token with what it opens before it.
        action: such as ``credential.revoke``.
        now: aware UTC.
        kind: what ``subject`` is the id of.
        subject: what was changed; an id that is no UUID is kept as its digest.
        details: counts, ids and stable words.

    Raises:
        ValueError: a word holds what a person may have written.
    """
    for word in (who, action, kind):
        _checked(word)
    if not who or len(who) > WHO_CHARACTERS:
        raise ValueError("the audit log names who did it")
    repository.lock_appending(session)
    before = head(session)
    row = AuditEvent(
        seq=before.length + 1,
        at=now.astimezone(UTC),
        who=who,
        action=action,
        kind=kind,
        subject=_subject(subject),
        details=_plain(details),
        previous=before.hash,
        hash=b"",
    )
    row.hash = row_hash(row)
    repository.append(session, row)
    return row


def record_judging(session: Session, who: str, *, now: datetime, new: int, old: int) -> None:
    """Add the row that judging leaves, whoever started it; none where it changed nothing.

    Args:
        session: the caller commits.
        who: as in record.
        now: aware UTC.
        new: judgments that were not there before.
        old: earlier judgments that a new one takes the place of.
    """
    if new or old:
        record(session, who, "judgments.judge", now=now, new=new, superseded=old)


def record_decision(
    session: Session, who: str, *, now: datetime, judgment: UUID, made: UUID, verdict: str
) -> UUID:
    """Add the row that a person's decision about a judgment leaves; none where it said nothing new.

    Args:
        session: the caller commits.
        who: as in record.
        now: aware UTC.
        judgment: what was decided about.
        made: the judgment that stands from now on.
        verdict: a stable word: ``confirmed``, ``declined`` or ``level``.

    Returns:
        ``made``.
    """
    if made != judgment:
        said: dict[str, Detail] = {"made": made, "verdict": verdict}
        kind, action = "judgment", "judgment.decide"
        record(session, who, action, now=now, kind=kind, subject=judgment, **said)
    return made


def _subject(subject: UUID | str) -> str:
    text = str(subject).removeprefix(_URN)
    if not text or _is_uuid(text):
        return text
    return f"sha256:{hashlib.sha256(text.encode('utf-8')).hexdigest()}"


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _plain(details: Mapping[str, Detail]) -> dict[str, int | bool | str]:
    found = {name: value for name, value in details.items() if value is not None}
    return {
        name: value if isinstance(value, int) else _checked(str(value))
        for name, value in found.items()
    }


def _checked(word: str) -> str:
    if not _WORD.fullmatch(word):
        raise ValueError("the audit log keeps ids, counts and stable words only")
    return word


def verify(session: Session, anchored: Mapping[int, bytes] | None = None) -> Head:
    """Walk the whole log.

    Args:
        session: reads only; the log is streamed.
        anchored: heads that stand on the chain: length of the log to its hash.

    Returns:
        where it ends, if every row is as it was written.

    Raises:
        AuditBroken: the first row that is not; its number is in ``details["seq"]``.
    """
    with closing(repository.rows(session)) as rows:
        return _walk(rows, dict(anchored or {}))


def _walk(rows: Iterable[AuditEvent], known: dict[int, bytes]) -> Head:
    seq, previous = 0, BEGINNING
    for row in rows:
        seq += 1
        if row.seq != seq:
            raise _broken(seq, f"Row {seq:,} of the audit log is missing.")
        if bytes(row.previous) != previous:
            raise _broken(seq, f"Row {seq:,} of the audit log does not follow the one before it.")
        if row_hash(row) != bytes(row.hash):
            raise _broken(seq, f"Row {seq:,} of the audit log was changed.")
        if known.pop(seq, row.hash) != row.hash:
            raise _broken(seq, f"Row {seq:,} of the audit log is not the one that was anchored.")
        previous = bytes(row.hash)
    if known:
        sentence = f"The audit log ends at row {seq:,}, and {max(known):,} rows were anchored."
        raise _broken(seq + 1, sentence)
    return Head(seq, previous)


def _broken(seq: int, sentence: str) -> AuditBroken:
    remedy = "Compare with a backup; rows after it prove nothing."
    return AuditBroken(sentence, remedy, details={"seq": seq})
