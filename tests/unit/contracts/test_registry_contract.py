"""IssuerRegistry on a real EVM; each thing it allows stands beside what it refuses."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts import issuer_registry as registry
from contracts.artifacts import issuer_registry
from contracts.words import word_of_address, word_of_bytes32, word_of_number

DID = registry.did_hash("did:web:northgate.example")
OTHER_DID = registry.did_hash("did:web:southgate.example")
NOBODY = "0x" + "00" * 20
MAX_ACCREDITATIONS = 1024


class Registry:
    """A registry, its network, and two of an issuer's accounts."""

    def __init__(self, evm) -> None:
        self.evm = evm
        self.network, self.stranger = evm.account(0xA1), evm.account(0xB2)
        self.anchor, self.next_anchor = evm.account(0xC3), evm.account(0xD4)
        code = issuer_registry().bytecode + word_of_address(self.network)
        self.address = evm.deploy(self.stranger, code)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.evm.time, tz=UTC)

    def send(self, data: bytes, sender: str | None = None, value: int = 0) -> list:
        return self.evm.send(sender or self.network, self.address, data, value)

    def ask(self, data: bytes) -> bytes:
        return self.evm.call(self.address, data)

    def accredit(self, begin=None, end=None, *, did=DID, anchor=None, sender=None) -> list:
        data = registry.accredit_calldata(did, anchor or self.anchor, begin, end)
        return self.send(data, sender)

    def revoke(self, reason="closed", *, did=DID, anchor=None, sender=None) -> list:
        return self.send(registry.revoke_calldata(did, anchor or self.anchor, reason), sender)

    def accredited(self, moment: datetime, *, did=DID, anchor=None) -> bool:
        data = registry.is_accredited_calldata(did, anchor or self.anchor, moment)
        return registry.read_flag(self.ask(data))

    def record(self, index: int, *, did=DID, anchor=None) -> registry.Accreditation:
        data = registry.accreditation_calldata(did, anchor or self.anchor, index)
        return registry.read_accreditation(self.ask(data))

    def count(self, *, did=DID, anchor=None) -> int:
        data = registry.accreditation_count_calldata(did, anchor or self.anchor)
        return registry.read_number(self.ask(data))

    def writer(self) -> str:
        return registry.read_address(self.ask(registry.network_calldata())).lower()


@pytest.fixture
def it(evm):
    return Registry(evm)


@pytest.fixture
def refuses(reverted):
    """A block that has to revert, with this reason."""
    return lambda reason: pytest.raises(reverted, match=f"^IssuerRegistry: {reason}$")


SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def test_an_issuer_is_accredited_from_the_block_on_until_the_end(it):
    end = it.now + DAY
    it.accredit(None, end)
    assert it.accredited(it.now)
    assert it.accredited(end - SECOND)
    assert not it.accredited(it.now - SECOND)
    assert not it.accredited(end)
    assert not it.accredited(it.now, did=OTHER_DID)
    assert not it.accredited(it.now, anchor=it.next_anchor)


def test_an_open_accreditation_has_no_end_and_a_later_one_begins_later(it):
    begin = it.now + DAY
    it.accredit(begin, None)
    assert it.accredited(begin + 10_000 * DAY)
    assert not it.accredited(begin - SECOND)
    assert it.record(0) == registry.Accreditation(begin, None, it.now, None, "")


def test_only_the_network_accredits_and_revokes(it, refuses):
    with refuses("caller is not the network"):
        it.accredit(sender=it.stranger)
    assert it.count() == 0
    it.accredit()
    with refuses("caller is not the network"):
        it.revoke(sender=it.stranger)
    with refuses("caller is not the network"):
        it.revoke(sender=it.anchor)
    assert it.accredited(it.now)
    it.revoke()
    assert not it.accredited(it.now)


def test_whoever_deploys_has_no_power(it, refuses):
    with refuses("caller is not the network"):
        it.send(registry.propose_network_calldata(it.stranger), it.stranger)
    it.send(registry.propose_network_calldata(it.stranger))


def test_nothing_begins_in_the_past_or_ends_before_it_begins(it, refuses):
    with refuses("begins in the past"):
        it.accredit(it.now - SECOND, None)
    with refuses("ends before it begins"):
        it.accredit(None, it.now)
    with refuses("ends before it begins"):
        it.accredit(it.now + DAY, it.now + DAY)
    it.accredit(it.now, it.now + SECOND)
    assert it.count() == 1


def test_zero_is_neither_an_issuer_nor_an_account(it, refuses):
    with refuses("DID hash is zero"):
        it.accredit(did=bytes(32))
    with refuses("anchor is the zero address"):
        it.accredit(anchor=NOBODY)
    it.accredit()


