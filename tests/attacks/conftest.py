"""The simulated school."""

import pytest
from simulators import school as simulated


@pytest.fixture(scope="session")
def simulator():
    """tests/simulators/school.py as a module."""
    return simulated


@pytest.fixture
def world(simulator):
    """All hosts and the chain."""
    return simulator.World()


@pytest.fixture
def school(simulator, world):
    """A school that is in order."""
    return simulator.School(world)
