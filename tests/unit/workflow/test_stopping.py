"""Work lets go when it is asked to, and no error handler takes that for a failure."""

import threading
import time

import pytest

from issuer.workflow.errors import SlotLost
from issuer.workflow.stopping import Stop, Stopping


def test_nothing_stops_until_it_is_asked():
    stop = Stop()
    stop.check()
    stop.pause(0.001)
    assert not stop.wait(0.001)
    assert not stop.asked
    stop.ask()
    assert stop.asked
    with pytest.raises(Stopping):
        stop.check()
    with pytest.raises(Stopping):
        stop.pause(60)


def test_the_first_reason_is_kept():
    stop = Stop()
    lost = SlotLost("gone")
    stop.ask(lost)
    stop.ask(SlotLost("again"))
    stop.ask()
    assert stop.reason is lost


def test_a_pause_ends_at_once():
    stop = Stop()
    timer = threading.Timer(0.05, stop.ask)
    timer.start()
    began = time.monotonic()
    with pytest.raises(Stopping):
        stop.pause(30)
    assert time.monotonic() - began < 10
    timer.join()


def test_stopping_is_not_an_exception_that_work_could_catch():
    assert not issubclass(Stopping, Exception)
