"""What can go wrong with the contracts' files and with the local chain."""

from typing import ClassVar

from schemas.errors import Fault, TouchstoneError


class ChainUnreachable(TouchstoneError):
    """An Ethereum node did not answer, answered too late, or the connection broke."""

    code: ClassVar[str] = "chain.unreachable"
    fault: ClassVar[Fault] = Fault.TRANSPORT


class ChainRefused(TouchstoneError):
    """An Ethereum node answered a request with an error of its own."""

    code: ClassVar[str] = "chain.refused"
    fault: ClassVar[Fault] = Fault.TRANSPORT


class ChainBadAnswer(TouchstoneError):
    """An Ethereum node answered something that is not an answer to what was asked."""

    code: ClassVar[str] = "chain.bad-answer"
    fault: ClassVar[Fault] = Fault.TRANSPORT


class AnvilMissing(TouchstoneError):
    """The program that runs the local chain is not installed."""

    code: ClassVar[str] = "chain.anvil-missing"
    fault: ClassVar[Fault] = Fault.SETUP


class ChainPortTaken(TouchstoneError):
    """Another program listens on the port that the local chain should have."""

    code: ClassVar[str] = "chain.port-taken"
    fault: ClassVar[Fault] = Fault.SETUP


class ChainNotStarted(TouchstoneError):
    """The local chain's program ended, or did not answer in time."""

    code: ClassVar[str] = "chain.not-started"
    fault: ClassVar[Fault] = Fault.SETUP


class ChainStateDamaged(TouchstoneError):
    """The local chain's stored state cannot be read."""

    code: ClassVar[str] = "chain.state-damaged"
    fault: ClassVar[Fault] = Fault.SETUP


class CompilerMissing(TouchstoneError):
    """The contract compiler, or its exact version, is not installed."""

    code: ClassVar[str] = "contract.compiler-missing"
    fault: ClassVar[Fault] = Fault.SETUP


class ArtifactDamaged(TouchstoneError):
    """A checked-in ABI or bytecode file is not what the compiler wrote."""

    code: ClassVar[str] = "contract.artifact-damaged"
    fault: ClassVar[Fault] = Fault.SETUP


class DeploymentsDamaged(TouchstoneError):
    """A file that says where contracts are deployed is not one, or contradicts itself."""

    code: ClassVar[str] = "contract.deployments-damaged"
    fault: ClassVar[Fault] = Fault.SETUP
