"""Keys and accounts in time: new ones, those given up, and those that got into other hands.

A row is never deleted, and an end that was published is never taken back: readers rely on it
(Controlled Identifiers 1.0 section 2.2). The caller commits, and publishes the DID document in the
same transaction. See docs/decisions/0012-keys-in-time.md.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlmodel import Session

from issuer.identity import repository
from issuer.identity.documents import PublishedAccount
from issuer.identity.errors import KeyTaken, MomentWrong, NothingToRotate, UnknownKey
from issuer.identity.models import MAX_REASON, AnchorAccount, SigningKey
from issuer.identity.service import record_account, record_key
from keys.kinds import KeyKind
from keys.public_key import PublicKey

KEY_NAME: Final = "key"
ACCOUNT_NAME: Final = "ethereum"


@dataclass(frozen=True)
class NewKey:
    """A signing key that is about to come into use.

    Attributes:
        fragment: ``key-2``.
        public_key: its public half.
        signer_uri: where its private half is, as ``keys.signers.open_signer`` reads it.
    """

    fragment: str
    public_key: PublicKey
    signer_uri: str


def next_key_name(session: Session) -> str:
    """The name of the next signing key: ``key-2``."""
    return f"{KEY_NAME}-{len(repository.signing_keys(session)) + 1}"


def next_account_name(session: Session) -> str:
    """The name of the next account: ``ethereum-2``."""
    return f"{ACCOUNT_NAME}-{len(repository.anchor_accounts(session)) + 1}"


def kind_of(row: SigningKey) -> KeyKind:
    """What kind a key is of."""
    return PublicKey.from_multikey(row.multikey).kind


def key_of_kind(session: Session, kind: KeyKind) -> SigningKey:
    """The key of a kind that signs today.

    Raises:
        NothingToRotate: there is none.
    """
    keys = [row for row in repository.signing_keys(session) if row.retired_at is None]
    of_kind = [row for row in keys if kind_of(row) is kind]
    if not of_kind:
        raise NothingToRotate(
            f"No key of the kind {kind.value} is in use.",
            f"Add one with `issuer keys add {kind.value}`.",
        )
    return of_kind[-1]


def add_key(session: Session, new: NewKey, now: datetime) -> None:
    """Take a new key into the book; it signs from now on.

    Raises:
        KeyTaken: key or signer were used before.
    """
    multikey = new.public_key.to_multikey()
    for row in repository.signing_keys(session):
        if multikey == row.multikey:
            raise KeyTaken(
                f"The key that {new.signer_uri} holds is {row.fragment}, which the school has "
                "published already.",
                "A rotation needs a new key: name another signer.",
            )
        if new.signer_uri == row.signer_uri:
            raise KeyTaken(
                f"{new.signer_uri} is written down as the place of {row.fragment}.",
                "Give the new key a place of its own.",
            )
    record_key(session, new.fragment, new.public_key, new.signer_uri, now)


def rotate_key(session: Session, new: NewKey, at: datetime, *, used_uri: str) -> SigningKey:
    """Put a new key in the place of the one of its kind that signs today.

    Args:
        session: the caller's; not committed here.
        new: the key that signs from now on.
        at: when the old one is given up; to the second.
        used_uri: the signer that the settings named for the key that mints, so that it is known
            from now on as the place of a key that was given up.

    Returns:
        The old key's row.

    Raises:
        NothingToRotate: there is none of the kind.
        KeyTaken: the new one is an old one.
    """
    old = key_of_kind(session, new.public_key.kind)
    minting = repository.key_in_use(session)
    add_key(session, new, at)
    old.retired_at = at
    if minting is not None and minting.fragment == old.fragment:
        old.signer_uri = used_uri
    session.add(old)
    session.flush()
    return old


def rotate_account(
    session: Session,
    old: AnchorAccount,
    new: PublishedAccount,
    keystore: Path,
    at: datetime,
    *,
    used_keystore: str,
) -> None:
    """Put a new account in the place of the one that anchors today.

    Args:
        session: the caller's; not committed here.
        old: the account in use.
        new: the account that anchors from now on.
        keystore: its keystore; relative to the home, or absolute.
        at: when the old one is given up; to the second.
        used_keystore: as the settings named the old one's, so that it is known from now on as
            that of an account that was given up.

    Raises:
        KeyTaken: the new one is an old one.
    """
    for row in repository.anchor_accounts(session):
        if row.address == new.address or row.keystore == str(keystore):
            raise KeyTaken(
                f"{new.address} in {keystore} is, or takes the place of, {row.fragment}.",
                "Name the keystore of an account that never anchored for this school.",
            )
    old.retired_at, old.keystore = at, used_keystore
    session.add(old)
    record_account(session, new, keystore)


def check_compromise(row: SigningKey | AnchorAccount, since: datetime, now: datetime) -> None:
    """Whether a key or an account may be said to be in other hands since then.

    Whatever is known later may move the moment back, and never forward: readers have refused what
    came after it.

    Raises:
        MomentWrong: that is in the future, or after what was said before.
    """
    if since > now:
        raise MomentWrong(
            f"{since:%Y-%m-%d %H:%M:%S} UTC is in the future.",
            "Give the first moment at which somebody else may have used it.",
        )
    if row.revoked_at is not None and since > row.revoked_at:
        raise MomentWrong(
            f"It was said of {row.fragment} that it is in other hands since "
            f"{row.revoked_at:%Y-%m-%d %H:%M:%S} UTC, and readers rely on that.",
            "That moment can be moved back, and never forward.",
        )


def mark_compromised(
    session: Session,
    row: SigningKey | AnchorAccount,
    since: datetime,
    now: datetime,
    reason: str = "",
) -> None:
    """Write down since when a key or an account may have been in other hands.

    It is given up at once if it was in use: the caller puts another in its place first.

    Args:
        session: the caller's; not committed here.
        row: from :func:`find`.
        since: the first moment at which somebody else may have used it; to the second.
        now: the present, to the second.
        reason: for the school's own book; empty for none.

    Raises:
        MomentWrong: see :func:`check_compromise`.
    """
    check_compromise(row, since, now)
    row.revoked_at = since
    row.retired_at = row.retired_at or now
    row.reason = reason.strip()[:MAX_REASON] or row.reason
    session.add(row)
    session.flush()


def find(session: Session, fragment: str) -> SigningKey | AnchorAccount:
    """A key or an account by its name in the DID document.

    Raises:
        UnknownKey: there is none.
    """
    name = fragment.rpartition("#")[2]
    row = repository.signing_key(session, name) or repository.account_by_fragment(session, name)
    if row is None:
        raise UnknownKey(
            f"The school has no key or account named {name[:64]!r}.", "See `issuer keys list`."
        )
    return row
