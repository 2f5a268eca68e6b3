"""Tests of commands and site: see the conftest.py above for the school."""

import pytest


@pytest.fixture(autouse=True)
def _told(environment: pytest.MonkeyPatch) -> None:
    """Every test here has the passphrase and the switch."""
