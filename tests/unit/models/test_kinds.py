"""Transcripts, status lists and entries, presentations, envelopes, profiles."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.errors import StructureInvalid
from credentials.models import (
    check_credential,
    check_envelope,
    check_for_issuing,
    check_presentation,
    check_profile,
)
from credentials.models.checks import MAX_NESTED

VC2 = "https://www.w3.org/ns/credentials/v2"
REMOVED = object()


def pointers(check, document):
    try:
        check(document)
    except StructureInvalid as error:
        return [problem.pointer for problem in error.problems if problem.sentence.endswith(".")]
    return []


def put(document, path, value):
    *way, last = path
    for part in way:
        document = document[part]
    if value is REMOVED:
        del document[last]
    else:
        document[last] = value


# --- Transcripts --------------------------------------------------------------------------------

NESTED = ("credentialSubject", "verifiableCredential", 0)


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        (("name",), REMOVED, "/name"),
        (("partial",), "no", "/partial"),
        (("@context", 1), "https://contexts.example/clr", "/@context"),
        (("credentialSubject", "type"), ["AchievementSubject"], "/credentialSubject/type"),
        (NESTED[:2], [], "/credentialSubject/verifiableCredential"),
        (NESTED[:2], REMOVED, "/credentialSubject/verifiableCredential"),
        (NESTED, "a.b.c", "/credentialSubject/verifiableCredential/0"),
        ((*NESTED, "issuer"), REMOVED, "/credentialSubject/verifiableCredential/0/issuer"),
        (
            (*NESTED, "credentialSubject", "achievement"),
            REMOVED,
            "/credentialSubject/verifiableCredential/0/credentialSubject/achievement",
        ),
        (
            (*NESTED, "credentialSubject", "result", 0, "achievedLevel"),
            "urn:other",
            "/credentialSubject/verifiableCredential/0/credentialSubject/result/0",
        ),
        (
            (*NESTED, "validUntil"),
            "2000-01-01T00:00:00Z",
            "/credentialSubject/verifiableCredential/0/validUntil",
        ),
        (
            ("credentialSubject", "association", 0, "associationType"),
            "isFriendOf",
            "/credentialSubject/association/0/associationType",
        ),
        (
            ("credentialSubject", "association", 0, "targetId"),
            REMOVED,
            "/credentialSubject/association/0/targetId",
        ),
        (
            ("credentialSubject", "achievement", 0, "criteria"),
            REMOVED,
            "/credentialSubject/achievement/0/criteria",
        ),
    ],
)
def test_a_transcript_and_all_that_it_holds(path, value, pointer, transcript):
    assert pointers(check_credential, transcript) == []
    put(transcript, path, value)
    assert pointers(check_credential, transcript)[0] == pointer


def test_transcripts_in_transcripts_have_an_end(transcript):
    inner = transcript
    for _ in range(MAX_NESTED + 2):
        subject = {**transcript["credentialSubject"], "verifiableCredential": [inner]}
        inner = {**transcript, "credentialSubject": subject}
    assert "/credentialSubject/verifiableCredential/0" * (MAX_NESTED + 1) in pointers(
        check_credential, inner
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential",
        "https://www.w3.org/ns/credentials/status#BitstringStatusListCredential",
    ],
)
def test_a_kind_under_its_url_does_not_escape_its_rules(url, credential):
    check_credential({**credential, "type": ["VerifiableCredential", "https://example.org/#A"]})
    assert "/type" in pointers(
        check_credential, {**credential, "type": ["VerifiableCredential", url]}
    )


# --- Status -------------------------------------------------------------------------------------

ENTRY = {
    "id": "https://school.example/status/1#7",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "7",
    "statusListCredential": "https://school.example/status/1",
}
TWO_BITS = {
    "statusSize": 2,
    "statusMessage": [{"status": hex(n), "message": "x"} for n in range(4)],
}


@pytest.mark.parametrize(
    "members",
    [{}, TWO_BITS, {"statusReference": "https://a.example/"}, {"statusSize": 1}],
)
def test_an_entry(members, credential):
    entry = {**ENTRY, **members}
    check_for_issuing({**credential, "credentialStatus": entry})
    check_for_issuing({**credential, "credentialStatus": [entry, {**ENTRY, "id": "urn:b"}]})
    del entry["id"]
    check_for_issuing({**credential, "credentialStatus": entry})


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("statusPurpose", REMOVED),
        ("statusPurpose", ["revocation"]),
        ("statusListIndex", REMOVED),
        ("statusListIndex", 7),
        ("statusListIndex", True),
        ("statusListIndex", "-1"),
        ("statusListIndex", "07"),
        ("statusListIndex", "٧"),
        ("statusListIndex", "1" * 21),
        ("statusListCredential", REMOVED),
        ("statusListCredential", "list 1"),
        ("id", ENTRY["statusListCredential"]),
        ("statusSize", 0),
        ("statusSize", "2"),
        ("statusSize", 10**9),
        ("statusMessage", "x"),
        ("statusMessage", [{"status": "0x0"}]),
        ("statusReference", ["no url"]),
    ],
)
def test_an_entry_that_is_wrong(member, value, credential):
    entry = {**ENTRY}
    put(entry, (member,), value)
    found = pointers(check_credential, {**credential, "credentialStatus": [ENTRY, entry]})
    assert found[0].startswith(f"/credentialStatus/1/{member}")


@pytest.mark.parametrize(
    "messages", [None, [], [{"status": "0x0", "message": "x"}] * 3, [{"status": "0x0"}] * 4]
)
def test_every_value_of_a_status_has_a_message(messages, credential):
    entry = {**ENTRY, **TWO_BITS, "statusMessage": messages}
    if messages is None:
        del entry["statusMessage"]
    assert pointers(check_credential, {**credential, "credentialStatus": entry})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("credentialSubject", "type"), "StatusList"),
        (("credentialSubject", "statusPurpose"), REMOVED),
        (("credentialSubject", "statusPurpose"), []),
        (("credentialSubject", "statusPurpose"), 5),
        (("credentialSubject", "encodedList"), REMOVED),
        (("credentialSubject", "encodedList"), "H4sIAAAA"),
        (("credentialSubject", "encodedList"), "uH4sI="),
        (("credentialSubject", "ttl"), "300000"),
        (("credentialSubject",), [{"id": "urn:a"}]),
        (("issuer",), REMOVED),
        (("validFrom",), "today"),
    ],
)
def test_a_status_list(path, value, status_list):
    check_for_issuing({k: v for k, v in status_list.items() if k != "description"})
    put(status_list, path, value)
    assert pointers(check_credential, status_list)[0].startswith("/" + "/".join(path))


def test_a_list_may_have_several_purposes(status_list):
    status_list["credentialSubject"]["statusPurpose"] = ["revocation", "suspension"]
    check_credential(status_list)


# --- Presentations and envelopes ----------------------------------------------------------------

ENVELOPE = {
    "@context": VC2,
    "id": "data:application/vc+jwt,eyJhbGciOiJFUzI1NiJ9.e30.c2ln",
    "type": "EnvelopedVerifiableCredential",
}


@pytest.fixture
def presentation(documents):
    return {**documents["verifiable_presentation"]}


@pytest.mark.parametrize(
    "members",
    [
        {"holder": "did:key:z6Mk"},
        {"holder": {"id": "did:key:z6Mk"}},
        {"id": "urn:uuid:1"},
        {"verifiableCredential": []},
        {"verifiableCredential": ENVELOPE},
        {"verifiableCredential": [ENVELOPE, {**ENVELOPE, "id": "data:application/vc+jwt,a"}]},
        {"type": ["VerifiablePresentation", "https://example.org/#Show"]},
        {"termsOfUse": {"type": "https://example.org/#Policy"}},
    ],
)
def test_a_presentation(members, presentation):
    check_presentation({**presentation, **members})
    check_for_issuing({**presentation, **members})


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"@context": None}, "/@context"),
        ({"@context": [VC2, 5]}, "/@context/1"),
        ({"type": ["VerifiableCredential"]}, "/type"),
        ({"id": "one"}, "/id"),
        ({"holder": "z6Mk"}, "/holder"),
        ({"holder": {"id": "z6Mk"}}, "/holder/id"),
        ({"holder": {"name": "Emmy"}}, "/holder/id"),
        ({"holder": ["did:key:z6Mk"]}, "/holder"),
        ({"verifiableCredential": "a.b.c"}, "/verifiableCredential"),
        ({"verifiableCredential": ["https://a.example/"]}, "/verifiableCredential/0"),
        ({"verifiableCredential": [5]}, "/verifiableCredential/0"),
        ({"verifiableCredential": None}, "/verifiableCredential"),
        ({"verifiableCredential": {"@context": [VC2]}}, "/verifiableCredential/type"),
        (
            {"verifiableCredential": [{**ENVELOPE, "type": ["VerifiablePresentation"]}]},
            "/verifiableCredential/0/type",
        ),
        (
            {"verifiableCredential": [{**ENVELOPE, "id": "https://a.example/"}]},
            "/verifiableCredential/0/id",
        ),
        (
            {"verifiableCredential": [{**ENVELOPE, "@context": []}]},
            "/verifiableCredential/0/@context",
        ),
        ({"termsOfUse": [{}]}, "/termsOfUse/0/type"),
    ],
)
def test_a_presentation_that_is_wrong(members, pointer, presentation):
    assert pointers(check_presentation, {**presentation, **members})[0] == pointer


def test_envelopes():
    check_envelope(ENVELOPE)
    shown = {**ENVELOPE, "type": ["EnvelopedVerifiablePresentation"], "@context": [VC2]}
    check_envelope(shown)
    for change in (
        {"@context": []},
        {"@context": "https://www.w3.org/ns/credentials/examples/v2"},
        {"type": "VerifiableCredential"},
        {"type": ["EnvelopedVerifiablePresentation", "VerifiablePresentation"]},
        {"id": ENVELOPE["id"].partition(",")[2]},
        {"id": None},
    ):
        assert len(pointers(check_envelope, {**shown, **change})) == 1


def test_profiles(documents):
    check_profile(documents["profile"])
    assert pointers(check_profile, {"type": ["Profile"]}) == ["/id"]
    assert pointers(check_profile, []) == [""]


# --- Anything -----------------------------------------------------------------------------------

KNOWN = [
    "@context",
    "id",
    "type",
    "issuer",
    "credentialSubject",
    "verifiableCredential",
    "credentialStatus",
    "relatedResource",
    "digestSRI",
    "statusSize",
    "statusMessage",
    "holder",
    "endorsement",
    "achievement",
    "result",
    "@value",
]
WORDS = [
    VC2,
    "VerifiableCredential",
    "VerifiablePresentation",
    "OpenBadgeCredential",
    "ClrCredential",
    "BitstringStatusListEntry",
    "EnvelopedVerifiableCredential",
    "urn:a",
    "\ud800",
    "",
]
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(st.characters(), max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KNOWN) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)
CHECKS = (check_credential, check_presentation, check_profile, check_envelope, check_for_issuing)


@given(st.dictionaries(st.sampled_from(KNOWN), anything))
@settings(max_examples=300, deadline=None)
def test_nothing_that_json_can_say_crashes_a_check(document):
    for check in CHECKS:
        with contextlib.suppress(StructureInvalid):
            check(document)


@given(
    st.sampled_from(
        ["achievement_credential", "clr_credential", "endorsement_credential", "profile"]
    ),
    st.data(),
)
@settings(max_examples=200, deadline=None)
def test_nothing_in_any_place_crashes_a_check(documents, kind, data):
    document = {**documents[kind]}
    place = document
    while True:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(keys))
        place[key] = place[key].copy() if isinstance(place[key], dict | list) else place[key]
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(anything)
    for check in (check_profile if kind == "profile" else check_credential, check_presentation):
        with contextlib.suppress(StructureInvalid):
            check(document)
