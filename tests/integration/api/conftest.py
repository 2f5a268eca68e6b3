"""A school with two classes, evidence and judgments, its API, and tokens of every scope."""

import asyncio
import csv
import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from simulators.databases import migrated
from sqlalchemy.engine import Engine

from issuer import db
from issuer.api import tokens
from issuer.api.models import Scope
from issuer.app import create_app
from issuer.competency import service as competency
from issuer.identity import service as identity
from issuer.learners import repository as people
from issuer.settings import KEY_ID, Settings, make
from keys.signers import Signer, file

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
BASE = "https://school.example/ims/case/v1p1"
PASSPHRASE = "correct horse battery staple"
PEOPLE = {"ana": "student", "bo": "student", "cy": "student", "tea": "teacher", "tom": "teacher"}
CLASSES = {"math": ("tea", ["ana", "bo"]), "art": ("tom", ["cy"])}


def guid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def _node(name: str, kind: str, **members: Any) -> dict[str, Any]:
    uri = f"{BASE}/{kind}/{guid(name)}"
    return {
        "identifier": guid(name),
        "uri": uri,
        "lastChangeDateTime": "2026-01-01T00:00:00Z",
    } | members


def _package() -> dict[str, Any]:
    levels = [
        _node(f"L{score}", "Levels", quality=quality, description=f"{quality}.", score=score)
        for score, quality in enumerate(("Starting", "Growing", "Meeting", "Leading"), 1)
    ]
    link = {"title": "OT.1", "identifier": guid("OT.1"), "uri": f"{BASE}/CFItems/{guid('OT.1')}"}
    criterion = _node("C", "Criteria", CFItemURI=link, CFRubricCriterionLevels=levels)
    return {
        "CFDocument": _node("D", "CFDocuments", title="Goals", creator="A school"),
        "CFItems": [
            _node(
                name,
                "CFItems",
                fullStatement=f"Does {name}.",
                humanCodingScheme=name,
                CFItemType="Competency",
            )
            for name in ("OT.1", "OT.2", "OT.3")
        ],
        "CFAssociations": [],
        "CFRubrics": [_node("R", "CFRubrics", title="Rubric", CFRubricCriteria=[criterion])],
    }


