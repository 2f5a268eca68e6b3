"""What may pass is waited out for a bounded time; what may not is raised at once."""

import pytest
from sqlalchemy.exc import OperationalError

from issuer.db.errors import DatabaseBusy, DatabaseUnreadable
from issuer.minting import patience
from issuer.minting.patience import patiently
from issuer.workflow.stopping import Stop, Stopping


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(patience, "_FIRST_PAUSE_S", 0.001)


def failing(*errors):
    """Work that fails so often, and then is done."""
    left = list(errors)
    calls = []

    def work():
        calls.append(1)
        if left:
            raise left.pop(0)
        return "done"

    return work, calls


def disconnected(lost):
    return OperationalError("SELECT 1", {}, Exception("gone"), connection_invalidated=lost)


@pytest.mark.parametrize("error", [DatabaseBusy("busy"), disconnected(True)])
def test_what_passes_is_waited_out(error):
    work, calls = failing(error, error)
    assert patiently(work, Stop()) == "done"
    assert len(calls) == 3


@pytest.mark.parametrize(
    "error", [DatabaseUnreadable("broken"), disconnected(False), ValueError("ours")]
)
def test_what_does_not_pass_is_raised_at_once(error):
    work, calls = failing(error)
    with pytest.raises(type(error)):
        patiently(work, Stop())
    assert len(calls) == 1


def test_patience_has_an_end():
    work, calls = failing(*[DatabaseBusy("busy")] * 100_000)
    with pytest.raises(DatabaseBusy):
        patiently(work, Stop(), patience_s=0.02)
    assert 1 < len(calls) < 100


def test_nobody_waits_in_a_process_that_ends():
    stop = Stop()

    def work():
        stop.ask()
        raise DatabaseBusy("busy")

    with pytest.raises(Stopping):
        patiently(work, stop)
