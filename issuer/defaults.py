"""What holds where a school says nothing else; apart from the settings so that it loads at once."""

from pathlib import Path
from typing import Final

DEFAULT_HOME: Final = Path(".touchstone")
LOCAL_RPC: Final = "local"
"""The ``rpc_url`` that means: the embedded Anvil of this home."""
LOCAL_CHAIN_ID: Final = 11_155_111
"""Sepolia's number, because Blockcerts verifiers accept no unknown chain."""
LOCAL_CHAIN_PORT: Final = 8545
DEFAULT_SIGNER: Final = "file:keys/signing-1.jwe"
"""Where the first signing key is, below the home."""
