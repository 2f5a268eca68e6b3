"""Full sets and deltas, OneRoster 1.1, demographics: what is added, gone, or left alone."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from issuer.competency import service
from issuer.competency.reports import OneRosterImport
from issuer.db import session_scope
from issuer.errors import ImportProblems
from issuer.learners import service as learners

NOW = datetime(2026, 6, 30, tzinfo=UTC)
Files = Mapping[str, Iterable[str]]
Bring = Callable[..., OneRosterImport]
MODIFIED = "2026-06-01T00:00:00Z"
USERS = [
    "sourcedId,status,dateLastModified,givenName,familyName,email",
    f"ana,active,{MODIFIED},Ana,Alvarez,ana@school.example",
    f"bo,active,{MODIFIED},Bo,Berg,",
]
ROLES = [
    "sourcedId,status,dateLastModified,userSourcedId,role",
    f"r-ana,active,{MODIFIED},ana,student",
    f"r-bo,active,{MODIFIED},bo,student",
]
USERS_1_1 = [
    "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,givenName,familyName",
    ',,,true,"north,south",teacher,tess,Tess,Teacher'.replace(",,,", "tess,,,", 1),
    "ana,,,true,north,student,ana,Ana,Alvarez",
]
ORGS = ["sourcedId,name,type", "north,North,school", "south,South,school"]


def write(folder: Path, files: Files, modes: Mapping[str, str], version: str = "1.2") -> Path:
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    manifest = ["propertyName,value", "manifest.version,1.0", f"oneroster.version,{version}"]
    manifest += [f"file.{name},{modes.get(name, 'bulk')}" for name in files]
    for name, lines in {**files, "manifest": manifest}.items():
        (folder / f"{name}.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return folder


@pytest.fixture
def bring(engine: Engine, tmp_path: Path) -> Bring:
    def bring(
        files: Files, version: str = "1.2", demographics: tuple[str, ...] = (), **modes: str
    ) -> OneRosterImport:
        path = write(tmp_path / "set", files, modes, version)
        with session_scope(engine) as session:
            return service.import_oneroster(session, path, NOW, demographics)

    return bring


def rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with session_scope(engine, read_only=True) as session:
        return [tuple(row) for row in session.execute(text(query))]


def codes(bring: Bring, *args: object, **more: object) -> list[tuple[str, str, int | None, str]]:
    with pytest.raises(ImportProblems) as caught:
        bring(*args, **more)
    return [
        (one.code.removeprefix("oneroster."), one.file, one.line, one.column)
        for one in caught.value.problems
    ]


def test_whom_a_full_file_has_no_more_is_marked_and_kept(engine: Engine, bring: Bring) -> None:
    bring({"users": USERS, "roles": ROLES})
    report = bring({"users": USERS[:2], "roles": ROLES[:2]})
    users = report.roster.files["users.csv"]
    assert (users.added, users.changed, users.unchanged, users.gone) == (0, 0, 1, 1)
    assert users.gone_ids == ["bo"]
    assert not report.nothing_changed
    assert "2 no longer there" in report.sentence
    with session_scope(engine, read_only=True) as session:
        assert learners.find_learner(session, "bo").name == "Bo Berg"
        assert not learners.find_learner(session, "bo").active
        assert learners.find_learner(session, "ana").active
    assert bring({"users": USERS[:2], "roles": ROLES[:2]}).nothing_changed


def test_who_comes_back_is_there_again_with_the_same_id(engine: Engine, bring: Bring) -> None:
    bring({"users": USERS})
    before = rows(engine, "SELECT id FROM person WHERE sourced_id = 'bo'")
    bring({"users": USERS[:2]})
    assert bring({"users": USERS}).roster.files["users.csv"].changed == 1
    found = rows(engine, "SELECT id, status FROM person WHERE sourced_id = 'bo'")
    assert found == [(*before[0], "active")]


def test_a_file_that_is_absent_says_nothing(engine: Engine, bring: Bring) -> None:
    bring({"users": USERS, "roles": ROLES})
    bring({"users": USERS})
    assert rows(engine, "SELECT DISTINCT status FROM person_role") == [("active",)]


def test_a_delta_changes_only_what_it_names(engine: Engine, bring: Bring) -> None:
    bring({"users": USERS, "roles": ROLES})
    changed = USERS[2].replace("Berg", "Bergson")
    report = bring({"users": [USERS[0], changed]}, users="delta")
    assert report.roster.files["users.csv"].changed == 1
    assert report.roster.files["users.csv"].gone == 0
    found = rows(engine, "SELECT sourced_id, status, family_name FROM person ORDER BY sourced_id")
    assert found == [("ana", "active", "Alvarez"), ("bo", "active", "Bergson")]


def test_a_delta_may_say_no_more_than_that_a_row_is_to_be_deleted(
    engine: Engine, bring: Bring
) -> None:
    bring({"users": USERS})
    delta = [USERS[0], "bo,tobedeleted,2026-06-02T00:00:00Z,,,", "nobody,tobedeleted,,,,"]
    users = bring({"users": delta}, users="delta").roster.files["users.csv"]
    assert (users.added, users.changed, users.unchanged, users.gone) == (0, 0, 1, 1)
    found = rows(engine, "SELECT status, given_name FROM person WHERE sourced_id = 'bo'")
    assert found == [("tobedeleted", "Bo")]
    assert bring({"users": delta}, users="delta").nothing_changed
    # A full file that has the row no more says nothing new of it.
    assert bring({"users": USERS[:2]}).nothing_changed


def test_what_is_deleted_may_refer_to_what_was_never_there(bring: Bring) -> None:
    bring({"users": USERS, "roles": ROLES})
    leaving = f"r-x,tobedeleted,{MODIFIED},nobody,student"
    assert bring({"roles": [ROLES[0], leaving]}, roles="delta").nothing_changed
    staying = leaving.replace("tobedeleted", "active")
    assert codes(bring, {"roles": [ROLES[0], staying]}, roles="delta") == [
        ("unknown-person", "roles.csv", 2, "userSourcedId")
    ]


def test_a_delta_that_comes_late_does_not_undo_a_later_one(engine: Engine, bring: Bring) -> None:
    bring({"users": USERS})
    late = USERS[1].replace("Alvarez", "Old").replace("2026-06-01", "2026-05-01")
    report = bring({"users": [USERS[0], late]}, users="delta")
    assert report.nothing_changed
    assert "users.csv: 1 rows are older than what is kept." in report.roster.notes
    assert rows(engine, "SELECT family_name FROM person WHERE sourced_id = 'ana'") == [("Alvarez",)]


def test_a_problem_anywhere_marks_nobody(engine: Engine, bring: Bring) -> None:
    bring({"users": USERS, "roles": ROLES})
    wrong = [ROLES[0], ROLES[1].replace("student", "")]
    assert codes(bring, {"users": USERS[:2], "roles": wrong}) == [
        ("missing-value", "roles.csv", 2, "role")
    ]
    assert rows(engine, "SELECT DISTINCT status FROM person") == [("active",)]


def test_a_set_of_1_1_has_its_roles_with_its_users(engine: Engine, bring: Bring) -> None:
    report = bring({"orgs": ORGS, "users": USERS_1_1}, "1.1")
    assert report.roster.files["users.csv (roles)"].added == 3
    query = """SELECT p.sourced_id, r.role, r.role_type, r.org_sourced_id, r.status
               FROM person_role r JOIN person p ON p.id = r.person_id ORDER BY 1, 4"""
    assert rows(engine, query) == [
        ("ana", "student", "primary", "north", "active"),
        ("tess", "teacher", "primary", "north", "active"),
        ("tess", "teacher", "secondary", "south", "active"),
    ]
    assert bring({"orgs": ORGS, "users": USERS_1_1}, "1.1").nothing_changed
    with session_scope(engine, read_only=True) as session:
        assert [one.name for one in learners.learners(session)] == ["Ana Alvarez"]


@pytest.mark.parametrize("mode", ["bulk", "delta"])
def test_in_1_1_an_organisation_that_a_user_left_is_a_role_that_is_gone(
    engine: Engine, bring: Bring, mode: str
) -> None:
    bring({"orgs": ORGS, "users": USERS_1_1}, "1.1")
    moved = [USERS_1_1[0], USERS_1_1[1].replace('"north,south"', "south"), *USERS_1_1[2:]]
    report = bring({"users": moved if mode == "bulk" else moved[:2]}, "1.1", users=mode)
    assert report.roster.files["users.csv (roles)"].gone == 1
    gone = rows(engine, "SELECT org_sourced_id FROM person_role WHERE status = 'gone'")
    assert gone == [("north",)]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ((",role,", ",rolle,"), [("misspelt-column", "users.csv", 1, "rolle")]),
        (("north,student", "nowhere,student"), [("unknown-org", "users.csv", 3, "orgSourcedIds")]),
        (("north,student", "north,"), [("missing-value", "users.csv", 3, "role")]),
        (("Ana,Alvarez", "Ana,"), [("missing-value", "users.csv", 3, "familyName")]),
        (("\nana,", "\ntess,"), [("duplicate", "users.csv", 3, "sourcedId")]),
        (("\nana,,,true", "\nana,,true"), [("bad-row", "users.csv", 3, "")]),
    ],
)
def test_what_is_wrong_in_users_of_1_1_is_said_once(
    bring: Bring, change: tuple[str, str], found: list[tuple[str, str, int, str]]
) -> None:
    users = "\n".join(USERS_1_1).replace(*change).split("\n")
    assert codes(bring, {"orgs": ORGS, "users": users}, "1.1") == found


def test_learning_objectives_are_no_file_of_1_1(bring: Bring) -> None:
    files = {"users": USERS_1_1, "orgs": ORGS, "resultLearningObjectiveIds": ["sourcedId"]}
    assert codes(bring, files, "1.1") == [("bad-manifest", "manifest.csv", 6, "propertyName")]


DEMOGRAPHICS = [
    "sourcedId,status,dateLastModified,birthDate,sex,asian,cityOfBirth",
    "ana,,,2010-04-17,female,TRUE,Bilbao",
    "bo,,,,male,false,",
]
KEPT = """SELECT p.sourced_id, d.name, d.value FROM demographic d
          JOIN person p ON p.id = d.person_id ORDER BY 1, 2"""


def test_demographics_are_not_opened_unless_asked_for(engine: Engine, bring: Bring) -> None:
    report = bring({"users": USERS, "demographics": ["never,read"]})
    assert "demographics.csv is not used, and was not read." in report.roster.notes
    assert rows(engine, KEPT) == []


def test_only_the_demographics_that_were_named_are_kept(engine: Engine, bring: Bring) -> None:
    files = {"users": USERS, "demographics": DEMOGRAPHICS}
    report = bring(files, demographics=("sex", "asian"))
    assert report.roster.files["demographics.csv"].added == 2
    assert rows(engine, KEPT) == [
        ("ana", "asian", "true"),
        ("ana", "sex", "female"),
        ("bo", "asian", "false"),
        ("bo", "sex", "male"),
    ]
    assert bring(files, demographics=("sex", "asian")).nothing_changed
    bring(files, demographics=("sex",))
    assert rows(engine, KEPT) == [("ana", "sex", "female"), ("bo", "sex", "male")]
    bring({"users": USERS})
    assert len(rows(engine, KEPT)) == 2, "an import without them leaves them alone"
    fewer = bring({"demographics": DEMOGRAPHICS[:2]}, demographics=("sex",))
    assert fewer.roster.files["demographics.csv"].gone == 1
    assert rows(engine, KEPT) == [("ana", "sex", "female")]


@pytest.mark.parametrize(
    ("line", "wanted", "found"),
    [
        ("ana,,,,,maybe,", "asian", ("bad-value", "demographics.csv", 2, "asian")),
        ("ana,,,17.4.2010,,,", "birthDate", ("bad-value", "demographics.csv", 2, "birthDate")),
        ("nobody,,,,,,", "sex", ("unknown-person", "demographics.csv", 2, "sourcedId")),
        (",,,,,,x", "sex", ("missing-value", "demographics.csv", 2, "sourcedId")),
        ("ana,,,,,,", "gender", ("unknown-demographic", "demographics.csv", None, "")),
    ],
)
def test_wrong_demographics_are_named(
    bring: Bring, line: str, wanted: str, found: tuple[str, str, int | None, str]
) -> None:
    files = {"users": USERS, "demographics": [DEMOGRAPHICS[0], line]}
    assert found in codes(bring, files, demographics=(wanted,))
