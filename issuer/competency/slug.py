"""Short names that people and programs share: kinds of evidence, names of rules."""

import re
from typing import Final, TypeGuard

_SLUG: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
SLUG_LENGTH: Final = 50


def is_slug(value: object) -> TypeGuard[str]:
    """True for a text such as ``performance-task``."""
    return isinstance(value, str) and len(value) <= SLUG_LENGTH and bool(_SLUG.fullmatch(value))


def slug_of(text: str) -> str:
    """A text as a short name: 'Performance Task' -> 'performance-task'; '' if nothing is left."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    name = "-".join(words)[:SLUG_LENGTH].strip("-")
    return name if is_slug(name) else ""
