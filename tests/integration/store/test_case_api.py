"""The CASE read API: official schemas, single objects, pages, errors, caches."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import httpx
import jsonschema
import pytest
from sqlalchemy import Engine, text

from issuer.competency import framework_import
from issuer.db import session_scope
from issuer.settings import Settings

SHARED = Path(os.environ.get("TOUCHSTONE_SHARED", Path(__file__).parents[4] / "shared"))
SCHEMAS = SHARED / "standards" / "schemas" / "case11"
SAMPLES = SHARED / "samples" / "case"
NOW = datetime(2026, 6, 30, tzinfo=UTC)
API = "/ims/case/v1p1"
KINDS = (
    "CFPackages",
    "CFDocuments",
    "CFItems",
    "CFItemAssociations",
    "CFAssociations",
    "CFRubrics",
    "CFConcepts",
    "CFSubjects",
    "CFItemTypes",
    "CFLicenses",
    "CFAssociationGroupings",
)
needs_schemas = pytest.mark.skipif(not SCHEMAS.is_dir(), reason=f"no CASE schemas at {SCHEMAS}")
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no CASE samples at {SAMPLES}")


@pytest.fixture
def take_in(engine: Engine) -> Callable[[Any], None]:
    def call(value: Any) -> None:
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        with session_scope(engine) as session:
            framework_import.import_case(session, data, "framework.json", NOW)

    return call


@pytest.fixture
def site(engine: Engine, tmp_path: Path, open_site: Any) -> Iterator[httpx.Client]:
    made = Settings(
        home=tmp_path,
        name="Northgate",
        base_url="https://school.example/north",
        did="did:web:school.example:north",
    )
    with open_site(made, engine=engine, clock=lambda: NOW) as client:
        client.base_url = client.base_url.join("/north")
        yield client


def fits(value: object, name: str) -> None:
    schema = json.loads((SCHEMAS / f"case_v1p1_{name}-jsonschema1.json").read_bytes())
    checker = jsonschema.Draft201909Validator.FORMAT_CHECKER
    jsonschema.Draft201909Validator(schema, format_checker=checker).validate(value)


def minor(answer: httpx.Response) -> str:
    [field] = answer.json()["imsx_codeMinor"]["imsx_codeMinorField"]
    return str(field["imsx_codeMinorFieldValue"])


@needs_schemas
def test_every_object_fits_the_official_schema(
    site: httpx.Client, take_in: Callable[[Any], None], framework: dict[str, Any]
) -> None:
    framework["CFItems"][1]["colour"] = "blue"
    take_in(framework)
    document = framework["CFDocument"]["identifier"]
    item = framework["CFItems"][1]["identifier"]
    link = framework["CFAssociations"][1]["identifier"]
    rubric = framework["CFRubrics"][0]["identifier"]
    asked = {
        f"CFPackages/{document}": "cfpackage",
        "CFDocuments": "cfdocumentset",
        f"CFDocuments/{document}": "cfdocument",
        f"CFItems/{item}": "cfitem",
        f"CFItemAssociations/{item}": "cfassociationset",
        f"CFAssociations/{link}": "cfassociation",
        f"CFRubrics/{rubric}": "cfrubric",
    }
    for path, schema in asked.items():
        answer = site.get(f"{API}/{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        fits(answer.json(), schema)
        older = site.get(f"/ims/case/v1p0/{path}")
        assert older.status_code == 200
    found = site.get(f"{API}/CFItems/{item.upper()}").json()
    assert found["extensions"] == {"colour": "blue"}
    assert found["CFDocumentURI"]["identifier"] == document
    assert site.get(f"/ims/case/v1p0/CFItems/{item}").json()["colour"] == "blue"
    kept = site.get(f"{API}/CFDocuments/{document}").json()["CFPackageURI"]["uri"]
    assert kept == f"https://school.example/north{API}/CFPackages/{document}"
    both = site.get(f"{API}/CFItemAssociations/{item}").json()["CFAssociations"]
    assert [one["identifier"] for one in both] == [link]


@needs_schemas
@needs_samples
@pytest.mark.slow
def test_published_frameworks_fit_however_old_they_are(
    site: httpx.Client, take_in: Callable[[Any], None]
) -> None:
    for path in sorted(SAMPLES.glob("*.json")):
        take_in(path.read_bytes())
        package = json.loads(path.read_bytes())
        fits(
            site.get(f"{API}/CFPackages/{package['CFDocument']['identifier']}").json(), "cfpackage"
        )
        for one in package["CFItems"][:20]:
            fits(site.get(f"{API}/CFItems/{one['identifier']}").json(), "cfitem")
            found = site.get(f"{API}/CFItemAssociations/{one['identifier']}").json()
            fits(found, "cfassociationset")
        for one in package["CFAssociations"][:20]:
            fits(site.get(f"{API}/CFAssociations/{one['identifier']}").json(), "cfassociation")
    fits(site.get(f"{API}/CFDocuments").json(), "cfdocumentset")


def test_documents_come_in_pages_sorted_and_selected(
    site: httpx.Client, take_in: Callable[[Any], None], framework: dict[str, Any]
) -> None:
    for number, title in enumerate(["Carpentry", "Art", "Biology"]):
        document = framework["CFDocument"] | {"identifier": str(uuid4()), "title": title}
        take_in({"CFDocument": document | {"version": str(number)}})

    def titles(**query: Any) -> list[str]:
        answer = site.get(f"{API}/CFDocuments", params=query)
        assert answer.headers["x-total-count"] == "3"
        return [one.get("title", "") for one in answer.json()["CFDocuments"]]

    assert titles() == ["Art", "Biology", "Carpentry"]
    assert titles(orderBy="desc") == ["Carpentry", "Biology", "Art"]
    assert titles(sort="version") == ["Carpentry", "Art", "Biology"]
    assert titles(sort="version", orderBy="desc", limit=1) == ["Biology"]
    assert titles(limit=2, offset=2) == ["Carpentry"]
    assert titles(offset=3) == []
    assert titles(fields="version,identifier") == ["", "", ""]
    page = site.get(f"{API}/CFDocuments", params={"limit": 1, "offset": 1, "fields": "title"})
    assert page.json() == {"CFDocuments": [{"title": "Biology"}]}
    address = f"https://school.example/north{API}/CFDocuments?fields=title&limit=1&offset="
    for start, relation in ((0, "first"), (0, "prev"), (2, "next"), (2, "last")):
        assert f'<{address}{start}>; rel="{relation}"' in page.headers["link"]
    assert "link" not in site.get(f"{API}/CFDocuments").headers


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("sort=shoeSize", "invalid_sort_field"),
        ("fields=title,shoeSize", "invalid_selection_field"),
        ("fields=", "invalid_selection_field"),
    ],
)
def test_members_that_no_document_has_are_refused(
    site: httpx.Client, query: str, code: str
) -> None:
    answer = site.get(f"{API}/CFDocuments?{query}")
    assert (answer.status_code, minor(answer)) == (400, code)


@needs_schemas
@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "offset=-1", "orderBy=up"])
def test_pages_that_cannot_be_are_refused(site: httpx.Client, query: str) -> None:
    answer = site.get(f"{API}/CFDocuments?{query}")
    assert answer.status_code == 400
    fits(answer.json(), "imsx_statusinfo")


@needs_schemas
@pytest.mark.parametrize(
    ("identifier", "code"),
    [
        ("5b5f9983-eabb-4661-aca4-9e0c81046772", "unknownobject"),
        ("not-a-guid", "invalid_uuid"),
        ("x" * 90, "invalid_uuid"),
        ("5b5f9983eabb4661aca49e0c81046772", "invalid_uuid"),
        ("%00", "invalid_uuid"),
    ],
    ids=["unknown", "words", "long", "digits", "nul"],
)
def test_what_is_not_there_is_said_as_case_says_it(
    site: httpx.Client, identifier: str, code: str
) -> None:
    for kind in KINDS:
        answer = site.get(f"{API}/{kind}/{identifier}")
        assert (answer.status_code, minor(answer)) == (404, code)
        assert answer.headers["cache-control"] == "no-store"
        fits(answer.json(), "imsx_statusinfo")


def test_what_a_reader_has_already_is_not_sent_again(
    site: httpx.Client, take_in: Callable[[Any], None], framework: dict[str, Any]
) -> None:
    take_in(framework)
    document = framework["CFDocument"]["identifier"]
    paths = [f"CFPackages/{document}", f"CFItems/{framework['CFItems'][0]['identifier']}"]
    tags = []
    for path in paths:
        first = site.get(f"{API}/{path}")
        assert first.headers["cache-control"] == "public, max-age=300"
        tags.append(first.headers["etag"])
        again = site.get(f"{API}/{path}", headers={"if-none-match": f"W/{tags[-1]}"})
        assert (again.status_code, again.content) == (304, b"")
        older = site.get(f"/ims/case/v1p0/{path}", headers={"if-none-match": '"other"'})
        assert older.status_code == 200
    framework["CFItems"][0]["fullStatement"] = "Another."
    take_in(framework)
    for path, tag in zip(paths, tags, strict=True):
        answer = site.get(f"{API}/{path}", headers={"if-none-match": tag})
        assert answer.status_code == 200
        assert answer.headers["etag"] != tag


def test_an_item_that_its_framework_has_no_more_is_not_there(
    site: httpx.Client, take_in: Callable[[Any], None], framework: dict[str, Any]
) -> None:
    take_in(framework)
    gone = framework["CFItems"].pop()["identifier"]
    del framework["CFAssociations"][3]
    assert site.get(f"{API}/CFItems/{gone}").status_code == 200
    take_in(framework)
    assert site.get(f"{API}/CFItems/{gone}").status_code == 404


def test_nothing_can_be_written_and_a_broken_database_is_said(
    site: httpx.Client, engine: Engine
) -> None:
    assert site.post(f"{API}/CFDocuments", json={}).status_code == 405
    with session_scope(engine) as session:
        session.connection().execute(text("ALTER TABLE framework RENAME TO elsewhere"))
    answer = site.get(f"{API}/CFDocuments")
    assert answer.status_code >= 500
    assert "framework" not in answer.text


SCHEMA_OF = {
    "CFConcepts": "cfconceptset",
    "CFSubjects": "cfsubjectset",
    "CFItemTypes": "cfitemtypeset",
    "CFLicenses": "cflicense",
    "CFAssociationGroupings": "cfassociationgrouping",
}


@pytest.fixture
def definitions(framework: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Three of each kind: one, one below it, and one beside it."""
    made = {
        name: [
            {
                "identifier": str(uuid5(NAMESPACE_URL, f"{name} {code}")),
                "uri": f"https://school.example/{name}/{code}",
                "title": f"{name} {code}",
                "description": "As it is called.",
                "hierarchyCode": code,
                "lastChangeDateTime": "2026-01-01T00:00:00Z",
            }
            for code in ("1", "1.1", "10")
        ]
        for name in SCHEMA_OF
    }
    for name in ("CFLicenses", "CFAssociationGroupings"):
        for one in made[name]:
            del one["hierarchyCode"]
    for one in made["CFLicenses"]:
        one["licenseText"] = "Do as you like."
    framework["CFDefinitions"] = made
    return made


