"""Groups come in, figures come out, and nobody but the school sees either."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session

from issuer import db
from issuer.competency.models import Competency, Evidence, Framework, Judgment, LevelScale
from issuer.equity import service
from issuer.equity.errors import UnknownAttribute
from issuer.equity.service import Level
from issuer.errors import ImportProblems
from issuer.learners.models import Person

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
Write = Callable[..., Path]


class Crowd:
    """Learners with evidence, judged, put straight into the tables."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.framework, self.scale = uuid4(), uuid4()
        session.add(
            Framework(
                id=self.framework,
                uri="u",
                title="Goals",
                creator="c",
                digest=b"",
                extra={},
                imported_at=START,
                package_extra={},
            )
        )
        session.add(LevelScale(id=self.scale, levels=[]))
        self.competencies = [self._competency(code) for code in ("A", "B")]
        session.flush()

    def _competency(self, code: str) -> UUID:
        key = uuid4()
        self.session.flush()
        self.session.add(
            Competency(
                id=key,
                framework_id=self.framework,
                uri="u",
                code=code,
                statement=code,
                position=1,
                digest=b"",
                extra={},
            )
        )
        return key

    def learner(self, name: str) -> UUID:
        key = uuid4()
        self.session.add(Person(id=key, sourced_id=name, digest=b"", given_name=name))
        self.session.flush()
        return key

    def tried(
        self, learner: UUID, competency: UUID, times: int, *, corrected: bool = False
    ) -> None:
        for number in range(times):
            first = self._evidence(learner, competency, START + timedelta(days=number))
            if corrected:
                self._evidence(learner, competency, START + timedelta(days=number), first)
        self.session.flush()

    def _evidence(
        self, learner: UUID, competency: UUID, at: datetime, corrects: UUID | None = None
    ) -> UUID:
        key = uuid4()
        self.session.add(
            Evidence(
                id=key,
                source="t",
                sourced_id=str(key),
                learner_id=learner,
                competency_id=competency,
                kind="quiz",
                score=Decimal(1),
                assessor_kind="tool",
                observed_at=at,
                origin_id=corrects or key,
                corrects=corrects,
                recorded_at=at,
                digest=b"",
            )
        )
        self.session.flush()
        return key

    def judged(
        self,
        learner: UUID,
        competency: UUID,
        days: int,
        *,
        mastered: bool = True,
        state: str = "decided",
        superseded_by: UUID | None = None,
    ) -> UUID:
        key = uuid4()
        self.session.add(
            Judgment(
                id=key,
                learner_id=learner,
                competency_id=competency,
                rule_name="r",
                rule_version=1,
                scale_id=self.scale,
                evidence_ids=[],
                used_ids=[],
                mastered=mastered,
                reasons=[],
                state=state,
                judged_at=START + timedelta(days=days, hours=3),
                superseded_by=superseded_by,
            )
        )
        self.session.flush()
        return key


def test_figures_are_those_of_a_plain_count(database: Engine, groups_file: Write) -> None:
    days = {"north": list(range(1, 13)), "south": [3, 3, 5, 8] * 4, "west": [1, 2, 3]}
    with db.session_scope(database) as session:
        crowd, rows = Crowd(session), []
        first, second = crowd.competencies
        for group, each in days.items():
            for number, took in enumerate(each):
                learner = crowd.learner(f"{group}-{number}")
                rows.append((f"{group}-{number}", "side", group))
                crowd.tried(learner, first, 2, corrected=number == 0)
                if number % 4:
                    crowd.judged(learner, first, took)
        # What does not count as mastery: a proposal, and one that did not stand.
        for number, state in enumerate(["proposed", "decided"]):
            learner = crowd.learner(f"none-{number}")
            crowd.tried(learner, first, 1)
            later = crowd.judged(learner, first, 9, mastered=False) if number else None
            crowd.judged(learner, first, 2, state=state, superseded_by=later)
        lone = crowd.learner("lone")
        crowd.tried(lone, second, 1)
        service.import_groups(session, groups_file(*rows))
    with db.session_scope(database, read_only=True) as session:
        found = service.equity(session, "side", Level.COMPETENCY, 10)
        whole = service.equity(session, "side", Level.FRAMEWORK, 10)
        plain = service.equity(session, None, Level.ALL, 10)
    shown = {(row.name, row.value): row for row in found if row.shown}
    # West (3) and nobody's (2) are small, and north is hidden with them: they would be 5.
    assert set(shown) == {("A", ""), ("A", "south")}
    assert {row.value for row in found if not row.shown and row.name == "A"} == {
        "north",
        "west",
        None,
    }
    assert [(row.value, row.shown) for row in found if row.name == "B"] == [
        ("", False),
        (None, False),
    ]
    south = shown["A", "south"]
    took = [one for number, one in enumerate(days["south"]) if number % 4]
    assert (south.pairs, south.mastery_rate, south.mean_attempts) == (16, 0.75, 2.0)
    assert south.median_days == median(took)
    everybody = shown["A", ""]
    assert everybody.pairs == 12 + 16 + 3 + 2
    assert everybody.mean_attempts == round((31 * 2 + 2) / 33, 3)
    assert everybody.mastery_rate == round((9 + 12 + 2) / 33, 3)
    # Of a framework is told what its competencies show, and nothing more.
    told = {row.value: row.pairs for row in whole}
    assert told == {"": 33, "south": 16, "north": None, "west": None, None: None}
    assert [(row.name, row.pairs) for row in plain] == [("everything", 33)]


