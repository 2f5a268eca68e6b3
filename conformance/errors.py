"""What can be wrong when the services are run for conformance suites."""

from typing import ClassVar

from schemas.errors import Fault, TouchstoneError


class ConformanceError(TouchstoneError):
    """Root of the errors of the conformance mode."""

    code: ClassVar[str] = "conformance.error"
    fault: ClassVar[Fault] = Fault.SETUP


class NotLoopback(ConformanceError):
    """The mode asks nobody for a token, so it never listens where others could reach it."""

    code: ClassVar[str] = "conformance.not-loopback"


class PortTaken(ConformanceError):
    """Another program listens there."""

    code: ClassVar[str] = "conformance.port-taken"


class NotReady(ConformanceError):
    """A service did not come up."""

    code: ClassVar[str] = "conformance.not-ready"


class KeyFileInvalid(ConformanceError):
    """A key file holds neither a JSON Web Key nor a verification method with one."""

    code: ClassVar[str] = "conformance.key"


class InputUnreadable(ConformanceError):
    """An input file cannot be read, or an output file cannot be written."""

    code: ClassVar[str] = "conformance.file"


class WrongKind(ConformanceError):
    """A token or document is of another kind than the one that was asked for."""

    code: ClassVar[str] = "conformance.wrong-kind"
