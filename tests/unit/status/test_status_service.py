"""Places are random and never shared; a withdrawal sets one bit and signs the list anew."""

import json
import subprocess
import sys
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
from issuer.status import places as places_module
from issuer.status import repository, service
from issuer.status.errors import (
    CredentialIdInvalid,
    ReasonInvalid,
    StatusFinal,
    StatusIssuerWrong,
    StatusValueInvalid,
    UnknownStatusEntry,
    UnknownStatusList,
    UnknownStatusPurpose,
)
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


def is_set(session: Session, place: service.Place, now: datetime = NOW) -> bool:
    """What a reader finds at a place."""
    document = json.loads(service.published_list(session, place.list_id, now).document)
    assert document["credentialSubject"]["statusPurpose"] == place.purpose
    return bits(document).get(place.index)


def bits(document: dict[str, object]) -> Bitstring:
    """The bits of a published list."""
    return Bitstring.decode(document["credentialSubject"]["encodedList"])


def test_every_credential_gets_a_place_of_its_own(session: Session) -> None:
    ids = new_ids(500)
    places = service.allocate(session, ids, PUBLISHER, NOW)
    assert list(places) == ids
    assert {place.list_id for [place] in places.values()} == {1}
    indexes = [place.index for [place] in places.values()]
    assert len(set(indexes)) == 500
    assert all(0 <= index < LIST_SIZE for index in indexes)
    assert indexes != sorted(indexes), "places must not tell the order of issuing"


def test_places_are_never_given_twice(session: Session) -> None:
    first = service.allocate(session, new_ids(300), PUBLISHER, NOW)
    second = service.allocate(session, new_ids(300), PUBLISHER, NOW)
    assert not {p.index for [p] in first.values()} & {p.index for [p] in second.values()}


def test_a_list_that_is_sixty_per_cent_full_is_followed_by_another(session: Session) -> None:
    service.allocate(session, new_ids(1), PUBLISHER, NOW)
    status_list = repository.get_list(session, 1)
    assert status_list is not None
    status_list.allocated = LIST_SIZE * 60 // 100 - 2
    session.add(status_list)
    session.flush()
    places = service.allocate(session, new_ids(5), PUBLISHER, NOW)
    assert [place.list_id for [place] in places.values()] == [1, 1, 2, 2, 2]
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
    assert (done.already, done.reason, done.since) == (False, "Judged in error", later)
    assert (done.purpose, done.value) == (service.REVOCATION, True)
    document = published(session)
    set_bits = {p.index for [p] in places.values() if bits(document).get(p.index)}
    assert set_bits == {places[ids[7]][0].index}
    assert document["proof"]["created"] == "2026-06-12T10:30:00Z"
    assert service.published_list(session, 1, later).etag != before
    assert "error" not in json.dumps(document), "the reason is not published"


def test_withdrawing_twice_changes_nothing_and_says_so(session: Session) -> None:
    [one] = new_ids(1)
    service.allocate(session, [one], PUBLISHER, NOW)
    service.revoke(session, one, "first", PUBLISHER, NOW)
    etag = service.published_list(session, 1, NOW).etag
    again = service.revoke(session, one, "second", PUBLISHER, NOW + timedelta(days=1))
    assert (again.already, again.reason, again.since) == (True, "first", NOW)
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


BOTH = service.purposes(suspension=True)


def test_a_hold_can_be_put_on_and_lifted_again(session: Session) -> None:
    one, other = new_ids(2)
    places = service.allocate(session, [one, other], PUBLISHER, NOW, purposes=BOTH)
    assert [place.purpose for place in places[one]] == ["revocation", "suspension"]
    assert {place.list_id for place in places[one]} == {1, 2}
    later = NOW + timedelta(hours=1)
    held = service.suspend(session, one, "Under review", PUBLISHER, NOW)
    assert (held.value, held.since, held.already) == (True, NOW, False)
    assert [is_set(session, place) for place in places[one]] == [False, True]
    assert not any(is_set(session, place) for place in places[other])
    assert service.suspend(session, one, "Again", PUBLISHER, later).already
    lifted = service.reinstate(session, one, "Review is over", PUBLISHER, later)
    assert (lifted.value, lifted.since, lifted.already) == (False, None, False)
    assert not any(is_set(session, place) for place in places[one])
    assert service.reinstate(session, one, "Again", PUBLISHER, later).already


def test_everything_that_happened_is_kept(session: Session) -> None:
    [one] = new_ids(1)
    service.allocate(session, [one], PUBLISHER, NOW, purposes=BOTH)
    assert service.history(session, one) == []
    service.suspend(session, one, "Under review", PUBLISHER, NOW)
    service.suspend(session, one, "Twice", PUBLISHER, NOW)
    service.reinstate(session, one, "Review is over", PUBLISHER, NOW)
    service.suspend(session, one, "Another doubt", PUBLISHER, NOW)
    service.revoke(session, one, "It was wrong", PUBLISHER, NOW)
    said = [(line.purpose, line.value, line.reason) for line in service.history(session, one)]
    assert said == [
        ("suspension", True, "Under review"),
        ("suspension", False, "Review is over"),
        ("suspension", True, "Another doubt"),
        ("revocation", True, "It was wrong"),
    ]


