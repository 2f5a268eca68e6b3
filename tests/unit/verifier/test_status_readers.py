"""Every kind of status list that is met in the field, with what it says and what it cannot say."""

import gzip
import json
from datetime import timedelta

import pytest

from credentials.jose import vc_jose
from credentials.jose.envelope import envelop
from credentials.status_list import Bitstring
from keys.multibase import base64url_encode
from verifier.fetch.documents import PublishedDocuments
from verifier.policy import Policy, Verdict, decide
from verifier.report import Outcome
from verifier.status.signed_lists import seconds_to_live
from verifier.verify import verify_credential

V1 = "https://www.w3.org/2018/credentials/v1"
LIST_2021 = "https://w3id.org/vc/status-list/2021/v1"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"
OB_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
INDEX = 94567


def judge(document, world):
    report = verify_credential(document, world.ports())
    return report, decide(report).verdict


def codes(report):
    return [it.code for it in report.of("status")]


def with_status(school, status, *contexts):
    document = school.unsigned()
    document["@context"] = [*document["@context"], *contexts]
    document["credentialStatus"] = status
    return school.sign(document)


# --- StatusList2021 -----------------------------------------------------------------------------


def entry_2021(school, **members):
    return {
        "id": f"{school.base}/lists/2021#{INDEX}",
        "type": "StatusList2021Entry",
        "statusPurpose": "revocation",
        "statusListIndex": str(INDEX),
        "statusListCredential": f"{school.base}/lists/2021",
        **members,
    }


def publish_2021(school, *indexes, encoded=None, **members):
    bits = Bitstring()
    for index in indexes:
        bits.set(index, True)
    url = f"{school.base}/lists/2021"
    document = {
        "@context": [V1, LIST_2021, DATA_INTEGRITY],
        "id": url,
        "type": ["VerifiableCredential", "StatusList2021Credential"],
        "issuer": school.did,
        "issuanceDate": "2026-06-01T00:00:00Z",
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "StatusList2021",
            "statusPurpose": "revocation",
            "encodedList": encoded or bits.encode().removeprefix("u"),
        },
        **members,
    }
    school.world.pages[url] = school.sign(document)


@pytest.fixture
def badge_2021(school):
    return with_status(school, entry_2021(school), LIST_2021)


def test_a_list_of_2021_that_does_not_name_it(school, world, badge_2021):
    publish_2021(school, INDEX - 1, INDEX + 1)
    report, verdict = judge(badge_2021, world)
    assert (codes(report), verdict) == (["status.passed"], Verdict.VERIFIED)


def test_a_list_of_2021_that_names_it(school, world, badge_2021):
    publish_2021(school, INDEX)
    report, verdict = judge(badge_2021, world)
    assert (codes(report), verdict) == (["status.withdrawn"], Verdict.REFUSED)


@pytest.mark.parametrize("pad", ["", "="])
def test_the_other_base64_of_2021_is_read_too(school, world, badge_2021, pad):
    bits = Bitstring()
    bits.set(INDEX, True)
    plain = bits.encode().removeprefix("u").replace("-", "+").replace("_", "/")
    publish_2021(school, encoded=plain + pad)
    assert codes(judge(badge_2021, world)[0]) == ["status.withdrawn"]


SHORT = base64url_encode(gzip.compress(bytes(2048), mtime=0)).removeprefix("u")
BOMB = base64url_encode(gzip.compress(bytes(17 * 1024 * 1024), mtime=0)).removeprefix("u")


@pytest.mark.parametrize(
    "members",
    [
        {"encoded": Bitstring().encode()},  # with the prefix that came later
        {"encoded": SHORT},
        {"encoded": BOMB},
        {"encoded": "%%%"},
        {"issuer": "did:web:other.example"},
        {"issuanceDate": "2026-08-01T00:00:00Z"},
        {"expirationDate": "2026-06-15T00:00:00Z"},
        {"type": ["VerifiableCredential"]},
    ],
)
def test_a_list_of_2021_that_cannot_be_relied_on(school, world, badge_2021, members):
    publish_2021(school, **members)
    report, verdict = judge(badge_2021, world)
    assert (codes(report), verdict) == (["status.unusable"], Verdict.UNDECIDED)


