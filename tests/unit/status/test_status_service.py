"""Places are random and never shared; a withdrawal sets one bit and signs the list anew."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session

from credentials.canonical import without_proof
from credentials.models import check_credential
from credentials.proofs import eddsa_rdfc_2022
from credentials.proofs.unsecured import Unsecured
from credentials.status_list import Bitstring
from issuer.db import engine as make_engine
from issuer.db import migrate, session_scope
from issuer.identity.signing import Publisher
from issuer.status import repository, service
from issuer.status.errors import ReasonInvalid, UnknownStatusEntry, UnknownStatusList
from issuer.status.models import LIST_SIZE
from keys.signers.file import FileSigner

NOW = datetime(2026, 6, 12, 9, 30, tzinfo=UTC)
DID = "did:web:northgate.example"
SIGNER = FileSigner.generate()
PUBLISHER = Publisher(DID, "https://northgate.example", f"{DID}#key-1", SIGNER)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A migrated database, made once."""
    path = tmp_path_factory.mktemp("status") / "empty.db"
    made = make_engine(path)
    migrate(made)
    made.dispose()
    return path.read_bytes()


@pytest.fixture
def engine(tmp_path: Path, empty: bytes) -> Iterator[Engine]:
    path = tmp_path / "touchstone.db"
    path.write_bytes(empty)
    made = make_engine(path)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with session_scope(engine) as opened:
        yield opened


def new_ids(count: int) -> list[str]:
    """Ids of credentials that do not exist yet."""
    return [f"urn:uuid:{uuid4()}" for _ in range(count)]


def published(session: Session, list_id: int = 1) -> dict[str, object]:
    """The list as readers get it."""
    return json.loads(service.published_list(session, list_id, NOW).document)


def bits(document: dict[str, object]) -> Bitstring:
    """The bits of a published list."""
    return Bitstring.decode(document["credentialSubject"]["encodedList"])


def test_every_credential_gets_a_place_of_its_own(session: Session) -> None:
    ids = new_ids(500)
    places = service.allocate(session, ids, PUBLISHER, NOW)
    assert list(places) == ids
    assert {place.list_id for place in places.values()} == {1}
    indexes = [place.index for place in places.values()]
    assert len(set(indexes)) == 500
    assert all(0 <= index < LIST_SIZE for index in indexes)
    assert indexes != sorted(indexes), "places must not tell the order of issuing"


def test_places_are_never_given_twice(session: Session) -> None:
    first = service.allocate(session, new_ids(300), PUBLISHER, NOW)
    second = service.allocate(session, new_ids(300), PUBLISHER, NOW)
    assert not {p.index for p in first.values()} & {p.index for p in second.values()}


def test_a_list_that_is_sixty_per_cent_full_is_followed_by_another(session: Session) -> None:
    service.allocate(session, new_ids(1), PUBLISHER, NOW)
    status_list = repository.get_list(session, 1)
    assert status_list is not None
    status_list.allocated = LIST_SIZE * 60 // 100 - 2
    session.add(status_list)
    session.flush()
    places = service.allocate(session, new_ids(5), PUBLISHER, NOW)
    assert [place.list_id for place in places.values()] == [1, 1, 2, 2, 2]
    assert set(service.documents(session)) == {1, 2}


def test_a_published_list_is_a_signed_credential(session: Session) -> None:
    service.allocate(session, new_ids(1), PUBLISHER, NOW)
    document = published(session)
    check_credential(document)
    bare = without_proof(document)
    eddsa_rdfc_2022.verify(Unsecured(bare), document["proof"], SIGNER.public_key)
    assert document["id"] == "https://northgate.example/status/1"
    assert document["credentialSubject"]["type"] == "BitstringStatusList"
    assert len(bits(document)) == LIST_SIZE
    assert document["validFrom"] == "2026-06-12T09:30:00Z"
    assert document["validUntil"] == "2026-06-15T09:30:00Z"


def test_the_entry_in_a_credential_points_at_its_bit() -> None:
    entry = service.status_entry("https://northgate.example", service.Place(3, 94567))
    assert entry == {
        "id": "https://northgate.example/status/3#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": "https://northgate.example/status/3",
    }


def test_withdrawing_sets_one_bit_and_signs_anew(session: Session) -> None:
    ids = new_ids(20)
    places = service.allocate(session, ids, PUBLISHER, NOW)
    before = service.published_list(session, 1, NOW).etag
    later = NOW + timedelta(hours=1)
    done = service.revoke(session, ids[7], " Judged in error ", PUBLISHER, later)
    assert (done.already, done.reason, done.revoked_at) == (False, "Judged in error", later)
    document = published(session)
    set_bits = {p.index for p in places.values() if bits(document).get(p.index)}
    assert set_bits == {places[ids[7]].index}
    assert document["proof"]["created"] == "2026-06-12T10:30:00Z"
    assert service.published_list(session, 1, later).etag != before
    assert "error" not in json.dumps(document), "the reason is not published"


def test_withdrawing_twice_changes_nothing_and_says_so(session: Session) -> None:
    [one] = new_ids(1)
    service.allocate(session, [one], PUBLISHER, NOW)
    service.revoke(session, one, "first", PUBLISHER, NOW)
    etag = service.published_list(session, 1, NOW).etag
    again = service.revoke(session, one, "second", PUBLISHER, NOW + timedelta(days=1))
    assert (again.already, again.reason, again.revoked_at) == (True, "first", NOW)
    assert service.published_list(session, 1, NOW).etag == etag


def test_an_unknown_credential_cannot_be_withdrawn(session: Session) -> None:
    with pytest.raises(UnknownStatusEntry) as caught:
        service.revoke(session, "urn:uuid:absent", "why", PUBLISHER, NOW)
    assert caught.value.code == "status.unknown-credential"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_a_withdrawal_needs_a_reason(session: Session, reason: str) -> None:
    [one] = new_ids(1)
    service.allocate(session, [one], PUBLISHER, NOW)
    with pytest.raises(ReasonInvalid):
        service.revoke(session, one, reason, PUBLISHER, NOW)


def test_a_list_is_signed_again_when_half_of_its_validity_is_over(session: Session) -> None:
    service.allocate(session, new_ids(1), PUBLISHER, NOW)
    early = NOW + timedelta(hours=35)
    late = NOW + timedelta(hours=36)
    assert service.published_list(session, 1, early, PUBLISHER).valid_from == NOW
    assert service.published_list(session, 1, late).valid_from == NOW, "no signer, no change"
    assert service.published_list(session, 1, late, PUBLISHER).valid_from == late


def test_an_unknown_list_is_said_to_be_unknown(session: Session) -> None:
    with pytest.raises(UnknownStatusList):
        service.published_list(session, 9, NOW)
