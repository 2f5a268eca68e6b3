"""What the API does with the store: decisions, explanations, calibration, versions, imports."""

import csv
import io
import json
import uuid
import zipfile

import pytest
from simulators import school as simulated

from issuer import db
from issuer.api import uploads
from issuer.competency import badge_check
from issuer.competency import service as competency

CSV = {"content-type": "text/csv"}
JSON = {"content-type": "application/json"}
ZIP = {"content-type": "application/zip"}
MIB = 1 << 20
COLUMNS = ["sourcedId", "learnerSourcedId", "competency", "kind", "observedAt", "score"]


def table(*rows, header=COLUMNS):
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *rows])
    return stream.getvalue().encode()


def log(registrar, count=1):
    """The last rows of the audit log: action and who."""
    found = registrar.get("audit-events", params={"limit": count}).json()["items"]
    return [(one["action"], one["who"].split(":")[0]) for one in found]


def nothing_logged(registrar):
    return registrar.get("audit-events", params={"limit": 1}).json()["items"][:1]


@pytest.fixture
def proposed(school, registrar):
    """Judgments that wait for a person: of Ana, Bo and Cy, on OT.1 and OT.2."""
    rule = {"name": "asked", "version": 1, "method": "most-recent", "threshold": 3}
    sent = registrar.put("rules", json={"rules": [rule | {"decided_by": "both"}]})
    assert sent.status_code == 200, sent.text
    with db.session_scope(school.engine) as session:
        competency.judge_all(session, school.now)
    found = registrar.get("judgments", params={"state": "proposed"}).json()["items"]
    assert len(found) == 6
    return {
        name: next(one["id"] for one in found if one["learnerId"] == school.person(name))
        for name in ("ana", "bo", "cy")
    }


def test_a_teacher_decides_in_his_own_name_and_it_is_logged(registrar, teacher, student, proposed):
    path = f"judgments/{proposed['ana']}"
    made = teacher.post(f"{path}/confirm", json={"reason": "I saw it."})
    assert made.status_code == 200, made.text
    stands = made.json()
    assert (stands["state"], stands["mastered"]) == ("decided", True)
    assert stands["id"] != proposed["ana"]
    assert log(registrar) == [("judgment.decide", "api")]
    told = registrar.get(f"judgments/{stands['id']}/explanation").json()
    assert (told["decision"]["decidedBy"], told["decision"]["reason"]) == ("tea", "I saw it.")
    assert told["recomputes"], told["differences"]
    hidden = student.get(f"judgments/{stands['id']}/explanation").json()["decision"]
    assert (hidden["verdict"], hidden["decidedBy"], hidden["reason"]) == ("confirmed", None, None)
    again = teacher.post(f"{path}/confirm", json={"reason": "Once more."})
    assert (again.status_code, again.json()["code"]) == (409, "judgment.no-proposal")


def test_a_registrar_declines_or_decides_on_another_level(registrar, proposed):
    declined = registrar.post(f"judgments/{proposed['bo']}/decline", json={"reason": "No."}).json()
    assert (declined["mastered"], declined["state"]) == (False, "decided")
    level = {"reason": "Better than that.", "level": "4"}
    made = registrar.post(f"judgments/{proposed['cy']}/confirm", json=level)
    assert made.json()["levelPosition"] == 4, made.text
    told = registrar.get(f"judgments/{made.json()['id']}/explanation").json()
    assert told["decision"]["verdict"] == "level"
    assert told["decision"]["decidedBy"].startswith("api:")
    wrong = registrar.post(f"judgments/{made.json()['id']}/confirm", json=level | {"level": "9"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "judgment.decision-incomplete")


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "x", "by": "somebody"}])
def test_who_decides_is_never_the_bodys_to_say(registrar, proposed, body):
    answer = registrar.post(f"judgments/{proposed['ana']}/confirm", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "api.request")


def test_nobody_decides_about_those_he_does_not_teach(school, proposed, teacher, student):
    sent = {"json": {"reason": "Because."}}
    assert teacher.post(f"judgments/{proposed['cy']}/decline", **sent).status_code == 404
    assert student.post(f"judgments/{proposed['ana']}/confirm", **sent).status_code == 403
    assert (
        school.client("reader").post(f"judgments/{proposed['ana']}/confirm", **sent).status_code
        == 403
    )


