"""A person's archive and the equity view over the API: who may, and what they are told."""

import io
import json
import zipfile
from typing import Any

from issuer.audit import service as audit
from issuer.db import session_scope


def test_a_registrar_is_handed_the_archive_and_the_log_says_so(school: Any, registrar: Any) -> None:
    ana = school.person("ana")
    answer = registrar.get(f"people/{ana}/archive")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        [person] = json.loads(archive.read("records/person.json"))
        judged = json.loads(archive.read("judgments.json"))
    assert person["sourced_id"] == "ana"
    assert judged
    assert all(one["formedAgain"]["equal"] for one in judged)
    with session_scope(school.engine, read_only=True) as session:
        [row] = [one for one in audit.latest(session, 10) if one.action == "person.export"]
    assert (row.kind, row.subject) == ("person", ana)
    counts = registrar.get(f"people/{ana}/holdings").json()
    assert counts["judgment"] == len(judged)


def test_a_student_is_handed_his_own_and_nobody_elses(school: Any, student: Any) -> None:
    assert student.get(f"people/{school.person('ana')}/archive").status_code == 200
    refused = student.get(f"people/{school.person('bo')}/archive")
    unknown = student.get(f"people/{school.person('ana')[:-1]}0/archive")
    assert refused.status_code == unknown.status_code == 404
    assert refused.json()["code"] == "api.unknown"


def test_teachers_readers_and_strangers_are_refused(school: Any, teacher: Any) -> None:
    ana = school.person("ana")
    for path in (f"people/{ana}/archive", f"people/{ana}/holdings", "equity"):
        assert teacher.get(path).status_code == 403
        assert school.client("reader").get(path).status_code == 403
        assert school.client().get(path).status_code == 401
    assert school.client("student", "ana").get("equity").status_code == 403
    assert school.client("student", "ana").get("equity/attributes").status_code == 403


def test_the_equity_view_is_paged_and_shows_nothing_of_few(registrar: Any) -> None:
    whole = registrar.get("equity", params={"level": "competency"}).json()
    assert whole["total"] == len(whole["items"]) == 2
    assert not any(one["shown"] for one in whole["items"])
    assert all(one["pairs"] is None for one in whole["items"])
    first = registrar.get("equity", params={"level": "competency", "limit": 1}).json()
    query = {"level": "competency", "limit": 1, "cursor": first["next"]}
    second = registrar.get("equity", params=query).json()
    assert [*first["items"], *second["items"]] == whole["items"]
    assert second["next"] is None
    other = registrar.get("equity", params=query | {"level": "all"})
    assert other.json()["code"] == "api.cursor"
    assert registrar.get("equity", params={"shown": "true"}).json()["items"] == []
    refused = registrar.get("equity", params={"attribute": "language"})
    assert refused.json()["code"] == "equity.unknown-attribute"
    assert registrar.get("equity/attributes").json() == []