def test_a_bitstring_list_is_no_list_of_2021(school, world):
    url = school.list_url("revocation")
    badge = with_status(school, entry_2021(school, statusListCredential=url), LIST_2021)
    assert codes(judge(badge, world)[0]) == ["status.unusable"]


@pytest.mark.parametrize(
    "members", [{"statusPurpose": "message"}, {"statusListIndex": "x"}, {"statusListIndex": ""}]
)
def test_a_malformed_entry_of_2021(school, world, members):
    publish_2021(school)
    badge = with_status(school, entry_2021(school, **members), LIST_2021)
    report, verdict = judge(badge, world)
    assert (codes(report), verdict) == (["status.unknown-type"], Verdict.UNDECIDED)


# --- Messages (statusSize, statusMessage) -------------------------------------------------------


def message_entry(school, **members):
    return {
        "id": f"{school.base}/status/message#5",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "message",
        "statusListIndex": "5",
        "statusListCredential": f"{school.base}/status/message",
        "statusSize": 2,
        "statusMessage": [
            {"status": "0x0", "message": "as issued"},
            {"status": "0x1", "message": "under review"},
            {"status": "0x2", "message": "translated"},
            {"status": "0x3", "message": "lent"},
        ],
        **members,
    }


def publish_messages(school, *bits, size=262_144):
    school.bits["message"] = Bitstring(size)
    for bit in bits:
        school.bits["message"].set(bit, True)
    school.publish_list("message")


@pytest.mark.parametrize(
    ("bits", "said"),
    [
        ((), "as issued"),
        ((11,), "under review"),
        ((10,), "translated"),
        ((10, 11), "lent"),
    ],
)
def test_a_message_is_shown_and_says_neither_good_nor_bad(school, world, bits, said):
    publish_messages(school, *bits)
    report, verdict = judge(with_status(school, message_entry(school)), world)
    assert codes(report) == ["status.message"]
    assert report.outcome_of("status") is Outcome.NOT_APPLICABLE
    assert f"Its list says: {said}." in report.of("status")[0].sentence
    assert verdict is Verdict.VERIFIED
    strict = Policy.from_json({"require_status": True})
    assert decide(report, strict).verdict is Verdict.REFUSED


def test_a_message_beside_a_status_does_not_hide_it(school, world):
    publish_messages(school)
    document = school.unsigned()
    standing = document["credentialStatus"]
    document["credentialStatus"] = [message_entry(school), standing]
    badge = school.sign(document)
    report, _ = judge(badge, world)
    assert report.outcome_of("status") is Outcome.PASSED
    strict = Policy.from_json({"require_status": True})
    assert decide(report, strict).verdict is Verdict.VERIFIED
    school.bits["revocation"].set(int(standing["statusListIndex"]), True)
    school.publish_list("revocation")
    assert judge(badge, world)[1] is Verdict.REFUSED


def test_a_list_of_messages_needs_entries_enough(school, world):
    publish_messages(school, size=131_072)
    report, verdict = judge(with_status(school, message_entry(school)), world)
    assert (codes(report), verdict) == (["status.unusable"], Verdict.UNDECIDED)


@pytest.mark.parametrize(
    "members", [{"statusMessage": [{"status": "two", "message": "x"}]}, {"statusSize": 65}]
)
def test_a_malformed_message_entry(school, world, members):
    publish_messages(school)
    report, verdict = judge(with_status(school, message_entry(school, **members)), world)
    assert (codes(report), verdict) == (["status.unknown-type"], Verdict.REFUSED)


# --- 1EdTech ------------------------------------------------------------------------------------