def test_a_withdrawal_is_for_ever(session: Session) -> None:
    [one] = new_ids(1)
    [withdrawal, _] = service.allocate(session, [one], PUBLISHER, NOW, purposes=BOTH)[one]
    service.suspend(session, one, "Under review", PUBLISHER, NOW)
    service.revoke(session, one, "It was wrong", PUBLISHER, NOW)
    with pytest.raises(StatusFinal) as caught:
        service.reinstate(session, one, "Sorry", PUBLISHER, NOW)
    assert caught.value.code == "status.final"
    with pytest.raises(StatusFinal):
        service.update_status(session, one, "revocation", False, reason="Sorry", now=NOW)
    assert is_set(session, withdrawal)


def test_clearing_what_was_never_set_changes_nothing(session: Session) -> None:
    [one] = new_ids(1)
    service.allocate(session, [one], PUBLISHER, NOW)
    done = service.update_status(session, one, "revocation", False, reason="why", now=NOW)
    assert (done.already, done.value) == (True, False)
    assert service.history(session, one) == []


def test_a_credential_without_an_entry_for_it_cannot_be_put_on_hold(session: Session) -> None:
    [one] = new_ids(1)
    service.allocate(session, [one], PUBLISHER, NOW)
    with pytest.raises(UnknownStatusPurpose) as caught:
        service.suspend(session, one, "why", PUBLISHER, NOW)
    assert caught.value.remedy == "It has: revocation."


@pytest.mark.parametrize("purpose", ["message", "refresh", "", "REVOCATION"])
def test_a_purpose_without_lists_is_refused(session: Session, purpose: str) -> None:
    [one] = new_ids(1)
    with pytest.raises(UnknownStatusPurpose):
        service.allocate(session, [one], PUBLISHER, NOW, purposes=[purpose])
    service.allocate(session, [one], PUBLISHER, NOW)
    with pytest.raises(UnknownStatusPurpose) as caught:
        service.update_status(session, one, purpose, True, reason="why", now=NOW)
    assert caught.value.code == "status.unknown-purpose"


@pytest.mark.parametrize("value", ["true", 1, None, "1"])
def test_a_status_is_true_or_false(session: Session, value: object) -> None:
    [one] = new_ids(1)
    service.allocate(session, [one], PUBLISHER, NOW)
    with pytest.raises(StatusValueInvalid):
        service.update_status(session, one, "revocation", value, reason="why", now=NOW)


def test_without_a_publisher_the_list_waits_for_its_signer(session: Session) -> None:
    [one] = new_ids(1)
    [place] = service.allocate(session, [one], PUBLISHER, NOW)[one]
    service.update_status(session, one, "revocation", True, reason="why", now=NOW)
    assert not is_set(session, place), "nobody has signed it yet"
    status_list = service.published_list(session, 1, NOW)
    assert service.needs_signing(status_list, NOW)
    service.published_list(session, 1, NOW, PUBLISHER)
    assert is_set(session, place)
    assert not service.needs_signing(service.published_list(session, 1, NOW), NOW)


# --- credentials that were not minted -----------------------------------------------------------

KEY_DID = "did:key:z6MkExample"
OTHER = Publisher(KEY_DID, "https://northgate.example", f"{KEY_DID}#z6MkExample", SIGNER)


def test_another_issuer_has_lists_of_its_own(session: Session) -> None:
    [minted] = new_ids(1)
    service.allocate(session, [minted], PUBLISHER, NOW)
    [place] = service.allocate_for(session, "https://client.example/1", OTHER, NOW)
    assert place.list_id == 2
    document = published(session, 2)
    assert document["issuer"] == KEY_DID
    assert document["proof"]["verificationMethod"] == f"{KEY_DID}#z6MkExample"
    one = service.update_status(
        session, "https://client.example/1", "revocation", True, reason="x", now=NOW
    )
    assert one.value
    assert service.published_list(session, 2, NOW, PUBLISHER).stale, "not the school's to sign"
    service.published_list(session, 2, NOW, OTHER)
    assert is_set(session, place)


def test_a_credential_that_is_issued_anew_shares_its_status(session: Session) -> None:
    [place] = service.allocate_for(session, "urn:x:1", OTHER, NOW)
    again = service.allocate_for(session, "urn:x:1", OTHER, NOW, purposes=BOTH)
    assert again[0] == place
    assert [it.purpose for it in again] == list(BOTH)
    assert service.allocate_for(session, "urn:x:1", OTHER, NOW, purposes=BOTH) == again


