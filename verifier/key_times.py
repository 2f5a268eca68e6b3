"""Keys in time: whether a key that has ended since was still good for this very document.

A key ends in two ways (Controlled Identifiers 1.0 §2.2): its owner gives it up in good order
(``expires``), or it got into other hands (``revoked``). Whoever has a key writes any date into a
signature, so a date inside a document counts against it and never for it. Only an anchor, in a
block before the end and by the issuer's own account, shows that a document is older than the end
of its key; for a key that was given up in good order a reader may trust the signature's own date.

What is good for the moment alone, status lists and presentations, is judged by today's keys.
See docs/decisions/0012-keys-in-time.md.
"""

from datetime import datetime

from credentials.json_types import JsonObject
from keys.did import DatedKey, dated_key, verification_key
from keys.public_key import PublicKey
from schemas.errors import TouchstoneError
from verifier.anchors import PASSED, WRONG, AnchorAnswer, follow_anchors
from verifier.errors import KeyCompromised, KeyCompromisedOpen, KeyRetired, KeyRetiredOpen
from verifier.report import day
from verifier.subject import Subject

ASSERTION = "assertionMethod"


def key_in_time(
    subject: Subject, owner: JsonObject, method: str, purpose: str, said_at: datetime | None
) -> PublicKey:
    """The key under ``method``, if it was good when the subject was signed.

    Args:
        subject: the document that was signed.
        owner: the DID document of the key's owner.
        method: absolute DID URL of the key.
        purpose: ``assertionMethod`` or ``authentication``.
        said_at: when the signature says that it was made; None if it does not say.

    Raises:
        KeyCompromised, KeyRetired: it was not.
        KeyCompromisedOpen, KeyRetiredOpen: nothing that we could read says so.
        VerificationMethodMissing, DidDocumentInvalid, PublicKeyInvalid: the owner does not vouch
            for it at all.
    """
    now = subject.now
    if purpose != ASSERTION or subject.is_for_today:
        # Whatever is signed today is signed with a key that is good today.
        return verification_key(owner, method, purpose=purpose, at=now)
    dated = subject.asked.once(
        f"key:{purpose} {method}", lambda: dated_key(owner, method, purpose=purpose, now=now)
    )
    if dated.revoked is not None and dated.revoked <= now:
        _require_older(subject, dated.revoked, said_at, KeyCompromised, KeyCompromisedOpen)
    if dated.expires is not None and dated.expires <= now:
        _require_unexpired(subject, dated, dated.expires, said_at)
    return dated.key


def _require_unexpired(
    subject: Subject, dated: DatedKey, expires: datetime, said_at: datetime | None
) -> None:
    """A retired key is good for what is older; a reader may take the signature's word for that."""
    compromised = dated.revoked is not None and dated.revoked <= subject.now
    trusted = subject.settings.trust_signing_date and not compromised
    if trusted and said_at is not None and said_at < expires:
        return
    _require_older(subject, expires, said_at, KeyRetired, KeyRetiredOpen)


def _require_older(
    subject: Subject,
    end: datetime,
    said_at: datetime | None,
    ended: type[KeyCompromised | KeyRetired],
    unproven: type[KeyCompromisedOpen | KeyRetiredOpen],
) -> None:
    """An anchor has to show that the subject is older than the end of its key."""
    if said_at is not None and said_at >= end:
        raise ended(f"it says itself that it was signed on {day(said_at)}.", ended_at=end)
    answers = _answers(subject)
    anchored = [it.block_time for it in answers if it.code == PASSED and it.block_time]
    if any(moment < end for moment in anchored):
        return
    open_answers = [it for it in answers if it.code not in {PASSED, WRONG}]
    if open_answers:
        raise unproven(_cause(open_answers[0]), ended_at=end)
    if anchored:
        raise ended(f"its anchor is of {day(min(anchored))}.", ended_at=end)
    if not answers and unproven is KeyRetiredOpen:
        raise unproven("it has none.", ended_at=end)
    raise ended("it has no anchor of its own.", ended_at=end)


def _answers(subject: Subject) -> list[AnchorAnswer]:
    """What following its anchors gave; nothing, if they cannot even be followed."""
    try:
        return follow_anchors(subject)
    except TouchstoneError:
        return []


def _cause(answer: AnchorAnswer) -> str:
    values = answer.values
    if answer.code == "anchor.pending":
        return f"it has {values['k']} of {values['n']} confirmations."
    if answer.code == "anchor.not-configured":
        return f"nobody told us where to read {values['chain']}."
    if answer.code == "anchor.unknown-transaction":
        return f"{values['chain']} does not know its transaction."
    if answer.code == "anchor.not-proven":
        return str(values["cause"])
    if answer.code == "anchor.no-profile":
        return f"{values['host']} does not say from which account it anchors."
    return f"{values['chain']} gave us no answer."
