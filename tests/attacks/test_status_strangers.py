"""Whatever a stranger writes as a status entry or as a list: no crash, and never a yes."""

import json
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from verifier.checks.status import READERS, check
from verifier.ports import CheckSettings
from verifier.report import Outcome
from verifier.status import bits, named_lists, signed_lists
from verifier.subject import Subject

NAMES = [
    "id",
    "type",
    "statusPurpose",
    "statusListIndex",
    "statusListCredential",
    "statusSize",
    "statusMessage",
    "status",
    "message",
    "issuer",
    "credentialSubject",
    "encodedList",
    "revokedCredential",
    "revokedAssertions",
    "revoked",
    "revocationReason",
    "proof",
    "@context",
    "ttl",
    "validUntil",
]
WORDS = [
    *READERS,
    "revocation",
    "suspension",
    "message",
    "0",
    "94567",
    "0x1",
    "https://school.example/list",
    "https://school.example/list#1",
    "did:web:school.example",
    "BitstringStatusListCredential",
    "VerifiableCredential",
    "BitstringStatusList",
    "https://www.w3.org/ns/credentials/v2",
    "http://[",
    "\ud800",
    "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA",
]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 2**70)
    | st.floats(allow_nan=False)
    | st.sampled_from(WORDS)
    | st.text(string.printable, max_size=12)
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES), inner, max_size=8)
        | st.dictionaries(st.text(max_size=4), inner, max_size=2)
    ),
    max_leaves=20,
)
ENTRIES = st.fixed_dictionaries(
    {"type": st.sampled_from([*READERS]) | JSON},
    optional={name: JSON for name in NAMES if name != "type"},
)
FEW = settings(
    max_examples=150,
    deadline=2_000,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(autouse=True)
def forget():
    """What is remembered of lists must not make one example easier than another."""
    for cached in (signed_lists._read, named_lists._read, bits._decode, bits._decode_2021):
        cached.cache_clear()


class AnyPage:
    """Answers the same page for every address."""

    def __init__(self, world, page):
        self.world, self.page = world, page

    def resolve(self, did):
        return self.world.resolve(did)

    def fetch(self, url, *, max_bytes):
        return self.page

    def anchor(self, chain_id, transaction):
        return self.world.anchor(chain_id, transaction)


def outcomes(school, world, status, page):
    document = {**school.unsigned(), "credentialStatus": status}
    ports = world.ports()
    strange = AnyPage(world, page)
    subject = Subject(document, type(ports)(ports.clock, world, strange, world), world.now)
    return {found.outcome for found in check(subject, subject.ports, CheckSettings())}


@FEW
@given(status=ENTRIES | JSON)
def test_strange_entries(school, world, status):
    page = json.dumps(school.publish_list("revocation")).encode()
    found = outcomes(school, world, status, page)
    open_or_none = Outcome.UNDETERMINED if status not in (None, []) else Outcome.NOT_APPLICABLE
    assert found == {open_or_none}


@FEW
@given(page=JSON.map(lambda it: json.dumps(it).encode()) | st.binary(max_size=200))
@pytest.mark.parametrize("kind", [*READERS])
def test_strange_lists(school, world, kind, page):
    url = "https://elsewhere.example/list"
    entry = {
        "id": url,
        "type": kind,
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": url,
    }
    found = outcomes(school, world, entry, page)
    assert found == {Outcome.UNDETERMINED} or kind == named_lists.EDTECH
    if found != {Outcome.UNDETERMINED}:  # the one kind without a signature
        said = json.loads(page)
        assert school.did in json.dumps(said["issuer"])
        assert isinstance(said["revokedCredential"], list)


@FEW
@given(members=st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6))
def test_a_list_that_was_changed_after_signing(school, world, members):
    """One signature covers every member that a reader looks at."""
    credential = school.unsigned()
    good = school.publish_list("revocation")
    changed = {**good, **members}
    if changed == good or set(members) <= {"proof"}:
        return
    page = json.dumps(changed).encode()
    assert outcomes(school, world, credential["credentialStatus"], page) == {Outcome.UNDETERMINED}
