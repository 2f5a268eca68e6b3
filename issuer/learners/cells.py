"""What a CSV cell holds, read strictly: dates, times and numbers."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})", re.ASCII)


def as_date(text: str) -> date | None:
    """YYYY-MM-DD; None if it is not a day of the calendar."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def as_time(text: str) -> datetime | None:
    """ISO 8601 date and time, or a date (its first moment); without a zone it is UTC.

    None if it is neither.
    """
    day = as_date(text)
    if day is not None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    if not _TIME.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def as_number(text: str) -> Decimal | None:
    """Plain decimal digits with at most 15 before and after the point; None otherwise."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None
