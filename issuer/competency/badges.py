"""Badges of other issuers as evidence from out of school.

The verifier says whose badge it is and that it stands; nobody but the registrar says whose work it
shows. A badge names its subject by an id of its issuer's, or by a salted hash: these are compared
with what is known of the learner, and what came of it stands with the evidence.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session

from issuer.audit import service as audit
from issuer.competency import evidence_repository as repository
from issuer.competency.badge_check import BadgeIdentity, VerifiedBadge
from issuer.competency.errors import BadgeTaken, BadgeUnfit
from issuer.competency.evidence import (
    BADGE_ISSUER,
    OUT_OF_SCHOOL,
    UNKNOWN_ASSESSOR,
    evidence_id,
)
from issuer.competency.evidence_file import Entry, is_artefact_url, read_entry
from issuer.competency.evidence_import import CompetencyNames, take_entries
from issuer.competency.frameworks import Frameworks
from issuer.competency.reports import EvidenceReport
from issuer.competency.scales import Scales
from issuer.errors import ProblemList
from issuer.learners.service import LearnerView, find_learner

DEFAULT_KIND: Final = "out-of-school"
_LONGEST_NAME: Final = 160
"""Characters of a badge's or issuer's id that become part of the evidence's name as they are."""
_LONGEST_TITLE: Final = 300
_LONGEST_SHOWN: Final = 200
_EMAIL: Final = "emailAddress"
_SHA256: Final = "sha256$"


@dataclass(frozen=True, slots=True)
class BadgeTerms:
    """What the registrar says of a badge.

    Args:
        learner: id, sourcedId or another name of the learner whose work it shows.
        competency: identifier, URI or code of what it is evidence of.
        framework: identifier or title, where the code alone is not enough.
        kind: of evidence, such as ``work-experience``.
        score, score_max: what it is worth here, in points, or out of score_max; or
        level: the name of a level of the competency. One of the two.
        file: the badge's file name, for problems.
    """

    learner: str
    competency: str
    framework: str = ""
    kind: str = DEFAULT_KIND
    score: str = ""
    score_max: str = ""
    level: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class BadgeReport:
    """What taking in a badge did, and how it names its holder."""

    evidence: EvidenceReport
    source: str
    sourced_id: str
    sentence: str


def take_in(
    session: Session, badge: VerifiedBadge, terms: BadgeTerms, *, own_did: str, now: datetime
) -> BadgeReport:
    """Make evidence of a verified badge; the same again changes nothing.

    Args:
        session: the caller commits.
        badge: what badge_check.check_badge found.
        terms: what the registrar says of it.
        own_did: the school's, whose own badges are no evidence from elsewhere.
        now: the time.

    Raises:
        NotFound: there is no such learner.
        BadgeUnfit: it is the school's own, its holder's own, or not worth anything that was said.
        BadgeTaken: it is evidence of another learner.
        ImportProblems: codes evidence.*, all at once.
    """
    if badge.holder and badge.holder == badge.issuer:
        sentence = "Its issuer issued it to itself, and nobody's own word is evidence."
        raise BadgeUnfit(sentence, "Only badges that somebody else issued are taken in.")
    if badge.issuer == own_did:
        sentence = "It is a badge of this school: the evidence for it is here already."
        raise BadgeUnfit(sentence, "Only other issuers' badges are taken in.")
    return _Taking(session, badge, terms, now).report()


def take_in_logged(
    session: Session,
    badge: VerifiedBadge,
    terms: BadgeTerms,
    *,
    own_did: str,
    now: datetime,
    who: str,
) -> BadgeReport:
    """The same, with its row in the audit log where it changed anything.

    Args, Returns, Raises: as for take_in; ``who`` is as the audit log names him.
    """
    report = take_in(session, badge, terms, own_did=own_did, now=now)
    if not report.evidence.nothing_changed:
        audit.record(
            session,
            who,
            "import.badge",
            now=now,
            kind="evidence",
            subject=evidence_id(report.source, report.sourced_id),
        )
    return report