def test_nobody_takes_the_id_of_another_issuers_credential(session: Session) -> None:
    [minted] = new_ids(1)
    service.allocate(session, [minted], PUBLISHER, NOW)
    with pytest.raises(StatusIssuerWrong):
        service.allocate_for(session, minted, OTHER, NOW)
    with pytest.raises(StatusIssuerWrong) as caught:
        service.revoke(session, minted, "why", OTHER, NOW)
    assert caught.value.code == "status.wrong-issuer"


def test_two_requests_for_one_id_get_the_same_place(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    [first] = service.allocate_for(session, "urn:x:1", OTHER, NOW)
    entries_of, asked = repository.entries_of, []

    def not_yet(session: Session, credential_id: str) -> list[object]:
        asked.append(credential_id)
        return [] if len(asked) == 1 else entries_of(session, credential_id)

    monkeypatch.setattr(repository, "entries_of", not_yet)
    assert service.allocate_for(session, "urn:x:1", OTHER, NOW) == (first,)
    monkeypatch.undo()
    status_list = repository.get_list(session, first.list_id)
    assert status_list is not None
    assert status_list.allocated == 1


@pytest.mark.parametrize("name", ["", "x" * 2049, None, 7])
def test_a_status_needs_an_id_to_be_found_by(session: Session, name: object) -> None:
    with pytest.raises(CredentialIdInvalid):
        service.allocate_for(session, name, OTHER, NOW)


def test_one_entry_stands_alone_and_two_in_an_array(session: Session) -> None:
    one, two = new_ids(2)
    alone = service.allocate(session, [one], PUBLISHER, NOW)[one]
    both = service.allocate(session, [two], PUBLISHER, NOW, purposes=BOTH)[two]
    base = "https://northgate.example"
    assert service.credential_status(base, alone) == service.status_entry(base, alone[0])
    entries = service.credential_status(base, both)
    assert [entry["statusPurpose"] for entry in entries] == ["revocation", "suspension"]
    assert service.purposes(suspension=False) == ("revocation",)


# --- several processes --------------------------------------------------------------------------

PROGRAM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4
from issuer.db import engine, session_scope
from issuer.identity.signing import Publisher
from issuer.status import service
from keys.signers.file import FileSigner

publisher = Publisher("did:web:a.example", "https://a.example", "did:web:a.example#k",
                      FileSigner.generate())
made = engine(Path(sys.argv[1]))
for _ in range(5):
    with session_scope(made) as session:
        ids = [f"urn:uuid:{uuid4()}" for _ in range(40)]
        service.allocate(session, ids, publisher, datetime(2026, 6, 12, tzinfo=UTC))
"""


def test_processes_do_not_give_one_place_twice(engine: Engine) -> None:
    command = [sys.executable, "-c", PROGRAM, str(engine.url.database)]
    running = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    with session_scope(engine, read_only=True) as session:
        lists = repository.all_lists(session)
        places = [len(repository.taken_among(session, one.id, range(LIST_SIZE))) for one in lists]
        assert sum(places) == 600
        assert [one.allocated for one in lists] == places


def test_a_place_that_another_took_first_is_drawn_anew(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = new_ids(2)
    [taken] = service.allocate(session, [first], PUBLISHER, NOW)[first]
    # What another process wrote meanwhile is not seen when places are drawn.
    seen: list[set[int]] = [set(), {taken.index}, set()]
    monkeypatch.setattr(repository, "taken_among", lambda *_: seen.pop(0))
    free = (taken.index + 1) % LIST_SIZE
    draws = [taken.index, taken.index, free]
    monkeypatch.setattr(places_module, "_numbers_below", lambda *_: [draws.pop(0)])
    [place] = service.allocate(session, [second], PUBLISHER, NOW)[second]
    assert place.index == free
    assert seen == []


def test_a_credential_that_has_its_places_keeps_them(session: Session) -> None:
    first, second = new_ids(2)
    purposes = service.purposes(suspension=True)
    before = service.allocate(session, [first], PUBLISHER, NOW, purposes=purposes)
    again = service.allocate(session, [first, second], PUBLISHER, NOW, purposes=purposes)
    assert again[first] == before[first]
    assert again[second] != before[first]
    assert sum(one.allocated for one in repository.all_lists(session)) == 4


def test_places_of_a_crowded_list_are_all_different(session: Session) -> None:
    service.allocate(session, new_ids(1), PUBLISHER, NOW)
    [crowded] = repository.all_lists(session)
    crowded.size = 500
    for _ in range(3):
        service.allocate(session, new_ids(100), PUBLISHER, NOW)
    one, other = repository.all_lists(session)
    assert (one.allocated, other.allocated) == (300, 1)
    assert len(repository.taken_among(session, 1, range(500))) >= 299
