"""The book of keys: what a rotation and a theft write, publish, and refuse. No chain, no files."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from simulators.databases import migrated
from sqlmodel import Session

from issuer.identity import rotation, service
from issuer.identity.documents import PublishedAccount
from issuer.identity.errors import KeyTaken, MomentWrong, NothingToRotate, UnknownKey, WrongKey
from issuer.identity.rotation import NewKey
from issuer.settings import Settings, make
from keys.did import check_did_document, dated_key, verification_key
from keys.errors import VerificationMethodMissing
from keys.kinds import KeyKind
from keys.signers import file
from keys.signers.file import FileSigner

NOW = datetime(2026, 6, 12, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
PASSPHRASE = "correct horse battery staple"
FIRST = "file:keys/signing-1.jwe"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A school at a host of its own."""
    return make(
        {
            "home": tmp_path,
            "name": "Northgate",
            "base_url": "https://northgate.example",
            "did": "did:web:northgate.example",
        }
    )


@pytest.fixture
def session(settings: Settings) -> Session:
    """Its database, with one key and one account."""
    engine = migrated(settings.home / "touchstone.db")
    with Session(engine) as opened:
        signer = file.create(settings.home / "keys" / "signing-1.jwe", PASSPHRASE)
        service.record_key(opened, "key-1", signer.public_key, FIRST, NOW)
        service.record_account(opened, account(1), Path("keys/ethereum-1.json"))
        service.publish_did_document(opened, settings, NOW)
        yield opened
    engine.dispose()


def account(number: int, created: datetime = NOW) -> PublishedAccount:
    """An account that holds nothing."""
    address = f"0x{number:040x}"
    return PublishedAccount(f"ethereum-{number}", bytes([number]) * 64, address, created)


def new_key(number: int, kind: KeyKind = KeyKind.ED25519, uri: str = "") -> NewKey:
    """A key that is stored nowhere."""
    public = FileSigner.generate(kind).public_key
    return NewKey(f"key-{number}", public, uri or f"file:keys/signing-{number}.jwe")


def newest(session: Session, settings: Settings, now: datetime) -> dict:
    """The DID document after a publication; our own reader takes it."""
    document = service.publish_did_document(session, settings, now)
    check_did_document(document, settings.did)
    return document


def test_a_rotated_key_stays_with_the_moment_of_its_end(
    session: Session, settings: Settings
) -> None:
    old = rotation.rotate_key(session, new_key(2), NOW + DAY, used_uri=FIRST)
    document = newest(session, settings, NOW + DAY)
    one, two = (it for it in document["verificationMethod"] if it["type"] == "Multikey")
    assert (one["expires"], "revoked" in one) == ("2026-06-13T09:30:00Z", False)
    assert not {"expires", "revoked"} & set(two)
    ids = [f"{settings.did}#{name}" for name in ("key-1", "key-2", "ethereum-1")]
    assert document["assertionMethod"] == ids
    assert old.fragment == "key-1"
    before = {"purpose": "assertionMethod", "at": NOW, "now": NOW + 2 * DAY}
    verification_key(document, ids[0], **before)
    with pytest.raises(VerificationMethodMissing):
        verification_key(document, ids[0], **{**before, "at": NOW + DAY})
    assert service.signer_in_use(session, settings) == "file:keys/signing-2.jwe"


def test_every_version_is_kept_and_an_unchanged_document_is_none(
    session: Session, settings: Settings
) -> None:
    newest(session, settings, NOW)
    assert [one.version for one in service.did_document_versions(session)] == [1]
    rotation.rotate_key(session, new_key(2), NOW + DAY, used_uri=FIRST)
    newest(session, settings, NOW + DAY)
    first, second = service.did_document_versions(session)
    assert (first.version, second.version) == (1, 2)
    assert "expires" not in first.document
    assert "expires" in second.document
    assert first.sha256 != second.sha256
    assert service.current_did_document(session).version == 2


def test_a_key_of_another_kind_is_rotated_on_its_own(session: Session, settings: Settings) -> None:
    with pytest.raises(NothingToRotate):
        rotation.rotate_key(session, new_key(2, KeyKind.P256), NOW, used_uri=FIRST)
    rotation.add_key(session, new_key(2, KeyKind.P256), NOW)
    old = rotation.rotate_key(session, new_key(3, KeyKind.P256), NOW + DAY, used_uri=FIRST)
    assert old.fragment == "key-2"
    assert service.signer_in_use(session, settings) == FIRST
    assert rotation.key_of_kind(session, KeyKind.ED25519).fragment == "key-1"


def test_neither_a_key_nor_its_place_is_used_twice(session: Session) -> None:
    with pytest.raises(KeyTaken, match="place of key-1"):
        rotation.rotate_key(session, new_key(2, uri=FIRST), NOW, used_uri=FIRST)
    new = new_key(2)
    rotation.rotate_key(session, new, NOW + DAY, used_uri=FIRST)
    again = NewKey("key-3", new.public_key, "file:keys/elsewhere.jwe")
    with pytest.raises(KeyTaken, match="holds is key-2"):
        rotation.rotate_key(session, again, NOW + 2 * DAY, used_uri=FIRST)


