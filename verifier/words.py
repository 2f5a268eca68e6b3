"""The words of every finding, in one place, keyed by finding code.

Order is gravity: within a tone, the finding that stands first in COPY gives a report its headline.
Placeholders in braces are filled in by the check that found it. Words here never repeat what an
unsigned document says.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.report import Finding, Outcome, Tone

MAX_VALUE_CHARACTERS = 200
"""Longest text from outside that is put into a sentence."""
_PASSED, _FAILED = Outcome.PASSED, Outcome.FAILED
_OPEN, _NONE = Outcome.UNDETERMINED, Outcome.NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class Words:
    """The copy of one finding code."""

    outcome: Outcome
    tone: Tone
    short: str
    headline: str
    sentence: str
    remedy: str = ""


_ALTERED = "Do not rely on this: it is not what was signed"
_WRONG_SIGNER = "Do not rely on this: the school it names did not sign it"
_FRESH_COPY = "Get the file again from the student or the school."
_WRONG_ANCHOR = "Do not rely on this: its anchor is not its own"
_KEY_NOT_READ = "We could not confirm the school's key"
_STATUS_NOT_READ = "Signed; we could not ask whether it was withdrawn"
_ANCHOR_NOT_READ = "Signed; anchor not checked"
_NOT_A_CREDENTIAL = "Do not rely on this: it is not put together as a credential"
_CONFIRMED = "Confirmed: {issuer} awarded this, and it stands today"

_BAD: dict[str, Words] = {
    "proof.altered": Words(
        _FAILED,
        Tone.BAD,
        "Altered",
        _ALTERED,
        "The signature does not fit the content. One changed character is enough, "
        "so we show nothing it says.",
        _FRESH_COPY,
    ),
    "structure.misplaced": Words(
        _FAILED,
        Tone.BAD,
        "Altered",
        _ALTERED,
        "Something stands where a reader would not see it, or where the signature would not "
        "notice: {cause}",
        _FRESH_COPY,
    ),
    "contexts.undefined": Words(
        _FAILED,
        Tone.BAD,
        "Altered",
        _ALTERED,
        "It holds something that no standard defines, which nobody can have signed: {cause}",
        _FRESH_COPY,
    ),
    "proof.none": Words(
        _FAILED,
        Tone.BAD,
        "Not signed",
        "Do not rely on this: nobody signed it",
        "It carries no signature, so anyone could have written it.",
        "Ask the student or the school for the signed file.",
    ),
    "proof.malformed": Words(
        _FAILED,
        Tone.BAD,
        "Altered",
        _ALTERED,
        "Its proof is damaged or was made for another purpose: {cause}",
        _FRESH_COPY,
    ),
    "issuer.wrong-signer": Words(
        _FAILED,
        Tone.BAD,
        "Wrong signer",
        _WRONG_SIGNER,
        "{host} published no such key for {date}.",
        "Ask the school.",
    ),
    "proof.wrong-key": Words(
        _FAILED,
        Tone.BAD,
        "Wrong signer",
        _WRONG_SIGNER,
        "{host} published no such key for {date}.",
        "Ask the school.",
    ),
    "issuer.document-invalid": Words(
        _FAILED,
        Tone.BAD,
        "Wrong signer",
        _WRONG_SIGNER,
        "What {host} publishes about itself does not fit the school that the record names.",
        "Ask the school.",
    ),
    "structure.invalid": Words(
        _FAILED,
        Tone.BAD,
        "Not a credential",
        _NOT_A_CREDENTIAL,
        "It lacks what every credential has: {cause}",
        "Ask for the file that the school issued.",
    ),
    "contexts.unknown": Words(
        _FAILED,
        Tone.BAD,
        "Unknown vocabulary",
        _NOT_A_CREDENTIAL,
        "Its words are defined somewhere that we do not know: {cause}",
        "Ask the school for a credential that uses the published contexts.",
    ),
    "contexts.unreadable": Words(
        _FAILED,
        Tone.BAD,
        "Unreadable",
        _NOT_A_CREDENTIAL,
        "It cannot be brought into the form that is signed: {cause}",
        _FRESH_COPY,
    ),
    "presentation.holder": Words(
        _FAILED,
        Tone.BAD,
        "Other holder",
        "Do not rely on this: somebody else presents it",
        "It names one holder and is signed by another.",
        "Ask for a new presentation.",
    ),
    "presentation.challenge": Words(
        _FAILED,
        Tone.BAD,
        "Wrong occasion",
        "Do not rely on this: it was made for someone else",
        "The presentation answers another {member} than the one you asked with.",
        "Ask for a new presentation.",
    ),
    "holder.other": Words(
        _FAILED,
        Tone.BAD,
        "Other student",
        "Not this student's record",
        "It was issued to someone other than {person}.",
        "Ask for the right record.",
    ),
    "status.withdrawn": Words(
        _FAILED,
        Tone.BAD,
        "Withdrawn",
        "Do not rely on this: {issuer} withdrew it",
        "Signed by the school, withdrawn {when}.",
        "Ask for the replacement.",
    ),
    "status.on-hold": Words(
        _FAILED,
        Tone.BAD,
        "On hold",
        "Do not rely on this for now: {issuer} put it on hold",
        "The signature is good; a hold can be lifted.",
        "Check later or ask the school.",
    ),
    "anchor.wrong": Words(
        _FAILED,
        Tone.BAD,
        "Wrong anchor",
        _WRONG_ANCHOR,
        "The block lacks this record's fingerprint, or another sender wrote it: {cause}",
        "Ask the school.",
    ),
    "schema.invalid": Words(
        _FAILED,
        Tone.BAD,
        "Malformed",
        "Do not rely on this: it breaks the standard it names",
        "The signature is good, but {cause}",
        "Ask the school to issue it again.",
    ),
    "validity.unreadable": Words(
        _FAILED,
        Tone.BAD,
        "Malformed",
        "Do not rely on this: it breaks the standard it names",
        "One of its dates cannot be read: {cause}",
        "Ask the school to issue it again.",
    ),
}

_OPEN_COPY: dict[str, Words] = {
    "proof.key-not-asked": Words(
        _OPEN,
        Tone.OPEN,
        "Key not read",
        _KEY_NOT_READ,
        "We did not get the keys of {host}; the signature is untested: {cause}",
        "Ask the school for a record that anyone can check.",
    ),
    "proof.key-not-read": Words(
        _OPEN,
        Tone.OPEN,
        "Key not read",
        _KEY_NOT_READ,
        "{host} did not answer; the signature is untested. Nothing speaks against it.",
        "Check again, or ask for the bundle.",
    ),
    "issuer.not-asked": Words(
        _OPEN,
        Tone.OPEN,
        "Key not read",
        _KEY_NOT_READ,
        "We did not get the keys of {host}: {cause}",
        "Ask the school for a record that anyone can check.",
    ),
    "issuer.not-read": Words(
        _OPEN,
        Tone.OPEN,
        "Key not read",
        _KEY_NOT_READ,
        "{host} did not answer. Nothing speaks against it.",
        "Check again, or ask for the bundle.",
    ),
    "issuer.unsupported": Words(
        _OPEN,
        Tone.OPEN,
        "Key not read",
        _KEY_NOT_READ,
        "It names its school in a way that we cannot look up: {cause}",
        "Ask for a credential whose issuer is a did:web or did:key.",
    ),
    "status.not-read": Words(
        _OPEN,
        Tone.OPEN,
        "Status not read",
        _STATUS_NOT_READ,
        "{host} did not answer at {time}. Last known: nothing.",
        "Check later.",
    ),
    "status.unusable": Words(
        _OPEN,
        Tone.OPEN,
        "Status not read",
        _STATUS_NOT_READ,
        "The list of withdrawals at {host} cannot be relied on: {cause}",
        "Check later, or ask the school.",
    ),
    "status.unknown-type": Words(
        _OPEN,
        Tone.OPEN,
        "Status not read",
        _STATUS_NOT_READ,
        "It keeps its standing in a way that we cannot read: {cause}",
        "Ask the school whether it stands.",
    ),
    "anchor.not-read": Words(
        _OPEN,
        Tone.OPEN,
        "Anchor not read",
        _ANCHOR_NOT_READ,
        "{chain} did not answer. Nothing speaks against it. {cause}",
        "Check again, or ask for the bundle.",
    ),
    "anchor.not-configured": Words(
        _OPEN,
        Tone.OPEN,
        "Anchor not read",
        _ANCHOR_NOT_READ,
        "Nobody told us where to read {chain}. Nothing speaks against it.",
        "Name a node with --rpc, or use a policy that does not ask for anchors.",
    ),
    "anchor.unknown-transaction": Words(
        _OPEN,
        Tone.OPEN,
        "Anchor not read",
        _ANCHOR_NOT_READ,
        "{chain} does not know the transaction that the anchor names.",
        "Check again later, or ask the school.",
    ),
    "anchor.no-profile": Words(
        _OPEN,
        Tone.OPEN,
        "Anchor not read",
        _ANCHOR_NOT_READ,
        "{host} does not say in a readable way from which account it anchors: {cause}",
        "Check again, or ask the school.",
    ),
    "trust.not-read": Words(
        _OPEN,
        Tone.OPEN,
        "Registry not read",
        "Signed by {host}; we could not ask {network}",
        "Its list did not answer.",
        "Check later.",
    ),
    "proof.unknown": Words(
        _OPEN,
        Tone.OPEN,
        "Unknown proof",
        "Signed in a way we cannot check",
        "It uses {suite}.",
        "Ask for another format.",
    ),
    "holder.not-bound": Words(
        _OPEN,
        Tone.OPEN,
        "Not bound",
        "Signed; we could not tell whose record it is",
        "It names its student by something that is no key, so whoever has the file could show it.",
        "Ask the student to show in another way that it is theirs.",
    ),
    "transcript.not-checked": Words(
        _OPEN,
        Tone.OPEN,
        "Transcript",
        "Signed, but the records inside were not checked",
        "It is a transcript; this version does not check the records inside it.",
        "Check the records inside one by one.",
    ),
    "holder.unnamed": Words(
        _OPEN,
        Tone.OPEN,
        "Holder not bound",
        "Signed; it does not say whose record it is",
        "It names nobody, so it could be anyone's record.",
        "Ask the school whose record it is.",
    ),
    "presentation.empty": Words(
        _OPEN,
        Tone.OPEN,
        "Nothing in it",
        "Signed; it holds no record",
        "Whoever signed it shows no record, so nothing was confirmed.",
        "Ask for the records.",
    ),
    "presentation.enveloped": Words(
        _OPEN,
        Tone.OPEN,
        "Unknown proof",
        "Signed in a way we cannot check",
        "It is wrapped in a token, which this version does not read.",
        "Ask for another format.",
    ),
    "check.broke": Words(
        _OPEN,
        Tone.OPEN,
        "Check broke",
        "One check did not finish",
        "{check} stopped by a fault of ours, number {id}. The others stand.",
        "Check again.",
    ),
}

_NOTE: dict[str, Words] = {
    "trust.no-registry": Words(
        _NONE,
        Tone.NOTE,
        "Issuer not known",
        "Signed, but nobody we asked knows the issuer",
        "The key belongs to {host}. No registry was asked, which is no fault of the record.",
        "Confirm that {host} is the school's.",
    ),
    "trust.not-listed": Words(
        _NONE,
        Tone.NOTE,
        "Issuer not known",
        "Signed, but nobody we asked knows the issuer",
        "The key belongs to {host}. No registry lists it, which is no fault of the record: we "
        "asked {network}.",
        "Confirm that {host} is the school's.",
    ),
    "validity.past": Words(
        _FAILED,
        Tone.NOTE,
        "Past its date",
        "Genuine, but past its end date",
        "{issuer} vouched for it until {date}.",
        "Ask for a renewal if it must be current.",
    ),
    "validity.not-yet": Words(
        _FAILED,
        Tone.NOTE,
        "Not yet valid",
        "Genuine, but not valid before {date}",
        "Its issuer dated it ahead.",
        "Check again on that day.",
    ),
    "status.replaced": Words(
        _PASSED,
        Tone.NOTE,
        "Replaced",
        "Genuine, but a newer version exists",
        "{issuer} has issued it anew.",
        "Ask for the newer one.",
    ),
    "anchor.pending": Words(
        _OPEN,
        Tone.NOTE,
        "Anchor pending",
        "Signed; anchor on its way",
        "{k} of {n} confirmations.",
        "Nothing, or check again later.",
    ),
    "anchor.none": Words(
        _NONE,
        Tone.NOTE,
        "Not anchored",
        "Signed, without an anchor",
        "Only the school's word says when; the rest is good.",
    ),
    "status.none": Words(
        _NONE,
        Tone.NOTE,
        "No status",
        "Signed, without a way to withdraw it",
        "The issuer offers no status for this record, so nothing says whether it was withdrawn.",
    ),
}

_GOOD: dict[str, Words] = {
    "structure.passed": Words(
        _PASSED, Tone.GOOD, "In order", _CONFIRMED, "Everything stands where the standard puts it."
    ),
    "contexts.passed": Words(
        _PASSED, Tone.GOOD, "In order", _CONFIRMED, "Every word in it has a published meaning."
    ),
    "schema.passed": Words(
        _PASSED, Tone.GOOD, "In order", _CONFIRMED, "It has what {standard} asks for."
    ),
    "issuer.passed": Words(
        _PASSED, Tone.GOOD, "Issuer", _CONFIRMED, "The signing key is one that {host} publishes."
    ),
    "proof.passed": Words(
        _PASSED, Tone.GOOD, "Signed", _CONFIRMED, "The signature fits the content."
    ),
    "anchor.passed": Words(
        _PASSED,
        Tone.GOOD,
        "Anchored",
        _CONFIRMED,
        "Its fingerprint was written to {chain} on {date} by the school's account.",
    ),
    "status.passed": Words(
        _PASSED, Tone.GOOD, "Stands", _CONFIRMED, "The school has not withdrawn it."
    ),
    "validity.passed": Words(_PASSED, Tone.GOOD, "Current", _CONFIRMED, "It is within its dates."),
    "holder.passed": Words(_PASSED, Tone.GOOD, "Holder", _CONFIRMED, "It is {person}'s record."),
    "holder.none": Words(
        _NONE, Tone.GOOD, "Holder", _CONFIRMED, "Nobody was named whose record it should be."
    ),
    "trust.passed": Words(
        _PASSED, Tone.GOOD, "Listed", _CONFIRMED, "{network} lists the issuer as {issuer}."
    ),
    "transcript.none": Words(
        _NONE, Tone.GOOD, "Transcript", _CONFIRMED, "It is one record, not a transcript."
    ),
    "presentation.passed": Words(
        _PASSED, Tone.GOOD, "Presented", _CONFIRMED, "The presentation was made for this occasion."
    ),
}

COPY: dict[str, Words] = {**_BAD, **_OPEN_COPY, **_NOTE, **_GOOD}
"""Words of every finding code, gravest first."""
_RANK = {code: rank for rank, code in enumerate(COPY)}
_CONFIRMED_SENTENCE = "Signed by the school, anchored on {date}, neither withdrawn nor expired."


class _Values(dict[str, str]):
    """Values for placeholders; one that is missing reads as three dots instead of failing."""

    def __missing__(self, key: str) -> str:
        return "…"


def plain(value: object) -> str:
    """Text from outside, made safe for a sentence: one line, no control characters, not long."""
    text = "".join(
        " " if unicodedata.category(letter) in {"Cc", "Cf", "Zl", "Zp", "Cs"} else letter
        for letter in str(value)[: MAX_VALUE_CHARACTERS * 2]
    )
    text = re.sub(r"\s+", " ", text).strip()
    if len(text) <= MAX_VALUE_CHARACTERS:
        return text
    return text[: MAX_VALUE_CHARACTERS - 1] + "…"


def finding(
    check: str, code: str, /, *, details: Mapping[str, Any] | None = None, **values: object
) -> Finding:
    """A finding with its words filled in.

    Args:
        check: name of the check that found it.
        code: a key of COPY.
        details: machine-readable extras.
        values: for the placeholders of the copy.
    """
    words = COPY[code]
    filled = _Values({name: plain(value) for name, value in values.items()})
    return Finding(
        check=check,
        code=code,
        outcome=words.outcome,
        sentence=words.sentence.format_map(filled).strip(),
        remedy=words.remedy.format_map(filled),
        details=dict(details or {}),
        tone=words.tone,
        short=words.short,
        headline=words.headline.format_map(filled),
    )


def gravest(findings: Iterable[Finding]) -> Finding | None:
    """The finding that gives a report its headline; None if all are good.

    Within a tone a failed check comes first, so that a refusal is headed by its cause.
    """
    tones = list(Tone)
    grave = [found for found in findings if found.tone is not Tone.GOOD]

    def gravity(found: Finding) -> tuple[int, bool, int]:
        return tones.index(found.tone), found.outcome is not Outcome.FAILED, _RANK[found.code]

    return min(grave, key=gravity, default=None)


def confirmed(issuer: str, anchored: str) -> tuple[str, str]:
    """Headline and sentence for a record with nothing but good findings."""
    return (
        _CONFIRMED.format(issuer=plain(issuer)),
        _CONFIRMED_SENTENCE.format(date=plain(anchored)),
    )
