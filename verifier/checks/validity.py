"""Is it within its dates?"""

from datetime import datetime

from credentials.jose.tokens import Token
from credentials.proofs.data_integrity import parse_date_time_stamp
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding, day, timestamp
from verifier.signatures import CLOCK_SKEW
from verifier.subject import Subject
from verifier.words import finding

NAME = "validity"
TITLE = "Is it within its dates?"
HELP = (
    "A record can begin on a day and end on a day; we compare both with today.\n"
    "Past its end date means that it is old, not that it is false."
)
_FROM = ("validFrom", "issuanceDate")
_UNTIL = ("validUntil", "expirationDate")


def check(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    """Compare validFrom and validUntil (VC 2.0 §4.9; VC 1.1 §4.6) with the present moment."""
    try:
        start = _date(subject, _FROM)
        end = _date(subject, _UNTIL)
    except ValueError as error:
        return [finding(NAME, "validity.unreadable", cause=f"{error}.")]
    late = subject.token and _token_dates(subject.token, subject.now)
    if late:
        code, moment = late
        name = subject.issuer_name
        return [finding(NAME, code, issuer=name, date=day(moment), details={"token": True})]
    details = {"from": start and timestamp(start), "until": end and timestamp(end)}
    if start and end and end < start:
        cause = "it ends before it begins."
        return [finding(NAME, "validity.unreadable", cause=cause, details=details)]
    if start and start > subject.now:
        return [finding(NAME, "validity.not-yet", date=day(start), details=details)]
    if end and end < subject.now:
        issuer = subject.issuer_name
        return [
            finding(NAME, "validity.past", issuer=issuer, date=day(end), details=details),
        ]
    return [finding(NAME, "validity.passed", details=details)]


def _token_dates(token: Token, now: datetime) -> tuple[str, datetime] | None:
    """Whether a token's own dates, apart from its credential's, rule it out (RFC 7519 §4.1)."""
    for begins in (token.issued_at, token.not_before):
        if begins is not None and begins > now + CLOCK_SKEW:
            return "validity.not-yet", begins
    if token.expires is not None and token.expires <= now:
        return "validity.past", token.expires
    return None


def _date(subject: Subject, members: tuple[str, ...]) -> datetime | None:
    for member in members:
        if member in subject.document:
            try:
                return parse_date_time_stamp(subject.document[member])
            except ValueError as error:
                raise ValueError(f"{member} is not a date with time and zone") from error
    return None
