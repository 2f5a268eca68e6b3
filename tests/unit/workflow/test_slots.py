"""One live process a name: locks decide, and rows only tell who it is."""

import os
from datetime import UTC, datetime

import pytest

from issuer.db import engine as make_engine
from issuer.db import migrate, session_scope
from issuer.workflow import slots
from issuer.workflow.errors import NoSlotFree, SlotLost, SlotNameInvalid, SlotTaken
from issuer.workflow.models import WorkerSlot


def clock():
    return datetime(2026, 6, 12, 9, 30, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path):
    made = make_engine(tmp_path / "issuer.db")
    migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def locks(engine, tmp_path):
    return slots.locks_of(engine, tmp_path)


def test_a_slot_is_held_by_one_and_then_by_the_next(engine, locks):
    with slots.hold(engine, locks, "one", clock) as held:
        held.check()
        with (
            pytest.raises(SlotTaken, match=f"one is taken by process {os.getpid()} on"),
            slots.hold(engine, locks, "one", clock),
        ):
            pass
        with slots.hold(engine, locks, "two", clock):
            assert [row.name for row in slots.holders(engine, locks)] == ["one", "two"]
    assert slots.holders(engine, locks) == []
    with slots.hold(engine, locks, "one", clock):
        pass


def test_a_row_whose_process_died_names_nobody(engine, locks):
    with session_scope(engine) as session:
        session.add(WorkerSlot(name="dead", host="elsewhere", process=1, taken_at=clock()))
    assert slots.holders(engine, locks) == []
    with slots.hold(engine, locks, "dead", clock):
        [row] = slots.holders(engine, locks)
        assert row.process == os.getpid()


def test_a_lock_that_is_gone_is_noticed(engine, locks, tmp_path):
    with slots.hold(engine, locks, "one", clock) as held:
        (tmp_path / slots.SLOTS_FOLDER / "one.lock").unlink()
        with pytest.raises(SlotLost, match="no longer holds the slot one"):
            held.check()
        # Another has it now: its file is another one.
        with slots.hold(engine, locks, "one", clock) as other:
            other.check()
            with pytest.raises(SlotLost):
                held.check()


@pytest.mark.parametrize("name", ["registrar", "host-1", "A.b_c-9", "x" * 64])
def test_names_that_slots_may_have(name):
    assert slots.check_name(name) == name


@pytest.mark.parametrize("name", ["", ".", "../up", "a b", "-x", "x" * 65, "é", "a/b", "a\n"])
def test_names_that_they_may_not_have(name):
    with pytest.raises(SlotNameInvalid):
        slots.check_name(name)


def test_the_first_free_name_of_a_machine(engine, locks):
    assert slots.free_name(locks, "lab 7.example") == "lab-7-example-1"
    with slots.hold(engine, locks, "lab-7-example-1", clock):
        assert slots.free_name(locks, "lab 7.example") == "lab-7-example-2"


def test_a_machine_without_a_free_name(engine, locks, monkeypatch):
    monkeypatch.setattr(slots, "MAX_SLOTS_A_HOST", 1)
    with slots.hold(engine, locks, "lab-1", clock), pytest.raises(NoSlotFree):
        slots.free_name(locks, "lab")


def test_keys_of_names_fit_and_differ():
    keys = {slots._key(f"slot-{number}") for number in range(1000)}
    assert len(keys) == 1000
    assert all(-(2**63) <= key < 2**63 for key in keys)
