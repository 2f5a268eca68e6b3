"""What can go wrong in the sample and the demonstration, as sentences with a code."""

from typing import ClassVar

from schemas.errors import Fault, TouchstoneError


class SampleFrameworkError(TouchstoneError):
    """The file named with ``--framework`` is not a CASE package that learners can be made for."""

    code: ClassVar[str] = "sample.framework"
    fault: ClassVar[Fault] = Fault.CONTENT


class ChildFailed(TouchstoneError):
    """A program that the demonstration started did not do its work."""

    code: ClassVar[str] = "demo.child-failed"
    fault: ClassVar[Fault] = Fault.SETUP


class NotAsExpected(TouchstoneError):
    """A step of the road did not give what it has to give; the demonstration has failed."""

    code: ClassVar[str] = "demo.not-as-expected"
    fault: ClassVar[Fault] = Fault.CONTENT


class AlreadyRunning(TouchstoneError):
    """Another demonstration works in the same directory."""

    code: ClassVar[str] = "demo.already-running"
    fault: ClassVar[Fault] = Fault.SETUP
