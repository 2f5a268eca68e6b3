"""The one root of every error that Touchstone raises on purpose.

An error is part of the product: it has a stable ``code`` for programs, a ``sentence`` that says
what is wrong and a ``remedy`` that says what to do. Whose fault it is decides how the edges
(CLI exit code, HTTP status, check outcome) treat it, so primitives never know about any of them.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar


class Fault(StrEnum):
    """Whose fault an error is."""

    CONTENT = "content"
    """What was sent is wrong. Sending it again changes nothing."""
    TRANSPORT = "transport"
    """Something could not be reached. Trying again may help; nothing is known to be wrong."""
    SETUP = "setup"
    """The installation is missing something that its owner has to provide."""


class TouchstoneError(Exception):
    """Root of all typed errors.

    Subclasses set ``code`` (dotted, lower case, never renamed once released) and ``fault``.

    Args:
        sentence: what is wrong, for a person; names the file, line, column or member.
        remedy: what to do about it, for the same person.
        details: machine-readable extras; never a secret, never a whole document.
    """

    code: ClassVar[str] = "touchstone.error"
    fault: ClassVar[Fault] = Fault.CONTENT

    def __init__(
        self, sentence: str, remedy: str = "", *, details: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy
        self.details: dict[str, object] = dict(details or {})

    def __str__(self) -> str:
        """Both sentences, as a person reads them."""
        return f"{self.sentence} {self.remedy}".strip()


class UnknownContext(TouchstoneError):
    """A document names a JSON-LD context that is not bundled."""

    code = "context.unknown"


class ContextDamaged(TouchstoneError):
    """A bundled context differs from its digest in MANIFEST.json."""

    code = "context.damaged"
    fault = Fault.SETUP
