"""What can be read, appended, set and changed, and how lists are paged."""

import time
import uuid

import pytest
from sqlmodel import select

from issuer import db
from issuer.audit import service as audit
from issuer.audit.models import AuditEvent
from issuer.identity import service as identity
from issuer.minting.models import Achievement, Batch, BatchState, Credential
from issuer.status import service as status


def pages(client, path, **query):
    """Every page, by its cursor."""
    cursor = {}
    while True:
        answer = client.get(path, params=query | cursor)
        assert answer.status_code == 200, answer.text
        yield answer
        if answer.json()["next"] is None:
            return
        cursor = {"cursor": answer.json()["next"]}


@pytest.mark.parametrize("sort", ["id", "-id", "recordedAt", "-observedAt"])
def test_pages_make_up_the_list_in_its_order(school, registrar, sort):
    query = {"sort": sort, "learnerId": school.person("ana")}
    whole = registrar.get("evidence", params=query).json()["items"]
    paged = [
        one
        for page in pages(registrar, "evidence", limit=2, **query)
        for one in page.json()["items"]
    ]
    assert [one["id"] for one in paged] == [one["id"] for one in whole]
    assert len({one["id"] for one in paged}) == 6


def test_what_comes_in_between_shifts_no_page(school, registrar, evidence_of):
    walk = pages(registrar, "evidence", limit=4)
    seen = [one["id"] for one in next(walk).json()["items"]]
    for number in range(5):
        posted = registrar.post("evidence", json=evidence_of("bo", f"new-{number}"))
        assert posted.status_code == 201, posted.text
    seen += [one["id"] for page in walk for one in page.json()["items"]]
    assert len(seen) == len(set(seen)) >= 18


def test_a_page_says_where_the_next_is(registrar):
    answer = registrar.get("competencies", params={"limit": 1, "sort": "code"})
    first, following = answer.headers["link"].split(", ")
    assert first.endswith('rel="first"')
    target, _, relation = following.partition("; ")
    assert relation == 'rel="next"'
    assert registrar.get(target.strip("<>")).json()["items"][0]["code"] == "OT.2"
    assert answer.headers["cache-control"] == "no-store"
    assert registrar.get("frameworks").json()["total"] == 1


def test_a_list_is_asked_by_named_members_only(registrar):
    for query in ({"nme": "x"}, {"limit": 501}, {"limit": 0}, {"sort": "score"}, {"kind": "\x00"}):
        answer = registrar.get("evidence", params=query)
        assert (answer.status_code, answer.json()["code"]) == (422, "api.request"), query
        assert answer.json()["remedy"]
    assert registrar.get("evidence", params={"sort": "observedAt"}).json()["code"] == "api.sort"


def test_a_cursor_is_good_for_its_own_list_only(registrar):
    cursor = registrar.get("evidence", params={"limit": 1}).json()["next"]
    for query in (
        {"cursor": cursor, "kind": "quiz"},
        {"cursor": cursor, "sort": "-id"},
        {"cursor": "x"},
        {"cursor": "W10"},
        {"cursor": cursor[:-3]},
    ):
        answer = registrar.get("evidence", params=query)
        assert (answer.status_code, answer.json()["code"]) == (400, "api.cursor"), query
    assert registrar.get("competencies", params={"cursor": cursor}).status_code == 400


def test_frameworks_rubrics_and_levels(registrar):
    [framework] = registrar.get("frameworks").json()["items"]
    assert framework["competencies"] == 3
    assert registrar.get(f"frameworks/{framework['id']}").json() == framework
    [found] = registrar.get("competencies", params={"code": "OT.1"}).json()["items"]
    levels = registrar.get(f"competencies/{found['id']}").json()["levels"]
    assert [one["name"] for one in levels] == ["Starting", "Growing", "Meeting", "Leading"]
    [rubric] = registrar.get("rubrics").json()["items"]
    [criterion] = registrar.get(f"rubrics/{rubric['id']}").json()["criteria"]
    assert criterion["competencyId"] == found["id"]
    assert [one["position"] for one in criterion["levels"]] == [1, 2, 3, 4]
    for kind in ("frameworks", "competencies", "rubrics", "achievements", "batches"):
        answer = registrar.get(f"{kind}/{uuid.uuid4()}")
        assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_a_teacher_appends_in_his_own_name(teacher, registrar, evidence_of):
    answer = teacher.post("evidence", json=evidence_of("ana"))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["assessorId"], made["assessorKind"], made["score"]) == ("tea", "person", "3.5")
    assert registrar.get(f"evidence/{made['id']}").json() == made
    assert teacher.post("evidence", json=evidence_of("ana")).status_code == 200
    other = teacher.post("evidence", json=evidence_of("ana", score="2"))
    assert (other.status_code, other.json()["code"]) == (422, "evidence.changed")
    forged = teacher.post("evidence", json=evidence_of("ana", "e-8", assessorId="tom"))
    assert (forged.status_code, forged.json()["code"]) == (403, "api.other-assessor")


