"""What the rest of the issuer may ask about the school's identity."""

import json
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from sqlmodel import Session

from credentials.json_types import JsonObject
from issuer.identity import repository
from issuer.identity.documents import (
    PublishedAccount,
    PublishedKey,
    did_document,
    document_bytes,
    document_digest,
    issuer_profile,
)
from issuer.identity.errors import NotFounded, UnknownVersion, WrongAccount, WrongKey
from issuer.identity.models import AnchorAccount, DidDocumentVersion, SigningKey
from issuer.identity.signing import Publisher
from issuer.settings import Settings
from keys.public_key import PublicKey
from keys.signers import Signer, open_signer


def record_key(session: Session, fragment: str, key: PublicKey, uri: str, now: datetime) -> None:
    """Note a new signing key; the caller publishes the DID document afterwards."""
    session.add(
        SigningKey(fragment=fragment, multikey=key.to_multikey(), signer_uri=uri, created_at=now)
    )
    session.flush()


def record_account(session: Session, account: PublishedAccount, keystore: Path) -> None:
    """Note a new anchoring account; the caller publishes the DID document afterwards."""
    row = AnchorAccount(
        address=account.address,
        fragment=account.fragment,
        public_key=account.public_key.hex(),
        keystore=str(keystore),
        created_at=account.created,
    )
    session.add(row)
    session.flush()


def publish_did_document(session: Session, settings: Settings, now: datetime) -> JsonObject:
    """Build the DID document from the keys and accounts, and keep it as a new version.

    An unchanged document makes no new version.
    """
    keys = [_published_key(key) for key in repository.signing_keys(session)]
    accounts = [_published(account) for account in repository.anchor_accounts(session)]
    document = did_document(settings.did, settings.base_url, keys, accounts)
    newest = repository.newest_did_document(session)
    digest = document_digest(document)
    if newest is None or newest.sha256 != digest:
        version = DidDocumentVersion(
            version=(newest.version if newest else 0) + 1,
            document=document_bytes(document).decode("utf-8"),
            sha256=digest,
            created_at=now,
        )
        session.add(version)
        session.flush()
    return document


def _published_key(key: SigningKey) -> PublishedKey:
    """A key that was given up after it got into other hands ended with that, and not later."""
    gone = key.revoked_at is not None and (key.retired_at or key.revoked_at) >= key.revoked_at
    return PublishedKey(
        fragment=key.fragment,
        public_key=PublicKey.from_multikey(key.multikey),
        expires=None if gone else key.retired_at,
        revoked=key.revoked_at,
    )


def _published(account: AnchorAccount) -> PublishedAccount:
    return PublishedAccount(
        fragment=account.fragment,
        public_key=bytes.fromhex(account.public_key),
        address=account.address,
        created=account.created_at,
        expires=account.retired_at,
        revoked=account.revoked_at,
    )


def current_did_document(session: Session) -> DidDocumentVersion:
    """The version of the DID document that is served.

    Raises:
        NotFounded: the database knows no school yet.
    """
    newest = repository.newest_did_document(session)
    if newest is None:
        raise NotFounded(
            "This database knows no school yet.", "Run `issuer init` in a new home directory."
        )
    return newest


def profile(session: Session, settings: Settings) -> JsonObject:
    """The issuer profile as it is served."""
    accounts = [_published(account) for account in repository.anchor_accounts(session)]
    return issuer_profile(settings.name, settings.did, settings.base_url, accounts)


def keys_and_accounts(session: Session) -> tuple[list[SigningKey], list[AnchorAccount]]:
    """Every key and account there has been, oldest first, for the profile's page."""
    return repository.signing_keys(session), repository.anchor_accounts(session)


def account_in_use(session: Session) -> AnchorAccount:
    """The account that anchors today.

    Raises:
        NotFounded: the database knows no school yet.
    """
    accounts = [row for row in repository.anchor_accounts(session) if row.retired_at is None]
    if not accounts:
        raise NotFounded(
            "This database knows no anchoring account.", "Run `issuer init` in a new home."
        )
    return accounts[-1]


def keystore_in_use(session: Session, settings: Settings) -> Path:
    """Where the keystore of the account in use is.

    ``ethereum_keystore`` of the settings says it, unless that names an account that was given up.

    Raises:
        NotFounded: the database knows no school yet.
    """
    accounts = repository.anchor_accounts(session)
    given_up = {row.keystore for row in accounts if row.retired_at is not None}
    named = settings.ethereum_keystore
    if given_up & {str(named), str(settings.keystore_path)}:
        named = Path(account_in_use(session).keystore)
    return settings.home / named


def signer_in_use(session: Session, settings: Settings) -> str:
    """The URI of the signer in use.

    ``signer_uri`` of the settings says it, unless that names a key that was given up.

    Raises:
        NotFounded: the database knows no school yet.
    """
    keys = repository.signing_keys(session)
    given_up = {key.signer_uri for key in keys if key.retired_at is not None}
    return (
        _key_in_use(session).signer_uri if settings.signer_uri in given_up else settings.signer_uri
    )


