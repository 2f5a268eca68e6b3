"""What the school publishes, over HTTP: documents for programs, pages for people."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from credentials.models import check_credential
from issuer.db import engine as make_engine
from issuer.settings import Settings
from keys.did import check_did_document, verification_key
from keys.signers import open_signer

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="module")
def settings(minted_once: Path) -> Settings:
    return Settings.load(minted_once, environ={}, insecure_loopback=True)


@pytest.fixture(scope="module")
def site(settings: Settings, open_site: Any) -> Iterator[httpx.Client]:
    with open_site(settings) as client:
        yield client


@pytest.fixture
def achievement(issuer: Callable[..., Any], minted_once: Path, tmp_path: Path) -> str:
    """The path of an achievement that a credential names."""
    row = issuer("credentials", "--json", "--home", minted_once).rows[0]
    issuer("export", row["learner_id"], tmp_path / "out", "--home", minted_once)
    document = json.loads(next((tmp_path / "out").iterdir()).read_text())
    url: str = document["credentialSubject"]["achievement"]["id"]
    assert url.startswith(document["issuer"]["url"])
    return url.removeprefix(document["issuer"]["url"])


class Page(HTMLParser):
    """What the tests look at in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: dict[str, list[str]] = {}
        self.attributes: list[tuple[str, str, str | None]] = []
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data: str) -> None:
        if self._open and data.strip():
            self.texts.setdefault(self._open[-1], []).append(data.strip())


def test_the_did_document_vouches_for_the_signing_key(
    site: httpx.Client, settings: Settings
) -> None:
    answer = site.get("/.well-known/did.json")
    document = answer.json()
    check_did_document(document, settings.did)
    method = settings.verification_method
    verification_key(document, method, purpose="assertionMethod", at=datetime.now(UTC))
    assert answer.headers["content-type"] == "application/did+json"
    assert document["service"][0]["serviceEndpoint"] == f"{settings.base_url}/issuer"


def test_the_status_list_is_a_credential_that_may_be_kept_for_a_minute(site: httpx.Client) -> None:
    answer = site.get("/status/1")
    check_credential(answer.json())
    assert answer.headers["cache-control"] == "public, max-age=60"
    again = site.get("/status/1", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_old_status_list_is_signed_anew_where_the_signer_is_open(
    minted: Path, open_site: Any
) -> None:
    settings = Settings.load(minted, environ={}, insecure_loopback=True)
    later = datetime.now(UTC) + timedelta(days=2)
    signer = open_signer(settings.signer, "correct horse battery staple")
    with open_site(settings, clock=lambda: later) as closed:
        assert closed.get("/health").json()["status_lists"] == "served as stored"
        old = closed.get("/status/1").json()
    with open_site(settings, signer=signer, clock=lambda: later) as opened:
        new = opened.get("/status/1").json()
        assert opened.get("/status/1").json() == new
    assert new["validFrom"] > old["validFrom"]
    assert new["credentialSubject"] == old["credentialSubject"]


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/ld+json"])
def test_programs_get_documents(site: httpx.Client, achievement: str, accept: str | None) -> None:
    for path in ("/issuer", achievement):
        answer = site.get(path, headers={"accept": accept} if accept else {})
        assert answer.headers["content-type"] == "application/json"
        assert "Accept" in answer.headers["vary"]
        assert answer.json()["name"]


def test_people_get_pages(site: httpx.Client, achievement: str, settings: Settings) -> None:
    for path in ("/issuer", achievement):
        answer = site.get(path, headers=BROWSER)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "Accept" in answer.headers["vary"]
        page = Page(answer.text)
        assert page.texts["h1"] == page.texts["title"]
        assert len(page.texts["h1"]) == 1
        assert ("a", "href", "#main") in page.attributes
        assert settings.name in answer.text


def test_an_achievement_says_what_it_takes(site: httpx.Client, achievement: str) -> None:
    document = site.get(achievement).json()
    page = site.get(achievement, headers=BROWSER).text
    [description] = document["resultDescription"]
    for level in description["rubricCriterionLevel"]:
        assert level["name"] in page
    assert document["alignment"][0]["targetUrl"] in page
    assert "Mastery starts at" in page


def test_pages_have_no_script_no_inline_style_and_nothing_from_elsewhere(
    site: httpx.Client, achievement: str
) -> None:
    for path in ("/issuer", achievement, "/nowhere"):
        answer = site.get(path, headers=BROWSER)
        page = Page(answer.text)
        tags = {tag for tag, _, _ in page.attributes}
        assert not tags & {"script", "style", "iframe"}
        names = {name for _, name, _ in page.attributes}
        assert "style" not in names
        assert not [name for name in names if name.startswith("on")]
        loaded = [v for tag, n, v in page.attributes if n == "src" or (tag, n) == ("link", "href")]
        assert all(value.startswith(("/", "data:", "http://127.0.0.1")) for value in loaded)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_style_sheet_may_be_kept(site: httpx.Client) -> None:
    page = site.get("/issuer", headers=BROWSER).text
    [address] = re.findall(r'href="(/static/[^"]+)"', page)
    answer = site.get(address)
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert "@import" not in answer.text
    assert "url(" not in answer.text


def test_no_public_document_names_a_learner(
    site: httpx.Client, issuer: Callable[..., Any], minted_once: Path, achievement: str
) -> None:
    people = issuer("learners", "--json", "--home", minted_once).rows
    paths = ["/issuer", achievement, "/status/1", "/.well-known/did.json", "/openapi.json"]
    for path in paths:
        for headers in ({}, BROWSER):
            text = site.get(path, headers=headers).text
            for person in people:
                assert person["name"] not in text
                assert person["id"] not in text
                assert person["sourced_id"] not in text


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nowhere", 404, "http.404"),
        ("/status/99", 404, "status.unknown-list"),
        ("/status/abc", 422, "http.request-invalid"),
        ("/status/0", 422, "http.request-invalid"),
        ("/status/99999999999999999999", 422, "http.request-invalid"),
        ("/achievements/not-a-uuid", 404, "minting.unknown-achievement"),
        (
            "/achievements/00000000-0000-4000-8000-000000000000",
            404,
            "minting.unknown-achievement",
        ),
        ("/achievements/" + "a" * 500, 422, "http.request-invalid"),
    ],
)
def test_what_is_not_there_is_a_problem_or_a_page(
    site: httpx.Client, path: str, status: int, code: str
) -> None:
    answer = site.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["status"] == status
    page = site.get(path, headers=BROWSER)
    assert page.status_code == status
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert code in page.text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_it_can_only_be_read(site: httpx.Client, method: str) -> None:
    for path in ("/issuer", "/status/1", "/health"):
        answer = site.request(method, path)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD"


