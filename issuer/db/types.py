"""Column types and names that every table shares."""

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import DateTime, Dialect, MetaData, String
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, so that a migration can find it again on any database."""

metadata: MetaData = SQLModel.metadata
metadata.naming_convention = NAMING_CONVENTION

DECIMAL_LENGTH = 40
"""Characters of the longest stored number."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC, in and out; a naive one is refused when it is bound."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC. Raises ValueError for a datetime without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite forgets the zone, PostgreSQL answers in the session's: both become UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal number kept exactly, as plain digits: SQLite would make a float of it."""

    impl = String(DECIMAL_LENGTH)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """One spelling for each number: 3, 3.0 and 3.00 are all written 3."""
        return None if value is None else plain_decimal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """Digits to Decimal."""
        return None if value is None else Decimal(value)


def plain_decimal(value: Decimal) -> str:
    """The shortest spelling without an exponent: Decimal('3.50') -> '3.5', Decimal('1E2') -> '100'.

    Raises:
        ValueError: the number is not finite, or longer than DECIMAL_LENGTH characters.
    """
    if not value.is_finite() or abs(value.adjusted()) > DECIMAL_LENGTH:
        raise ValueError(f"{value} is not a number that can be kept.")
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if len(text) > DECIMAL_LENGTH:
        raise ValueError(f"{text} is longer than {DECIMAL_LENGTH} characters.")
    return "0" if text in {"-0", ""} else text
