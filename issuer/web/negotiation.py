"""Which representation a client prefers (RFC 9110 section 12.5.1, Accept)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

JSON: Final = "application/json"
HTML: Final = "text/html"
MAX_RANGES: Final = 64
"""Media ranges read from one Accept field; more is nobody's browser."""


@dataclass(frozen=True)
class _Range:
    kind: str
    subtype: str
    quality: float

    def specificity(self, offer: str) -> int:
        """0 if the range does not fit the offer, else 1 (``*/*``), 2 (``text/*``) or 3."""
        kind, _, subtype = offer.partition("/")
        if (self.kind, self.subtype) == (kind, subtype):
            return 3
        if self.subtype == "*" and self.kind in (kind, "*"):
            return 2 if self.kind == kind else 1
        return 0


def preferred(accept: str | None, offers: Sequence[str]) -> str | None:
    """The offer the client likes best; earlier offers win ties.

    Args:
        accept: the Accept field, or None if there is none (anything goes).
        offers: media types we can send, for example ``["application/json", "text/html"]``.

    Returns:
        One of ``offers``, or None if the client takes none of them.
    """
    if accept is None or not accept.strip():
        return offers[0]
    ranges = [_parse(part) for part in accept.split(",")[:MAX_RANGES]]
    known = [item for item in ranges if item is not None]
    rated = [(_quality(known, offer), -index) for index, offer in enumerate(offers)]
    best = max(rated)
    return offers[-best[1]] if best[0] > 0 else None


def _quality(ranges: Sequence[_Range], offer: str) -> float:
    fitting = [(item.specificity(offer), item.quality) for item in ranges]
    best = max(fitting, key=lambda pair: pair[0], default=(0, 0.0))
    return best[1] if best[0] else 0.0


def _parse(part: str) -> _Range | None:
    media, *parameters = [piece.strip() for piece in part.split(";")]
    kind, slash, subtype = media.lower().partition("/")
    if not slash or not kind or not subtype:
        return None
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            quality = _weight(value.strip())
    return _Range(kind, subtype, quality)


def _weight(text: str) -> float:
    """A qvalue from 0 to 1; anything else counts as 0, so that nonsense is never preferred."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0.0 <= value <= 1.0 else 0.0