def test_a_teacher_does_not_decide_about_himself(school, registrar, teacher, evidence_of):
    rule = {"name": "asked", "version": 1, "method": "most-recent", "threshold": 3}
    registrar.put("rules", json={"rules": [rule | {"decided_by": "both"}]})
    assert registrar.post("evidence", json=evidence_of("tea")).status_code == 201
    with db.session_scope(school.engine) as session:
        competency.judge_all(session, school.now)
    own = {"learnerId": school.person("tea")}
    [judgment] = teacher.get("judgments", params=own).json()["items"]
    answer = teacher.post(f"judgments/{judgment['id']}/confirm", json={"reason": "I am good."})
    assert (answer.status_code, answer.json()["code"]) == (403, "api.scope")


def test_an_explanation_says_all_in_words(registrar, teacher):
    judged = registrar.get("judgments", params={"limit": 1}).json()["items"][0]
    told = registrar.get(f"judgments/{judged['id']}/explanation").json()
    assert told["rule"].endswith(".")
    assert len(told["evidence"]) == 3
    assert all(one["used"] or one["why"] for one in told["evidence"])
    assert told["decidedBy"] == "The rule decided it."
    assert (told["members"], told["decision"], told["recomputes"]) == ([], None, True)
    assert teacher.get(f"judgments/{uuid.uuid4()}/explanation").status_code == 404


@pytest.fixture
def rated(registrar):
    """Twenty pieces of work on OT.1 that two assessors scored, by whom and how."""
    half = [(1, 1)] * 10 + [(1, 2)] * 5 + [(2, 2)] * 5
    entries = []
    for number, (one, other) in enumerate(half):
        base = {
            "learnerSourcedId": "ana",
            "competency": "OT.1",
            "kind": "project",
            "observedAt": "2026-05-01",
            "assessorKind": "person",
        }
        entries += [
            base | {"sourcedId": f"w{number}", "score": one, "assessorId": "tea"},
            base
            | {
                "sourcedId": f"w{number}-2",
                "score": other,
                "assessorId": "tom",
                "secondRatingOf": f"w{number}",
            },
        ]
    body = json.dumps({"evidence": entries}).encode()
    sent = registrar.post("imports/evidence", content=body, headers=JSON)
    assert sent.status_code == 200, sent.text


@pytest.mark.usefixtures("rated")
def test_agreement_of_raters_by_rubric_pair_and_period(school, registrar, teacher):
    [row] = registrar.get("calibration").json()["items"]
    assert row["agreement"]["doubleScored"] == 20
    assert row["agreement"]["kappa"] == pytest.approx(0.5)
    assert row["below"] is True
    assert (
        registrar.get("calibration", params={"threshold": "0.1", "below": "true"}).json()["items"]
        == []
    )
    assert len(registrar.get("calibration", params={"rubric": "OT.1"}).json()["items"]) == 1
    [full] = registrar.get(f"calibration/{row['rubricId']}", params={"by": "year"}).json()
    assert [one["raters"] for one in full["pairs"]] == [["tea", "tom"]]
    assert [one["period"] for one in full["periods"]] == ["2026"]
    assert registrar.get(f"calibration/{uuid.uuid4()}").status_code == 404
    assert registrar.get("calibration", params={"threshold": "2"}).status_code == 422
    for other in (teacher, school.client("reader")):
        assert other.get("calibration").status_code == 403


def package_of(registrar, framework):
    return registrar.get(f"frameworks/{framework}/package").json()


def test_versions_of_a_framework_stand_side_by_side(school, registrar):
    [framework] = registrar.get("frameworks").json()["items"]
    package = package_of(registrar, framework["id"])
    package["CFItems"][0]["fullStatement"] = "Does it otherwise."
    body = json.dumps(package).encode()
    tried = registrar.post("imports/case", params={"dryRun": "true"}, content=body, headers=JSON)
    assert (tried.json()["dryRun"], tried.json()["tables"][0]["changed"]) == (True, 1)
    versions = f"frameworks/{framework['id']}/versions"
    assert [one["number"] for one in registrar.get(versions).json()["items"]] == [1]
    before = nothing_logged(registrar)
    assert registrar.post("imports/case", content=body, headers=JSON).status_code == 200
    assert nothing_logged(registrar) != before
    reader = school.client("reader")
    page = reader.get(versions, params={"sort": "-id", "limit": 1}).json()
    assert ([one["number"] for one in page["items"]], page["total"]) == ([2], 2)
    rest = reader.get(versions, params={"sort": "-id", "limit": 1, "cursor": page["next"]}).json()
    assert ([one["number"] for one in rest["items"]], rest["next"]) == ([1], None)
    at = f"frameworks/{framework['id']}/package"
    older = reader.get(at, params={"number": 1}).json()["CFItems"][0]["fullStatement"]
    assert older == "Does OT.1."
    assert reader.get(at, params={"caseVersion": "1.0"}).status_code == 200
    assert reader.get(at, params={"number": 7}).status_code == 404
    assert reader.get(at, params={"caseVersion": "2"}).status_code == 422


