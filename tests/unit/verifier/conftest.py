"""The simulated school, loaded by its path: there are no packages under tests."""

import importlib.util
from pathlib import Path

import pytest

SIMULATOR = Path(__file__).resolve().parents[2] / "simulators" / "school.py"


@pytest.fixture(scope="session")
def simulator():
    """tests/simulators/school.py as a module."""
    spec = importlib.util.spec_from_file_location("touchstone_simulated_school", SIMULATOR)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def world(simulator):
    """All hosts and the chain."""
    return simulator.World()


@pytest.fixture
def school(simulator, world):
    """A school that is in order."""
    return simulator.School(world)
