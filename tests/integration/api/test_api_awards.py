"""Awards over the API: definitions, the queue, progress, and who may do what."""

import time

DEFINED = {
    "achievements": [
        {
            "key": "lab",
            "version": 1,
            "type": "MicroCredential",
            "title": "Lab",
            "description": "Works in a laboratory.",
            "award": "approval",
            "requires": {"all": [{"competency": "OT.1"}, {"competency": "OT.2"}]},
        }
    ]
}


def judged(registrar):
    """Judge everybody, and wait for it."""
    run = registrar.post("judging", json={}).json()
    for _ in range(200):
        found = registrar.get(f"judging/{run['id']}").json()
        if found["state"] != "running":
            assert found["state"] == "done", found
            return
        time.sleep(0.05)
    raise AssertionError("judging did not end")


def test_definitions_are_set_by_a_registrar_and_logged(registrar, teacher):
    assert registrar.get("award-definitions").json()["achievements"] == []
    assert teacher.put("award-definitions", json=DEFINED).status_code == 403
    answer = registrar.put("award-definitions", json=DEFINED)
    assert (answer.status_code, answer.json()["changed"]) == (200, True), answer.text
    assert registrar.put("award-definitions", json=DEFINED).json()["changed"] is False
    assert teacher.get("award-definitions").json()["achievements"] == DEFINED["achievements"]
    assert "awards.define" in registrar.get("audit-events").text
    bad = {"achievements": [DEFINED["achievements"][0] | {"type": "Diplom", "kee": 1}]}
    refused = registrar.put("award-definitions", json=bad)
    assert refused.status_code == 422, refused.text
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert "Diploma" in refused.text


def test_the_queue_is_decided_by_a_registrar(school, registrar, teacher, student):
    registrar.put("award-definitions", json=DEFINED)
    judged(registrar)
    waiting = registrar.get("awards", params={"state": "waiting"}).json()["items"]
    assert {one["learnerId"] for one in waiting} == {
        school.person(name) for name in ("ana", "bo", "cy")
    }
    mine = student.get("awards").json()["items"]
    assert [one["learnerId"] for one in mine] == [school.person("ana")]
    [ana] = mine
    assert teacher.post(f"awards/{ana['id']}/approval", json={"reason": "x"}).status_code == 403
    assert registrar.post(f"awards/{ana['id']}/approval", json={}).status_code == 422
    done = registrar.post(f"awards/{ana['id']}/approval", json={"reason": "Seen."})
    assert (done.status_code, done.json()["state"]) == (200, "awarded"), done.text
    again = registrar.post(f"awards/{ana['id']}/approval", json={"reason": "Seen."})
    assert again.json()["code"] == "award.decided"
    other = next(one for one in waiting if one["id"] != ana["id"])
    declined = registrar.post(f"awards/{other['id']}/refusal", json={"reason": "Not yet."})
    assert declined.json()["state"] == "declined"
    log = registrar.get("audit-events").text
    assert "award.approve" in log
    assert "award.decline" in log
    assert student.get(f"awards/{ana['id']}").json()["state"] == "awarded"
    assert student.get(f"awards/{other['id']}").status_code == 404


def test_a_student_sees_his_own_progress_alone(school, registrar, student):
    wanted = {"all": [{"competency": "OT.1"}, {"competency": "OT.3"}]}
    defined = {"achievements": [DEFINED["achievements"][0] | {"requires": wanted}]}
    registrar.put("award-definitions", json=defined)
    ana, cy = school.person("ana"), school.person("cy")
    [found] = student.get(f"learners/{ana}/award-progress").json()["items"]
    assert (found["key"], found["state"], found["progress"]["standing"]) == ("lab", None, "missing")
    assert [one["standing"] for one in found["progress"]["members"]] == ["met", "missing"]
    assert student.get(f"learners/{cy}/award-progress").status_code == 404
    unknown = registrar.get(f"learners/{cy}/award-progress", params={"key": "none"})
    assert unknown.json()["code"] == "award.definition-not-found"
    assert student.get("received-credentials").json()["items"] == []
