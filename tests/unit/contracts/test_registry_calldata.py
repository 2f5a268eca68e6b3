"""Our coding of the registry's calls is the ABI's, as another library writes it."""

import hashlib
import re
from datetime import UTC, datetime

import pytest
from eth_abi import encode
from eth_utils import keccak
from hypothesis import given
from hypothesis import strategies as st

from contracts import issuer_registry as registry
from contracts.artifacts import credential_anchor, issuer_registry
from contracts.credential_anchor import ANCHORED_AT_SELECTOR
from contracts.words import (
    address_of_word,
    check_address,
    checksum_address,
    flag_of_word,
    number_of_word,
    word_of_address,
    word_of_bytes32,
    word_of_number,
    words_of,
)

DID = registry.did_hash("did:web:northgate.example")
ANCHOR = "0x52908400098527886E0F7030069857D2E4169EE7"
OTHER = "0xde709f2102306220921060314715629080e2fb77"
MOMENT = datetime(2026, 9, 1, 12, tzinfo=UTC)
SECONDS = int(MOMENT.timestamp())
REASON = b"closed".ljust(32, b"\0")
CALLS = {
    "accredit": (registry.accredit_calldata(DID, ANCHOR, MOMENT, None), [DID, ANCHOR, SECONDS, 0]),
    "revoke": (registry.revoke_calldata(DID, ANCHOR, "closed"), [DID, ANCHOR, REASON]),
    "proposeNetwork": (registry.propose_network_calldata(ANCHOR), [ANCHOR]),
    "acceptNetwork": (registry.accept_network_calldata(), []),
    "isAccredited": (
        registry.is_accredited_calldata(DID, ANCHOR, MOMENT),
        [DID, ANCHOR, SECONDS],
    ),
    "network": (registry.network_calldata(), []),
    "nextNetwork": (registry.next_network_calldata(), []),
    "anchorCount": (registry.anchor_count_calldata(DID), [DID]),
    "anchorAt": (registry.anchor_at_calldata(DID, 7), [DID, 7]),
    "accreditationCount": (registry.accreditation_count_calldata(DID, ANCHOR), [DID, ANCHOR]),
    "accreditation": (registry.accreditation_calldata(DID, ANCHOR, 7), [DID, ANCHOR, 7]),
}
FUNCTIONS = {e["name"]: e for e in issuer_registry().abi if e["type"] == "function"}


def test_there_is_a_call_for_every_function_of_the_contract():
    assert set(CALLS) == set(FUNCTIONS)


@pytest.mark.parametrize("name", CALLS)
def test_calldata_is_the_abis(name):
    data, values = CALLS[name]
    types = [one["type"] for one in FUNCTIONS[name]["inputs"]]
    signature = f"{name}({','.join(types)})"
    assert data == keccak(text=signature)[:4] + encode(types, values)


def test_no_selector_is_that_of_the_anchors_getter_or_twice():
    selectors = [data[:4] for data, _ in CALLS.values()]
    assert len({*selectors, ANCHORED_AT_SELECTOR}) == len(selectors) + 1


@pytest.mark.parametrize(
    ("artifact", "module"),
    [(credential_anchor(), "credential_anchor"), (issuer_registry(), "issuer_registry")],
)
def test_the_code_hash_of_today_is_listed(artifact, module):
    listed = __import__(f"contracts.{module}", fromlist=["CODE_HASHES"]).CODE_HASHES
    assert artifact.code_hash == keccak(artifact.runtime)
    assert artifact.code_hash in listed
    assert keccak(artifact.runtime + b"\0") not in listed


def test_a_did_is_hashed_whole_and_only_a_did():
    assert hashlib.sha256(b"did:web:northgate.example").digest() == DID
    assert registry.did_hash("did:web:Northgate.example") != DID
    for wrong in ("", "northgate.example", "did:web:x#key-1", "did:web:x/path", "did:web:x?q"):
        with pytest.raises(ValueError, match="by their DID"):
            registry.did_hash(wrong)


