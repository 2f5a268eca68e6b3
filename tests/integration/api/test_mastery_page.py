"""One learner's mastery: what stands, what waits, and who may see it."""

import uuid


def test_a_page_says_what_stands_of_a_learner(school, registrar):
    found = registrar.get(f"learners/{school.person('ana')}/mastery")
    assert found.status_code == 200, found.text
    page = found.json()
    assert page["learner"]["sourcedId"] == "ana"
    assert (page["mastered"], page["proposals"], page["evidence"]) == (2, 0, 6)
    assert [one["code"] for one in page["competencies"]] == ["OT.1", "OT.2"]
    first = page["competencies"][0]
    assert first["evidence"] == 3
    assert first["judgment"]["level"] == "Meeting"
    assert first["judgment"]["score"] == "3"
    assert first["judgment"]["rule"].startswith("The average of the last two pieces")
    listed = registrar.get("judgments", params={"learnerId": school.person("ana")}).json()["items"]
    assert {one["id"] for one in listed} == {one["judgment"]["id"] for one in page["competencies"]}


def test_evidence_that_is_not_judged_yet_is_counted(school, registrar, evidence_of):
    posted = registrar.post("evidence", json=evidence_of("ana", "new"))
    assert posted.status_code == 201, posted.text
    page = registrar.get(f"learners/{school.person('ana')}/mastery").json()
    assert page["evidence"] == 7


def test_everybody_sees_only_whom_the_token_lets_see(school, teacher, student):
    own = f"learners/{school.person('ana')}/mastery"
    other = f"learners/{school.person('cy')}/mastery"
    for client in (teacher, student):
        assert client.get(own).status_code == 200
        assert client.get(other).status_code == 404
    assert student.get(f"learners/{school.person('bo')}/mastery").status_code == 404
    assert school.client().get(own).status_code == 401
    assert school.client("reader").get(own).status_code == 403


def test_nobody_has_no_page(school, registrar):
    assert registrar.get(f"learners/{uuid.uuid4()}/mastery").status_code == 404
    assert registrar.get("learners/nobody/mastery").status_code == 422
    page = registrar.get(f"learners/{school.person('tom')}/mastery").json()
    assert (page["competencies"], page["evidence"]) == ([], 0)