def test_evidence_is_corrected_by_a_further_entry(teacher, registrar, evidence_of, student):
    old = teacher.post("evidence", json=evidence_of("ana")).json()
    correction = {
        "sourcedId": "essay-7b",
        "kind": "performance-task",
        "observedAt": "2026-06-01T09:00:00Z",
        "level": "Meeting",
    }
    path = f"evidence/{old['id']}/corrections"
    assert student.post(path, json=correction).status_code == 403
    new = teacher.post(path, json=correction)
    assert new.status_code == 201, new.text
    assert (new.json()["corrects"], new.json()["score"]) == (old["id"], "3")
    assert registrar.get(f"evidence/{old['id']}").json()["correctedBy"] == new.json()["id"]
    assert old["id"] not in [one["id"] for one in teacher.get("evidence").json()["items"]]
    again = registrar.post(path, json=correction | {"sourcedId": "x"})
    assert again.json()["code"] == "evidence.already-corrected"
    imported = registrar.get("evidence", params={"learnerId": old["learnerId"]}).json()["items"]
    theirs = next(one for one in imported if one["source"] == "file")["id"]
    assert teacher.post(f"evidence/{theirs}/corrections", json=correction).status_code == 403
    withdrawn = {"sourcedId": "gone", "kind": "quiz", "observedAt": "2026-06-01T09:00:00Z"}
    answer = registrar.post(f"evidence/{theirs}/corrections", json=withdrawn)
    assert (answer.status_code, answer.json()["score"]) == (201, None)


def test_every_problem_of_evidence_is_told(registrar, evidence_of):
    answer = registrar.post("evidence", json=evidence_of("ana", kind="?", observedAt="soon"))
    told = answer.json()
    assert answer.status_code == 422
    assert {one["code"] for one in told["problems"]} == {
        "evidence.unknown-kind",
        "evidence.bad-date",
    }
    for body in (evidence_of("ana", extra=1), {}, evidence_of("ana", title="\x00")):
        assert registrar.post("evidence", json=body).json()["code"] == "api.request"
    twice = b'{"sourcedId": "a", "sourcedId": "b"}'
    strict = {"content": twice, "headers": {"Content-Type": "application/json"}}
    assert registrar.post("evidence", **strict).status_code == 400
    assert registrar.post("evidence", content=b" " * 2_000_000).status_code == 413
    assert registrar.post("evidence", data={"a": "b"}).status_code == 415


def test_rules_are_set_and_every_version_stays(registrar, teacher):
    rule = {"name": "two-in-three", "version": 1, "method": "n-times", "n": 2, "threshold": 3}
    assert registrar.get("rules").json()["id"] is None
    assert teacher.put("rules", json={"rules": [rule]}).status_code == 403
    put = registrar.put("rules", json={"rules": [rule]})
    assert put.status_code == 200, put.text
    assert put.json()["changed"]
    assert not registrar.put("rules", json={"rules": [rule]}).json()["changed"]
    other = registrar.put("rules", json={"rules": [rule | {"threshold": 2}]})
    assert (other.status_code, other.json()["code"]) == (409, "rules.changed")
    bad = registrar.put("rules", json={"rules": [rule | {"methd": 1, "n": 0}]})
    assert bad.status_code == 422
    assert len(bad.json()["problems"]) == 2
    registrar.put("rules", json={"rules": [rule | {"threshold": 2, "version": 2}]})
    versions = registrar.get("rules/versions", params={"name": "two-in-three"}).json()["items"]
    assert [one["version"] for one in versions] == [1, 2]
    assert registrar.get("rules/versions/two-in-three/1").json() == versions[0]
    assert registrar.get("rules/versions/none/1").status_code == 404
    assert len(registrar.get("rules/history").json()["items"]) == 2


