"""Numbers for whoever watches the service, at /metrics (Prometheus text format 0.0.4).

Requests are counted as they are answered. What the database and the chain know is read when it is
asked for, set-wise, and kept for some seconds, so that asking often costs nothing. No label holds
an id, a path that was asked for, or anything about a person; every label has a fixed set of values.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from fastapi import Request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.responses import Response

from issuer.web.errors import MetricsClosed, MetricsRefused
from schemas.metrics_door import TOKEN_VARIABLE, Admission, admission
from schemas.request_log import Answered

PREFIX: Final = "touchstone_issuer_"
MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
KEPT_SECONDS: Final = 10.0
"""How long a reading is good for another asker."""
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class Reading:
    """One number that was read.

    Attributes:
        name: without the prefix; a counter's without ``_total``.
        help: what it is, in a sentence.
        value: the number, in the base unit (seconds, wei, pieces).
        label: name and value of the one label, if it has one.
        kind: a counter only ever grows.
    """

    name: str
    help: str
    value: float
    label: tuple[str, str] | None = None
    kind: Literal["gauge", "counter"] = "gauge"


Read = Callable[[], Sequence[Reading]]


@dataclass(eq=False)
class Source(Collector):
    """Readings of one source, kept for some seconds; a source that is gone is told as such.

    Attributes:
        name: ``database`` or ``chain``.
        read: reads; whatever it raises means that the source is not there.
        kept_seconds: how long what was read is told again.
        clock: monotonic seconds.
    """

    name: str
    read: Read
    kept_seconds: float = KEPT_SECONDS
    clock: Callable[[], float] = time.monotonic
    _known: Sequence[Reading] | None = field(default=None, init=False)
    _read_at: float | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """The readings as families (called by the registry)."""
        readings = self._readings()
        answers = GaugeMetricFamily(
            f"{PREFIX}{self.name}_up", f"Whether the {self.name} could be read: 1 or 0."
        )
        answers.add_metric([], float(readings is not None))
        yield answers
        yield from _families(readings or ())

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing: registering must not read."""
        return []

    def _readings(self) -> Sequence[Reading] | None:
        with self._lock:
            now = self.clock()
            if self._read_at is None or now - self._read_at >= self.kept_seconds:
                try:
                    self._known = self.read()
                except Exception:  # whatever it is, the source is not well; /health says more
                    self._known = None
                self._read_at = now
            return self._known


def _families(readings: Sequence[Reading]) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
    families: dict[str, GaugeMetricFamily | CounterMetricFamily] = {}
    for one in readings:
        made = families.get(one.name)
        if made is None:
            kind = CounterMetricFamily if one.kind == "counter" else GaugeMetricFamily
            made = kind(PREFIX + one.name, one.help, labels=[one.label[0]] if one.label else [])
            families[one.name] = made
        made.add_metric([one.label[1]] if one.label else [], one.value)
    yield from families.values()


class SiteMetrics:
    """Everything one process tells about itself, in a registry of its own."""

    def __init__(self, sources: Sequence[Source] = ()) -> None:
        """Counts requests; ``sources`` are read when somebody asks."""
        self.registry = CollectorRegistry()
        self._requests = Counter(
            f"{PREFIX}http_requests",
            "Requests that were answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            f"{PREFIX}http_request_seconds",
            "Seconds from a request to the end of its answer.",
            ["route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        for source in sources:
            self.registry.register(source)

    def observe(self, answered: Answered) -> None:
        """Count one request."""
        self._requests.labels(answered.method, answered.route, str(answered.status)).inc()
        self._seconds.labels(answered.route).observe(answered.seconds)

    def text(self) -> bytes:
        """All of it in the text format."""
        return generate_latest(self.registry)

    def response(self) -> Response:
        """All of it as an answer."""
        return Response(self.text(), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})


def check_admitted(request: Request, token: str) -> None:
    """Let on whoever may read the metrics; see schemas.metrics_door.

    Args:
        request: the request.
        token: what TOUCHSTONE_METRICS_TOKEN says; empty for none.

    Raises:
        MetricsRefused: not the token.
        MetricsClosed: no token is set, and the request is not from this machine.
    """
    admitted = admission(request.scope, token)
    if admitted is Admission.REFUSED:
        raise MetricsRefused("This needs the bearer token of the metrics.")
    if admitted is Admission.CLOSED:
        raise MetricsClosed(
            "The metrics are open to this machine only.",
            f"Set {TOKEN_VARIABLE} and send it as a bearer token, or ask on the machine itself.",
        )