def test_head_is_get_without_the_body(site: httpx.Client) -> None:
    for path in ("/issuer", "/status/1", "/.well-known/did.json"):
        head, get = site.head(path), site.get(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == get.headers["content-length"]
        assert head.headers["content-type"] == get.headers["content-type"]


def test_health_says_so_when_the_database_is_gone(
    settings: Settings, tmp_path: Path, open_site: Any
) -> None:
    with open_site(settings, engine=make_engine(tmp_path / "empty.db")) as unwell:
        answer = unwell.get("/health")
    assert answer.status_code == 503
    assert answer.json()["status"] == "unwell"


def test_health_and_openapi(site: httpx.Client) -> None:
    assert site.get("/health").json()["status"] == "ok"
    paths = site.get("/openapi.json").json()["paths"]
    assert {path for path in paths if not path.startswith(("/api/v1/", "/ims/case/"))} == {
        "/health",
        "/minting/progress",
        "/.well-known/did.json",
        "/.well-known/did/versions.json",
        "/.well-known/did/versions/{number}.json",
        "/issuer",
        "/status/{list_id}",
        "/achievements/{achievement_id}",
        "/endorsements/{endorsement_id}",
        "/issuer/endorsements",
        "/credentials/issue",
        "/profiles/{name}/credentials/issue",
        "/credentials/derive",
        "/credentials/status",
        "/1.0/identifiers/{did}",
    }


def test_the_front_leads_to_the_school(site: httpx.Client) -> None:
    assert site.get("/").headers["location"] == "/issuer"


def test_a_base_url_with_a_path_moves_everything_below_it(
    settings: Settings, open_site: Any
) -> None:
    below = settings.model_copy(
        update={
            "base_url": f"{settings.base_url}/schools/north",
            "did": f"{settings.did}:schools:north",
        }
    )
    with open_site(below) as client:
        assert client.get("/schools/north/did.json").status_code == 200
        assert client.get("/.well-known/did.json").status_code == 404
        assert client.get("/schools/north/issuer").json()["id"] == f"{below.base_url}/issuer"
        assert client.get("/schools/north/status/1").status_code == 200
        page = client.get("/schools/north/issuer", headers=BROWSER).text
        assert 'href="/schools/north/static/touchstone.css' in page
        assert "/schools/north/did.json" in page


def test_names_are_escaped(settings: Settings, open_site: Any) -> None:
    nasty = settings.model_copy(update={"name": '<script>alert("x")</script>'})
    with open_site(nasty) as client:
        page = client.get("/issuer", headers=BROWSER).text
    assert "<script" not in page
    assert "&lt;script&gt;" in page