class _Taking:
    """One badge on its way into the store."""

    def __init__(
        self, session: Session, badge: VerifiedBadge, terms: BadgeTerms, now: datetime
    ) -> None:
        self.session = session
        self.badge = badge
        self.terms = terms
        self.now = now
        self.learner = find_learner(session, terms.learner)
        self.source = _name(badge.issuer)
        self.problems = ProblemList()

    def report(self) -> BadgeReport:
        competency_id = self._competency()
        self._check_worth(competency_id)
        work = f"{_name(self.badge.id or f'urn:sha256:{self.badge.sha256}')}#"
        self._check_not_taken(work)
        sourced_id = f"{work}{competency_id}#{self.learner.id}"
        holder = holder_sentence(self.badge, self.learner)
        before = repository.evidence_by_id(
            self.session, [evidence_id(self.source, sourced_id)]
        ).values()
        # What is known of the learner may have changed since it was taken in; the badge has not.
        notes = [row.note for row in before] or [holder]
        cells = self._cells() | {
            "sourcedId": sourced_id,
            "competency": str(competency_id),
            "note": notes[0],
        }
        entry = self._entry(cells)
        done = take_entries(self.session, [entry], self.problems, self.now)
        return BadgeReport(done, self.source, sourced_id, self._sentence(done, holder))

    def _cells(self) -> dict[str, str]:
        badge, terms = self.badge, self.terms
        return {
            "learnerSourcedId": self.learner.sourced_id,
            "competency": terms.competency,
            "framework": terms.framework,
            "sourcedId": "badge",
            "kind": terms.kind,
            "score": terms.score,
            "scoreMax": terms.score_max,
            "level": terms.level,
            "observedAt": badge.awarded_at.isoformat(),
            "assessorKind": UNKNOWN_ASSESSOR,
            "assessorRole": BADGE_ISSUER,
            "assessorId": self.source,
            "artefactUrl": badge.id if is_artefact_url(badge.id) else "",
            "artefactSha256": badge.sha256,
            "title": _plain(badge.achievement, _LONGEST_TITLE),
            "setting": OUT_OF_SCHOOL,
        }

    def _competency(self) -> UUID:
        # Only its name is asked for yet; what it is worth is not looked at.
        entry = self._entry(self._cells() | {"score": "0", "scoreMax": "", "level": ""})
        found = CompetencyNames(Frameworks(self.session)).resolve(entry)
        self.problems.raise_if_any()
        if found is None:
            raise AssertionError(self.terms.competency)  # a problem was noted
        return found

    def _entry(self, cells: dict[str, str]) -> Entry:
        entry = read_entry(cells, self._note, self.now, self.source)
        self.problems.raise_if_any()
        if entry is None:
            raise AssertionError(cells["sourcedId"])  # a problem was noted
        return entry

    def _note(self, code: str, _column: str, sentence: str, hint: str) -> None:
        self.problems.add(f"evidence.{code}", sentence, hint, file=self.terms.file)

    def _check_worth(self, competency_id: UUID) -> None:
        if bool(self.terms.score) != bool(self.terms.level):
            return
        names = ", ".join(level.name for level in Scales(self.session).of(competency_id))
        level = _plain(self.badge.level, _LONGEST_SHOWN)
        theirs = f" Its issuer calls it {level}." if level else ""
        raise BadgeUnfit(
            f"What the badge is worth here is for the school to say.{theirs}",
            f"Give a score or a level; the levels are {names}.",
        )

    def _check_not_taken(self, work: str) -> None:
        if repository.learners_of_work(self.session, self.source, work) - {self.learner.id}:
            raise BadgeTaken(
                "This badge is evidence of another learner already.",
                "If it was taken in for the wrong one, withdraw it: append a correction without "
                "score and level.",
            )

    def _sentence(self, done: EvidenceReport, holder: str) -> str:
        title = _plain(self.badge.achievement, _LONGEST_TITLE)
        who = f"{self.learner.name} ({self.learner.sourced_id})"
        if done.nothing_changed:
            return f"{title} is evidence of {who} already; nothing changed. {holder}"
        return f"{title}, by {self.badge.issuer_name}, is now evidence of {who}. {holder}"


def holder_sentence(badge: VerifiedBadge, learner: LearnerView) -> str:
    """Whom the badge names, and whether that is the learner as far as can be told."""
    holder = _plain(badge.holder, _LONGEST_SHOWN)
    named = f"The badge names its holder as {holder}" if holder else "The badge has no holder's id"
    email = learner.email.strip().lower()
    if email and badge.holder.lower() == f"mailto:{email}":
        return f"{named}, which is the e-mail address we have of the learner."
    for identity in badge.identities:
        if _is_of(identity, learner):
            how = "a salted hash" if identity.hashed else "a text"
            kind = _plain(identity.kind, _LONGEST_SHOWN)
            return f"{named}, and {how} ({kind}) in it is the learner's."
    told = "nothing in it can be compared with what we know of the learner"
    if email and any(one.kind == _EMAIL for one in badge.identities):
        told = "the e-mail address it was issued to is not the one we have of the learner"
    return f"{named}; {told}. That it is the learner's is the word of who took it in."


def _is_of(identity: BadgeIdentity, learner: LearnerView) -> bool:
    """Whether an identity is one of the learner's: an e-mail address or a sourcedId."""
    email = learner.email.strip()
    known = {email, email.lower(), learner.sourced_id} - {""}
    if not identity.hashed:
        return identity.text in known
    if not identity.text.startswith(_SHA256):
        return False
    wanted = identity.text.removeprefix(_SHA256).lower().encode()
    hashes = (hashlib.sha256((one + identity.salt).encode()).hexdigest() for one in known)
    return any(hmac.compare_digest(one.encode(), wanted) for one in hashes)


def _name(identifier: str) -> str:
    """An id of the badge's, short enough to be part of a name; of a long one its digest."""
    if len(identifier) <= _LONGEST_NAME and identifier.isprintable():
        return identifier
    return f"urn:sha256:{hashlib.sha256(identifier.encode()).hexdigest()}"


def _plain(text: str, longest: int) -> str:
    """A stranger's text as one line of what can be printed."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:longest]
