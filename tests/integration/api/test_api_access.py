"""Whose token opens what; and no token tells whether a person exists."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from issuer import db
from issuer.api import tokens
from issuer.api.failures import MAX_FAILURES, WINDOW
from issuer.api.models import ApiToken
from issuer.learners.models import Enrollment

LISTS = {
    "learners": {"registrar", "teacher", "student"},
    "evidence": {"registrar", "teacher", "student"},
    "judgments": {"registrar", "teacher", "student"},
    "credentials": {"registrar", "student"},
    "frameworks": {"registrar", "teacher", "student", "reader"},
    "competencies": {"registrar", "teacher", "student", "reader"},
    "rubrics": {"registrar", "teacher", "student", "reader"},
    "achievements": {"registrar", "teacher", "student", "reader"},
    "rules": {"registrar", "teacher", "student"},
    "rules/versions": {"registrar", "teacher", "student"},
    "rules/history": {"registrar", "teacher", "student"},
    "batches": {"registrar"},
    "audit-events": {"registrar"},
    "me": {"registrar", "teacher", "student", "reader"},
}
PERSONS = {"teacher": "tea", "student": "ana"}


def items(client, path, **query):
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


@pytest.mark.parametrize("scope", ["registrar", "teacher", "student", "reader"])
def test_a_scope_opens_what_it_says_and_nothing_else(school, scope):
    client = school.client(scope, PERSONS.get(scope, ""))
    for path, opened_by in LISTS.items():
        answer = client.get(path)
        assert answer.status_code == (200 if scope in opened_by else 403), path
        if answer.status_code == 403:
            told = answer.json()
            assert told["code"] == "api.scope"
            assert set(told["scopes"]) == opened_by
            assert told["remedy"]
            assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


def test_without_a_token_that_holds_nothing_is_shown(school):
    client, good = school.client(), school.token("registrar")
    wrong = ["", f"Bearer {good}x", f"Basic {good}", "Bearer", f"Bearer tsr_{'0' * 32}_x"]
    for header in wrong:
        answer = client.get("learners", headers={"Authorization": header} if header else {})
        assert answer.status_code == 401
        assert answer.json()["code"] == "api.token"
        assert answer.headers["www-authenticate"].startswith('Bearer realm="api"')
    assert client.get("me", headers={"Authorization": f"Bearer {good}"}).status_code == 200


def test_a_token_ends_by_time_and_by_revocation(school):
    client = school.client("registrar")
    assert client.get("me").status_code == 200
    school.later(days=91)
    assert client.get("me").status_code == 401
    other = school.client("reader")
    token_id = other.get("me").json()["tokenId"]
    with db.session_scope(school.engine) as session:
        tokens.revoke(session, token_id, school.now)
    assert other.get("me").status_code == 401


def test_only_a_hash_of_a_token_is_kept(school):
    token = school.token("registrar")
    with db.session_scope(school.engine, read_only=True) as session:
        kept = repr([row.model_dump() for row in session.exec(select(ApiToken))])
    assert token.rpartition("_")[2] not in kept


def test_a_teacher_sees_the_students_of_his_classes(school, teacher):
    assert {one["sourcedId"] for one in items(teacher, "learners")} == {"ana", "bo"}
    seen = {school.person(one) for one in ("ana", "bo")}
    assert {one["learnerId"] for one in items(teacher, "judgments")} == seen
    assert {one["learnerId"] for one in items(teacher, "evidence")} == seen


def test_a_student_sees_himself(school, student):
    assert [one["sourcedId"] for one in items(student, "learners")] == ["ana"]
    assert {one["learnerId"] for one in items(student, "judgments")} == {school.person("ana")}
    shown = items(student, "evidence")
    assert {one["learnerId"] for one in shown} == {school.person("ana")}
    assert {(one["note"], one["assessorId"]) for one in shown} == {(None, None)}


@pytest.mark.parametrize("scope", ["teacher", "student"])
def test_a_teacher_who_learns_sees_himself_and_not_who_assessed_him(
    school, registrar, evidence_of, scope
):
    sent = evidence_of("tea", "video-1", kind="classroom-video", assessorId="tom", note="Weak.")
    assert registrar.post("evidence", json=sent).status_code == 201
    own = registrar.post("evidence", json=sent | {"sourcedId": "video-2", "assessorId": "tea"})
    assert own.status_code == 422
    assert "evidence.own-work" in own.text
    client, me = school.client(scope, "tea"), school.person("tea")
    [shown] = items(client, "evidence", learnerId=me)
    assert (shown["kind"], shown["assessorId"], shown["note"]) == ("classroom-video", None, None)
    listed = items(client, "learners", **({} if scope == "student" else {"role": "teacher"}))
    assert [one["sourcedId"] for one in listed] == ["tea"]
    assert registrar.get(f"evidence/{shown['id']}").json()["assessorId"] == "tom"


@pytest.mark.parametrize("scope", ["teacher", "student"])
def test_who_may_not_be_seen_is_answered_like_who_is_not_there(school, scope, registrar):
    client = school.client(scope, PERSONS[scope])
    for kind in ("learners", "evidence", "judgments"):
        if kind == "learners":
            hidden = school.person("cy")
        else:
            hidden = items(registrar, kind, learnerId=school.person("cy"))[0]["id"]
        told = [client.get(f"{kind}/{one}") for one in (hidden, uuid.uuid4())]
        assert [one.status_code for one in told] == [404, 404]
        assert told[0].json() == told[1].json()
        of_nobody = items(
            client, kind, **({} if kind == "learners" else {"learnerId": school.person("cy")})
        )
        assert hidden not in {one["id"] for one in of_nobody}


def test_appending_does_not_tell_whether_there_is_such_a_learner(school, teacher, evidence_of):
    for broken in ({}, {"kind": "?"}, {"competency": "none"}, {"score": "-1"}):
        told = [
            teacher.post("evidence", json=evidence_of(one, **broken)) for one in ("cy", "nobody")
        ]
        assert [one.status_code for one in told] == [404, 404]
        assert told[0].json() == told[1].json()


def test_an_enrolment_that_ended_opens_nothing(school, teacher):
    with db.session_scope(school.engine) as session:
        day = (school.now - timedelta(days=1)).date()
        session.execute(
            update(Enrollment).where(col(Enrollment.sourced_id) == "e-math-bo").values(end_date=day)
        )
    assert {one["sourcedId"] for one in items(teacher, "learners")} == {"ana"}


def test_failures_of_an_address_are_bounded_and_a_good_token_goes_on(school):
    app_client = school.client("reader")
    assert app_client.get("me").status_code == 200
    bad = {"Authorization": "Bearer tsr_wrong"}
    codes = [app_client.get("me", headers=bad).status_code for _ in range(MAX_FAILURES + 2)]
    assert codes == [401] * MAX_FAILURES + [429] * 2
    answer = app_client.get("me", headers=bad)
    assert answer.json()["code"] == "api.too-many-failures"
    assert 0 < int(answer.headers["retry-after"]) <= WINDOW.total_seconds()
    assert app_client.get("me").status_code == 200
    school.later(seconds=61)
    assert app_client.get("me", headers=bad).status_code == 401