def test_a_key_in_other_hands_is_revoked_and_listed_for_nothing(
    session: Session, settings: Settings
) -> None:
    rotation.rotate_key(session, new_key(2), NOW + 2 * DAY, used_uri=FIRST)
    row = rotation.find(session, f"{settings.did}#key-1")
    rotation.mark_compromised(session, row, NOW + DAY, NOW + 3 * DAY, "A laptop was stolen")
    document = newest(session, settings, NOW + 3 * DAY)
    one = document["verificationMethod"][0]
    assert (one["revoked"], "expires" in one) == ("2026-06-13T09:30:00Z", False)
    assert f"{settings.did}#key-1" not in document["assertionMethod"]
    assert "laptop" not in service.current_did_document(session).document
    later = NOW + 3 * DAY
    found = dated_key(document, f"{settings.did}#key-1", purpose="assertionMethod", now=later)
    assert found.revoked == NOW + DAY
    for moment in (NOW, later):
        with pytest.raises(VerificationMethodMissing):
            verification_key(
                document, f"{settings.did}#key-1", purpose="assertionMethod", at=moment, now=later
            )


def test_a_key_stolen_after_its_end_keeps_both_dates(session: Session, settings: Settings) -> None:
    rotation.rotate_key(session, new_key(2), NOW + DAY, used_uri=FIRST)
    row = rotation.find(session, "key-1")
    rotation.mark_compromised(session, row, NOW + 2 * DAY, NOW + 3 * DAY)
    one = newest(session, settings, NOW + 3 * DAY)["verificationMethod"][0]
    assert (one["expires"], one["revoked"]) == ("2026-06-13T09:30:00Z", "2026-06-14T09:30:00Z")


def test_the_moment_of_a_theft_moves_back_and_never_forward(session: Session) -> None:
    row = rotation.find(session, "key-1")
    with pytest.raises(MomentWrong, match="future"):
        rotation.mark_compromised(session, row, NOW + DAY, NOW)
    rotation.mark_compromised(session, row, NOW, NOW + DAY, "Found out")
    with pytest.raises(MomentWrong, match="never forward"):
        rotation.mark_compromised(session, row, NOW + DAY, NOW + 2 * DAY)
    rotation.mark_compromised(session, row, NOW - DAY, NOW + 2 * DAY)
    assert (row.revoked_at, row.retired_at) == (NOW - DAY, NOW + DAY)
    assert row.reason == "Found out"


def test_a_key_that_is_not_in_the_book(session: Session) -> None:
    with pytest.raises(UnknownKey):
        rotation.find(session, "key-9")


def test_an_account_is_rotated_and_revoked_in_the_profile_alone(
    session: Session, settings: Settings
) -> None:
    old = service.account_in_use(session)
    place = "keys/ethereum-1.json"
    assert service.keystore_in_use(session, settings) == settings.home / place
    with pytest.raises(KeyTaken):
        rotation.rotate_account(
            session, old, account(1), Path("keys/x.json"), NOW + DAY, used_keystore=place
        )
    rotation.rotate_account(
        session,
        old,
        account(2, NOW + DAY),
        Path("keys/ethereum-2.json"),
        NOW + DAY,
        used_keystore=place,
    )
    session.flush()
    assert service.account_in_use(session).fragment == "ethereum-2"
    assert service.keystore_in_use(session, settings) == settings.home / "keys/ethereum-2.json"
    document = newest(session, settings, NOW + DAY)
    profile = service.profile(session, settings)
    assert [it.get("expires") for it in profile["publicKey"]] == ["2026-06-13T09:30:00Z", None]
    rotation.mark_compromised(session, rotation.find(session, "ethereum-1"), NOW, NOW + DAY)
    document = newest(session, settings, NOW + DAY)
    profile = service.profile(session, settings)
    assert profile["publicKey"][0]["revoked"] == "2026-06-12T09:30:00Z"
    methods = [it for it in document["verificationMethod"] if "#ethereum" in it["id"]]
    assert not any({"expires", "revoked"} & set(it) for it in methods)
    assert f"{settings.did}#ethereum-1" in document["assertionMethod"]


def test_an_open_site_follows_a_rotation_and_a_wrong_key_is_refused(
    session: Session, settings: Settings
) -> None:
    following = service.open_following(session, settings, PASSPHRASE)
    assert service.publisher_for(session, settings, following).verification_method.endswith("key-1")
    signer = file.create(settings.home / "keys" / "signing-2.jwe", PASSPHRASE)
    new = NewKey("key-2", signer.public_key, "file:keys/signing-2.jwe")
    rotation.rotate_key(session, new, NOW + DAY, used_uri=FIRST)
    publisher = service.publisher_for(session, settings, following)
    assert publisher.verification_method.endswith("key-2")
    assert publisher.signer.public_key == signer.public_key
    old = file.open_file(settings.home / "keys" / "signing-1.jwe", PASSPHRASE)
    with pytest.raises(WrongKey):
        service.publisher_for(session, settings, old)
    assert PASSPHRASE not in repr(following)
    with pytest.raises(TypeError):
        following.__reduce__()


def test_a_signer_that_was_moved_is_found_where_the_settings_say(
    session: Session, settings: Settings
) -> None:
    moved = settings.model_copy(update={"signer_uri": "file:safe/key.jwe"})
    assert service.signer_in_use(session, moved) == "file:safe/key.jwe"
    rotation.rotate_key(session, new_key(2), NOW + DAY, used_uri="file:safe/key.jwe")
    assert service.signer_in_use(session, moved) == "file:keys/signing-2.jwe"