def test_a_crosswalk_is_told_in_pages(school, registrar):
    [framework] = registrar.get("frameworks").json()["items"]
    package = package_of(registrar, framework["id"])
    items = {one["humanCodingScheme"]: one for one in package["CFItems"]}
    near = {"title": "OT.1", "identifier": items["OT.1"]["identifier"], "uri": items["OT.1"]["uri"]}
    package["CFAssociations"] = [
        {
            "identifier": str(uuid.uuid4()),
            "uri": "https://elsewhere.example/a",
            "associationType": kind,
            "originNodeURI": near,
            "destinationNodeURI": {
                "title": f"Elsewhere {number}",
                "identifier": str(uuid.uuid4()),
                "uri": f"https://elsewhere.example/{number}",
            },
            "lastChangeDateTime": "2026-01-01T00:00:00Z",
        }
        for number, kind in enumerate(["exactMatchOf", "isRelatedTo", "isRelatedTo"])
    ]
    body = json.dumps(package).encode()
    assert registrar.post("imports/case", content=body, headers=JSON).status_code == 200
    reader, path = school.client("reader"), f"competencies/{near['identifier']}/crosswalk"
    whole = reader.get(path).json()
    assert (len(whole["items"]), whole["complete"]) == (3, True)
    page = reader.get(path, params={"sort": "title", "limit": 2}).json()
    rest = reader.get(path, params={"sort": "title", "limit": 2, "cursor": page["next"]}).json()
    told = [one["title"] for one in page["items"] + rest["items"]]
    assert told == ["Elsewhere 0", "Elsewhere 1", "Elsewhere 2"]
    related = reader.get(path, params={"relation": "isRelatedTo"}).json()["items"]
    assert len(related) == 2
    assert reader.get(path, params={"here": "true"}).json()["items"] == []
    assert reader.get(path, params={"relation": "isChildOf"}).status_code == 422
    assert reader.get(f"competencies/{uuid.uuid4()}/crosswalk").status_code == 404


def test_evidence_files_are_tried_kept_and_known_again(registrar):
    body = table(["n1", "ana", "OT.3", "quiz", "2026-05-05", "4"])
    before = nothing_logged(registrar)
    tried = registrar.post(
        "imports/evidence", params={"dryRun": "true"}, content=body, headers=CSV
    ).json()
    assert (tried["dryRun"], tried["tables"][0]["added"]) == (True, 1)
    assert nothing_logged(registrar) == before
    kept = registrar.post("imports/evidence", content=body, headers=CSV).json()
    assert (kept["nothingChanged"], kept["tables"][0]["added"]) == (False, 1)
    assert log(registrar) == [("import.evidence", "api")]
    after = nothing_logged(registrar)
    assert registrar.post("imports/evidence", content=body, headers=CSV).json()["nothingChanged"]
    assert nothing_logged(registrar) == after


def test_every_problem_of_a_file_is_told_with_its_place(registrar):
    body = table(
        ["n1", "nobody", "OT.3", "quiz", "2026-05-05", "4"],
        ["n2", "ana", "OT.9", "quizz", "tomorrow", "x"],
        header=[*COLUMNS[:-1], "scor"],
    )
    answer = registrar.post("imports/evidence", content=body, headers=CSV)
    assert answer.status_code == 422
    told = answer.json()["problems"]
    assert answer.json()["more"] == 0
    assert {one["file"] for one in told} == {"evidence.csv"}
    assert any("score" in one["hint"] for one in told)
    fine = table(*[[f"n{n}", f"nobody-{n}", "OT.3", "quiz", "2026-05-05", "4"] for n in range(70)])
    many = registrar.post("imports/evidence", content=fine, headers=CSV).json()["problems"]
    assert len(many) == 70
    assert {"file": "evidence.csv", "line": 71}.items() <= many[-1].items()