def edtech_url(school):
    return f"{school.base}/revocations"


@pytest.fixture
def badge_1edtech(school):
    status = {"id": edtech_url(school), "type": "1EdTechRevocationList"}
    return with_status(school, status, OB_EXTENSIONS)


def publish_edtech(school, *entries, **members):
    url = edtech_url(school)
    document = {"id": url, "issuer": school.did, "revokedCredential": list(entries), **members}
    school.world.pages[url] = {name: it for name, it in document.items() if it is not None}


OTHER = {"id": "urn:uuid:00000000-0000-4000-8000-000000000000", "revocationReason": "other"}


@pytest.mark.parametrize("issuer", ["did:web:school.example", None, "https://school.example/x"])
def test_a_1edtech_list_that_does_not_name_it_is_the_hosts_word(
    school, world, badge_1edtech, issuer
):
    publish_edtech(school, OTHER, issuer=issuer)
    world.recognise(school)
    report, verdict = judge(badge_1edtech, world)
    assert (codes(report), verdict) == (["status.host-word"], Verdict.VERIFIED)
    assert report.headline == "Genuine; that it stands is its host's word alone"
    assert report.sentence == (
        "school.example does not list it as withdrawn. Nobody signed that list."
    )


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({}, "since (its list gives neither the day nor the reason)"),
        ({"revoked": True}, "since (its list gives neither the day nor the reason)"),
        ({"revocationReason": "Judged in error."}, "since: Judged in error"),
        ({"revoked": "2026-06-12T00:00:00Z"}, "on 2026-06-12 (UTC)"),
        (
            {"revoked": "2026-06-12T00:00:00Z", "revocationReason": "Judged in error"},
            "on 2026-06-12 (UTC): Judged in error",
        ),
    ],
)
def test_a_1edtech_list_that_names_it(school, world, badge_1edtech, entry, said):
    publish_edtech(school, OTHER, {"id": badge_1edtech["id"], **entry})
    report, verdict = judge(badge_1edtech, world)
    assert (codes(report), verdict) == (["status.withdrawn"], Verdict.REFUSED)
    assert report.sentence == f"Signed by the school, withdrawn {said}."


def test_a_1edtech_entry_may_say_that_it_is_not_revoked(school, world, badge_1edtech):
    name = badge_1edtech["id"]
    publish_edtech(school, {"id": name, "revoked": False})
    assert codes(judge(badge_1edtech, world)[0]) == ["status.host-word"]
    publish_edtech(school, {"id": name, "revoked": True}, {"id": name, "revoked": False})
    assert codes(judge(badge_1edtech, world)[0]) == ["status.withdrawn"]
    publish_edtech(school, {"id": name, "revoked": False}, {"id": name, "revoked": True})
    assert codes(judge(badge_1edtech, world)[0]) == ["status.withdrawn"]


@pytest.mark.parametrize(
    "page",
    [
        {"issuer": "did:web:other.example"},
        {"issuer": "https://other.example/issuer"},
        {"revokedCredential": None},
        {"revokedCredential": {"id": "x"}},
        {"revokedCredential": ["x"]},
        {"revokedCredential": [{"revoked": True}]},
        b"not json",
        b"<html></html>",
    ],
)
def test_a_1edtech_list_that_cannot_be_relied_on(school, world, badge_1edtech, page):
    if isinstance(page, bytes):
        world.pages[edtech_url(school)] = page
    else:
        publish_edtech(school, **page)
    report, verdict = judge(badge_1edtech, world)
    assert (codes(report), verdict) == (["status.unusable"], Verdict.UNDECIDED)


def test_what_a_1edtech_entry_says_has_to_be_understood(school, world, badge_1edtech):
    publish_edtech(school, {"id": badge_1edtech["id"], "revoked": "perhaps"})
    assert codes(judge(badge_1edtech, world)[0]) == ["status.unusable"]


