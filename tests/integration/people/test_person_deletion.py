"""A person who was deleted is nowhere, and what he holds verifies as before."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from issuer import db
from issuer.people import deletion, service

LEARNER, OTHER, TEACHER = "hp-learner-0001", "hp-learner-0002", "hp-teacher-001"
WHY = "Request 2026/17"


def words(school: Any, sourced_id: str) -> list[str]:
    """What says who somebody is: names, numbers, addresses, and his random ids."""
    columns = "sourced_id, family_name, username, email, identifier, id"
    with closing(sqlite3.connect(school.home / "touchstone.db")) as connection:
        query = f"SELECT {columns} FROM person WHERE sourced_id = ?"  # noqa: S608
        row = connection.execute(query, [sourced_id]).fetchone()
    identifier = row[5]
    hyphened = "-".join(identifier[a:b] for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)))
    return [row[0], row[1], row[2], row[3], identifier, hyphened]


def found_in(folder: Path, wanted: list[str]) -> set[tuple[str, str]]:
    """Which words stand in which files, of the database and of everything else."""
    return {
        (path.name, word)
        for path in folder.rglob("*")
        if path.is_file()
        for word in wanted
        if word.encode() in path.read_bytes()
    }


def deleted(school: Any, sourced_id: str = LEARNER) -> str:
    return str(school.issuer("person", "delete", sourced_id, "--yes", "--reason", WHY))


@pytest.fixture
def held(school: Any, tmp_path: Path) -> list[Path]:
    """The credentials that the learner took along."""
    school.issuer("export", LEARNER, tmp_path / "held")
    return sorted((tmp_path / "held").iterdir())


def ids_of(files: list[Path]) -> list[str]:
    return [json.loads(path.read_text("utf-8"))["id"] for path in files]


def rpc(node: str, method: str, *parameters: Any) -> Any:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}
    return httpx.post(node, json=body, trust_env=False, timeout=30).json()["result"]


def test_what_he_holds_verifies_as_before_and_the_site_says_nothing_of_him(
    school: Any, held: list[Path], check: Callable[..., list[str]]
) -> None:
    wanted = [*words(school, LEARNER), *ids_of(held)]
    with school.served() as (client, node):
        assert set(check(held, node)) == {"VERIFIED"}
        lists = client.get("/status/1").text
    said = deleted(school)
    assert said.startswith("Deleted: ")
    with school.served() as (client, node):
        assert set(check(held, node)) == {"VERIFIED"}
        assert client.get("/status/1").text == lists
        pages = school.pages(client)
        assert {"/status/1", "/metrics"} <= pages.keys()
        assert len([path for path in pages if "/achievements/" in path]) > 1
        for path, body in pages.items():
            assert not [word for word in wanted if word in body], path


def test_his_credential_can_still_be_withdrawn_by_its_id(
    school: Any, held: list[Path], check: Callable[..., list[str]]
) -> None:
    first = ids_of(held)[0]
    deleted(school)
    assert "is withdrawn" in school.issuer("revoke", first, "--reason", "An error")
    with school.served() as (_, node):
        assert check(held[:1], node) == ["REFUSED"]
        assert set(check(held[1:], node)) <= {"VERIFIED"}


def test_nothing_of_him_is_left_in_any_file_of_the_home(school: Any, held: list[Path]) -> None:
    school.issuer("revoke", ids_of(held)[0], "--reason", "Copied from Quillon Zzyzx")
    wanted = words(school, LEARNER)
    # An earlier change of the row leaves its old text in places that no row owns.
    with closing(sqlite3.connect(school.home / "touchstone.db")) as connection, connection:
        connection.execute(
            "UPDATE person SET family_name = family_name || ? WHERE sourced_id = ?",
            ["Longnameadded" * 100, LEARNER],
        )
    assert {word for _, word in found_in(school.home, wanted)} >= set(wanted[:4])
    deleted(school)
    assert found_in(school.home, [*wanted, "Quillon", "Longnameadded"]) == set()
    reasons = school.rows("credentials")
    assert not [row for row in reasons if row["learner_sourced_id"] == LEARNER]


def test_others_keep_what_they_have_and_minting_finds_nothing_new(
    school: Any, check: Callable[..., list[str]], tmp_path: Path
) -> None:
    before = [r for r in school.rows("credentials") if r["learner_sourced_id"] != LEARNER]
    other = before[0]["learner_sourced_id"]
    school.issuer("export", other, tmp_path / "before")
    deleted(school)
    assert school.rows("credentials") == before
    school.issuer("judge")
    assert "Nothing new to mint" in school.issuer("mint")
    school.issuer("export", other, tmp_path / "after")
    after = sorted((tmp_path / "after").iterdir())
    assert [p.read_bytes() for p in after] == [
        p.read_bytes() for p in sorted((tmp_path / "before").iterdir())
    ]
    with school.served() as (_, node):
        assert set(check(after, node)) == {"VERIFIED"}


def test_an_import_that_still_has_him_leaves_him_out_and_says_so(school: Any) -> None:
    wanted = words(school, LEARNER)
    deleted(school)
    said = school.issuer("import", "oneroster", school.sample / "oneroster")
    assert "Left out: 1 person deleted here" in said
    assert "nothing changed" in said
    assert found_in(school.home, wanted) == set()
    assert LEARNER not in {row["sourced_id"] for row in school.rows("learners")}
    evidence = school.sample / "evidence.csv"
    assert school.refused("import", "evidence", evidence) == "evidence.unknown-person"


def test_a_delta_that_names_him_without_his_row_is_no_problem(school: Any, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(school.sample / "oneroster", tmp_path / "delta"))
    users = folder / "users.csv"
    lines = [line for line in users.read_text("utf-8").splitlines() if LEARNER not in line]
    users.write_text("\n".join([*lines, ""]), "utf-8")
    deleted(school)
    assert "nothing changed" in school.issuer("import", "oneroster", folder)


def test_without_the_key_or_with_another_no_import_begins(school: Any) -> None:
    deleted(school)
    key = school.home / "keys" / "people.key"
    assert key.stat().st_mode & 0o077 == 0
    kept = key.read_text()
    key.write_text("00" * 32)
    again = ("import", "oneroster", school.sample / "oneroster")
    assert school.refused(*again) == "people.key-wrong"
    key.unlink()
    assert school.refused(*again) == "people.key-missing"
    key.write_text(kept)
    school.issuer(*again)


def test_somebody_who_is_admitted_again_comes_as_somebody_new(school: Any) -> None:
    before = words(school, LEARNER)
    deleted(school)
    assert school.refused("person", "readmit", LEARNER) == "people.not-confirmed"
    assert school.refused("person", "readmit", OTHER, "--yes") == "people.not-deleted"
    school.issuer("person", "readmit", LEARNER, "--yes")
    school.issuer("import", "oneroster", school.sample / "oneroster")
    after = words(school, LEARNER)
    assert after[:4] == before[:4]
    assert after[4] != before[4]


def test_run_again_it_finds_nothing_left_to_do(school: Any) -> None:
    deleted(school)
    assert "already" in deleted(school)
    assert school.refused("person", "delete", "nobody", "--yes", "--reason", WHY) == (
        "people.not-found"
    )


def test_it_asks_for_the_word_and_for_a_reason_that_does_not_name_him(school: Any) -> None:
    name = words(school, LEARNER)[1]
    said = school.call("person", "delete", LEARNER, "--reason", WHY, "--home", school.home)
    assert said.error == "people.not-confirmed"
    assert f"issuer person export {LEARNER}" in said.err
    for bad in ("", "x" * 501, f"Asked by {name.upper()}.", f"see {LEARNER}"):
        assert school.refused("person", "delete", LEARNER, "--yes", "--reason", bad) == (
            "people.bad-reason"
        )
    assert LEARNER in {row["sourced_id"] for row in school.rows("learners")}
    assert not (school.home / "keys" / "people.key").exists()


def test_interrupted_at_any_table_nothing_is_done_and_it_is_run_again(
    school: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = db.engine(school.settings.database)
    real = deletion.repository.take_away

    def holdings() -> dict[str, int]:
        with db.session_scope(engine, read_only=True) as session:
            return service.holdings_of(session, LEARNER)

    before = holdings()
    for table in ("credential", "evidence", "person"):

        def cut(session: Any, holding: Any, *rest: Any, stop: str = table) -> int:
            if holding.table == stop:
                raise KeyboardInterrupt
            return real(session, holding, *rest)

        monkeypatch.setattr(deletion.repository, "take_away", cut)
        with pytest.raises(KeyboardInterrupt), db.session_scope(engine) as session:
            service.delete_person(session, school.home, LEARNER, WHY, datetime.now(UTC))
        assert holdings() == before
    engine.dispose()
    monkeypatch.setattr(deletion.repository, "take_away", real)
    deleted(school)


def test_a_batch_on_its_way_is_finished_first(school: Any) -> None:
    with closing(sqlite3.connect(school.home / "touchstone.db")) as connection, connection:
        connection.execute("UPDATE batch SET state = 'anchored', released_at = NULL")
    again = ("person", "delete", LEARNER, "--yes", "--reason", WHY)
    assert school.refused(*again) == "people.batch-not-released"
    school.issuer("mint")
    school.issuer(*again)


def test_a_teacher_stands_in_the_evidence_of_others_under_a_pseudonym(school: Any) -> None:
    wanted = words(school, TEACHER)
    assert "records about others name a pseudonym" in deleted(school, TEACHER)
    assert found_in(school.home, wanted) == set()
    with closing(sqlite3.connect(school.home / "touchstone.db")) as connection:
        query = "SELECT DISTINCT assessor_id FROM evidence WHERE assessor_id LIKE 'departed-%'"
        assert len(connection.execute(query).fetchall()) == 1
    school.issuer("judge")
    assert "Nothing new to mint" in school.issuer("mint")


def test_a_correction_of_his_evidence_in_another_name_stays(school: Any) -> None:
    with closing(sqlite3.connect(school.home / "touchstone.db")) as connection, connection:
        pick = """
            SELECT e.id FROM evidence e JOIN person p ON p.id = e.learner_id WHERE p.sourced_id = ?
            AND e.id NOT IN (SELECT corrects FROM evidence WHERE corrects IS NOT NULL) LIMIT 1
        """
        [his], [hers] = (connection.execute(pick, [one]).fetchone() for one in (LEARNER, OTHER))
        change = "UPDATE evidence SET corrects = ?, second_rating_of = ? WHERE id = ?"
        [trigger] = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'evidence_no_update'"
        ).fetchone()
        connection.execute("DROP TRIGGER evidence_no_update")
        connection.execute(change, [his, his, hers])
        connection.execute(trigger)
    deleted(school)
    with closing(sqlite3.connect(school.home / "touchstone.db")) as connection:
        query = "SELECT corrects, second_rating_of FROM evidence WHERE id = ?"
        assert connection.execute(query, [hers]).fetchone() == (None, None)


def counted(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


PERSONS = """
[[rules]]
name = "by-a-person"
version = 1
method = "highest"
threshold = 1
decided_by = "both"
"""


@pytest.fixture
def decided(school: Any, tmp_path: Path) -> Any:
    """A school where a teacher decided on every learner's judgments."""
    rules = tmp_path / "rules.toml"
    rules.write_text(PERSONS, "utf-8")
    school.issuer("import", "rules", rules)
    school.issuer("judge")
    for row in school.rows("judgments"):
        by = ("--by", TEACHER, "--reason", "I saw it.")
        school.issuer("judgments", "confirm", row["id"], *by)
    return school


