"""How to ask the anchor contract when an issuer anchored a root; no Ethereum library needed."""

ANCHORED_AT_SELECTOR = bytes.fromhex("f8c2919d")
"""First four bytes of Keccak-256 of ``anchoredAt(address,bytes32)``."""
ROOT_SIZE = 32
_WORD = 32
_ADDRESS_SIZE = 20


def anchored_at_calldata(sender: str, root: bytes) -> bytes:
    """Return the calldata of ``anchoredAt(sender, root)``, 68 bytes.

    The answer is one word: the block's time in seconds since 1970, 0 for never.

    Args:
        sender: an address, ``0x`` and 40 hexadecimal digits.
        root: a Merkle root, 32 bytes.

    Raises:
        ValueError: either has another form.
    """
    address = bytes.fromhex(sender.removeprefix("0x"))
    if len(address) != _ADDRESS_SIZE or len(root) != ROOT_SIZE:
        raise ValueError("anchoredAt takes an address of 20 bytes and a root of 32 bytes.")
    return ANCHORED_AT_SELECTOR + address.rjust(_WORD, b"\0") + root
