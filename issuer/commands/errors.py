"""What only the command line can get wrong."""

from typing import ClassVar

from issuer.errors import IssuerError
from schemas.errors import Fault


class PassphraseMismatch(IssuerError):
    """The two passphrases that were typed differ."""

    code: ClassVar[str] = "cli.passphrase-mismatch"


class PassphraseFileUnreadable(IssuerError):
    """The file named by --passphrase-file cannot be read, or is empty."""

    code: ClassVar[str] = "cli.passphrase-file"


class PortTaken(IssuerError):
    """The address to listen on is taken or not ours."""

    code: ClassVar[str] = "cli.port-taken"


class AmbiguousLearner(IssuerError):
    """Several learners have the name that was given."""

    code: ClassVar[str] = "cli.ambiguous-learner"


class FileUnreadable(IssuerError):
    """A file to import cannot be read."""

    code: ClassVar[str] = "cli.file-unreadable"


class FileUnwritable(IssuerError):
    """A file cannot be written where it was named."""

    code: ClassVar[str] = "cli.file-unwritable"


class NothingToEndorse(IssuerError):
    """Nothing here has the name of what was to be endorsed."""

    code: ClassVar[str] = "cli.nothing-to-endorse"


class KeyKindUnknown(IssuerError):
    """No key of this kind is made here."""

    code: ClassVar[str] = "cli.key-kind"


class DeploymentIncomplete(IssuerError):
    """The command needs to be told more, because there is no issuer here that says it."""

    code: ClassVar[str] = "deploy.incomplete"


class AddressInvalid(IssuerError):
    """What was given is not an Ethereum address, or a digit of it is wrong."""

    code: ClassVar[str] = "deploy.bad-address"


class NodeAddressInvalid(IssuerError):
    """The URL of the Ethereum node is not one that its answers can be believed from."""

    code: ClassVar[str] = "deploy.bad-rpc-url"


class DeploymentBusy(IssuerError):
    """Another process deploys with the same files."""

    code: ClassVar[str] = "deploy.busy"
    fault: ClassVar[Fault] = Fault.SETUP


class DeploymentsUnwritable(IssuerError):
    """The folder for the deployments cannot be written."""

    code: ClassVar[str] = "deploy.cannot-write"
    fault: ClassVar[Fault] = Fault.SETUP


class PendingDamaged(IssuerError):
    """The file of a deployment that was begun cannot be read."""

    code: ClassVar[str] = "deploy.pending-damaged"
    fault: ClassVar[Fault] = Fault.SETUP


class DeploymentGone(IssuerError):
    """A contract that was deployed is not where its entry says."""

    code: ClassVar[str] = "deploy.not-there"
    fault: ClassVar[Fault] = Fault.SETUP


class DeploymentOvertaken(IssuerError):
    """Another transaction of the account took the place of the one that was to deploy."""

    code: ClassVar[str] = "deploy.overtaken"
    fault: ClassVar[Fault] = Fault.SETUP


class DeploymentFailed(IssuerError):
    """The transaction that was to deploy failed in its block."""

    code: ClassVar[str] = "deploy.failed"


class RegistryRequestInvalid(IssuerError):
    """A DID, a time or a reason for the registry is not acceptable."""

    code: ClassVar[str] = "registry.bad-request"


class RegistryUnknown(IssuerError):
    """No registry was named, and none is known here."""

    code: ClassVar[str] = "registry.unknown"
    fault: ClassVar[Fault] = Fault.SETUP


class NotTheNetwork(IssuerError):
    """The account is not the one that may write this registry."""

    code: ClassVar[str] = "registry.not-the-network"
    fault: ClassVar[Fault] = Fault.SETUP


class NotAccredited(IssuerError):
    """There is no accreditation of the issuer that a revocation could end."""

    code: ClassVar[str] = "registry.not-accredited"


class MomentUnreadable(IssuerError):
    """A moment on the command line has no time zone, or is none."""

    code: ClassVar[str] = "cli.moment"
