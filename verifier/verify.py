"""Run every check over a credential and write the report. No verdict: see verifier.policy."""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from credentials.json_types import JsonObject
from credentials.models.endorsement import is_endorsement
from credentials.models.open_badge_2 import is_assertion
from credentials.proofs.data_integrity import parse_date_time_stamp
from schemas.logs import log_event, log_fault
from verifier.checks import CHECKS, Check, transcript
from verifier.effort import Effort
from verifier.endorsements import EndorsementChecks
from verifier.json_access import listed
from verifier.open_badge_2 import badge_facts, check_open_badge_2
from verifier.opening import Opened, Received, open_received
from verifier.patience import patient
from verifier.ports import CheckSettings, Ports
from verifier.presentation import holder_of, named_holder, presentation_checks
from verifier.reading import read_record
from verifier.report import Finding, Outcome, Report, Tone, day
from verifier.sd_jwt import is_selective, withheld
from verifier.subject import Memory, Nested, Subject
from verifier.words import confirmed, confirmed_transcript, finding, gravest

_LOG = logging.getLogger("verifier")
_FAULT_BYTES = 4
MAX_DEPTH = 1
"""Transcripts whose records are checked lie in no other transcript."""


def verify_credential(
    received: Received,
    ports: Ports,
    settings: CheckSettings | None = None,
    *,
    beside: Sequence[Received] = (),
) -> Report:
    """Check one credential, in any form: JSON with proofs, a token, an envelope.

    Args:
        received: what came through verifier.intake, proofs included.
        ports: the outside world; its clock is asked once.
        settings: what the reader asked for.
        beside: endorsements that came with it.
    """
    run = _Run(ports, settings)
    report = _caught("credential", run, lambda: _verify(received, run))
    return _endorsed(report, run, beside)


def verify_presentation(
    received: Received,
    ports: Ports,
    settings: CheckSettings | None = None,
    *,
    challenge: str | None = None,
    domain: str | None = None,
) -> Report:
    """Check a presentation and every credential in it (VC 2.0 §4.13).

    An SD-JWT VC is its own presentation: it is checked as one record, with the signature that
    its holder made for this occasion.

    Args:
        received: what came through verifier.intake, proofs included.
        challenge, domain: what the reader asked with; compared with every proof if given.
    """
    run = _Run(ports, settings)
    report = _caught("presentation", run, lambda: _present(received, run, challenge, domain))
    return _endorsed(report, run, ())


class _Run:
    """What all documents of one run share: one moment, one patience, one effort, and the answers
    of the hosts that were asked. It gathers the records that hold, and endorsements beside them."""

    def __init__(self, ports: Ports, settings: CheckSettings | None) -> None:
        now = ports.clock()
        self.now = now
        self.ports = replace(patient(ports), clock=lambda: now)
        self.settings = settings or CheckSettings()
        self.effort = Effort()
        self.asked = Memory()
        self.records: list[tuple[Report, JsonObject]] = []
        self.beside: list[Opened] = []

    def subject(self, opened: Opened, settings: CheckSettings) -> Subject:
        """A document under check."""
        return Subject(
            opened.document,
            self.ports,
            self.now,
            settings,
            token=opened.token,
            effort=self.effort,
            asked=self.asked,
        )


def _caught(kind: str, run: _Run, verify: Callable[[], Report]) -> Report:
    """The last net: whatever breaks outside of a check is a fault of ours and decides nothing."""
    try:
        return verify()
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # a panic of a native library is no Exception
        return report_of(kind, run.now, (_fault("verifier", "verifier.fault", error),), "")


def _endorsed(report: Report, run: _Run, beside: Sequence[Received]) -> Report:
    """The report with what others say of its records; whatever breaks there leaves it as it is."""

    def check(opened: Opened) -> Report:
        # Its own key, dates and status; whose record is shown, and to whom, is not its matter.
        alone = replace(run.settings, holder=None, nonce=None, audience=None)
        return _caught("credential", run, lambda: _verify(opened, run, alone, MAX_DEPTH))

    try:
        given = [*run.beside, *(open_received(one) for one in beside)]
        checks = EndorsementChecks(list(run.records), given, check, lambda: run.effort.is_spent)
        return checks.applied(report)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # as in _caught; no endorsement may cost a record its report
        log_fault(_LOG, "endorsements.broke", error, fault=secrets.token_hex(_FAULT_BYTES))
        return report


