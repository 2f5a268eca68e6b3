"""One key of every kind, made once."""

import pytest

from keys.public_key import KeyKind
from keys.signers.file import FileSigner


@pytest.fixture(scope="session")
def signers() -> dict[KeyKind, FileSigner]:
    """A signer of each kind."""
    return {kind: FileSigner.generate(kind) for kind in KeyKind}