def test_groups_are_imported_changed_and_taken_back(database: Engine, groups_file: Write) -> None:
    with db.session_scope(database) as session:
        Crowd(session).learner("ana")
    counts = []
    for value in ("yes", "yes", "no", "", ""):
        with db.session_scope(database) as session:
            report = service.import_groups(session, groups_file(("ana", "meals", value)))
            counts.append((report.added, report.changed, report.removed, report.unchanged))
    assert counts == [(1, 0, 0, 0), (0, 0, 0, 1), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)]


def test_every_problem_of_a_file_is_told_and_nothing_kept(
    database: Engine, groups_file: Write
) -> None:
    with db.session_scope(database) as session:
        Crowd(session).learner("ana")
    bad = [("ana", "a", "x"), ("ana", "a", "y"), ("bo", "a", "x"), ("ana", "", "x")]
    with db.session_scope(database) as session:
        with pytest.raises(ImportProblems) as caught:
            service.import_groups(session, groups_file(*bad, ("ana", "b" * 101, "x")))
        assert [(one.code, one.line) for one in caught.value.problems] == [
            ("groups.duplicate", 3),
            ("groups.unknown-person", 4),
            ("groups.missing-value", 5),
            ("groups.bad-value", 6),
        ]
        with pytest.raises(ImportProblems, match="Did you mean 'attribute'"):
            service.import_groups(session, groups_file(header="learnerSourcedId,atribute,value"))
        assert service.attributes(session) == []
        with pytest.raises(UnknownAttribute):
            service.equity(session, "a", Level.ALL, 10)


@pytest.fixture
def grouped(issuer: Any, minted: Path, groups_file: Write) -> Path:
    """A school that has minted and imported groups."""
    rows = issuer("learners", "--json", "--home", minted).rows
    path = groups_file(*((row["sourced_id"], "zweigstelle", "Xanthippe") for row in rows))
    assert issuer("import", "groups", path, "--home", minted).code == 0
    return minted


def test_the_command_shows_nothing_of_a_small_school(issuer: Any, grouped: Path) -> None:
    said = issuer("equity", "--by", "zweigstelle", "--competency", "--json", "--home", grouped)
    assert said.rows
    assert not any(row["shown"] for row in said.rows)
    assert "hp-learner" not in said.out
    table = issuer("equity", "--by", "zweigstelle", "--framework", "--home", grouped)
    assert "too few (least 10)" in table.out
    assert issuer("equity", "--by", "size", "--home", grouped).error == "equity.unknown-attribute"
    toml = grouped / "issuer.toml"
    toml.write_text(toml.read_text().replace("smallest_group = 10", "smallest_group = 4"))
    assert issuer("equity", "--home", grouped).error == "settings.invalid"


@pytest.mark.slow
def test_groups_are_on_no_page_in_no_metric_and_in_no_credential(
    issuer: Any, grouped: Path, open_site: Any, tmp_path: Path
) -> None:
    with open_site(grouped) as client:
        paths = client.get("/openapi.json").json()["paths"]
        told = {path for path in paths if "equity" in path or "group" in path}
        assert told == {"/api/v1/equity", "/api/v1/equity/attributes"}
        assert {client.get(path).status_code for path in told} == {401}
        plain = ["/", "/metrics", "/health", "/openapi.json", "/status/1", "/nothing"]
        found = {path: client.get(path, follow_redirects=True) for path in {*paths, *plain}}
    assert found["/metrics"].status_code == 200
    for path, answer in found.items():
        assert "Xanthippe" not in answer.text, path
        assert "zweigstelle" not in answer.text, path
    rows = issuer("credentials", "--json", "--home", grouped).rows
    for learner in {row["learner_sourced_id"] for row in rows}:
        issuer("export", learner, tmp_path / "out", "--home", grouped)
    for file in (tmp_path / "out").iterdir():
        document = file.read_text("utf-8")
        assert "Xanthippe" not in json.dumps(json.loads(document))