def test_decisions_endorsements_and_tokens_go_with_him(
    decided: Any, held: list[Path], tmp_path: Path
) -> None:
    comment = ("--comment", "Sound work.", "-o", tmp_path / "endorsement.json")
    with decided.served():
        decided.issuer("endorse", ids_of(held)[0], *comment)
    decided.issuer("token", "new", "--scope", "student", "--person", LEARNER)
    his = words(decided, LEARNER)[5]
    others = [row for row in decided.rows("judgments") if row["learner_id"] != his]
    tables = ("judgment_decision", "endorsement", "api_token", "evidence_erasure")
    with closing(sqlite3.connect(decided.home / "touchstone.db")) as connection:
        counts = [counted(connection, table) for table in tables]
        wanted = words(decided, LEARNER)
    assert all(counts[:3])
    deleted(decided)
    # The log of what was done keeps the random id of whom a token was for, and nothing else.
    assert found_in(decided.home, wanted) == {("touchstone.db", his)}
    with closing(sqlite3.connect(decided.home / "touchstone.db")) as connection:
        [row] = connection.execute("SELECT * FROM audit_event WHERE action = 'token.new'")
        assert his in str(row)
        left = [counted(connection, table) for table in tables]
        assert connection.execute("SELECT DISTINCT decided_by FROM judgment_decision").fetchall()
    assert left == [len(others), 0, 0, 0]
    assert decided.rows("judgments") == others
    assert "0 do not recompute" in decided.issuer("explain", "--all")
    decided.issuer("audit", "verify")
    [row] = [one for one in decided.rows("audit", "list") if one["action"] == "person.delete"]
    assert his not in json.dumps(row)


