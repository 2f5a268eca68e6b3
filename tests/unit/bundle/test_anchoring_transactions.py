"""Who sent a root: our own recovery of the key, against the Ethereum libraries'."""

import pytest
import rlp
from eth_account import Account
from eth_utils.address import to_checksum_address
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.bundle import secp256k1
from verifier.bundle.errors import BundleProofWrong
from verifier.bundle.transactions import address_of, read_transaction

SECRET = "0x" + "17" * 32
CONTRACT = "0x" + "c0" * 20
ROOT = b"\x5a" * 32
unhurried = settings(deadline=None, max_examples=25)


def signed(secret=SECRET, **members):
    fields = {
        "type": 2,
        "chainId": 11155111,
        "nonce": 7,
        "value": 0,
        "data": ROOT,
        "gas": 60_000,
        "maxFeePerGas": 10**9,
        "maxPriorityFeePerGas": 10**8,
        "to": to_checksum_address(CONTRACT),
        **members,
    }
    return bytes(Account.sign_transaction(fields, secret).raw_transaction)


@unhurried
@given(st.integers(1, secp256k1.N - 1), st.binary(min_size=32, max_size=32), st.integers(0, 2**20))
def test_sender_root_and_contract_are_found(secret, root, nonce):
    key = f"0x{secret:064x}"
    raw = signed(key, data=root, nonce=nonce)
    found = read_transaction(raw)
    assert found.sender == Account.from_key(key).address.lower()
    assert (found.root, found.to, found.chain_id) == (root, CONTRACT, 11155111)
    assert found.sender == Account.recover_transaction(raw).lower()


@unhurried
@given(st.data())
def test_a_changed_byte_makes_it_somebody_elses_or_nobodys(data):
    raw = signed()
    at = data.draw(st.integers(0, len(raw) - 1))
    changed = bytearray(raw)
    changed[at] ^= data.draw(st.integers(1, 255))
    try:
        found = read_transaction(bytes(changed))
    except BundleProofWrong:
        return
    assert found.sender != Account.from_key(SECRET).address.lower()
    assert found.hash != read_transaction(raw).hash


def _with(place, value):
    fields = rlp.decode(signed()[1:])
    fields[place] = value
    return b"\x02" + rlp.encode(fields)


def _twin():
    """The other signature by the same key: anybody can make it (EIP-2)."""
    fields = rlp.decode(signed()[1:])
    s = secp256k1.N - int.from_bytes(fields[11], "big")
    parity = b"" if fields[9] else b"\x01"
    return b"\x02" + rlp.encode([*fields[:9], parity, fields[10], s.to_bytes(32, "big")])


NOT_ANCHORS = {
    "nothing": b"",
    "another type": b"\x01" + signed()[1:],
    "a legacy transaction": signed()[1:],
    "something behind it": signed() + b"\x00",
    "more than a root": signed(data=ROOT + b"\x00"),
    "less than a root": signed(data=ROOT[:31]),
    "a creation": _with(5, b""),
    "too few fields": b"\x02" + rlp.encode(rlp.decode(signed()[1:])[:11]),
    "a parity of 2": _with(9, b"\x02"),
    "a chain id with a leading zero": _with(0, b"\x00\x01"),
    "r of zero": _with(10, b""),
    "r beyond the order": _with(10, b"\xff" * 32),
    "s of zero": _with(11, b""),
    "s of 33 bytes": _with(11, b"\x01" * 33),
    "the signature's twin": _twin(),
    "a list for its data": _with(7, [ROOT]),
}


@pytest.mark.parametrize("raw", NOT_ANCHORS.values(), ids=NOT_ANCHORS)
def test_what_does_not_anchor_is_refused(raw):
    with pytest.raises(BundleProofWrong):
        read_transaction(raw)


def test_an_r_that_is_no_coordinate_has_no_key():
    at = next(
        x
        for x in range(1, 50)
        if pow((pow(x, 3, secp256k1.P) + 7) % secp256k1.P, (secp256k1.P - 1) // 2, secp256k1.P) != 1
    )
    with pytest.raises(ValueError, match="coordinate"):
        secp256k1.recover(b"\x01" * 32, at, 1, y_is_odd=False)


def test_the_address_of_a_key():
    account = Account.from_key(SECRET)
    assert address_of(account._key_obj.public_key.to_bytes()) == account.address.lower()