@pytest.mark.parametrize("wrong", ["", " ", "x" * 33, "é", "a\nb", " closed", "closed ", "a\0"])
def test_a_reason_is_short_printable_text(wrong):
    with pytest.raises(ValueError, match="printable"):
        registry.word_of_reason(wrong)
    for right in ("x", "x" * 32, "key compromise, 2026-03"):
        assert registry.reason_of_word(registry.word_of_reason(right)) == right


def test_a_reason_that_others_wrote_hides_nothing():
    assert registry.reason_of_word(b"a\0\x1b[2Jb".ljust(32, b"\0")) == "a\\x00\\x1b[2Jb"


def test_times_need_a_zone_and_are_positive():
    for wrong in (datetime(2026, 1, 1), datetime(1970, 1, 1, tzinfo=UTC)):  # noqa: DTZ001
        with pytest.raises(ValueError, match=r"time zone|1970"):
            registry.is_accredited_calldata(DID, ANCHOR, wrong)


def test_answers_of_another_form_are_refused():
    five = b"".join(map(word_of_number, (1, 2, 3, 0, 0)))
    assert registry.read_accreditation(five).valid_until == datetime.fromtimestamp(2, tz=UTC)
    assert registry.read_flag(word_of_number(1))
    assert not registry.read_flag(word_of_number(0))
    for read, wrong in (
        (registry.read_accreditation, five[:-1]),
        (registry.read_accreditation, b""),
        (registry.read_flag, word_of_number(2)),
        (registry.read_flag, b"\1"),
        (registry.read_number, b""),
        (registry.read_address, b"\1" * 32),
    ):
        with pytest.raises(ValueError, match=r"."):
            read(wrong)


def test_logs_of_another_form_are_refused_and_of_others_ignored():
    topic = keccak(text="Revoked(bytes32,address,bytes32)")
    good = [topic, DID, word_of_address(ANCHOR)]
    assert registry.read_event(good, REASON) == registry.Revoked(DID, ANCHOR, "closed")
    assert registry.read_event([], b"") is None
    assert registry.read_event([b"\1" * 32, DID], b"") is None
    for topics, data in ((good[:2], REASON), (good, REASON[:-1]), ([topic, DID, DID], REASON)):
        with pytest.raises(ValueError, match=r"."):
            registry.read_event(topics, data)


@pytest.mark.parametrize("address", [ANCHOR, "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"])
def test_addresses_have_the_capitals_of_eip_55(address):
    assert checksum_address(address.lower()) == address
    assert check_address(address) == check_address(address.lower()) == address
    flipped = re.sub(r"[a-fA-F](?=[^a-fA-F]*$)", lambda found: found[0].swapcase(), address)
    assert flipped != address
    with pytest.raises(ValueError, match="EIP-55"):
        check_address(flipped)
    for wrong in (address[2:], address[:-1], address + "0", "0x" + "g" * 40, address + "\n"):
        with pytest.raises(ValueError, match="hexadecimal"):
            checksum_address(wrong)


def test_words_have_32_bytes():
    assert address_of_word(word_of_address(OTHER)) == checksum_address(OTHER)
    for call in (
        lambda: word_of_number(-1),
        lambda: word_of_number(2**256),
        lambda: word_of_bytes32(b"\1" * 31),
        lambda: word_of_address("0x" + "1" * 39),
        lambda: number_of_word(b""),
        lambda: flag_of_word(word_of_number(2**255)),
        lambda: words_of(b"\1" * 33, 1),
    ):
        with pytest.raises(ValueError, match=r"."):
            call()


@given(st.integers(0, 2**256 - 1))
def test_fuzz_numbers_come_back(number):
    assert number_of_word(word_of_number(number)) == number


@given(st.binary(max_size=400))
def test_fuzz_no_answer_breaks_a_reader(answer):
    for read in (registry.read_accreditation, registry.read_address, registry.read_flag):
        try:
            read(answer)
        except ValueError:
            continue


@given(st.lists(st.binary(max_size=40), max_size=5), st.binary(max_size=200))
def test_fuzz_no_log_breaks_the_reader(topics, data):
    for first in (keccak(text="Revoked(bytes32,address,bytes32)"), None):
        try:
            registry.read_event([first, *topics] if first else topics, data)
        except ValueError:
            continue