def _verify(
    received: Received,
    run: _Run,
    settings: CheckSettings | None = None,
    depth: int = 0,
    asserted_by: str | None = None,
) -> Report:
    opened = open_received(received)
    if opened.problem is not None:
        return report_of("credential", run.now, (opened.problem,), "")
    if is_assertion(opened.document):
        return _open_badge_2(opened, run)
    subject = run.subject(opened, settings or run.settings)
    subject.asserted_by = asserted_by
    findings: list[Finding] = []
    for check in CHECKS:
        if check.name == transcript.NAME and depth < MAX_DEPTH:
            subject.nested = _verify_inside(subject, run, depth)
        found = run_check(check, subject, run.ports, subject.settings)
        if check.is_gate and any(it.outcome is Outcome.FAILED for it in found):
            failed = tuple(it for it in found if it.outcome is Outcome.FAILED)
            return report_of("credential", subject.now, failed, subject.issuer_host)
        findings += found
    report = _credential_report(subject, tuple(findings))
    if report.facts:
        run.records.append((report, subject.document))
    return report


def _credential_report(subject: Subject, findings: tuple[Finding, ...]) -> Report:
    nested = tuple(it.report for it in subject.nested or ())
    everything = findings + tuple(it for report in nested for it in report.everything())
    report = report_of("credential", subject.now, everything, _issuer_name(subject))
    report = replace(report, findings=findings, nested=nested)
    if report.outcome_of("proof") is not Outcome.PASSED:
        return report
    return replace(report, facts=_facts(subject, findings))


def _verify_inside(subject: Subject, run: _Run, depth: int) -> tuple[Nested, ...] | None:
    """Check each record inside a transcript by its own signature; None if that is not done."""
    items = transcript.records_of(subject.document)
    if not items or len(items) > transcript.MAX_RECORDS:
        return None
    records = _without_endorsements(items, run)
    return tuple(_inside(item, run, subject.settings, depth + 1) for item in records)


def _without_endorsements(items: Sequence[Any], run: _Run) -> list[Any]:
    """The records among what stands together; what endorses is looked at when they are checked."""
    opened = [_opened(item, run) for item in items]
    endorsing = [isinstance(it, Opened) and is_endorsement(it.document) for it in opened]
    if all(endorsing):
        return opened  # nothing else is shown, so they are what is checked
    run.beside += [it for it, endorses in zip(opened, endorsing, strict=True) if endorses]
    return [it for it, endorses in zip(opened, endorsing, strict=True) if not endorses]


def _opened(item: Any, run: _Run) -> Any:
    """A document out of its envelope; what is none, or too much, is left to its check."""
    is_document = isinstance(item, str) or (isinstance(item, dict) and item)
    return open_received(item) if is_document and not run.effort.is_spent else item


def _inside(
    item: Any,
    run: _Run,
    settings: CheckSettings,
    depth: int = 0,
    asserted_by: str | None = None,
) -> Nested:
    """One record in a transcript or a presentation."""
    if not isinstance(item, dict | str | Opened) or (isinstance(item, dict) and not item):
        cause = "what stands in its place is no record."
        found = (finding("structure", "structure.invalid", cause=cause),)
        return Nested({}, report_of("credential", run.now, found, ""))
    if run.effort.is_spent:
        found = (finding("proof", "check.too-long", check="proof"),)
        return Nested({}, report_of("credential", run.now, found, ""))
    opened = open_received(item)
    return Nested(opened.document, _verify(opened, run, settings, depth, asserted_by))


