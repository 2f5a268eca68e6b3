"""Every query about the API's tokens. Never commits."""

from uuid import UUID

from sqlmodel import Session, col, select

from issuer.api.models import ApiToken


def token(session: Session, token_id: UUID) -> ApiToken | None:
    """One token by its id."""
    return session.get(ApiToken, token_id)


def tokens(session: Session) -> list[ApiToken]:
    """Every token, oldest first."""
    return list(session.exec(select(ApiToken).order_by(col(ApiToken.created_at), col(ApiToken.id))))


def add(session: Session, row: ApiToken) -> None:
    """A new token, or a changed one."""
    session.add(row)
    session.flush()