def test_a_revocation_works_from_its_block_on_and_leaves_the_past(it):
    it.accredit(None, it.now + 100 * DAY)
    begin = it.now
    it.evm.wait(3600)
    it.revoke("key-compromise")
    assert it.accredited(begin)
    assert it.accredited(it.now - SECOND)
    assert not it.accredited(it.now)
    assert not it.accredited(it.now + DAY)
    record = it.record(0)
    assert (record.revoked_at, record.reason) == (it.now, "key-compromise")
    assert record.covers(it.now - SECOND)
    assert not record.covers(it.now)


def test_a_revocation_ends_every_accreditation_of_the_pair_and_no_other(it):
    it.accredit(None, it.now + DAY)
    it.accredit(it.now + DAY, None)
    it.accredit(anchor=it.next_anchor)
    it.accredit(did=OTHER_DID)
    it.revoke()
    assert not it.accredited(it.now + 2 * DAY)
    assert it.record(1).revoked_at == it.now
    assert it.accredited(it.now, anchor=it.next_anchor)
    assert it.accredited(it.now, did=OTHER_DID)


def test_a_revocation_needs_a_reason_and_something_to_revoke(it, refuses):
    with refuses("nothing to revoke"):
        it.revoke()
    it.accredit(None, it.now + DAY)
    with refuses("no reason given"):
        it.send(registry.revoke_calldata(DID, it.anchor, "x")[:-32] + bytes(32))
    it.revoke()
    with refuses("nothing to revoke"):
        it.revoke()
    it.accredit(None, it.now + DAY)
    it.evm.wait(86_400)
    with refuses("nothing to revoke"):
        it.revoke()


def test_what_is_to_come_can_be_revoked_before_it_begins(it):
    it.accredit(it.now + DAY, None)
    it.revoke()
    assert not it.accredited(it.now + 2 * DAY)


def test_after_a_revocation_the_pair_can_be_accredited_anew(it):
    it.accredit()
    it.evm.wait(10)
    it.revoke("left")
    gone = it.now
    it.evm.wait(10)
    it.accredit()
    assert it.accredited(it.now)
    assert not it.accredited(gone)
    assert it.accredited(gone - SECOND)
    assert [it.record(n).reason for n in (0, 1)] == ["left", ""]
    it.evm.wait(10)
    it.revoke("left again")
    assert [it.record(n).reason for n in (0, 1)] == ["left", "left again"]


def test_renewals_overlap_and_each_stays_on_record(it):
    it.accredit(None, it.now + DAY)
    it.accredit(it.now + DAY / 2, it.now + 2 * DAY)
    assert it.accredited(it.now + 1.5 * DAY)
    assert not it.accredited(it.now + 2 * DAY)
    assert it.count() == 2
    assert it.record(0).valid_until == it.now + DAY


def test_accounts_of_an_issuer_are_listed_once_each_in_order(it, refuses):
    it.accredit()
    it.accredit(anchor=it.next_anchor)
    it.accredit()
    assert registry.read_number(it.ask(registry.anchor_count_calldata(DID))) == 2
    listed = [
        registry.read_address(it.ask(registry.anchor_at_calldata(DID, n))).lower() for n in (0, 1)
    ]
    assert listed == [it.anchor, it.next_anchor]
    with refuses("no such anchor"):
        it.ask(registry.anchor_at_calldata(DID, 2))
    with refuses("no such accreditation"):
        it.ask(registry.accreditation_calldata(DID, it.anchor, 2))


def test_the_history_of_a_pair_is_bounded(it, refuses):
    it.evm.wait(100)
    it.accredit(it.now, it.now + SECOND)
    for _ in range(MAX_ACCREDITATIONS - 2):
        it.accredit(it.now + DAY, it.now + 2 * DAY)
    assert not it.accredited(it.now + 3 * DAY)
    it.accredit(it.now + 3 * DAY, None)
    assert it.accredited(it.now + 3 * DAY)
    with refuses("too many accreditations"):
        it.accredit()
    it.accredit(anchor=it.next_anchor)
    it.revoke()
    assert not it.accredited(it.now + 3 * DAY)


def test_a_handover_takes_two_steps(it, refuses):
    with refuses("caller was not proposed"):
        it.send(registry.accept_network_calldata(), it.stranger)
    it.send(registry.propose_network_calldata(it.next_anchor))
    assert it.writer() == it.network
    with refuses("caller was not proposed"):
        it.send(registry.accept_network_calldata(), it.stranger)
    with refuses("caller is not the network"):
        it.accredit(sender=it.next_anchor)
    it.send(registry.accept_network_calldata(), it.next_anchor)
    assert it.writer() == it.next_anchor
    with refuses("caller is not the network"):
        it.accredit()
    it.accredit(sender=it.next_anchor)
    with refuses("caller was not proposed"):
        it.send(registry.accept_network_calldata(), it.next_anchor)


def test_a_proposal_can_be_replaced_and_taken_back(it, refuses):
    it.send(registry.propose_network_calldata(it.stranger))
    it.send(registry.propose_network_calldata(it.next_anchor))
    asked = it.ask(registry.next_network_calldata())
    assert registry.read_address(asked).lower() == it.next_anchor
    with refuses("caller was not proposed"):
        it.send(registry.accept_network_calldata(), it.stranger)
    it.send(registry.propose_network_calldata(NOBODY))
    with refuses("caller was not proposed"):
        it.send(registry.accept_network_calldata(), it.next_anchor)
    assert it.writer() == it.network


