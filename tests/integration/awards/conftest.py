"""A small school whose judgments, awards and outside world a test makes in a few words."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from simulators.databases import migrated
from simulators.judging_store import NOW, Store
from simulators.postgres import Server
from sqlalchemy.engine import Engine

from contracts.errors import ChainUnreachable
from issuer.awards import service
from issuer.awards.definitions import Condition
from issuer.awards.progress import Progress
from issuer.awards.repository import AwardRow
from issuer.competency import badge_check
from issuer.competency import service as competency
from issuer.db import session_scope
from issuer.learners.service import find_learner
from issuer.minting.school_store import SchoolStore

BASE = "https://school.example/ims/case/v1p1"
PEOPLE = ("ana", "bo", "cy")


def guid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def _node(name: str, kind: str, **members: Any) -> dict[str, Any]:
    uri = f"{BASE}/{kind}/{guid(name)}"
    changed = "2026-01-01T00:00:00Z"
    return {"identifier": guid(name), "uri": uri, "lastChangeDateTime": changed} | members


def _link(name: str) -> dict[str, Any]:
    return {"title": name, "identifier": guid(name), "uri": f"{BASE}/CFItems/{guid(name)}"}


def _package() -> dict[str, Any]:
    names = ("OT", "OT.1", "OT.2", "OT.3")
    return {
        "CFDocument": _node("D", "CFDocuments", title="Five Goals", creator="A school"),
        "CFItems": [
            _node(
                name,
                "CFItems",
                fullStatement=f"Does {name}.",
                humanCodingScheme=name,
                CFItemType="Goal" if name == "OT" else "Competency",
            )
            for name in names
        ],
        "CFAssociations": [
            _node(
                f"{name} is a child",
                "CFAssociations",
                associationType="isChildOf",
                originNodeURI=_link(name),
                destinationNodeURI=_link("D" if name == "OT" else "OT"),
            )
            for name in names
        ],
        "CFRubrics": [],
    }


def _roster(folder: Path) -> Path:
    folder.mkdir()
    files = {
        "manifest": [
            "propertyName,value",
            "oneroster.version,1.2",
            "file.users,bulk",
            "file.roles,bulk",
        ],
        "users": ["sourcedId,givenName,familyName,email"]
        + [f"{one},{one.title()},Last,{one}@school.example" for one in PEOPLE],
        "roles": ["sourcedId,userSourcedId,role"] + [f"r-{one},{one},student" for one in PEOPLE],
    }
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join([*lines, ""]))
    return folder


class FakeWorld:
    """What is outside, as a test says it; ``down`` is a node that does not answer."""

    def __init__(self) -> None:
        self.members: set[str] = set()
        self.school_is_member = True
        self.condition_holds = True
        self.down = False
        self.refused: Exception | None = None
        self.asked = 0

    @contextmanager
    def chain(self) -> Iterator["FakeWorld"]:
        self.asked += 1
        if self.down:
            raise ChainUnreachable("The node does not answer.", "Try again later.")
        yield self

    def accredits(self, _registry: str, did: str) -> bool:
        return did in self.members

    def accredits_school(self, _registry: str, _account: str) -> bool:
        return self.school_is_member

    def holds(self, _condition: Condition, _account: str) -> bool:
        return self.condition_holds

    def check(self, _document: bytes) -> None:
        if self.refused is not None:
            raise self.refused


class Awarding(Store):
    """The school, with shorthands for awards."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        super().__init__(engine, folder)
        self.world = FakeWorld()

    def master(self, *codes: str, learner: str = "ana", score: int = 4) -> None:
        """Enough evidence for mastery, judged."""
        for code in codes:
            self.see(score, score, score, learner=learner, on=code)
        self.judge()

    def lose(self, code: str, learner: str = "ana") -> None:
        """Later evidence by which mastery is gone, judged."""
        self.see(0, 0, 0, 0, 0, 0, learner=learner, on=code)
        self.judge()

    def define(self, *achievements: dict[str, Any]) -> bool:
        data = json.dumps({"achievements": list(achievements)}).encode()
        with session_scope(self.engine) as session:
            return service.define(
                session, service.read_awards(data, "awards.json"), NOW, "cli", "awards.json"
            )

    def award(self) -> service.AwardReport:
        return service.award_all(self.engine, self.world, lambda: NOW, "cli")

    def awards(self, **wanted: Any) -> list[AwardRow]:
        with session_scope(self.engine, read_only=True) as session:
            return list(service.listing(session, **wanted))

    def states(self) -> dict[str, str]:
        """State by key, of awards that did not lapse."""
        return {one.key: one.state for one in self.awards() if one.state != "lapsed"}

    def approve(self, award: AwardRow) -> None:
        with session_scope(self.engine, read_only=True) as session:
            questions = service.questions_of(session, award.id)
        answers = service.ask(questions, self.world)
        with session_scope(self.engine) as session:
            service.approve(
                session, award.id, by="tea", reason="Seen.", answers=answers, now=NOW, who="cli"
            )

    def decline(self, award: AwardRow) -> None:
        with session_scope(self.engine) as session:
            service.decline(session, award.id, by="tea", reason="Not yet.", now=NOW, who="cli")

    def units(self) -> list[Any]:
        """What minting would make credentials of."""
        store = SchoolStore()
        with session_scope(self.engine, read_only=True) as session:
            ids = list(store.ids(session))
            assert store.standing(session, ids) == set(ids)
            return list(store.views(session, ids))

    def progress(self, learner: str = "ana", key: str = "") -> dict[str, Progress]:
        with session_scope(self.engine, read_only=True) as session:
            person = find_learner(session, learner)
            found = service.learner_progress(session, person.id, NOW, key)
            return {one.definition.key: one.progress for one in found}

    def receive(
        self, issuer: str, learner: str = "ana", code: str = "X.1", **more: Any
    ) -> service.ReceivedReport:
        """A credential of another issuer, as the verifier would hand it over."""
        number = len(list(self.folder.iterdir())) + self.count
        self.count += 1
        values: dict[str, Any] = {
            "id": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{issuer}{number}')}",
            "issuer": issuer,
            "issuer_name": "Another school",
            "achievement": "Did X.1",
            "level": "Good",
            "awarded_at": datetime(2026, 2, 1, tzinfo=UTC),
            "holder": "",
            "identities": (),
            "sha256": uuid.uuid5(uuid.NAMESPACE_URL, f"{issuer}{number}").hex * 2,
            "targets": (("https://frameworks.example/x1", code),),
            "ladder": ("Fair", "Good", "Excellent"),
            "position": 2,
            "valid_from": datetime(2026, 2, 1, tzinfo=UTC),
            "data": b"{}",
        }
        badge = badge_check.VerifiedBadge(**(values | more))
        with session_scope(self.engine) as session:
            report = service.receive(session, badge, learner, own_did="did:web:us.example", now=NOW)
            service.record_received(session, report, NOW, "cli")
            return report


def _founded(engine: Engine, folder: Path) -> Awarding:
    (folder / "framework.json").write_text(json.dumps(_package()))
    with session_scope(engine) as session:
        competency.import_case(session, folder / "framework.json", NOW)
        competency.import_oneroster(session, _roster(folder / "roster"), NOW)
    return Awarding(engine, folder)


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Awarding]:
    """The school on SQLite."""
    engine = migrated(tmp_path / "touchstone.db")
    yield _founded(engine, tmp_path)
    engine.dispose()


@pytest.fixture
def postgres_school(server: Server, tmp_path: Path) -> Iterator[Awarding]:
    """The school on PostgreSQL."""
    engine = server.migrated()
    yield _founded(engine, tmp_path)
    engine.dispose()


@pytest.fixture
def achievement() -> Callable[..., dict[str, Any]]:
    """An achievement with requirements, as a file says it."""

    def make(key: str, requires: Any, **more: Any) -> dict[str, Any]:
        base = {
            "key": key,
            "version": 1,
            "type": "MicroCredential",
            "title": f"The {key}",
            "description": f"About the {key}.",
            "requires": requires,
        }
        return base | more

    return make