def test_judgments_that_a_deleted_teacher_decided_come_out_again(decided: Any) -> None:
    wanted = words(decided, TEACHER)
    engine = db.engine(decided.settings.database)
    with db.session_scope(engine, read_only=True) as session:
        files = service.person_files(session, TEACHER, decided.settings, datetime.now(UTC))
    engine.dispose()
    assert json.loads(files["as-assessor.json"])["decisionsAboutOthers"] > 0
    deleted(decided, TEACHER)
    assert found_in(decided.home, wanted) == set()
    assert "0 do not recompute" in decided.issuer("explain", "--all")
    with closing(sqlite3.connect(decided.home / "touchstone.db")) as connection:
        [[name]] = connection.execute("SELECT DISTINCT decided_by FROM judgment_decision")
        assert name.startswith("departed-")
        with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
            connection.execute("UPDATE evidence SET assessor_id = 'x'")


def test_nothing_but_the_root_is_on_the_chain(school: Any, held: list[Path]) -> None:
    wanted = [*words(school, LEARNER), *ids_of(held)]
    wanted += [word.removeprefix("urn:uuid:").replace("-", "") for word in ids_of(held)]
    [batch] = school.rows("batches")
    with school.served() as (_, node):
        transaction = rpc(node, "eth_getTransactionByHash", batch["transaction"])
        assert transaction["input"] == f"0x{batch['root']}"
        assert transaction["value"] == "0x0"
        receipt = rpc(node, "eth_getTransactionReceipt", batch["transaction"])
        written = json.dumps([log["topics"] + [log["data"]] for log in receipt["logs"]])
        for number in range(int(rpc(node, "eth_blockNumber"), 16) + 1):
            block = json.dumps(rpc(node, "eth_getBlockByNumber", hex(number), True))
            written += block
    for word in wanted:
        assert word not in written
        assert word.encode().hex() not in written
    assert found_in(school.home / "chain", wanted) == set()