def test_judging_is_started_and_followed(school, registrar, teacher, evidence_of):
    registrar.post("evidence", json=evidence_of("ana", competency="OT.3"))
    assert teacher.post("judging").status_code == 403
    started = registrar.post("judging")
    assert started.status_code == 202
    for _ in range(200):
        run = registrar.get(f"judging/{started.json()['id']}").json()
        if run["state"] != "running":
            break
        time.sleep(0.05)
    assert (run["state"], run["new"]) == ("done", 1)
    assert registrar.get(f"judging/{uuid.uuid4()}").status_code == 404
    judged = teacher.get("judgments", params={"learnerId": school.person("ana")}).json()["items"]
    assert len(judged) == 3
    full = teacher.get(f"judgments/{judged[0]['id']}").json()
    assert set(full["usedIds"]) <= set(full["evidenceIds"])
    explained = teacher.get(f"judgments/{judged[0]['id']}/explanation").json()
    assert explained["recomputes"]
    assert explained["reasons"]


@pytest.fixture
def credential(school):
    """A released credential of Ana's, without a document that could be delivered."""
    name = f"urn:uuid:{uuid.uuid4()}"
    with db.session_scope(school.engine) as session:
        batch = Batch(
            id=uuid.uuid4(),
            state=BatchState.ANCHORED,
            size=1,
            chain_id=1,
            anchor_method="did:x#a",
            created_at=school.now,
        )
        what = Achievement(
            id=uuid.uuid4(),
            competency_id=uuid.uuid4(),
            name="A",
            document="{}",
            created_at=school.now,
        )
        session.add_all([batch, what])
        session.flush()
        session.add(
            Credential(
                id=name,
                batch_id=batch.id,
                position=0,
                learner_id=uuid.UUID(school.person("ana")),
                achievement_id=what.id,
                document="{}",
                leaf=bytes(32),
                proof="{}",
            )
        )
        publisher = identity.publisher_for(session, school.settings, school.signer)
        status.allocate_for(session, name, publisher, school.now, purposes=status.PURPOSES)
    return name


def test_a_credential_is_held_reinstated_and_withdrawn(school, registrar, student, credential):
    shown = student.get("credentials").json()["items"]
    assert [(one["id"], one["revokedAt"]) for one in shown] == [(credential, None)]
    assert school.client("student", "bo").get(f"credentials/{credential}").status_code == 404
    assert student.post(f"credentials/{credential}/revoke", json={"reason": "x"}).status_code == 403
    steps = [("suspend", 200), ("reinstate", 200), ("revoke", 200), ("reinstate", 409)]
    for verb, code in steps:
        answer = registrar.post(f"credentials/{credential}/{verb}", json={"reason": "Asked for."})
        assert answer.status_code == code, answer.text
    assert (
        registrar.post(f"credentials/{credential}/revoke", json={"reason": ""}).status_code == 422
    )
    assert registrar.get(f"credentials/{credential}").json()["revokedAt"] is not None
    gone = f"credentials/{uuid.uuid4()}"
    assert registrar.get(gone).status_code == 404
    assert registrar.post(f"{gone}/revoke", json={"reason": "x"}).status_code == 404
    closed = school.client("registrar", signer=False)
    answer = closed.post(f"credentials/{credential}/suspend", json={"reason": "x"})
    assert (answer.status_code, answer.json()["code"]) == (503, "api.no-signer")


def test_what_was_done_is_logged_by_whom_and_without_a_name(
    school, registrar, teacher, evidence_of, credential
):
    me = [one.get("me").json()["tokenId"] for one in (registrar, teacher)]
    made = teacher.post("evidence", json=evidence_of("ana")).json()
    registrar.post(f"credentials/{credential}/revoke", json={"reason": "A reason."})
    registrar.post(f"credentials/{credential}/revoke", json={"reason": "A reason."})
    told = registrar.get("audit-events", params={"sort": "id"}).json()["items"]
    rows = [(one["who"], one["action"], one["subject"]) for one in told]
    assert rows[-2:] == [
        (f"api:{me[1]}", "evidence.append", made["id"]),
        (f"api:{me[0]}", "credential.revoke", credential.removeprefix("urn:uuid:")),
    ]
    with db.session_scope(school.engine, read_only=True) as session:
        assert audit.verify(session).length == len(told)
        kept = repr([row.model_dump() for row in session.exec(select(AuditEvent))])
    for word in ("'ana'", "'tea'", "Ana", "A reason", "3.5", "essay"):
        assert word not in kept
    filtered = registrar.get("audit-events", params={"who": f"api:{me[1]}"}).json()["items"]
    assert len(filtered) == 1


def test_what_is_refused_is_not_logged(school, registrar, evidence_of):
    with db.session_scope(school.engine, read_only=True) as session:
        before = audit.head(session)
    registrar.post("evidence", json=evidence_of("ana", kind="?"))
    registrar.put("rules", json={"rules": []})
    with db.session_scope(school.engine, read_only=True) as session:
        assert audit.head(session) == before