def _key_in_use(session: Session) -> SigningKey:
    key = repository.key_in_use(session)
    if key is None:
        raise NotFounded("This database knows no signing key.", "Run `issuer init` in a new home.")
    return key


def check_account(session: Session, address: str) -> AnchorAccount:
    """The account in use, if it is the one that was opened.

    Args:
        session: reads only.
        address: checksummed address of the opened account.

    Raises:
        NotFounded: the database knows no anchoring account.
        WrongAccount: readers know another account, and would refuse what this one anchors.
    """
    account = account_in_use(session)
    if account.address != address:
        raise WrongAccount(
            f"The Ethereum account {address} is not the one that the school's profile shows, "
            f"{account.address}.",
            "Put the right keystore back, or correct `ethereum_keystore` in issuer.toml.",
        )
    return account


def account_of(session: Session, address: str) -> AnchorAccount:
    """An account of the school, in use or given up.

    Raises:
        WrongAccount: the school never had it.
    """
    for account in repository.anchor_accounts(session):
        if account.address == address:
            return account
    raise WrongAccount(
        f"The Ethereum account {address} was never this school's.",
        "Is this the database that belongs to the chain?",
    )


def did_document_versions(session: Session) -> list[DidDocumentVersion]:
    """Every version of the DID document there has been, oldest first."""
    return repository.did_documents(session)


def did_document_version(session: Session, number: int) -> DidDocumentVersion:
    """One version of the DID document.

    Raises:
        UnknownVersion: there is none of that number.
    """
    version = repository.did_document(session, number)
    if version is None:
        raise UnknownVersion(
            f"There is no version {number} of the DID document.", "See the list of versions."
        )
    return version


def published_did_document(session: Session) -> JsonObject:
    """The served DID document as an object.

    Raises:
        NotFounded: the database knows no school yet.
    """
    document: JsonObject = json.loads(current_did_document(session).document)
    return document


def open_further_signers(session: Session, settings: Settings, passphrase: str) -> list[Signer]:
    """The school's keys beside the one that mints, of other kinds, for signing on request.

    Raises:
        KeyFileMissing, KeyFileDamaged, WrongPassphrase: one does not open.
    """
    first = repository.key_in_use(session)
    return [
        open_signer(key.signer_uri, passphrase, home=settings.home)
        for key in repository.signing_keys(session)
        if key.retired_at is None and (first is None or key.fragment != first.fragment)
    ]


class FollowingSigner:
    """The key in use, opened anew when another key has come into use.

    For a process that outlives a rotation. It keeps the passphrase in memory, beside the keys that
    the passphrase opens.
    """

    def __init__(self, signer: Signer, passphrase: str) -> None:
        self._signer = signer
        self._passphrase = passphrase

    @property
    def public_key(self) -> PublicKey:
        """The public half of the key that is open."""
        return self._signer.public_key

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data`` of the key that is open."""
        return self._signer.sign(data)

    def follow(self, session: Session, settings: Settings, multikey: str) -> Signer:
        """The signer of the key in use, ``multikey``; opened if it is not the one that is open.

        Raises:
            KeyFileMissing, KeyFileDamaged, WrongPassphrase, …: it does not open here.
        """
        if self._signer.public_key.to_multikey() != multikey:
            uri = signer_in_use(session, settings)
            self._signer = open_signer(uri, self._passphrase, home=settings.home)
        return self._signer

    def __repr__(self) -> str:
        """Names the public key only."""
        return f"FollowingSigner({self._signer!r})"

    def __reduce__(self) -> NoReturn:
        """Neither pickled nor copied: what opens a key does not leave this process."""
        raise TypeError("A signer cannot be pickled or copied.")


def open_following(session: Session, settings: Settings, passphrase: str) -> FollowingSigner:
    """The key in use, for a process that outlives a rotation.

    Raises:
        Whatever :func:`open_publisher` raises.
    """
    return FollowingSigner(open_publisher(session, settings, passphrase).signer, passphrase)


def open_publisher(session: Session, settings: Settings, passphrase: str) -> Publisher:
    """Open the signing key and make sure that it is the one the DID document shows.

    Raises:
        KeyFileMissing, KeyFileDamaged, WrongPassphrase: the key does not open.
        WrongKey: it opens, but readers know another key.
    """
    uri = signer_in_use(session, settings)
    return publisher_for(session, settings, open_signer(uri, passphrase, home=settings.home))


def publisher_for(session: Session, settings: Settings, signer: Signer) -> Publisher:
    """The publisher that an opened signer makes.

    Raises:
        NotFounded: the database knows no school yet.
        WrongKey: readers know another key.
    """
    key = _key_in_use(session)
    if isinstance(signer, FollowingSigner):
        signer = signer.follow(session, settings, key.multikey)
    if signer.public_key.to_multikey() != key.multikey:
        raise WrongKey(
            "The signing key is not the one that the school's DID document shows.",
            "Put the right key file back, or correct `signer_uri` in issuer.toml.",
        )
    method = f"{settings.did}#{key.fragment}"
    return Publisher(settings.did, settings.base_url, method, signer)
