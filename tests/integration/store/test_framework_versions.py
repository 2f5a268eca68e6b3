"""A judgment keeps the wording it was made under, whatever the framework becomes."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest
from sqlalchemy import Engine, text

from issuer.competency import service
from issuer.competency.views import MintableJudgment
from issuer.db import session_scope
from issuer.minting.assemble import achievement

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


class School:
    """The school of the fixture, one moment for everything: no clock tells versions apart."""

    def __init__(self, engine: Engine, folder: Path, framework: dict[str, Any]) -> None:
        self.engine = engine
        self.folder = folder
        self.framework = framework
        self.count = 0

    def judge(self, on: str = "OT.1", score: int = 3) -> None:
        entries = []
        for _ in range(3):
            self.count += 1
            entries.append(
                {
                    "sourcedId": f"e{self.count}",
                    "learnerSourcedId": "ana",
                    "competency": on,
                    "kind": "project",
                    "score": score,
                    "observedAt": f"2026-01-01T{self.count:02}:00:00Z",
                    "assessorKind": "person",
                }
            )
        file = self.folder / "evidence.json"
        file.write_text(json.dumps({"evidence": entries}))
        with session_scope(self.engine) as session:
            service.import_evidence(session, file, NOW)
            service.judge_all(session, NOW)

    def take_in(self, framework: dict[str, Any]) -> None:
        file = self.folder / "framework.json"
        file.write_text(json.dumps(framework))
        with session_scope(self.engine) as session:
            service.import_case(session, file, NOW)

    def mintable(self) -> list[MintableJudgment]:
        with session_scope(self.engine, read_only=True) as session:
            return service.mintable_judgments(session)

    def reworded(self) -> dict[str, Any]:
        """Title, goal, statement and levels all say something else."""
        newer = copy.deepcopy(self.framework)
        newer["CFDocument"] |= {"title": "Six Goals", "version": "2"}
        newer["CFItems"][0]["fullStatement"] = "Another goal."
        newer["CFItems"][1] |= {"fullStatement": "Another statement.", "humanCodingScheme": "N.1"}
        levels = newer["CFRubrics"][0]["CFRubricCriteria"][0]["CFRubricCriterionLevels"]
        for level in levels:
            level["description"] = f"Another {level['quality']}."
        return newer


@pytest.fixture
def store(school: Engine, tmp_path: Path, framework: dict[str, Any]) -> School:
    return School(school, tmp_path, framework)


def test_what_is_minted_from_an_old_judgment_says_the_old_wording(store: School) -> None:
    store.judge()
    before = store.mintable()
    store.take_in(store.reworded())
    after = store.mintable()
    assert after == before
    assert after[0].competency.statement == "Does OT.1."
    assert after[0].competency.framework_title == "Five Goals"
    assert after[0].competency.path == ("Does OT.",)
    assert after[0].levels[2].description == "Meeting work."
    document = achievement(after[0], "https://school.example").document
    assert "Another" not in json.dumps(document)


def test_a_judgment_made_later_says_the_new_wording_and_supersedes(store: School) -> None:
    store.judge()
    [old] = store.mintable()
    store.take_in(store.reworded())
    store.judge(on="N.1", score=4)
    [new] = store.mintable()
    assert new.judgment_id != old.judgment_id
    assert new.competency.statement == "Another statement."
    assert new.competency.path == ("Another goal.",)
    assert new.levels[3].description == "Another Leading."
    with session_scope(store.engine, read_only=True) as session:
        assert service.mintable_views(session, [old.judgment_id]) == [old]
        assert service.recompute(session, old.judgment_id).equal


def test_judging_again_after_a_change_of_words_makes_no_new_judgment(store: School) -> None:
    store.judge(on="OT.2")
    before = store.mintable()
    newer = copy.deepcopy(store.framework)
    newer["CFItems"][2]["fullStatement"] = "Another statement."
    store.take_in(newer)
    with session_scope(store.engine) as session:
        report = service.judge_all(session, NOW)
    assert (report.new, report.unchanged) == (0, 1)
    assert store.mintable() == before


def test_a_competency_that_is_gone_is_minted_as_it_was(store: School) -> None:
    store.judge(on="OT.3")
    before = store.mintable()
    newer = copy.deepcopy(store.framework)
    del newer["CFItems"][3], newer["CFAssociations"][3]
    store.take_in(newer)
    assert store.mintable() == before
    assert before[0].competency.path == ("Does OT.",)


def test_the_listing_says_the_wording_of_the_judgment(store: School) -> None:
    store.judge()
    store.take_in(store.reworded())
    with session_scope(store.engine, read_only=True) as session:
        [listed] = service.judgments(session)
    assert (listed.competency_code, listed.competency_statement) == ("OT.1", "Does OT.1.")


def test_judgments_of_before_versions_were_kept_get_theirs_when_it_is_replaced(
    store: School,
) -> None:
    store.judge()
    with session_scope(store.engine) as session:
        session.connection().execute(text("UPDATE judgment SET competency_version_id = NULL"))
        session.connection().execute(text("DELETE FROM competency_version"))
    before = store.mintable()
    store.take_in(store.reworded())
    assert store.mintable() == before
    with session_scope(store.engine, read_only=True) as session:
        held = "SELECT count(*) FROM judgment WHERE competency_version_id IS NULL"
        assert session.connection().scalar(text(held)) == 0


def test_a_framework_under_another_identifier_stands_beside(store: School) -> None:
    store.judge()
    before = store.mintable()
    text_of = json.dumps(store.reworded())
    for name in ("D", "OT", "OT.1", "OT.2", "OT.3", "R", "C", "L1", "L2", "L3", "L4"):
        text_of = text_of.replace(_guid(name), _guid(f"new {name}"))
    store.take_in(json.loads(text_of))
    assert store.mintable() == before
    with session_scope(store.engine, read_only=True) as session:
        assert [one.title for one in service.frameworks(session)] == ["Five Goals", "Six Goals"]
    store.judge(on="N.1")
    old, new = sorted(store.mintable(), key=lambda one: one.competency.framework_title)
    assert old == before[0]
    assert (new.competency.id, new.competency.code) == (UUID(_guid("new OT.1")), "N.1")
    assert new.competency.framework_title == "Six Goals"


def _guid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))
