"""Answer a reader's claims about one learner from that learner's checked credentials.

An answer is SUPPORTED only by credentials that the policy verifies. What could not be checked
leaves a claim UNDETERMINED; what no credential speaks of is UNSUPPORTED, which says nothing about
the learner.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from credentials.json_types import JsonObject
from credentials.proofs.data_integrity import parse_date_time_stamp
from schemas.errors import TouchstoneError
from verifier.claims_file import Claim
from verifier.errors import MixedPeople
from verifier.names import host_of
from verifier.policy import Decision, Verdict
from verifier.ports import TrustRegistry
from verifier.reading import ENDORSEMENT, Record, Standing, level_json, people, read_record
from verifier.report import Outcome, Report, Tone, day
from verifier.words import plain


class Answer(StrEnum):
    """What the record says about a claim."""

    SUPPORTED = "SUPPORTED"
    CONTRADICTED = "CONTRADICTED"
    UNSUPPORTED = "UNSUPPORTED"
    UNDETERMINED = "UNDETERMINED"


_TONES = {
    Answer.SUPPORTED: Tone.GOOD,
    Answer.CONTRADICTED: Tone.BAD,
    Answer.UNSUPPORTED: Tone.NOTE,
    Answer.UNDETERMINED: Tone.OPEN,
}
_ABSENT = "No signed credential here speaks of it. That does not mean the student lacks it."
_NOT_CHECKED = "The credential that would answer it could not be checked: {reason}"
_PRECEDENCE = (
    Answer.SUPPORTED,
    Answer.UNDETERMINED,
    Answer.CONTRADICTED,
    Answer.UNSUPPORTED,
)
"""Of several credentials about one claim, the answer that counts: one that supports is enough; one
that could not be read might have supported, so it keeps the others from settling the claim."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A credential after its check: the file, what it says, what was found, the verdict."""

    file: str
    document: JsonObject
    report: Report
    decision: Decision

    @property
    def record(self) -> Record:
        """What the credential says."""
        return read_record(self.document)

    @property
    def speaks(self) -> bool:
        """Whether it is worth hearing: nothing an altered credential says is."""
        gates = ("structure", "contexts", "proof", "issuer")
        return all(self.report.outcome_of(gate) is not Outcome.FAILED for gate in gates) and bool(
            self.report.of("schema")
        )

    @property
    def anchored_at(self) -> datetime | None:
        """The time of its anchor, if that was confirmed."""
        times = [
            parse_date_time_stamp(finding.details["anchoredAt"])
            for finding in self.report.of("anchor")
            if finding.outcome is Outcome.PASSED and "anchoredAt" in finding.details
        ]
        return min(times, default=None)

    @property
    def dated(self) -> datetime | None:
        """When it was there: the chain's word if there is one, else the school's."""
        if self.anchored_at:
            return self.anchored_at
        try:
            return parse_date_time_stamp(self.record.valid_from)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one claim.

    Args:
        sentence: the reason.
        headline: the short words for a list.
        details: credential, level, evidence, times; candidates if the claim is ambiguous.
    """

    claim: Claim
    answer: Answer
    headline: str
    sentence: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """This reply as JSON."""
        return {
            "claim": self.claim.words(),
            "competency": self.claim.competency,
            "answer": self.answer.value,
            "tone": _TONES[self.answer].value,
            "headline": self.headline,
            "sentence": self.sentence,
            "details": dict(self.details),
        }


def answer_claims(
    claims: Sequence[Claim], checked: Sequence[Checked], trust: TrustRegistry | None = None
) -> list[Reply]:
    """Answer every claim from the credentials of one learner.

    Raises:
        MixedPeople: the credentials are about different people.
    """
    # An endorsement is about a record, an achievement or a school, and never about the learner.
    speaking = [item for item in checked if item.speaks and item.record.kind != ENDORSEMENT]
    found = people([item.document for item in speaking])
    if len(found) > 1:
        raise MixedPeople(
            "Do not rely on this: it mixes records of different people. "
            f"{len(found)} different people are named.",
            "Put the records of one learner into a folder of their own, or ask the school.",
        )
    return [_answer(claim, speaking, trust) for claim in claims]


def _answer(claim: Claim, checked: Sequence[Checked], trust: TrustRegistry | None) -> Reply:
    matches, names = _matching(claim, checked)
    if not matches:
        return Reply(claim, Answer.UNSUPPORTED, "Not in this record", _ABSENT)
    if len(names) > 1:
        listing = "; ".join(sorted(names.values()))
        return Reply(
            claim,
            Answer.UNDETERMINED,
            "Not answered",
            f"Which one did you mean? {listing}.",
            {"candidates": [{"id": key, "name": names[key]} for key in sorted(names)]},
        )
    replies = [_answer_from(claim, item, trust) for item in matches]
    replies.sort(key=lambda reply: _PRECEDENCE.index(reply.answer))
    best = max((it for it in replies if it.answer is replies[0].answer), key=_height)
    return _disputed(best, replies) or best


def _disputed(best: Reply, replies: Sequence[Reply]) -> Reply | None:
    """Open, where one issuer's credential supports a claim and another's contradicts it.

    Anybody can sign anything, so a support does not outweigh what another school signed; the
    reader does that, by naming the school. A school's own later word does outweigh its earlier.
    """
    if best.answer is not Answer.SUPPORTED:
        return None
    issuers = {best.details["issuer"]} | {
        reply.details["issuer"] for reply in replies if reply.answer is Answer.CONTRADICTED
    }
    if len(issuers) == 1:
        return None
    names = sorted(plain(host_of(issuer)) for issuer in issuers)
    return Reply(
        best.claim,
        Answer.UNDETERMINED,
        "Not answered: the signers disagree",
        f"{', '.join(names[:-1])} and {names[-1]} signed different things. "
        "Name the school that you mean.",
        {"candidates": [{"id": issuer, "name": host_of(issuer)} for issuer in sorted(issuers)]},
    )


def _height(reply: Reply) -> int:
    level = reply.details.get("level")
    return int(level["position"] or 0) if isinstance(level, dict) else 0


def _matching(claim: Claim, checked: Sequence[Checked]) -> tuple[list[Checked], dict[str, str]]:
    """The credentials that speak of a competency, and which competencies those are.

    An address beats a code, a code beats a name: only the best kind of match counts.
    """
    wanted = claim.competency.strip()
    for kind in ("address", "code", "name"):
        names: dict[str, str] = {}
        matches = []
        for item in checked:
            found = _names_for(item.record, wanted, kind)
            if found:
                matches.append(item)
                names.update(found)
        if matches:
            return matches, names
    return [], {}


def _names_for(record: Record, wanted: str, kind: str) -> dict[str, str]:
    """The competencies of a record that answer to ``wanted``: identity and name for a reader."""
    found = {}
    if kind == "address" and wanted == record.achievement:
        found[_identity(record)] = plain(record.achievement_name)
    if kind == "name" and wanted.casefold() == record.achievement_name.casefold():
        found[_identity(record)] = plain(record.achievement_name)
    for alignment in record.alignments:
        text = {"address": alignment.url, "code": alignment.code, "name": alignment.name}[kind]
        same = text == wanted if kind == "address" else text.casefold() == wanted.casefold()
        if text and same:
            label = " · ".join(filter(None, (alignment.code, alignment.name, alignment.framework)))
            found[alignment.url or _identity(record)] = plain(label)
    return found


def _identity(record: Record) -> str:
    """The one competency that an achievement is aligned with, else the achievement itself."""
    if len(record.alignments) == 1 and record.alignments[0].url:
        return record.alignments[0].url
    return record.achievement


def _answer_from(claim: Claim, item: Checked, trust: TrustRegistry | None) -> Reply:
    """The answer that one credential gives."""
    standing = item.record.standing
    details = _details(item, standing)

    def reply(answer: Answer, headline: str, sentence: str) -> Reply:
        return Reply(claim, answer, headline, sentence, details)

    # Whose word is asked for comes first: another school's does not count, withdrawn or not.
    for question in (
        _from_issuer(claim, item, trust),
        _from_verdict(item),
        _from_person(item),
        _from_level(claim, item),
        _from_date(claim, item),
    ):
        if question:
            return reply(*question)
    return reply(Answer.SUPPORTED, "Supported", _support(claim, item, standing))


_Partial = tuple[Answer, str, str] | None


def _from_verdict(item: Checked) -> _Partial:
    """What the check of the credential itself already answers."""
    by_code = {finding.code: finding for finding in item.report.findings}
    withdrawn = by_code.get("status.withdrawn")
    if withdrawn and item.report.facts:
        return Answer.CONTRADICTED, "Contradicted: withdrawn", withdrawn.sentence
    if item.decision.verdict is Verdict.VERIFIED:
        return None
    reason = item.decision.reasons[0] if item.decision.reasons else item.report.sentence
    if item.decision.verdict is Verdict.UNDECIDED or "status.on-hold" in by_code:
        return Answer.UNDETERMINED, "Not answered", _NOT_CHECKED.format(reason=reason)
    sentence = f"The credential that speaks of it cannot be relied on: {reason}"
    return Answer.UNSUPPORTED, "Not in this record", sentence


def _from_person(item: Checked) -> _Partial:
    if item.record.subject:
        return None
    reason = "it does not say whose record it is."
    return Answer.UNDETERMINED, "Not answered", _NOT_CHECKED.format(reason=reason)


def _from_issuer(claim: Claim, item: Checked, trust: TrustRegistry | None) -> _Partial:
    issuer = item.record.issuer
    if claim.issuer and claim.issuer not in (issuer, host_of(issuer)):
        sentence = f"The credential that speaks of it is from {host_of(issuer)}, not from "
        return Answer.UNSUPPORTED, "Not in this record", f"{sentence}{plain(claim.issuer_words)}."
    if not claim.accredited_by:
        return None
    network = plain(claim.accredited_by)
    if trust is None or trust.name != claim.accredited_by:
        reason = f"no registry of {network} was given."
        return Answer.UNDETERMINED, "Not answered", _NOT_CHECKED.format(reason=reason)
    try:
        listed = trust.find(issuer)
    except TouchstoneError as error:
        return Answer.UNDETERMINED, "Not answered", _NOT_CHECKED.format(reason=error.sentence)
    if listed is None or not listed.is_listed_at(item.report.checked_at):
        sentence = f"{host_of(issuer)} signed it, and {network} does not list that school."
        return Answer.UNSUPPORTED, "Not in this record", sentence
    return None


def _from_level(claim: Claim, item: Checked) -> _Partial:
    if claim.at_least is None:
        return None
    standing = item.record.standing
    if standing is None or standing.position is None:
        reason = "it states no level that can be compared."
        return Answer.UNDETERMINED, "Not answered", _NOT_CHECKED.format(reason=reason)
    least = _rank_of(claim.at_least, standing)
    if least is None:
        names = ", ".join(plain(level.name) for level in standing.ladder)
        reason = f"its levels are {names}; {plain(claim.at_least)!r} is none of them."
        return Answer.UNDETERMINED, "Not answered", _NOT_CHECKED.format(reason=reason)
    rank = standing.level.rank or 0.0
    if rank < least:
        return (
            Answer.CONTRADICTED,
            "Contradicted: below the level claimed",
            f"Signed {plain(standing.words())}; the claim says {plain(claim.at_least)}.",
        )
    return None


def _rank_of(at_least: str | float, standing: Standing) -> float | None:
    """The rank that is asked for: points as they stand, or those of the level with that name."""
    if not isinstance(at_least, str):
        return float(at_least)
    wanted = at_least.casefold()
    ranks = [level.rank for level in standing.ladder if level.name.casefold() == wanted]
    return ranks[0] if len(ranks) == 1 else None


def _from_date(claim: Claim, item: Checked) -> _Partial:
    if claim.by is None:
        return None
    dated = item.dated
    if dated is None:
        reason = "it states no date."
        return Answer.UNDETERMINED, "Not answered", _NOT_CHECKED.format(reason=reason)
    if dated > claim.by:
        word = "anchored" if item.anchored_at else "issued"
        sentence = f"The credential that speaks of it was {word} on {day(dated)}, after the date "
        return Answer.UNSUPPORTED, "Not in this record", f"{sentence}claimed ({day(claim.by)})."
    return None


def _support(claim: Claim, item: Checked, standing: Standing | None) -> str:
    """“{competency}, {level} (level {i} of {n}), anchored {date}.”"""
    record = item.record
    parts = [plain(record.achievement_name or record.name or claim.competency).rstrip(".")]
    if standing:
        parts.append(plain(standing.words()))
    dated = item.dated
    if dated:
        parts.append(f"{'anchored' if item.anchored_at else 'issued'} {day(dated)}")
    return ", ".join(parts) + "."


def _details(item: Checked, standing: Standing | None) -> dict[str, Any]:
    facts = item.report.facts
    record = item.record if facts else None
    return {
        "file": item.file,
        "verdict": item.decision.verdict.value,
        "credential": record and record.id,
        "issuer": record and record.issuer,
        "issuerName": facts.get("issuerName"),
        "achievement": record and record.achievement_name,
        "level": level_json(standing) if record and standing else None,
        "evidence": list(record.evidence) if record else [],
        "issued": record and record.valid_from,
        "anchoredAt": facts.get("anchoredAt"),
        "endorsements": [it.to_json() for it in item.report.endorsements],
    }
