"""The verifier in numbers, at /metrics (Prometheus text format 0.0.4).

Verdicts, findings by check and outcome, and how long they took. No label holds anything of what
was sent: every label has a fixed set of values.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from schemas.request_log import Answered
from verifier.checks import CHECKS
from verifier.policy import Decision
from verifier.report import Report

PREFIX: Final = "touchstone_verifier_"
MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
OTHER: Final = "other"
"""The check of a finding about the presentation, or about the document as a whole."""
_CHECKS: Final = frozenset(check.name for check in CHECKS)
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class VerifierMetrics:
    """Everything one process tells about itself, in a registry of its own."""

    media_type = MEDIA_TYPE

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = self._counter(
            "http_requests", "Requests that were answered.", "method", "route", "status"
        )
        self._request_seconds = self._histogram(
            "http_request_seconds", "Seconds from a request to the end of its answer.", "route"
        )
        self._verdicts = self._counter("verdicts", "Verdicts by the policy.", "kind", "verdict")
        self._findings = self._counter(
            "findings", "Findings of each check, of records inside others too.", "check", "outcome"
        )
        self._seconds = self._histogram("check_seconds", "Seconds until the report.", "kind")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(PREFIX + name, text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(PREFIX + name, text, labels, buckets=_BUCKETS, registry=self.registry)

    def observe(self, answered: Answered) -> None:
        """Count one request."""
        self._requests.labels(answered.method, answered.route, str(answered.status)).inc()
        self._request_seconds.labels(answered.route).observe(answered.seconds)

    def judged(self, report: Report, decision: Decision, seconds: float) -> None:
        """Count one verdict.

        Args:
            report: what was found.
            decision: what the policy made of it.
            seconds: how long the report took.
        """
        self._verdicts.labels(report.kind, decision.verdict.value).inc()
        self._seconds.labels(report.kind).observe(seconds)
        nested = (finding for inner in report.nested for finding in inner.findings)
        for finding in (*report.findings, *nested):
            check = finding.check if finding.check in _CHECKS else OTHER
            self._findings.labels(check, finding.outcome.value).inc()

    def text(self) -> bytes:
        """All of it in the text format."""
        return generate_latest(self.registry)
