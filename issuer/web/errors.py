"""What can be wrong with a request to the site itself."""

from typing import ClassVar

from issuer.errors import IssuerError


class MetricsRefused(IssuerError):
    """The metrics were asked for without their bearer token."""

    code: ClassVar[str] = "metrics.refused"


class MetricsClosed(IssuerError):
    """The metrics were asked for from elsewhere, and no token opens them."""

    code: ClassVar[str] = "metrics.closed"
