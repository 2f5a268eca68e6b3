"""Sets that somebody made to break the import: refused with a code, and nothing is kept."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from issuer.competency import service
from issuer.db import session_scope
from issuer.errors import ImportProblems
from issuer.learners import oneroster_source
from issuer.learners.errors import OneRosterUnreadable

NOW = datetime(2026, 6, 30, tzinfo=UTC)
MANIFEST = b"propertyName,value\noneroster.version,1.2\nfile.users,bulk\n"
HEADER = b"sourcedId,givenName,familyName\n"
Take = Callable[[Path], object]


@pytest.fixture
def take(engine: Engine) -> Take:
    def take(path: Path) -> object:
        with session_scope(engine) as session:
            return service.import_oneroster(session, path, NOW)

    return take


def folder(tmp_path: Path, users: bytes, manifest: bytes = MANIFEST) -> Path:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "manifest.csv").write_bytes(manifest)
    (tmp_path / "set" / "users.csv").write_bytes(users)
    return tmp_path / "set"


def archive(tmp_path: Path, members: list[tuple[str, bytes]], **options: int) -> Path:
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w", options.get("method", zipfile.ZIP_DEFLATED)) as opened:
        for name, data in members:
            opened.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("users", "code"),
    [
        (b"x," * 500_000 + b"\n", "too-many-columns"),
        (b"x," * 1_001 + b"\n", "too-many-columns"),
        (b"sourcedId,givenName,familyName,givenName\n1,a,b,c\n", "duplicate-column"),
        (HEADER + b"1,a\x00,b\n", "bad-csv"),
        (HEADER + "1,Zoë,b\n".encode("latin-1"), "not-utf8"),
        ((HEADER + b"1,a,b\n").decode().encode("utf-16"), "not-utf8"),
        (HEADER + b"1," + b"x" * (2 << 20) + b",b\n", "bad-csv"),
        (HEADER + b'"' + b'x\n","' * 300_000, "bad-csv"),
        (HEADER + b"1,a,b\n1,c,d\n", "duplicate"),
        (HEADER + b"1,a,b\n" + b"2,a\n" * 5_000, "bad-row"),
    ],
)
def test_a_file_that_was_made_to_break_is_refused(
    engine: Engine, take: Take, tmp_path: Path, users: bytes, code: str
) -> None:
    with pytest.raises(ImportProblems) as caught:
        take(folder(tmp_path, users))
    assert f"oneroster.{code}" in {one.code for one in caught.value.problems}
    assert len(caught.value.problems) <= 1_000
    assert all(len(str(one)) < 1_000 for one in caught.value.problems)
    with session_scope(engine, read_only=True) as session:
        assert session.execute(text("SELECT count(*) FROM person")).scalar_one() == 0


def test_duplicates_are_found_however_far_apart(take: Take, tmp_path: Path) -> None:
    users = HEADER + b"".join(b"u%d,a,b\n" % one for one in range(2_500)) + b"u7,c,d\n"
    with pytest.raises(ImportProblems) as caught:
        take(folder(tmp_path, users))
    assert [(one.line, one.sentence) for one in caught.value.problems] == [
        (2_502, "u7 is in line 9 already.")
    ]


def test_a_file_that_breaks_off_is_no_reason_to_doubt_the_others(
    take: Take, tmp_path: Path
) -> None:
    path = folder(tmp_path, HEADER + b"1,a,b\n2,\xff,b\n3,a,b\n", MANIFEST + b"file.roles,bulk\n")
    (path / "roles.csv").write_bytes(b"sourcedId,userSourcedId,role\nr,3,student\n")
    with pytest.raises(ImportProblems) as caught:
        take(path)
    assert [one.code for one in caught.value.problems] == ["oneroster.not-utf8"]


def test_a_formula_is_text(engine: Engine, take: Take, tmp_path: Path) -> None:
    formula = '=HYPERLINK("http://evil.example")'
    cell = '"' + formula.replace('"', '""') + '"'
    take(folder(tmp_path, HEADER + f"1,{cell},@SUM(A1)\n".encode()))
    with session_scope(engine, read_only=True) as session:
        found = session.execute(text("SELECT given_name, family_name FROM person")).one()
    assert tuple(found) == (formula, "@SUM(A1)")


def test_a_cell_longer_than_its_column_is_refused_on_every_database(
    take: Take, tmp_path: Path
) -> None:
    manifest = MANIFEST.replace(b"users", b"orgs")
    path = folder(tmp_path, HEADER, manifest)
    (path / "orgs.csv").write_bytes(b"sourcedId,name,type\n1,North," + b"s" * 51 + b"\n")
    with pytest.raises(ImportProblems) as caught:
        take(path)
    assert [(one.line, one.column) for one in caught.value.problems] == [(2, "type")]


@pytest.mark.parametrize("name", ["../users.csv", "/etc/users.csv", "a\\..\\..\\users.csv"])
def test_a_path_out_of_the_archive_is_refused(take: Take, tmp_path: Path, name: str) -> None:
    path = archive(tmp_path, [("manifest.csv", MANIFEST), (name, HEADER)])
    with pytest.raises(OneRosterUnreadable, match="outside"):
        take(path)


def test_two_files_of_one_name_are_refused(take: Take, tmp_path: Path) -> None:
    members = [("manifest.csv", MANIFEST), ("users.csv", HEADER), ("users.csv", HEADER)]
    with pytest.warns(UserWarning, match="Duplicate"):
        path = archive(tmp_path, members)
    with pytest.raises(OneRosterUnreadable, match="two files"):
        take(path)


def test_an_unusual_method_is_refused(take: Take, tmp_path: Path) -> None:
    members = [("manifest.csv", MANIFEST), ("users.csv", HEADER)]
    with pytest.raises(OneRosterUnreadable, match="DEFLATE"):
        take(archive(tmp_path, members, method=zipfile.ZIP_LZMA))


@pytest.mark.slow
def test_a_bomb_is_refused_before_it_is_inflated(take: Take, tmp_path: Path) -> None:
    path = archive(
        tmp_path, [("manifest.csv", MANIFEST), ("users.csv", HEADER + b"\n" * (40 << 20))]
    )
    assert path.stat().st_size < 100_000
    with pytest.raises(OneRosterUnreadable, match="inflates"):
        take(path)


def test_an_archive_of_a_million_names_is_refused_unread(
    take: Take, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as opened:
        for one in range(100):
            opened.writestr(f"{one}.csv", b"")
    (tmp_path / "set.zip").write_bytes(stream.getvalue())
    monkeypatch.setattr(oneroster_source, "MAX_DIRECTORY_BYTES", 1_000)
    with pytest.raises(OneRosterUnreadable, match="more than"):
        take(tmp_path / "set.zip")