def _present(received: Received, run: _Run, challenge: str | None, domain: str | None) -> Report:
    opened = open_received(received)
    if opened.problem is not None:
        return report_of("presentation", run.now, (opened.problem,), "")
    if opened.token and is_selective(opened.token) and not opened.is_presentation:
        return _verify(opened, run, replace(run.settings, nonce=challenge, audience=domain))
    subject = run.subject(opened, run.settings)
    findings: list[Finding] = []
    for check in presentation_checks(challenge, domain):
        found = run_check(check, subject, run.ports, subject.settings)
        failed = tuple(it for it in found if it.outcome is Outcome.FAILED)
        if failed:
            return report_of("presentation", run.now, failed, "")
        findings += found
    signed = all(it.outcome is Outcome.PASSED for it in findings)
    inner = replace(run.settings, holder=holder_of(subject) if signed else None)
    holder = named_holder(subject) if signed else None
    items = _without_endorsements(listed(opened.document.get("verifiableCredential")), run)
    nested = tuple(_inside(item, run, inner, asserted_by=holder).report for item in items)
    return _presentation_report(run.now, tuple(findings), nested)


def _presentation_report(
    now: datetime, findings: tuple[Finding, ...], nested: tuple[Report, ...]
) -> Report:
    """The headline is the gravest of the presentation's own and of all the records' findings."""
    everything = findings + tuple(it for report in nested for it in report.everything())
    issuer = nested[0].facts.get("issuerName", "") if len(nested) == 1 else ""
    whole = report_of("presentation", now, everything, issuer or "its issuers")
    return replace(whole, findings=findings, nested=nested)


def _open_badge_2(opened: Opened, run: _Run) -> Report:
    """An older badge, shown as what it is; see verifier.open_badge_2."""
    subject = run.subject(opened, run.settings)
    findings = check_open_badge_2(subject, opened.badge)
    report = report_of("credential", run.now, findings, "")
    return replace(report, facts=badge_facts(subject, findings))


def run_check(
    check: Check, subject: Subject, ports: Ports, settings: CheckSettings
) -> list[Finding]:
    """Run one check; a crash is a fault of ours, leaves its question open, and gets a number."""
    if subject.effort.is_spent:
        return [finding(check.name, "check.too-long", check=check.name)]
    try:
        found = check.run(subject, ports, settings)
        return found or [_fault(check.name, "check.broke", None)]
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # a defect must never pass for an answer, nor a panic escape
        return [_fault(check.name, "check.broke", error)]


def _fault(name: str, code: str, error: BaseException | None) -> Finding:
    number = secrets.token_hex(_FAULT_BYTES)
    if error is None:
        log_event(_LOG, logging.ERROR, "check.no-finding", check=name, fault=number)
    else:
        log_fault(_LOG, "check.broke", error, check=name, fault=number)
    return finding(name, code, check=name, id=number, details={"fault": number})


def report_of(kind: str, now: datetime, findings: tuple[Finding, ...], issuer: str) -> Report:
    """A report whose headline is its gravest finding's."""
    grave = gravest(findings)
    if grave is not None:
        words = (grave.headline, grave.sentence, grave.remedy, grave.short, grave.tone)
        return Report(kind, now, findings, *words)
    whole = next((it for it in findings if it.code == "transcript.passed"), None)
    if whole is not None:
        headline, sentence = confirmed_transcript(issuer, str(whole.details["records"]))
    else:
        headline, sentence = confirmed(issuer, _anchored(findings))
    return Report(kind, now, findings, headline, sentence, "", "Confirmed", Tone.GOOD)


def _anchored(findings: tuple[Finding, ...]) -> str:
    times = [str(it.details["anchoredAt"]) for it in findings if "anchoredAt" in it.details]
    return day(parse_date_time_stamp(min(times))) if times else "no day"


def _issuer_name(subject: Subject) -> str:
    try:
        return subject.issuer_name
    except Exception:
        return subject.issuer_host


def _facts(subject: Subject, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """What the signed document says, with the issuer's name from whoever vouches for it."""
    facts = read_record(subject.document).to_json()
    anchors = [it.details for it in findings if "anchoredAt" in it.details]
    if subject.token is not None and is_selective(subject.token):
        facts["withheld"] = withheld(subject.token)
    if "records" in facts and subject.nested is not None:
        facts["records"] = len(subject.nested)
    return {
        **facts,
        "issuerName": _issuer_name(subject),
        "issuerHost": subject.issuer_host,
        "anchoredAt": min((str(it["anchoredAt"]) for it in anchors), default=None),
    }
