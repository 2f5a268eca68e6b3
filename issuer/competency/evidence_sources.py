"""Where the score of a piece of evidence came from, as views of evidence name it."""

from decimal import Decimal
from typing import NamedTuple


class BadgeView(NamedTuple):
    """Another issuer's badge that was taken in: its issuer's DID or URL, and its own id."""

    issuer: str
    id: str


class RatingView(NamedTuple):
    """What one of several assessors gave a piece of work; as in EvidenceView."""

    points: Decimal
    assessor_kind: str
    assessor_role: str
    assessor_name: str