def test_a_1edtech_list_on_another_host_has_to_name_the_issuer(school, world):
    url = "https://lists.example/1"
    status = {"id": f"{url}#me", "type": "1EdTechRevocationList"}
    badge = with_status(school, status, OB_EXTENSIONS)
    world.pages[url] = {"id": url, "revokedCredential": []}
    assert codes(judge(badge, world)[0]) == ["status.unusable"]
    world.pages[url] = {"id": url, "issuer": {"id": school.did}, "revokedCredential": []}
    assert codes(judge(badge, world)[0]) == ["status.host-word"]
    world.down.add("lists.example")
    assert codes(judge(badge, world)[0]) == ["status.not-read"]
    assert url in world.fetched
    assert not any("#" in it for it in world.fetched)


def test_a_record_without_an_id_is_in_no_list_of_ids(school, world):
    document = school.unsigned()
    document["@context"].append(OB_EXTENSIONS)
    document["credentialStatus"] = {"id": edtech_url(school), "type": "1EdTechRevocationList"}
    del document["id"]
    publish_edtech(school)
    report, _ = judge(school.sign(document), world)
    assert "status.passed" not in codes(report)
    assert "status.host-word" not in codes(report)


# --- Blockcerts ---------------------------------------------------------------------------------


@pytest.fixture
def blockcert(school):
    """An anchored credential without a status of its own."""
    document = school.unsigned()
    del document["credentialStatus"]
    return school.issue(document)


def name_list(school, url):
    profile = {**school.profile(), "revocationList": url}
    school.world.pages[f"{school.base}/issuer"] = profile


def test_a_profile_that_names_no_list(world, blockcert):
    report, verdict = judge(blockcert, world)
    assert (codes(report), verdict) == (["status.none"], Verdict.VERIFIED)


@pytest.mark.parametrize("issuer", ["https://school.example/issuer", "did:web:school.example"])
def test_the_list_that_the_issuers_profile_names(school, world, blockcert, issuer):
    url = f"{school.base}/revocation-list.json"
    name_list(school, url)
    page = {"id": url, "type": "RevocationList", "issuer": issuer, "revokedAssertions": [OTHER]}
    world.pages[url] = page
    report, verdict = judge(blockcert, world)
    assert (codes(report), verdict) == (["status.host-word"], Verdict.VERIFIED)
    entry = {"id": blockcert["id"], "revocationReason": "Issued to another person"}
    world.pages[url] = {**page, "revokedAssertions": [OTHER, entry]}
    report, verdict = judge(blockcert, world)
    assert (codes(report), verdict) == (["status.withdrawn"], Verdict.REFUSED)
    assert "withdrawn since: Issued to another person." in report.sentence


@pytest.mark.parametrize(
    "page",
    [
        {"issuer": "https://other.example/issuer", "revokedAssertions": []},
        {"issuer": "https://school.example/issuer", "revokedCredential": []},
        {"revokedAssertions": "none"},
        [],
    ],
)
def test_a_blockcerts_list_that_cannot_be_relied_on(school, world, blockcert, page):
    name_list(school, f"{school.base}/revocation-list.json")
    world.pages[f"{school.base}/revocation-list.json"] = page
    report, verdict = judge(blockcert, world)
    assert (codes(report), verdict) == (["status.unusable"], Verdict.UNDECIDED)


@pytest.mark.parametrize("url", ["", 7, "#list", {"id": "x"}])
def test_a_profile_that_names_nothing_that_could_be_read(school, world, blockcert, url):
    name_list(school, url)
    assert codes(judge(blockcert, world)[0]) == ["status.unusable"]


def test_a_silent_profile_leaves_open_whether_there_is_a_list(school, world, blockcert):
    world.down.add(f"{school.base}/issuer")
    assert codes(judge(blockcert, world)[0]) == ["status.not-read"]


def test_a_status_of_its_own_comes_before_the_profiles_list(school, world):
    credential = school.issue()
    name_list(school, f"{school.base}/nowhere.json")
    assert codes(judge(credential, world)[0]) == ["status.passed"]