@pytest.mark.slow
def test_a_backup_made_after_it_goes_on_elsewhere_without_him(
    school: Any, held: list[Path], check: Callable[..., list[str]], tmp_path: Path
) -> None:
    wanted = words(school, LEARNER)
    deleted(school)
    copy = tmp_path / "elsewhere"
    copy.mkdir()
    with (
        closing(sqlite3.connect(school.home / "touchstone.db")) as source,
        closing(sqlite3.connect(copy / "touchstone.db")) as target,
    ):
        source.backup(target)
    for name in ("issuer.toml", "keys", "chain"):
        part = school.home / name
        (shutil.copytree if part.is_dir() else shutil.copy2)(part, copy / name)
    school.home = copy
    assert found_in(copy, wanted) == set()
    assert "Nothing new to mint" in school.issuer("mint")
    with school.served() as (_, node):
        assert set(check(held, node)) == {"VERIFIED"}
    assert "Left out: 1" in school.issuer("import", "oneroster", school.sample / "oneroster")


@pytest.fixture
def on_postgres(server: Any, school: Any) -> Iterator[Any]:
    """An empty database of the newest schema on PostgreSQL."""
    engine = server.migrated()
    yield engine
    engine.dispose()


@pytest.mark.slow
def test_deleting_and_exporting_on_postgresql(school: Any, on_postgres: Any) -> None:
    from issuer.competency import service as competency  # noqa: PLC0415

    now = datetime.now(UTC)
    with db.session_scope(on_postgres) as session:
        competency.import_case(session, school.sample / "framework.json", now)
        competency.import_oneroster(session, school.sample / "oneroster", now)
        competency.import_evidence(session, school.sample / "evidence.csv", now)
    with db.session_scope(on_postgres) as session:
        competency.judge_all(session, now)
    with db.session_scope(on_postgres, read_only=True) as session:
        files = service.person_files(session, LEARNER, school.settings, now)
        held = service.holdings_of(session, LEARNER)
    assert json.loads(files["judgments.json"])
    assert held["judgment"] > 0
    with db.session_scope(on_postgres) as session:
        done = service.delete_person(session, school.home, LEARNER, WHY, now)
    assert {k: v for k, v in done.removed.items() if v} == held
    with db.session_scope(on_postgres) as session:
        again = service.delete_person(session, school.home, LEARNER, WHY, now)
        assert again.already
        left = session.execute(text("SELECT count(*) FROM person WHERE sourced_id = 'x'"))
        assert left.scalar() == 0
