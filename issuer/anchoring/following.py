"""The Ethereum account in use, for processes that outlive its change."""

from typing import NoReturn

from sqlmodel import Session

from issuer.anchoring.account import EthereumAccount
from issuer.identity import service as identity
from issuer.settings import Settings


class FollowingAccount:
    """The account in use, opened anew when another has come into use.

    It keeps the passphrase in memory, beside the account that the passphrase opens.
    """

    def __init__(self, account: EthereumAccount, passphrase: str) -> None:
        self._account = account
        self._passphrase = passphrase

    @property
    def address(self) -> str:
        """Of the account that is open."""
        return self._account.address

    def follow(self, session: Session, settings: Settings) -> EthereumAccount:
        """The account in use; opened if it is not the one that is open.

        Raises:
            NoAccount, AccountDamaged, WrongPassphrase: it does not open here.
        """
        if identity.account_in_use(session).address != self._account.address:
            keystore = identity.keystore_in_use(session, settings)
            self._account = EthereumAccount.unlock(keystore, self._passphrase)
        return self._account

    def __repr__(self) -> str:
        """Names the address only."""
        return f"FollowingAccount({self._account!r})"

    def __reduce__(self) -> NoReturn:
        """Neither pickled nor copied: what opens an account does not leave this process."""
        raise TypeError("An account cannot be pickled or copied.")


def account_for(
    session: Session, settings: Settings, account: EthereumAccount | FollowingAccount
) -> EthereumAccount:
    """The opened account that anchors today.

    Raises:
        NotFounded: the database knows no anchoring account.
        WrongAccount: readers know another account, and would refuse what this one anchors.
        NoAccount, AccountDamaged, WrongPassphrase: the one that came into use does not open here.
    """
    opened = account.follow(session, settings) if isinstance(account, FollowingAccount) else account
    identity.check_account(session, opened.address)
    return opened
