"""What can go wrong with anchoring, beside the chain itself (contracts/errors.py)."""

from typing import ClassVar

from issuer.errors import IssuerError
from schemas.errors import Fault


class NoAccount(IssuerError):
    """There is no Ethereum account where one was expected."""

    code: ClassVar[str] = "anchoring.no-account"
    fault: ClassVar[Fault] = Fault.SETUP


class AccountExists(IssuerError):
    """There is already a keystore where a new one should go."""

    code: ClassVar[str] = "anchoring.account-exists"
    fault: ClassVar[Fault] = Fault.SETUP


class AccountDamaged(IssuerError):
    """The keystore is not a keystore, or cannot be read."""

    code: ClassVar[str] = "anchoring.account-damaged"
    fault: ClassVar[Fault] = Fault.SETUP


class WrongPassphrase(IssuerError):
    """The passphrase does not open the keystore."""

    code: ClassVar[str] = "anchoring.wrong-passphrase"
    fault: ClassVar[Fault] = Fault.SETUP


class WrongChain(IssuerError):
    """The node belongs to another chain than the one in the settings."""

    code: ClassVar[str] = "chain.wrong-chain"
    fault: ClassVar[Fault] = Fault.SETUP


class NoCode(IssuerError):
    """There is no contract at the address."""

    code: ClassVar[str] = "contract.no-code"
    fault: ClassVar[Fault] = Fault.SETUP


class OtherCode(IssuerError):
    """The contract at the address is not the anchor contract."""

    code: ClassVar[str] = "contract.other-code"
    fault: ClassVar[Fault] = Fault.SETUP


class LowBalance(IssuerError):
    """The account cannot pay for the transaction."""

    code: ClassVar[str] = "anchoring.low-balance"
    fault: ClassVar[Fault] = Fault.SETUP


class FeeTooHigh(IssuerError):
    """The node asks for more than the highest fee that we pay."""

    code: ClassVar[str] = "anchoring.fee-too-high"
    fault: ClassVar[Fault] = Fault.TRANSPORT


class RootInvalid(IssuerError):
    """What should be anchored is not a 32-byte root."""

    code: ClassVar[str] = "anchoring.bad-root"


class AlreadyAnchored(IssuerError):
    """The account anchored this root before, by a transaction that we have no record of."""

    code: ClassVar[str] = "anchoring.already-anchored"


class OtherRoot(IssuerError):
    """The batch has a transaction already, for another root."""

    code: ClassVar[str] = "anchoring.other-root"


class NotPrepared(IssuerError):
    """The batch has no transaction to send."""

    code: ClassVar[str] = "anchoring.not-prepared"


class NonceTaken(IssuerError):
    """Another transaction took the nonce of ours, which can therefore never be mined."""

    code: ClassVar[str] = "anchoring.nonce-taken"
    fault: ClassVar[Fault] = Fault.SETUP


class HistoryLost(IssuerError):
    """The chain has forgotten transactions that we saw confirmed."""

    code: ClassVar[str] = "anchoring.history-lost"
    fault: ClassVar[Fault] = Fault.SETUP


class Reverted(IssuerError):
    """The transaction is in a block and failed there."""

    code: ClassVar[str] = "anchoring.reverted"


class NotConfirmed(IssuerError):
    """The transaction is not confirmed within the time that we wait."""

    code: ClassVar[str] = "anchoring.not-confirmed"
    fault: ClassVar[Fault] = Fault.TRANSPORT
