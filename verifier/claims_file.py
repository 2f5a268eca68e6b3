"""Reading a claims file: what somebody says about a learner, for us to check."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from credentials.proofs.data_integrity import parse_date_time_stamp
from verifier.errors import ClaimsInvalid
from verifier.names import host_of
from verifier.readers_file import read_readers_file

MAX_CLAIMS = 500
MAX_CLAIMS_BYTES = 1024 * 1024
MAX_POINTS = 1e9
"""Points beyond which no rubric goes."""
_MEMBERS = frozenset({"competency", "at_least", "by", "issuer", "accredited_by"})
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement about a learner.

    Args:
        competency: code, address or name of a competency.
        at_least: name of a rubric level, or points.
        by: the moment by which it has to be shown.
        issuer: DID or host of the school that it has to come from.
        accredited_by: network on whose list the school has to be.
    """

    competency: str
    at_least: str | float | None = None
    by: datetime | None = None
    issuer: str | None = None
    accredited_by: str | None = None

    @property
    def issuer_words(self) -> str:
        """The school that is meant, as readers see it elsewhere: a did:web by its host."""
        issuer = self.issuer or ""
        return host_of(issuer) if issuer.startswith("did:") else issuer

    def words(self) -> str:
        """The claim as one line."""
        parts = [self.competency]
        if self.at_least is not None:
            parts.append(f"at {self.at_least} or above")
        if self.by is not None:
            parts.append(f"by {self.by.date().isoformat()}")
        if self.issuer:
            parts.append(f"from {self.issuer_words}")
        if self.accredited_by:
            parts.append(f"from a school accredited by {self.accredited_by}")
        return ", ".join(parts)


def read_claims(path: Path) -> list[Claim]:
    """Read claims from a JSON file (a list, or ``{"claims": […]}``) or TOML (``[[claims]]``).

    Each claim has ``competency`` (code, address or name), and may have ``at_least`` (a level's
    name or points), ``by`` (2026, 2026-06, 2026-06-30 or a full date and time), ``issuer`` (DID or
    host) and ``accredited_by`` (name of a network).

    Raises:
        ClaimsInvalid: not readable, or a claim that cannot be understood.
    """
    found = read_readers_file(
        path, "The claims file", max_bytes=MAX_CLAIMS_BYTES, invalid=ClaimsInvalid
    )
    if isinstance(found, dict):
        strange = sorted(set(found) - {"claims"})
        if strange:
            raise ClaimsInvalid(f"{path.name} has the unknown member {strange[0][:60]!r}.")
        found = found.get("claims")
    if not isinstance(found, list) or not found:
        raise ClaimsInvalid(
            f"{path.name} holds no list of claims.", "See the help of this command."
        )
    if len(found) > MAX_CLAIMS:
        raise ClaimsInvalid(f"{path.name} holds more than {MAX_CLAIMS} claims.")
    return [_claim(item, f"{path.name}, claim {number}") for number, item in enumerate(found, 1)]


def _claim(item: Any, where: str) -> Claim:
    if not isinstance(item, dict):
        raise ClaimsInvalid(f"{where} is not a table of members.")
    strange = sorted(set(item) - _MEMBERS)
    if strange:
        raise ClaimsInvalid(
            f"{where} has the unknown member {strange[0][:60]!r}.",
            f"Known are: {', '.join(sorted(_MEMBERS))}.",
        )
    competency = _text(item, "competency", where)
    if competency is None:
        raise ClaimsInvalid(f"{where} names no competency.")
    return Claim(
        competency=competency,
        at_least=_at_least(item, where),
        by=_by(item, where),
        issuer=_text(item, "issuer", where),
        accredited_by=_text(item, "accredited_by", where),
    )


def _text(item: dict[str, Any], member: str, where: str) -> str | None:
    value = item.get(member)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise ClaimsInvalid(f"{where}: {member!r} is not text.")
    return value.strip()


def _at_least(item: dict[str, Any], where: str) -> str | float | None:
    value = item.get("at_least")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not abs(value) < MAX_POINTS:  # not a number is not below anything
            raise ClaimsInvalid(f"{where}: 'at_least' is no number of points.")
        return value
    return _text(item, "at_least", where)


def _by(item: dict[str, Any], where: str) -> datetime | None:
    """The last moment of the year, month or day that is named."""
    value = item.get("by")
    if value is None:
        return None
    text = value if isinstance(value, str) else str(value)
    match = _DATE.fullmatch(text)
    try:
        if match is None:
            return parse_date_time_stamp(text)
        year, month = int(match[1]), int(match[2] or 12)
        day = int(match[3]) if match[3] else calendar.monthrange(year, month)[1]
        return datetime(year, month, day, 23, 59, 59, tzinfo=UTC)
    except (ValueError, calendar.IllegalMonthError) as error:
        raise ClaimsInvalid(
            f"{where}: 'by' is not a date.", "Write 2026-06-30, 2026-06 or 2026."
        ) from error