def test_a_roster_comes_as_a_zip(school, registrar, tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in sorted((tmp_path / "roster").glob("*.csv")):
            archive.write(path, path.name)
    sent = registrar.post("imports/oneroster", content=stream.getvalue(), headers=ZIP)
    assert sent.json()["nothingChanged"] is True, sent.text
    broken = registrar.post("imports/oneroster", content=b"PK no", headers=ZIP)
    assert (broken.status_code, broken.json()["code"]) == (400, "oneroster.unreadable")


def test_canvas_results_with_names_of_their_own(registrar):
    header = [
        "student sis id",
        "learning outcome name",
        "learning outcome id",
        "outcome score",
        "assessment id",
        "learning outcome points possible",
        "submission date",
    ]
    body = table(["ana", "Canvas calls it so", "7", "3", "11", "4", "2026-05-05"], header=header)
    refused = registrar.post("imports/canvas", content=body, headers=CSV)
    assert refused.status_code == 422
    named = {"outcome": "Canvas calls it so=OT.1"}
    kept = registrar.post("imports/canvas", params=named, content=body, headers=CSV)
    assert kept.status_code == 200, kept.text
    assert kept.json()["tables"][0]["added"] == 1
    assert log(registrar) == [("import.canvas", "api")]
    wrong = registrar.post("imports/canvas", params={"outcome": "no"}, content=body, headers=CSV)
    assert wrong.json()["problems"][0]["place"] == "query/outcome"


def test_rules_come_as_toml_too(registrar):
    text = b'[[rules]]\nname = "two"\nversion = 1\nmethod = "most-recent"\nthreshold = 2\n'
    toml = {"content-type": "application/toml"}
    tried = registrar.post("imports/rules", params={"dryRun": True}, content=text, headers=toml)
    assert tried.json() == {"dryRun": True, "changed": True}
    assert registrar.get("rules").json()["id"] is None
    assert registrar.post("imports/rules", content=text, headers=toml).json()["changed"] is True
    assert log(registrar) == [("rules.set", "api")]


@pytest.mark.parametrize("path", ["case", "oneroster", "canvas", "evidence", "rules"])
def test_files_are_sent_as_what_they_are_by_registrars_within_limits(registrar, teacher, path):
    assert teacher.post(f"imports/{path}", content=b"x").status_code == 403
    odd = registrar.post(f"imports/{path}", content=b"x", headers={"content-type": "image/png"})
    assert (odd.status_code, odd.json()["code"]) == (415, "api.media-type")
    described = registrar.get("/openapi.json").json()["paths"][f"/api/v1/imports/{path}"]["post"]
    kind = next(iter(described["requestBody"]["content"]))
    client, held = registrar, registrar.app.state.api.uploads
    for _ in range(uploads.MAX_UPLOADS):
        held.take()
    full = client.post(f"imports/{path}", content=b"x", headers={"content-type": kind})
    assert (full.status_code, full.json()["code"]) == (409, "api.uploads-under-way")
    for _ in range(uploads.MAX_UPLOADS):
        held.slots.release()


def test_a_file_that_is_too_large_is_refused_and_frees_its_slot(registrar):
    body = b" " * (MIB + 1)
    for _ in range(uploads.MAX_UPLOADS + 1):
        answer = registrar.post("imports/rules", content=body, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (413, "api.too-large")


@pytest.fixture
def museum(monkeypatch):
    """Another issuer, which our verifier reaches."""
    world = simulated.World()
    monkeypatch.setattr(badge_check, "open_ports", lambda _settings: world.ports())
    return simulated.School(world, "museum.example", "City Museum")


def test_a_badge_of_others_is_checked_and_becomes_evidence(registrar, teacher, museum, school):
    school.now = simulated.NOW
    client = school.client("registrar")
    text = json.dumps(museum.issue())
    body = {"badge": text, "learner": "ana", "competency": "OT.1", "level": "Meeting"}
    taken = client.post("badges", json=body)
    assert taken.status_code == 201, taken.text
    assert taken.json()["issuer"] == museum.did
    kept = client.get(f"evidence/{taken.json()['evidenceId']}").json()
    assert (kept["setting"], kept["assessorId"]) == ("out-of-school", museum.did)
    assert log(client) == [("import.badge", "api")]
    again = client.post("badges", json=body)
    assert (again.status_code, again.json()["already"]) == (200, True)
    other = client.post("badges", json=body | {"learner": "bo"})
    assert (other.status_code, other.json()["code"]) == (409, "badge.taken")
    bad = json.dumps(json.loads(text) | {"name": "Another"})
    refused = client.post("badges", json=body | {"badge": bad})
    assert (refused.status_code, refused.json()["code"]) == (400, "badge.refused")
    assert client.post("badges", json=body | {"badge": "{"}).json()["code"] == "badge.unfit"
    assert school.client("teacher", "tea").post("badges", json=body).status_code == 403