# --- Lists that are tokens ----------------------------------------------------------------------


def token_list(school, purpose="revocation", **changes):
    document = {**school.status_list(purpose), **changes}
    return vc_jose.sign(
        document,
        sign=school.signer.sign,
        kind=school.signer.public_key.kind,
        key_id=school.method,
    )


@pytest.mark.parametrize("wrap", [str.encode, envelop])
def test_a_list_in_a_token(school, world, wrap):
    credential = school.issue()
    url = school.list_url("revocation")
    world.pages[url] = wrap(token_list(school))
    assert codes(judge(credential, world)[0]) == ["status.passed"]
    entry = credential["credentialStatus"]
    school.bits["revocation"].set(int(entry["statusListIndex"]), True)
    world.pages[url] = wrap(token_list(school))
    assert codes(judge(credential, world)[0]) == ["status.withdrawn"]


def test_a_token_of_somebody_else_is_no_list(school, world, simulator):
    credential = school.issue()
    other = simulator.School(world, "other.example")
    url = school.list_url("revocation")
    thief = token_list(other, id=url)
    pretended = vc_jose.sign(
        school.status_list("revocation"),
        sign=other.signer.sign,
        kind=other.signer.public_key.kind,
        key_id=school.method,
    )
    for page in (thief, pretended, token_list(school)[:-8] + "AAAAAAAA", "ey", "eyé"):
        world.pages[url] = page.encode()
        report, verdict = judge(credential, world)
        assert (codes(report), verdict) == (["status.unusable"], Verdict.UNDECIDED)


# --- How long a copy is kept --------------------------------------------------------------------


def test_a_list_says_how_long_a_copy_lives(school):
    subject = school.status_list("revocation")["credentialSubject"]
    for ttl, seconds in ((30_000, 30.0), (0, 0.0), (-5, 0.0), ("30", None), (True, None)):
        page = school.status_list("revocation", credentialSubject={**subject, "ttl": ttl})
        assert seconds_to_live(json.dumps(page).encode()) == seconds
    assert seconds_to_live(
        token_list(school, credentialSubject={**subject, "ttl": 9}).encode()
    ) == (0.009)
    for other in (b"", b"[]", b"{}", b"eyJ", json.dumps(school.did_document()).encode()):
        assert seconds_to_live(other) is None


class Door:
    """Counts what is fetched."""

    def __init__(self, page):
        self.page, self.asked = page, 0

    def get(self, url, *, max_bytes, accept):
        self.asked += 1
        return self.page


@pytest.mark.parametrize(("ttl", "asked"), [(0, 3), (3_600_000, 1)])
def test_a_copy_is_not_used_past_its_life(school, ttl, asked):
    subject = {**school.status_list("revocation")["credentialSubject"], "ttl": ttl}
    door = Door(json.dumps(school.status_list("revocation", credentialSubject=subject)).encode())
    documents = PublishedDocuments(door)
    for _ in range(3):
        documents.fetch("https://school.example/status/1", max_bytes=1 << 20)
    assert door.asked == asked


def test_a_kept_copy_is_not_used_past_its_end(school, world, simulator):
    credential = school.issue()
    end = simulator.NOW + timedelta(seconds=30)
    school.publish_list("revocation", validUntil=simulator.stamp(end))
    door = Door(json.dumps(world.pages[school.list_url("revocation")]).encode())
    kept = PublishedDocuments(door)
    fetch = world.fetch

    def through_the_cache(url, *, max_bytes):
        is_list = url == school.list_url("revocation")
        return (kept.fetch if is_list else fetch)(url, max_bytes=max_bytes)

    world.fetch = through_the_cache
    assert codes(judge(credential, world)[0]) == ["status.passed"]
    world.now = end + timedelta(seconds=1)
    assert codes(judge(credential, world)[0]) == ["status.unusable"]
    assert door.asked == 1
