"""Errors of the verifier, split by whose fault they are (schemas.errors.Fault).

The difference matters more here than anywhere: a host that does not answer leaves a question open,
a host that answers "there is no such thing" has answered it.
"""

from datetime import datetime

from schemas.errors import Fault, TouchstoneError

# --- What was sent in -------------------------------------------------------------------------


class FileTooLarge(TouchstoneError):
    """A file or a body is larger than the limit."""

    code = "intake.too-large"


class FileKindUnreadable(TouchstoneError):
    """A file is something else than JSON: a PDF, a picture, a token."""

    code = "intake.kind"


class FileUnreadable(TouchstoneError):
    """A file cannot be opened."""

    code = "intake.unreadable"


class RequestInvalid(TouchstoneError):
    """A request lacks a member or has it with the wrong type (VC-API)."""

    code = "request.invalid"


class PolicyInvalid(TouchstoneError):
    """A policy file is malformed or asks for something unknown."""

    code = "policy.invalid"


class ClaimsInvalid(TouchstoneError):
    """A claims file is malformed."""

    code = "claims.invalid"


class MixedPeople(TouchstoneError):
    """Credentials about different people were given as the record of one."""

    code = "claims.mixed-people"


class NothingToRead(TouchstoneError):
    """A folder or a request holds no credential."""

    code = "intake.nothing"


class SettingInvalid(TouchstoneError):
    """An option or an environment variable cannot be understood."""

    code = "setting.invalid"
    fault = Fault.SETUP


# --- What was fetched -------------------------------------------------------------------------


class HostUnreachable(TouchstoneError):
    """A host did not answer, or answered that it is in trouble. Nothing is known to be wrong."""

    code = "fetch.unreachable"
    fault = Fault.TRANSPORT


class DocumentMissing(TouchstoneError):
    """A host answered that it has no such document."""

    code = "fetch.missing"


class DocumentTooLarge(TouchstoneError):
    """A fetched document is larger than what it can be."""

    code = "fetch.too-large"


class DocumentMalformed(TouchstoneError):
    """A fetched document is not what its address promises."""

    code = "fetch.malformed"


class AddressRefused(TouchstoneError):
    """An address leads into a private network or is not https; it was not opened."""

    code = "fetch.address-refused"


class TooManyRedirects(TouchstoneError):
    """A host sent us on and on."""

    code = "fetch.redirects"


# --- What the chain said ----------------------------------------------------------------------


class ChainUnreachable(TouchstoneError):
    """A chain's node did not answer, or with an error of its own."""

    code = "chain.no-answer"
    fault = Fault.TRANSPORT


class ChainAnswerMalformed(TouchstoneError):
    """A chain's node answered nonsense, or contradicts itself."""

    code = "chain.malformed"
    fault = Fault.TRANSPORT


class ChainNotConfigured(TouchstoneError):
    """Nobody told this verifier where to read this chain."""

    code = "chain.not-configured"
    fault = Fault.SETUP


class ChainMismatch(TouchstoneError):
    """The node configured for a chain serves another one."""

    code = "chain.mismatch"
    fault = Fault.SETUP


class TransactionUnknown(TouchstoneError):
    """The chain's node does not know the transaction."""

    code = "chain.transaction-unknown"


class TransactionPending(TouchstoneError):
    """The transaction is not in a block yet."""

    code = "chain.transaction-pending"


class AnchorNotProven(TouchstoneError):
    """Offline: nothing that the reader trusts shows that this was anchored, nor that it was not."""

    code = "chain.not-proven"
    fault = Fault.SETUP


class NotAnchored(TouchstoneError):
    """Offline: the state of a trusted block shows that this was not anchored."""

    code = "chain.not-anchored"


# --- What the registry said -------------------------------------------------------------------


class RegistryUnreadable(TouchstoneError):
    """A trust registry cannot be read."""

    code = "registry.unreadable"
    fault = Fault.TRANSPORT


class RegistryInvalid(TouchstoneError):
    """A trust registry file is malformed."""

    code = "registry.invalid"
    fault = Fault.SETUP


# --- What stands in the credential ------------------------------------------------------------


class IssuerUnreadable(TouchstoneError):
    """A credential does not name its issuer by a DID."""

    code = "issuer.unreadable"


class ProfileInvalid(TouchstoneError):
    """An issuer's published profile is malformed."""

    code = "issuer.profile"


class ProfileMissing(TouchstoneError):
    """An issuer publishes no profile, so nothing ties an Ethereum address to it."""

    code = "issuer.no-profile"


class ProofPurposeWrong(TouchstoneError):
    """A proof was made for another purpose."""

    code = "proof.purpose"


class ProofOutOfDate(TouchstoneError):
    """A proof has expired or was made in the future."""

    code = "proof.time"


class ListUnusable(TouchstoneError):
    """A status list cannot be relied on: unsigned, of another issuer, out of date, too short."""

    code = "status.list-unusable"


class TokenNotBound(TouchstoneError):
    """A token says nothing that leads to a key which its issuer publishes (VC-JOSE-COSE §4)."""

    code = "token.no-key"


class KeyNotTheIssuers(TouchstoneError):
    """A token names somebody else's key than that of the issuer it names."""

    code = "token.other-key"


# --- When a key was good --------------------------------------------------------------------


class KeyPastItsTime(TouchstoneError):
    """A key has ended since, and nothing shows that what it signed is older.

    Attributes:
        ended_at: when it ended, with time zone.
    """

    code = "key.ended"

    def __init__(self, sentence: str, remedy: str = "", *, ended_at: datetime) -> None:
        super().__init__(sentence, remedy)
        self.ended_at = ended_at

    @property
    def finding(self) -> str:
        """The code of the finding that says so (verifier.words)."""
        return f"issuer.{self.code.replace('.', '-')}"


class KeyCompromised(KeyPastItsTime):
    """A key that got into other hands, and a document that is not older than that."""

    code = "key.compromised"


class KeyCompromisedOpen(KeyPastItsTime):
    """A key that got into other hands, and an anchor that could not be read."""

    code = "key.compromised-open"


class KeyRetired(KeyPastItsTime):
    """A key that its owner gave up, and a document that is not older than that."""

    code = "key.retired"


class KeyRetiredOpen(KeyPastItsTime):
    """A key that its owner gave up, and no anchor that was read."""

    code = "key.retired-open"


# --- What this verifier does not go on with ---------------------------------------------------


class EffortSpent(TouchstoneError):
    """One run took all the computing it may."""

    code = "verifier.effort"
    fault = Fault.SETUP