@needs_schemas
@pytest.mark.parametrize("name", sorted(SCHEMA_OF))
def test_definitions_are_answered_with_what_stands_below_them(
    site: httpx.Client,
    take_in: Callable[[Any], None],
    framework: dict[str, Any],
    definitions: dict[str, Any],
    name: str,
) -> None:
    take_in(framework)
    first, below, _ = (one["identifier"] for one in definitions[name])
    answer = site.get(f"{API}/{name}/{first}")
    assert answer.status_code == 200, answer.text
    fits(answer.json(), SCHEMA_OF[name])
    assert site.get(f"/ims/case/v1p0/{name}/{first.upper()}").status_code == 200
    if name in answer.json():
        assert [one["identifier"] for one in answer.json()[name]] == [first, below]
    other = next(one for one in SCHEMA_OF if one != name)
    wrong = site.get(f"{API}/{other}/{first}")
    assert (wrong.status_code, minor(wrong)) == (404, "unknownobject")


def test_documents_are_filtered(
    site: httpx.Client, take_in: Callable[[Any], None], framework: dict[str, Any]
) -> None:
    for number, title in enumerate(["Carpentry", "Art", "Biology"]):
        document = framework["CFDocument"] | {"identifier": str(uuid4()), "title": title}
        take_in({"CFDocument": document | {"version": str(number), "subject": ["Work", title]}})

    def titles(**query: Any) -> list[str]:
        answer = site.get(f"{API}/CFDocuments", params=query)
        found = [one["title"] for one in answer.json()["CFDocuments"]]
        assert int(answer.headers["x-total-count"]) >= len(found)
        return found

    assert titles(filter="title='art'") == ["Art"]
    assert titles(filter="version>='1' AND title!='Art'") == ["Biology"]
    assert titles(filter="title~'bio' OR version='0'") == ["Biology", "Carpentry"]
    assert titles(filter="subject='Art'") == ["Art"]
    assert titles(filter="subject!='Art'") == ["Biology", "Carpentry"]
    assert titles(filter="notes='x'") == []
    page = site.get(f"{API}/CFDocuments", params={"limit": 1, "filter": "title!='Art'"})
    assert page.headers["x-total-count"] == "2"
    assert "filter=title" in page.headers["link"]


@pytest.mark.parametrize("text", ["x", "shoeSize='4'", "title='a' XOR title='b'", "title=a", "'"])
def test_filters_that_are_none_are_refused(site: httpx.Client, text: str) -> None:
    answer = site.get(f"{API}/CFDocuments", params={"filter": text})
    assert (answer.status_code, minor(answer)) == (400, "invalid_selection_field")
