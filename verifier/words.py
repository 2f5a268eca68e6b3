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
    "proof.claims-differ": Words(
        _FAILED,
        Tone.BAD,
        "Altered",
        _ALTERED,
        "The token it came in says one thing about it, and the record inside another.",
        _FRESH_COPY,
    ),
    "proof.hosted-differs": Words(
        _FAILED,
        Tone.BAD,
        "Altered",
        "Do not rely on this: it is not what its host publishes",
        "It is an older badge that only its host can confirm, and {host} publishes another one at "
        "its address.",
        "Ask the school for the badge as it stands today.",
    ),
    "bundle.proof-wrong": Words(
        _FAILED,
        Tone.BAD,
        "Altered",
        "Do not rely on this: a proof in the bundle does not hold",
        "Somebody changed it, or never had it right: {cause}",
        "Get the bundle again from the student or the school.",
    ),
    "bundle.altered": Words(
        _FAILED,
        Tone.BAD,
        "Altered",
        "Do not rely on this: the bundle is not what the school put together",
        "The school's signature does not stand for it: {cause}",
        "Get the bundle again from the student or the school.",
    ),
    "bundle.other-person": Words(
        _FAILED,
        Tone.BAD,
        "Mixed people",
        "Do not rely on this: it mixes records of different people",
        "A credential in the bundle is about somebody else than the bundle.",
        "Ask the school.",
    ),
    "bundle.other-issuer": Words(
        _FAILED,
        Tone.BAD,
        "Mixed schools",
        "Do not rely on this: it mixes records of different schools",
        "A credential in the bundle names another school than the bundle.",
        "Ask for a bundle of each school.",
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
    "proof.nobodys": Words(
        _FAILED,
        Tone.BAD,
        "Not signed",
        "Do not rely on this: nobody signed it",
        "Its token says that it is not signed, or signed with a secret that every reader would "
        "share, so anyone could have written it.",
        "Ask the student or the school for the signed file.",
    ),
    "proof.base-copy": Words(
        _FAILED,
        Tone.BAD,
        "Not for readers",
        "Do not rely on this: it is the student's own copy, from which others are made",
        "It carries a base proof, which only its holder may have: from it, the student's wallet "
        "makes the copy that shows what was chosen, and only that copy can be checked.",
        "Ask the student to share it from the wallet, and delete this file.",
    ),
    "proof.hosted-gone": Words(
        _FAILED,
        Tone.BAD,
        "Not published",
        "Do not rely on this: its host has no such badge",
        "It is an older badge that only its host can confirm, and {host} has nothing at its "
        "address.",
        "Ask the school.",
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
    "issuer.key-compromised": Words(
        _FAILED,
        Tone.BAD,
        "Stolen key",
        "Do not rely on this: its key got into other hands",
        "{host} says that others may have had this key since {date}, and no anchor shows that the "
        "record is older: {cause}",
        "Ask the school to issue it again.",
    ),
    "issuer.key-retired": Words(
        _FAILED,
        Tone.BAD,
        "Old key",
        "Do not rely on this: the school had given up the key that signed it",
        "{host} gave up this key on {date}, and the record is not older than that: {cause}",
        "Ask the school to issue it again.",
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
    "structure.token": Words(
        _FAILED,
        Tone.BAD,
        "Not a credential",
        _NOT_A_CREDENTIAL,
        "The token it came in is not of a form that has one meaning: {cause}",
        _FRESH_COPY,
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
    "presentation.time": Words(
        _FAILED,
        Tone.BAD,
        "Wrong day",
        "Do not rely on this: it was made for another day",
        "The presentation is {when}.",
        "Ask for a new presentation.",
    ),
    "holder.key-binding": Words(
        _FAILED,
        Tone.BAD,
        "Other holder",
        "Do not rely on this: whoever shows it did not show that it is theirs",
        "The record names the key of the person it was issued to; that key did not sign for this "
        "occasion: {cause}",
        "Ask for a new presentation.",
    ),
    "transcript.mixed": Words(
        _FAILED,
        Tone.BAD,
        "Mixed people",
        "Do not rely on this: it mixes records of different people",
        "{k} claims belong to someone else.",
        "Ask the school.",
    ),
    "transcript.unsigned": Words(
        _FAILED,
        Tone.BAD,
        "Claims unsigned",
        "Do not rely on {k} of {n} claims: not signed as they stand",
        "The cover is signed; these claims do not pass by their own signature.",
        "Ask for a new transcript.",
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
    "bundle.keys-unknown": Words(
        _OPEN,
        Tone.OPEN,
        "Key not known",
        _KEY_NOT_READ,
        "{cause}",
        "{remedy}",
    ),
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
    "issuer.key-compromised-open": Words(
        _OPEN,
        Tone.OPEN,
        "Stolen key",
        "We could not tell whether it is older than the theft of its key",
        "{host} says that others may have had this key since {date}. Only the record's anchor can "
        "show that it is older: {cause}",
        "Name a node with --rpc, or ask for the bundle.",
    ),
    "issuer.key-retired-open": Words(
        _OPEN,
        Tone.OPEN,
        "Old key",
        "We could not tell whether it is older than the end of its key",
        "{host} gave up this key on {date}. An anchor would show that the record is older: {cause}",
        "Name a node with --rpc, or use a policy with trust_signing_date.",
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
    "anchor.not-proven": Words(
        _OPEN,
        Tone.OPEN,
        "Anchor not proven",
        "Signed; nothing you trust proves its anchor",
        "{cause} Nothing speaks against it.",
        "{remedy}",
    ),
    "anchor.needed": Words(
        _OPEN,
        Tone.OPEN,
        "Not anchored",
        "Signed; without an anchor that is not enough offline",
        "Whether its key got into other hands since cannot be asked offline, and nothing shows "
        "that the record is older than that.",
        "Check it with the network while the school answers.",
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
    "schema.open-badge-2": Words(
        _OPEN,
        Tone.OPEN,
        "Older badge",
        "An older badge: we show what it is, and cannot confirm it",
        "It follows Open Badges 2.0, which binds neither the student nor the content to the "
        "school's key as today's credentials do.",
        "Ask the school for the same badge as an Open Badges 3.0 credential.",
    ),
    "proof.hosted-not-read": Words(
        _OPEN,
        Tone.OPEN,
        "Host not read",
        "We could not ask the badge's host",
        "{host} did not answer; only it can say whether the badge is its own. Nothing speaks "
        "against it.",
        "Check again later.",
    ),
    "proof.badge-nowhere": Words(
        _OPEN,
        Tone.OPEN,
        "Unknown proof",
        "Nothing says whose badge it is",
        "It is neither signed nor published at an address of its own.",
        "Ask the school.",
    ),
    "proof.badge-token": Words(
        _OPEN,
        Tone.OPEN,
        "Unknown proof",
        "Its signature did not come with it",
        "It says that it is signed, and was sent without the token that holds its signature.",
        "Ask for the signed token.",
    ),
    "holder.half-asked": Words(
        _OPEN,
        Tone.OPEN,
        "Not bound",
        "Signed; we could not tell who shows it",
        "You gave a challenge without your own name, or the other way round; one alone can be "
        "answered for somebody else.",
        "Ask with both, the challenge and the domain.",
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
        "It is a transcript in a transcript, or holds more records than we check at once.",
        "Check the records inside one by one.",
    ),
    "transcript.open": Words(
        _OPEN,
        Tone.OPEN,
        "Not all checked",
        "{k} of {n} claims are not fully checked",
        "The cover is signed; the signatures of these claims could not be checked.",
        "See what is said of each claim.",
    ),
    "transcript.empty": Words(
        _OPEN,
        Tone.OPEN,
        "Nothing in it",
        "Signed; it holds no record",
        "The cover is signed, and no signed record lies in it. What the cover says of its own "
        "achievements are definitions, which nobody is said to have met.",
        "Ask for the records.",
    ),
    "transcript.unnamed": Words(
        _OPEN,
        Tone.OPEN,
        "Holder not bound",
        "Signed; it does not say whose record it is",
        "The transcript, or a record in it, names nobody, so they could be of different people.",
        "Ask the school whose record it is.",
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
    "check.broke": Words(
        _OPEN,
        Tone.OPEN,
        "Check broke",
        "One check did not finish",
        "{check} stopped by a fault of ours, number {id}. The others stand.",
        "Check again.",
    ),
    "check.too-long": Words(
        _OPEN,
        Tone.OPEN,
        "Check broke",
        "One check did not finish",
        "It asks for more work than one record may; {check} was not finished.",
        "Check its parts one by one.",
    ),
    "verifier.fault": Words(
        _OPEN,
        Tone.OPEN,
        "Check broke",
        "The check did not finish",
        "It stopped by a fault of ours, number {id}. That says nothing about the record.",
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
    "status.snapshot": Words(
        _OPEN,
        Tone.NOTE,
        "Stood then",
        "Genuine, and it stood on {date}; what was withdrawn since is not known",
        "The school had not withdrawn it when the bundle was made, {time}. Offline we could not "
        "ask about the time since.",
        "Check it again with the network while the school answers.",
    ),
    "status.host-word": Words(
        _PASSED,
        Tone.NOTE,
        "Stands, by its host's word",
        "Genuine; that it stands is its host's word alone",
        "{host} does not list it as withdrawn. Nobody signed that list.",
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
    "proof.self-asserted": Words(
        _PASSED,
        Tone.NOTE,
        "Own word",
        "Said by whoever shows it, and by no school",
        "It has no signature of its own: the person who shows it wrote it, and signed it with the "
        "presentation.",
        "Ask the school for a record that it signed.",
    ),
    "proof.withheld": Words(
        _PASSED,
        Tone.NOTE,
        "Part only",
        "Confirmed, but not the whole record",
        "Items that the holder withheld: {n} at the most. All that is shown is signed.",
        "Ask for the full record if you need it.",
    ),
    "proof.selection": Words(
        _PASSED,
        Tone.NOTE,
        "Part only",
        "Confirmed, but not the whole record",
        "The student chose what to show. All of it is signed; what is not shown, an end date or a "
        "status perhaps, is unknown.",
        "Ask for the full record if you need it.",
    ),
    "transcript.partial": Words(
        _PASSED,
        Tone.NOTE,
        "Part only",
        "Confirmed, but not the whole record",
        "The school marked it partial.",
        "Ask for the full transcript if you need it.",
    ),
    "proof.hosted": Words(
        _PASSED,
        Tone.NOTE,
        "Hosted",
        "Published by its host, not signed",
        "{host} published the same badge on {date}; that is the host's word and no signature.",
        "Confirm that {host} is the school's.",
    ),
    "proof.badge-signed": Words(
        _PASSED,
        Tone.NOTE,
        "Signed",
        "Signed with a key that {host} publishes",
        "The signature of this older badge fits its content.",
        "Confirm that {host} is the school's.",
    ),
    "status.message": Words(
        _NONE,
        Tone.NOTE,
        "Message",
        "Signed, with a message from its issuer",
        "Its list says: {message}. That is no statement on whether it stands.",
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
    "bundle.passed": Words(
        _PASSED,
        Tone.GOOD,
        "Bundle",
        _CONFIRMED,
        "The bundle is as the school put it together on {date}. What it withdrew since, records or "
        "keys, is not known.",
    ),
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
    "contexts.claims": Words(
        _PASSED,
        Tone.GOOD,
        "In order",
        _CONFIRMED,
        "It is plain claims, each signed as it stands; what they mean is said by its type.",
    ),
    "transcript.passed": Words(
        _PASSED,
        Tone.GOOD,
        "Transcript",
        _CONFIRMED,
        "All {n} claims are signed on their own, and are about one person.",
    ),
    "holder.key-bound": Words(
        _PASSED,
        Tone.GOOD,
        "Holder",
        _CONFIRMED,
        "Whoever shows it signed for this occasion with the key that the record names.",
    ),
    "presentation.passed": Words(
        _PASSED, Tone.GOOD, "Presented", _CONFIRMED, "The presentation was made for this occasion."
    ),
}

COPY: dict[str, Words] = {**_BAD, **_OPEN_COPY, **_NOTE, **_GOOD}
"""Words of every finding code, gravest first."""
_RANK = {code: rank for rank, code in enumerate(COPY)}
_CONFIRMED_TRANSCRIPT = "Confirmed: this is {issuer}'s complete record, and it stands today"
_TRANSCRIPT_SENTENCE = (
    "All {n} claims are signed by the school, anchored, and neither withdrawn nor expired."
)
_CONFIRMED_SENTENCE = "Signed by the school, anchored on {date}, neither withdrawn nor expired."


class _Values(dict[str, str]):
    """Values for placeholders; one that is missing reads as three dots instead of failing."""

    def __missing__(self, key: str) -> str:
        return "…"


def plain(value: object) -> str:
    """Text from outside, made safe for a sentence: one line, no control characters, not long."""
    if isinstance(value, str) and len(value) <= MAX_VALUE_CHARACTERS and value.isprintable():
        return re.sub("  +", " ", value).strip() if "  " in value else value.strip()
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
        check,
        code,
        words.outcome,
        _filled(words.sentence, filled).strip(),
        _filled(words.remedy, filled),
        dict(details or {}),
        words.tone,
        words.short,
        _filled(words.headline, filled),
    )


def _filled(copy: str, values: _Values) -> str:
    # Most copy has nothing to fill in, and trying would cost as much as if it had.
    return copy.format_map(values) if "{" in copy else copy


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


def confirmed_transcript(issuer: str, records: str) -> tuple[str, str]:
    """Headline and sentence for a transcript with nothing but good findings, inside and out."""
    return (
        _CONFIRMED_TRANSCRIPT.format(issuer=plain(issuer)),
        _TRANSCRIPT_SENTENCE.format(n=plain(records)),
    )
