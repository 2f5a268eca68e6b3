"""Every query about the school's identity. Never commits."""

from typing import Final

from sqlmodel import Session, col, func, select

from issuer.identity.models import AnchorAccount, DidDocumentVersion, SigningKey

ED25519_PREFIX: Final = "z6Mk"
"""How the Multikey of every Ed25519 key begins (Controlled Identifiers 1.0 section 2.2.2)."""


def signing_keys(session: Session) -> list[SigningKey]:
    """All signing keys, oldest first."""
    return list(session.exec(select(SigningKey).order_by(col(SigningKey.created_at))))


def key_in_use(session: Session) -> SigningKey | None:
    """The Ed25519 key that signs today; keys of other kinds sign on request only."""
    query = select(SigningKey).where(
        col(SigningKey.retired_at).is_(None), col(SigningKey.multikey).startswith(ED25519_PREFIX)
    )
    return session.exec(query.order_by(col(SigningKey.created_at).desc())).first()


def anchor_accounts(session: Session) -> list[AnchorAccount]:
    """All anchoring accounts, oldest first."""
    return list(session.exec(select(AnchorAccount).order_by(col(AnchorAccount.created_at))))


def newest_did_document(session: Session) -> DidDocumentVersion | None:
    """The version that is served."""
    query = select(DidDocumentVersion).order_by(col(DidDocumentVersion.version).desc())
    return session.exec(query).first()


def count_did_documents(session: Session) -> int:
    """How many versions there have been."""
    return session.exec(select(func.count()).select_from(DidDocumentVersion)).one()


def did_documents(session: Session) -> list[DidDocumentVersion]:
    """Every version of the DID document, oldest first."""
    query = select(DidDocumentVersion).order_by(col(DidDocumentVersion.version))
    return list(session.exec(query))


def did_document(session: Session, version: int) -> DidDocumentVersion | None:
    """One version of the DID document."""
    return session.get(DidDocumentVersion, version)


def unanchored_did_documents(session: Session) -> list[DidDocumentVersion]:
    """The versions whose hash stands on no chain yet, oldest first."""
    query = select(DidDocumentVersion).where(col(DidDocumentVersion.anchor_transaction).is_(None))
    return list(session.exec(query.order_by(col(DidDocumentVersion.version))))


def signing_key(session: Session, fragment: str) -> SigningKey | None:
    """The key with this fragment."""
    return session.get(SigningKey, fragment)


def account_by_fragment(session: Session, fragment: str) -> AnchorAccount | None:
    """The account with this fragment."""
    query = select(AnchorAccount).where(col(AnchorAccount.fragment) == fragment)
    return session.exec(query).first()
