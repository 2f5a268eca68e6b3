"""The API's bearer tokens: shown once, kept as hashes, compared in constant time (RFC 6750)."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlmodel import Session

from issuer.api import token_repository as repository
from issuer.api.errors import ScopeInvalid, UnknownApiToken
from issuer.api.models import NOTE_CHARACTERS, OF_A_PERSON, ApiToken, Scope
from issuer.audit import service as audit

PREFIX: Final = "tsr_"
"""What a token begins with, so that leaks are found."""
SECRET_BYTES: Final = 32
DEFAULT_DAYS: Final = 90
MAX_DAYS: Final = 730
MAX_TOKEN_CHARACTERS: Final = 512
_NOBODYS: Final = bytes(32)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request is from.

    Attributes:
        token_id: of the token that it brought.
        scope: what that opens.
        person_id: whose it is, for a teacher's or a student's.
        expires_at: until when it holds.
    """

    token_id: UUID
    scope: Scope
    person_id: UUID | None
    expires_at: datetime

    @property
    def who(self) -> str:
        """As the audit log names him."""
        return f"api:{self.token_id}"


def scope_named(name: str) -> Scope:
    """The scope that a person wrote.

    Raises:
        ScopeInvalid: there is none of this name.
    """
    if name not in set(Scope):
        raise ScopeInvalid(
            f"There is no scope {name[:40]!r}.", f"Choose one of: {', '.join(Scope)}."
        )
    return Scope(name)


def new(
    session: Session,
    scope: Scope,
    person_id: UUID | None,
    *,
    note: str,
    days: int,
    now: datetime,
    who: str = audit.CLI,
) -> str:
    """Make a token, keep its hash, and return it: it is never to be had again.

    Args:
        session: the caller commits.
        scope: what it opens.
        person_id: whose it is, for the scopes teacher and student; else None.
        note: what it is for.
        days: how long it holds.
        now: aware UTC.
        who: makes it, as the audit log names him.

    Raises:
        ScopeInvalid: these do not go together.
    """
    if (scope in OF_A_PERSON) != (person_id is not None):
        needs = "needs a person" if scope in OF_A_PERSON else "is nobody's in particular"
        raise ScopeInvalid(f"A token with the scope {scope} {needs}.", "Correct --person.")
    if not 1 <= days <= MAX_DAYS:
        raise ScopeInvalid(f"A token holds from 1 to {MAX_DAYS} days.", "Correct --days.")
    token_id = uuid4()
    token = f"{PREFIX}{token_id.hex}_{secrets.token_urlsafe(SECRET_BYTES)}"
    row = ApiToken(
        id=token_id,
        sha256=_hash(token),
        scope=scope.value,
        person_id=person_id,
        note=note[:NOTE_CHARACTERS],
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    repository.add(session, row)
    audit.record(
        session,
        who,
        "token.new",
        now=now,
        kind="token",
        subject=token_id,
        scope=scope.value,
        person=person_id,
        days=days,
    )
    return token


def caller_of(session: Session, token: str, now: datetime) -> Caller | None:
    """Who brings this token; None if it does not hold. Takes as long for a near miss as for any."""
    token_id = _id_in(token)
    row = None if token_id is None else repository.token(session, token_id)
    same = hmac.compare_digest(_hash(token), _NOBODYS if row is None else bytes(row.sha256))
    if row is None or not same or row.revoked_at is not None or row.expires_at <= now:
        return None
    return Caller(row.id, Scope(row.scope), row.person_id, row.expires_at)


def stored(session: Session) -> list[ApiToken]:
    """Every token as it is kept, oldest first."""
    return repository.tokens(session)


def beginning_with(session: Session, text: str) -> list[ApiToken]:
    """The tokens whose ids begin so."""
    wanted = text.lower()
    return [one for one in stored(session) if wanted and str(one.id).startswith(wanted)]


def revoke(session: Session, beginning: str, now: datetime, who: str = audit.CLI) -> ApiToken:
    """Take a token away; one that was taken away before stays so.

    Args:
        session: the caller commits.
        beginning: its id, or the beginning of it.
        now: aware UTC.
        who: takes it away, as the audit log names him.

    Raises:
        UnknownApiToken: none or several begin so.
    """
    found = beginning_with(session, beginning)
    if len(found) != 1:
        raise UnknownApiToken(
            f"{len(found) or 'No'} tokens begin with {beginning[:40]!r}.",
            "List them with `issuer token list`.",
        )
    row = found[0]
    if row.revoked_at is None:
        row.revoked_at = now
        repository.add(session, row)
        audit.record(session, who, "token.revoke", now=now, kind="token", subject=row.id)
    return row


def _id_in(token: str) -> UUID | None:
    if not token.startswith(PREFIX) or len(token) > MAX_TOKEN_CHARACTERS:
        return None
    try:
        return UUID(hex=token.removeprefix(PREFIX).partition("_")[0])
    except ValueError:
        return None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
