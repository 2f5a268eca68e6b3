"""Has the school withdrawn it?"""

from collections.abc import Callable, Mapping
from typing import Any

from credentials.json_types import JsonObject
from schemas.errors import Fault, TouchstoneError
from verifier.json_access import listed, types
from verifier.names import host_of
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding, day, timestamp
from verifier.status import bits, named_lists
from verifier.status.answers import MESSAGE, REVOCATION, SUSPENSION, Answer, Entry
from verifier.status.errors import StatusEntryUnreadable
from verifier.subject import Subject
from verifier.words import finding

NAME = "status"
TITLE = "Has the school withdrawn it?"
HELP = (
    "We read the school's signed list of withdrawn records, whole, so that the school does not\n"
    "learn which record you are reading. A list that does not answer is not a yes."
)
MAX_ENTRIES = 8
"""Status entries of one record that are looked up: each may lead to another host."""
READERS: Mapping[str, Callable[[JsonObject], Entry]] = {
    bits.BITSTRING: bits.bitstring_entry,
    bits.STATUS_LIST_2021: bits.status_list_2021_entry,
    named_lists.EDTECH: named_lists.revocation_list_entry,
}
"""The kinds of entries that are read. Whatever else a record names is never fine: it is open."""
_CODES = {REVOCATION: "status.withdrawn", SUSPENSION: "status.on-hold"}


def check(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    """Look up every status entry; one finding each."""
    nodes = listed(subject.document.get("credentialStatus"))
    if not nodes:
        return [_check_issuer_list(subject)]
    if len(nodes) > MAX_ENTRIES:
        cause = f"it names more than {MAX_ENTRIES} lists."
        return [finding(NAME, "status.unknown-type", cause=cause)]
    found: list[Finding] = []
    for node in nodes:
        if subject.effort.is_spent:
            return [*found, finding(NAME, "check.too-long", check=NAME)]
        found.append(_check_one(subject, node))
    return found


def _check_issuer_list(subject: Subject) -> Finding:
    """A record without a status of its own: its issuer may keep a list (Blockcerts)."""
    try:
        entry = named_lists.issuer_list(subject)
    except TouchstoneError as error:
        return _open(subject, subject.issuer_host, error, {})
    return _ask(subject, entry) if entry else finding(NAME, "status.none")


def _check_one(subject: Subject, node: Any) -> Finding:
    try:
        entry = _read_entry(node)
    except StatusEntryUnreadable as error:
        details = {"cause": error.code}
        return finding(NAME, "status.unknown-type", cause=error.sentence, details=details)
    return _ask(subject, entry)


def _read_entry(node: Any) -> Entry:
    known = [name for name in types(node) if name in READERS]
    if len(known) != 1:
        named = (types(node) or ["no type"])[0][:60]
        raise StatusEntryUnreadable(f"it names {named!r}.")
    return READERS[known[0]](node)


def _ask(subject: Subject, entry: Entry) -> Finding:
    try:
        answer = entry.look_up(subject)
    except TouchstoneError as error:
        return _open(subject, host_of(entry.url), error, entry.details)
    return _say(subject, entry, answer)


def _open(subject: Subject, host: str, error: TouchstoneError, known: Mapping[str, Any]) -> Finding:
    """Nothing is known: the host was silent, or what it said cannot be relied on."""
    details = {**known, "cause": error.code}
    if error.fault is Fault.TRANSPORT:
        time = timestamp(subject.now)
        return finding(NAME, "status.not-read", host=host, time=time, details=details)
    return finding(NAME, "status.unusable", host=host, cause=str(error), details=details)


def _say(subject: Subject, entry: Entry, answer: Answer) -> Finding:
    details = dict(entry.details)
    if entry.purpose == MESSAGE:
        details["message"] = answer.message
        return finding(NAME, "status.message", message=answer.message, details=details)
    if answer.is_set:
        code = _CODES.get(entry.purpose, "status.replaced")
        details |= {"reason": answer.reason} if answer.reason else {}
        details |= {"since": timestamp(answer.since)} if answer.since else {}
        return finding(NAME, code, issuer=subject.issuer_name, when=_when(answer), details=details)
    if subject.ports.snapshot is not None:
        made_at = subject.ports.snapshot
        details["asOf"] = timestamp(made_at)
        date, time = day(made_at), timestamp(made_at)
        return finding(NAME, "status.snapshot", date=date, time=time, details=details)
    if not answer.is_signed:
        return finding(NAME, "status.host-word", host=host_of(entry.url), details=details)
    return finding(NAME, "status.passed", details=details)


def _when(answer: Answer) -> str:
    """``on {date}: {reason}``, as far as the list says. One bit holds neither."""
    reason = answer.reason.strip().rstrip(".")
    if answer.since:
        date = f"on {day(answer.since)}"
        return f"{date}: {reason}" if reason else date
    if reason:
        return f"since: {reason}"
    return "since (its list gives neither the day nor the reason)"
