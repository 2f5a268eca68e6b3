"""Run every check over a credential and write the report. No verdict: see verifier.policy."""

import logging
import secrets
import traceback
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from credentials.json_types import JsonObject
from credentials.proofs.data_integrity import parse_date_time_stamp
from verifier.checks import CHECKS, Check
from verifier.json_access import listed, types
from verifier.patience import patient
from verifier.ports import CheckSettings, Ports
from verifier.presentation import ENVELOPED, holder_of, presentation_checks
from verifier.reading import read_record
from verifier.report import Finding, Outcome, Report, Tone, day
from verifier.subject import Subject
from verifier.words import confirmed, finding, gravest

_LOG = logging.getLogger("verifier")
_FAULT_BYTES = 4


def verify_credential(
    document: JsonObject, ports: Ports, settings: CheckSettings | None = None
) -> Report:
    """Check one credential.

    Args:
        document: a credential that came through verifier.intake, proofs included.
        ports: the outside world; its clock is asked once.
        settings: what the reader asked for.
    """
    return _verify(document, patient(ports), settings)


def _verify(document: JsonObject, ports: Ports, settings: CheckSettings | None) -> Report:
    subject = Subject(document, ports, ports.clock(), settings)
    findings: list[Finding] = []
    for check in CHECKS:
        found = run_check(check, subject, ports, subject.settings)
        if check.is_gate and any(it.outcome is Outcome.FAILED for it in found):
            failed = tuple(it for it in found if it.outcome is Outcome.FAILED)
            return report_of("credential", subject.now, failed, subject.issuer_host)
        findings += found
    report = report_of("credential", subject.now, tuple(findings), _issuer_name(subject))
    if report.outcome_of("proof") is not Outcome.PASSED:
        return report
    return replace(report, facts=_facts(subject, findings))


def verify_presentation(
    document: JsonObject,
    ports: Ports,
    settings: CheckSettings | None = None,
    *,
    challenge: str | None = None,
    domain: str | None = None,
) -> Report:
    """Check a presentation and every credential in it (VC 2.0 §4.13).

    Args:
        document: a presentation that came through verifier.intake, proofs included.
        challenge, domain: what the reader asked with; compared with every proof if given.
    """
    ports = patient(ports)
    subject = Subject(document, ports, ports.clock(), settings)
    findings: list[Finding] = []
    for check in presentation_checks(challenge, domain):
        found = run_check(check, subject, ports, subject.settings)
        failed = tuple(it for it in found if it.outcome is Outcome.FAILED)
        if failed:
            return report_of("presentation", subject.now, failed, "")
        findings += found
    signed = all(it.outcome is Outcome.PASSED for it in findings)
    inner = replace(subject.settings, holder=holder_of(subject) if signed else None)
    frozen = replace(ports, clock=lambda: subject.now)
    nested = tuple(
        _verify_nested(item, frozen, inner) for item in listed(document.get("verifiableCredential"))
    )
    return _presentation_report(subject.now, tuple(findings), nested)


def _verify_nested(item: Any, ports: Ports, settings: CheckSettings) -> Report:
    if not isinstance(item, dict) or ENVELOPED in types(item):
        found = (finding("proof", "presentation.enveloped"),)
        return report_of("credential", ports.clock(), found, "")
    return _verify(item, ports, settings)


def _presentation_report(
    now: datetime, findings: tuple[Finding, ...], nested: tuple[Report, ...]
) -> Report:
    """The headline is the gravest of the presentation's own and of all the records' findings."""
    everything = findings + tuple(it for report in nested for it in report.findings)
    issuer = nested[0].facts.get("issuerName", "") if len(nested) == 1 else ""
    whole = report_of("presentation", now, everything, issuer or "its issuers")
    return replace(whole, findings=findings, nested=nested)


def run_check(
    check: Check, subject: Subject, ports: Ports, settings: CheckSettings
) -> list[Finding]:
    """Run one check; a crash is a fault of ours, leaves its question open, and gets a number."""
    try:
        return check.run(subject, ports, settings) or [_broke(check.name, None)]
    except Exception as error:  # a defect in one check must never pass for an answer
        return [_broke(check.name, error)]


def _broke(name: str, error: Exception | None) -> Finding:
    number = secrets.token_hex(_FAULT_BYTES)
    kind = type(error).__name__ if error else "no finding"
    # Where it happened, and never with what: the text of an error may hold a person's data.
    frames = traceback.extract_tb(error.__traceback__)[-5:] if error else []
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
    _LOG.error("Check %s broke, fault %s: %s at %s", name, number, kind, " < ".join(places))
    return finding(name, "check.broke", check=name, id=number, details={"fault": number})


def report_of(
    kind: str, now: datetime, findings: tuple[Finding, ...], issuer: str, **more: Any
) -> Report:
    """A report whose headline is its gravest finding's."""
    grave = gravest(findings)
    if grave is None:
        headline, sentence = confirmed(issuer, _anchored(findings))
        return Report(kind, now, findings, headline, sentence, "", "Confirmed", Tone.GOOD, **more)
    return Report(
        kind,
        now,
        findings,
        grave.headline,
        grave.sentence,
        grave.remedy,
        grave.short,
        grave.tone,
        **more,
    )


def _anchored(findings: tuple[Finding, ...]) -> str:
    times = [str(it.details["anchoredAt"]) for it in findings if "anchoredAt" in it.details]
    return day(parse_date_time_stamp(min(times))) if times else "no day"


def _issuer_name(subject: Subject) -> str:
    try:
        return subject.issuer_name
    except Exception:
        return subject.issuer_host


def _facts(subject: Subject, findings: list[Finding]) -> dict[str, Any]:
    """What the signed document says, with the issuer's name from whoever vouches for it."""
    facts = read_record(subject.document).to_json()
    anchors = [it.details for it in findings if "anchoredAt" in it.details]
    return {
        **facts,
        "issuerName": _issuer_name(subject),
        "issuerHost": subject.issuer_host,
        "anchoredAt": min((str(it["anchoredAt"]) for it in anchors), default=None),
    }