def test_creation_needs_an_account_and_takes_no_money(evm, refuses, reverted):
    code, sender = issuer_registry().bytecode, evm.account(1)
    with refuses("network is the zero address"):
        evm.deploy(sender, code + bytes(32))
    with pytest.raises(reverted):
        evm.deploy(sender, code + word_of_address(sender), value=1)
    evm.deploy(sender, code + word_of_address(sender))


def test_no_function_takes_money(it, reverted):
    calls = [
        registry.accredit_calldata(DID, it.anchor, None, None),
        registry.propose_network_calldata(it.stranger),
        registry.network_calldata(),
        registry.is_accredited_calldata(DID, it.anchor, it.now),
        b"",
    ]
    for data in calls:
        with pytest.raises(reverted):
            it.send(data, value=1)
    for data in calls[:-1]:
        it.send(data, value=0)
    assert it.evm.balance(it.address) == 0


def test_the_events_say_everything(it):
    begin, end = it.now + DAY, it.now + 2 * DAY
    [(topics, data)] = it.accredit(begin, end)
    event = registry.read_event(topics, data)
    assert event == registry.Accredited(DID, event.anchor, 0, begin, end)
    assert event.anchor.lower() == it.anchor
    [(topics, data)] = it.revoke("closed")
    event = registry.read_event(topics, data)
    assert (event.did_hash, event.anchor.lower(), event.reason) == (DID, it.anchor, "closed")
    [(topics, data)] = it.send(registry.propose_network_calldata(it.stranger))
    assert topics[1:] == [word_of_address(it.network), word_of_address(it.stranger)]
    [(topics, data)] = it.send(registry.accept_network_calldata(), it.stranger)
    assert topics[1:] == [word_of_address(it.network), word_of_address(it.stranger)]
    assert registry.read_event(topics, data) is None


def test_everything_lies_in_the_documented_slots(it):
    """By these a bundle proves an accreditation without asking the contract."""

    def at(slot: bytes) -> bytes:
        return word_of_number(it.evm.storage(it.address, slot))

    it.send(registry.propose_network_calldata(it.stranger))
    it.accredit(None, it.now + DAY, anchor=it.next_anchor)
    it.accredit()
    it.revoke("first")
    it.evm.wait(5)
    it.accredit(it.now + DAY, it.now + 2 * DAY)
    it.revoke("second")
    assert at(word_of_number(registry.NETWORK_SLOT)) == word_of_address(it.network)
    assert at(word_of_number(registry.NEXT_NETWORK_SLOT)) == word_of_address(it.stranger)
    assert at(registry.anchor_count_slot(DID)) == word_of_number(2)
    assert at(registry.anchor_slot(DID, 1)) == word_of_address(it.anchor)
    assert at(registry.accreditation_count_slot(DID, it.anchor)) == word_of_number(2)
    assert at(registry.revocation_count_slot(DID, it.anchor)) == word_of_number(2)
    begin, end, recorded, before = map(at, registry.accreditation_slots(DID, it.anchor, 1))
    kept = it.record(1)
    assert int.from_bytes(begin) == kept.valid_from.timestamp()
    assert int.from_bytes(end) == kept.valid_until.timestamp()
    assert int.from_bytes(recorded) == kept.recorded_at.timestamp() == it.evm.time
    assert int.from_bytes(before) == 1
    time, reason = map(at, registry.revocation_slots(DID, it.anchor, 1))
    assert int.from_bytes(time) == it.evm.time
    assert registry.reason_of_word(reason) == "second"
    assert at(registry.accreditation_count_slot(OTHER_DID, it.anchor)) == bytes(32)


def test_the_slots_are_those_of_the_compiler():
    layout = issuer_registry().storage_layout
    assert layout == {
        "network": registry.NETWORK_SLOT,
        "next_network": registry.NEXT_NETWORK_SLOT,
        "anchor_count": 2,
        "anchors": 3,
        "accreditation_count": 4,
        "accreditations": 5,
        "revocation_count": 6,
        "revocations": 7,
    }


def test_calldata_that_is_cut_short_or_dirty_is_refused(it, reverted):
    good = registry.accredit_calldata(DID, it.anchor, None, None)
    for wrong in (good[:-1], good[:4], good[:36] + b"\x01" + good[37:], b"\xff" * 132):
        with pytest.raises(reverted):
            it.send(wrong)
    assert it.count() == 0
    it.send(good)
    assert it.count() == 1


def test_a_time_beyond_all_calendars_is_read_as_the_last_moment(it):
    endless = registry.accredit_calldata(DID, it.anchor, None, None)[:-32]
    it.send(endless + word_of_bytes32(b"\xff" * 32))
    assert it.record(0).valid_until == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
