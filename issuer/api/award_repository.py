"""What lists of awards are made of. Never commits."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import defer
from sqlmodel import col

from issuer.awards.models import Award, ReceivedCredential
from issuer.awards.repository import newest_set

__all__ = ["awards", "newest_set", "received"]


def awards() -> Select[Any]:
    """Every award, lapsed ones too."""
    return select(Award)


def received() -> Select[Any]:
    """Every credential of another issuer, without its bytes."""
    return select(ReceivedCredential).options(defer(col(ReceivedCredential.document)))  # type: ignore[arg-type]