def _roster(folder: Path) -> Path:
    folder.mkdir()
    names = ("orgs", "users", "roles", "classes", "courses", "enrollments", "academicSessions")
    rows: dict[str, list[list[str]]] = {
        "manifest": [["propertyName", "value"], ["oneroster.version", "1.2"]]
        + [[f"file.{name}", "bulk"] for name in names],
        "orgs": [["sourcedId", "name", "type"], ["org", "School", "school"]],
        "academicSessions": [
            ["sourcedId", "title", "type", "startDate", "endDate", "schoolYear"],
            ["term", "Year", "schoolYear", "2025-08-01", "2026-07-31", "2026"],
        ],
        "courses": [["sourcedId", "title", "orgSourcedId"], ["c", "Course", "org"]],
        "users": [["sourcedId", "givenName", "familyName", "email"]]
        + [[one, one.title(), f"{one.title()}son", f"{one}@x.example"] for one in PEOPLE],
        "roles": [["sourcedId", "userSourcedId", "roleType", "role", "orgSourcedId"]]
        + [[f"r-{one}", one, "primary", role, "org"] for one, role in PEOPLE.items()],
        "classes": [
            [
                "sourcedId",
                "title",
                "classType",
                "courseSourcedId",
                "schoolSourcedId",
                "termSourcedIds",
            ]
        ]
        + [[one, one.title(), "scheduled", "c", "org", "term"] for one in CLASSES],
        "enrollments": [
            ["sourcedId", "classSourcedId", "schoolSourcedId", "userSourcedId", "role"]
        ],
    }
    for one, (teacher, students) in CLASSES.items():
        for person, role in [(teacher, "teacher"), *((s, "student") for s in students)]:
            rows["enrollments"].append([f"e-{one}-{person}", one, "org", person, role])
    for name, lines in rows.items():
        with (folder / f"{name}.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows(lines)
    return folder


def _evidence(path: Path) -> Path:
    entries = [
        {
            "sourcedId": f"{learner}-{code}-{number}",
            "learnerSourcedId": learner,
            "competency": code,
            "kind": "performance-task",
            "observedAt": f"2026-05-{number + 1:02}T09:00:00Z",
            "score": 3,
            "assessorKind": "person",
            "assessorId": "tea",
            "note": "For the school alone.",
        }
        for learner in ("ana", "bo", "cy")
        for code in ("OT.1", "OT.2")
        for number in range(3)
    ]
    path.write_text(json.dumps({"evidence": entries}))
    return path


def _settings(folder: Path) -> Settings:
    return make(
        {
            "home": folder,
            "name": "Northgate",
            "base_url": "https://school.example",
            "did": "did:web:school.example",
        }
    )


def found_school(folder: Path, engine: Engine) -> tuple[Settings, Signer]:
    """Fill a database, which is empty and migrated, with the school of these tests."""
    signer = file.create(folder / "keys" / "signing-1.jwe", PASSPHRASE)
    settings = _settings(folder)
    (folder / "framework.json").write_text(json.dumps(_package()))
    with db.session_scope(engine) as session:
        identity.record_key(session, KEY_ID, signer.public_key, settings.signer_uri, NOW)
        identity.publish_did_document(session, settings, NOW)
        competency.import_case(session, folder / "framework.json", NOW)
        competency.import_oneroster(session, _roster(folder / "roster"), NOW)
        competency.import_evidence(session, _evidence(folder / "evidence.json"), NOW)
        competency.judge_all(session, NOW)
    return settings, signer


@dataclass
class Client:
    """Asks an app, in this process."""

    app: Any
    headers: dict[str, str] = field(default_factory=dict)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request; a path without a slash in front is one of the API."""
        url = path if path.startswith("/") else f"/api/v1/{path}"
        return asyncio.run(self._ask(method, url, options))

    async def _ask(self, method: str, url: str, options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://site") as client:
            headers = {**self.headers, **options.pop("headers", {})}
            return await client.request(method, url, headers=headers, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """GET."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        """POST."""
        return self.request("POST", path, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        """DELETE."""
        return self.request("DELETE", path, **options)

    def put(self, path: str, **options: Any) -> httpx.Response:
        """PUT."""
        return self.request("PUT", path, **options)


@dataclass
class School:
    """A school and its API.

    Attributes:
        settings: its settings.
        engine: its database.
        signer: its open key.
        now: what its clock tells.
    """

    settings: Settings
    engine: Engine
    signer: Signer
    now: datetime = NOW

    def app(self, *, signer: bool = True) -> Any:
        """The site."""
        return create_app(
            self.settings,
            signer=self.signer if signer else None,
            engine=self.engine,
            clock=lambda: self.now,
        )

    def token(self, scope: str, person: str = "", days: int = 90) -> str:
        """A new token."""
        with db.session_scope(self.engine) as session:
            found = people.person_ids(session, [person]).get(person)
            return tokens.new(session, Scope(scope), found, note="", days=days, now=self.now)

    def client(self, scope: str = "", person: str = "", **options: Any) -> Client:
        """Asks as somebody with a new token of this scope; with none, as nobody."""
        made = Client(self.app(**options))
        if scope:
            made.headers["Authorization"] = f"Bearer {self.token(scope, person)}"
        return made

    def person(self, sourced_id: str) -> str:
        """Somebody's id."""
        with db.session_scope(self.engine, read_only=True) as session:
            return str(people.person_ids(session, [sourced_id])[sourced_id])

    def later(self, **span: int) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


@pytest.fixture(scope="session")
def founded_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Signer]:
    """The school's home, with everything in it; never changed by a test."""
    home = tmp_path_factory.mktemp("founded")
    engine = migrated(home / "touchstone.db")
    _, signer = found_school(home, engine)
    engine.dispose()
    return home, signer


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def school(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[School]:
    if request.param == "sqlite":
        founded, signer = request.getfixturevalue("founded_once")
        shutil.copytree(founded, tmp_path, dirs_exist_ok=True)
        engine, settings = db.engine(tmp_path / "touchstone.db"), _settings(tmp_path)
    else:
        engine = request.getfixturevalue("server").migrated()
        settings, signer = found_school(tmp_path, engine)
    yield School(settings, engine, signer)
    engine.dispose()


@pytest.fixture
def registrar(school: School) -> Client:
    return school.client("registrar")


@pytest.fixture
def teacher(school: School) -> Client:
    """Tea, who teaches Ana and Bo."""
    return school.client("teacher", "tea")


@pytest.fixture
def student(school: School) -> Client:
    return school.client("student", "ana")


@pytest.fixture
def evidence_of() -> Callable[..., dict[str, Any]]:
    """The body of a request that appends evidence."""

    def body(learner: str, name: str = "essay-7", **members: Any) -> dict[str, Any]:
        return {
            "sourcedId": name,
            "learnerSourcedId": learner,
            "competency": "OT.1",
            "kind": "performance-task",
            "observedAt": "2026-06-01T09:00:00Z",
            "score": "3.5",
        } | members

    return body
