"""The data models: what a document has to hold before it is signed and after it is received."""

from credentials.models.checks import (
    check_credential,
    check_envelope,
    check_presentation,
    check_profile,
)
from credentials.models.issuing import check_for_issuing

__all__ = [
    "check_credential",
    "check_envelope",
    "check_for_issuing",
    "check_presentation",
    "check_profile",
]
