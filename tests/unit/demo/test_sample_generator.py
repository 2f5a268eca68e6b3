"""The generated sample: same bytes for a seed, right sizes, headers of the standard."""

import csv
import filecmp
import hashlib
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, datetime
from itertools import pairwise

import pytest

from demo.errors import SampleFrameworkError
from demo.sample import SampleOptions, generate
from demo.sample.competencies import competencies_of, read_package
from demo.sample.framework import framework_package

RUBRIC_SCORES = {"1", "2", "3", "4"}
LAST_DAY = date(2026, 6, 12)


def digest(directory):
    """One number for all files below a directory."""
    total = hashlib.sha256()
    for path in sorted(p for p in directory.rglob("*") if p.is_file()):
        total.update(f"{path.relative_to(directory)}\0".encode() + path.read_bytes())
    return total.hexdigest()


def test_same_seed_same_bytes(sample, tmp_path):
    directory, _ = sample
    generate(tmp_path / "again", SampleOptions())
    generate(tmp_path / "other", SampleOptions(seed=7))
    assert digest(tmp_path / "again") == digest(directory)
    assert digest(tmp_path / "other") != digest(directory)


def test_another_process_writes_the_same_bytes(sample, tmp_path):
    directory, _ = sample
    command = [sys.executable, "-m", "demo.sample", str(tmp_path / "again")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    assert digest(tmp_path / "again") == digest(directory)
    assert "36 learners, 50 competencies" in done.stdout


def test_default_size(sample, rows):
    directory, summary = sample
    assert summary.learners == 36
    assert summary.competencies == 50
    assert summary.pieces > 1_500
    students = [r for r in rows(directory / "oneroster/roles.csv") if r["role"] == "student"]
    assert len(students) == 36
    assert len({r["email"] for r in rows(directory / "oneroster/users.csv")}) == 36 + 7


def test_learners_follow_the_option_and_earlier_ones_stay(sample, rows, tmp_path):
    directory, _ = sample
    summary = generate(tmp_path, SampleOptions(learners=54))
    assert summary.rows["users"] > 54
    few, many = (
        {r["sourcedId"]: r for r in rows(where / "evidence.csv")} for where in (directory, tmp_path)
    )
    assert few.items() <= many.items()


def test_evidence_per_competency(tmp_path, rows):
    generate(tmp_path, SampleOptions(learners=5, least_evidence=2, most_evidence=2, competencies=4))
    pairs = Counter(
        (r["learnerSourcedId"], r["competency"])
        for r in rows(tmp_path / "evidence.csv")
        if not r["corrects"] and not r["secondRatingOf"]
    )
    learner_of = {
        r["sourcedId"]: r["studentSourcedId"] for r in rows(tmp_path / "oneroster/results.csv")
    }
    for row in rows(tmp_path / "oneroster/resultLearningObjectiveIds.csv"):
        pairs[learner_of[row["resultSourcedId"]], row["learningObjectiveId"]] += 1
    assert len(pairs) == 5 * 4
    assert set(pairs.values()) == {2}


def test_headers_are_those_of_the_published_set(sample, shared):
    directory, _ = sample
    for published in sorted((shared / "samples/oneroster").glob("*.csv")):
        ours = directory / "oneroster" / published.name
        if published.name in {"demographics.csv", "userProfiles.csv"}:
            assert not ours.exists()
            continue
        with ours.open() as mine, published.open() as theirs:
            assert next(csv.reader(mine)) == next(csv.reader(theirs))


def test_gradebook_columns_are_those_of_the_official_model(sample, shared):
    directory, _ = sample
    openapi = json.loads(
        (
            shared
            / "standards/schemas/oneroster12/onerosterv1p2gradebookservice_openapi3_v1p0.json"
        ).read_text()
    )
    models = {"results": "ResultDType", "lineItems": "LineItemDType", "categories": "CategoryDType"}
    for name, model in models.items():
        members = set(openapi["components"]["schemas"][model]["properties"])
        with (directory / f"oneroster/{name}.csv").open() as file:
            header = next(csv.reader(file))
        # A reference is written as an object in JSON and as its sourcedId in CSV.
        plain = {re.sub(r"(?<=.)SourcedId$", "", column) for column in header}
        assert plain <= members


def test_manifest_says_which_files_there_are(sample, rows):
    directory, _ = sample
    manifest = {r["propertyName"]: r["value"] for r in rows(directory / "oneroster/manifest.csv")}
    assert manifest["oneroster.version"] == "1.2"
    listed = {k.removeprefix("file."): v for k, v in manifest.items() if k.startswith("file.")}
    present = {p.stem for p in (directory / "oneroster").glob("*.csv")} - {"manifest"}
    assert {name for name, how in listed.items() if how == "bulk"} == present
    assert set(listed.values()) == {"bulk", "absent"}


@pytest.mark.parametrize(
    ("table", "column", "target"),
    [
        ("roles", "userSourcedId", "users"),
        ("enrollments", "userSourcedId", "users"),
        ("enrollments", "classSourcedId", "classes"),
        ("classes", "courseSourcedId", "courses"),
        ("lineItems", "classSourcedId", "classes"),
        ("lineItems", "categorySourcedId", "categories"),
        ("lineItems", "academicSessionSourcedId", "academicSessions"),
        ("results", "lineItemSourcedId", "lineItems"),
        ("results", "studentSourcedId", "users"),
        ("resultLearningObjectiveIds", "resultSourcedId", "results"),
        ("lineItemLearningObjectiveIds", "lineItemSourcedId", "lineItems"),
    ],
)
def test_references_hold(sample, rows, table, column, target):
    roster = sample[0] / "oneroster"
    known = {r["sourcedId"] for r in rows(roster / f"{target}.csv")}
    wanted = [r[column] for r in rows(roster / f"{table}.csv")]
    assert wanted
    assert set(wanted) <= known
    own = [r["sourcedId"] for r in rows(roster / f"{table}.csv")]
    assert len(own) == len(set(own))


def test_evidence_names_learners_competencies_and_times_that_exist(sample, rows):
    directory, _ = sample
    items = {item["identifier"] for item in framework_package()["CFItems"]}
    users = {r["sourcedId"] for r in rows(directory / "oneroster/users.csv")}
    evidence = rows(directory / "evidence.csv")
    earlier: set[str] = set()
    for row in evidence:
        assert row["competency"] in items
        assert row["learnerSourcedId"] in users
        assert not row["assessorId"] or row["assessorId"] in users
        assert row["score"] in RUBRIC_SCORES
        assert datetime.fromisoformat(row["observedAt"]).date() <= LAST_DAY
        assert not row["corrects"] or row["corrects"] in earlier
        earlier.add(row["sourcedId"])
    assert len(earlier) == len(evidence)
    assert any(row["corrects"] for row in evidence)
    assert {row["assessorKind"] for row in evidence} == {"person", "tool"}
    assert len({row["kind"] for row in evidence}) == 5


def test_no_address_belongs_to_anyone(sample):
    for path in sample[0].rglob("*"):
        if path.is_file():
            text = path.read_text("utf-8")
            assert set(re.findall(r"@[\w.-]+\.(\w+)", text)) <= {"example"}
            assert set(re.findall(r"https?://[\w.-]+\.(\w+)/", text)) <= {"example"}


def test_featured_learner_is_first_in_the_alphabet(sample, rows):
    directory, summary = sample
    students = {
        r["userSourcedId"]
        for r in rows(directory / "oneroster/roles.csv")
        if r["role"] == "student"
    }
    names = sorted(
        (r["familyName"], r["givenName"], r["sourcedId"])
        for r in rows(directory / "oneroster/users.csv")
        if r["sourcedId"] in students
    )
    assert names[0][2] == summary.featured.sourced_id
    assert len({name[:2] for name in names}) == 36


def test_learners_grow(sample, rows):
    """Later work is better than earlier work on average, or the sample is no school."""
    directory, _ = sample
    pairs = defaultdict(list)
    for row in rows(directory / "evidence.csv"):
        key = (row["learnerSourcedId"], row["competency"])
        pairs[key].append((row["observedAt"], float(row["score"])))
    steps = [
        later[1] - earlier[1]
        for scores in pairs.values()
        for earlier, later in pairwise(sorted(scores))
    ]
    assert sum(steps) / len(steps) > 0.1


def test_a_framework_that_nobody_here_made(shared, tmp_path, rows):
    framework = shared / "samples/case/smarter-balanced-math.json"
    summary = generate(tmp_path, SampleOptions(framework=framework))
    assert filecmp.cmp(tmp_path / "framework.json", framework, shallow=False)
    assert summary.competencies > 400
    assert summary.pieces > 1_500
    items = {item["identifier"] for item in read_package(framework)["CFItems"]}
    assert {r["competency"] for r in rows(tmp_path / "evidence.csv")} <= items


def test_scores_come_from_the_rubric_of_the_framework(tmp_path, rows):
    package = framework_package()
    for rubric in package["CFRubrics"]:
        for criterion in rubric["CFRubricCriteria"]:
            levels = criterion["CFRubricCriterionLevels"]
            criterion["CFRubricCriterionLevels"] = [
                {**level, "score": score} for level, score in zip(levels, (1, 5), strict=False)
            ]
    framework = tmp_path / "two-levels.json"
    framework.write_text(json.dumps({"CFPackage": package}), "utf-8")
    generate(tmp_path / "out", SampleOptions(learners=3, framework=framework))
    evidence = rows(tmp_path / "out/evidence.csv")
    assert {(r["score"], r["scoreMin"], r["scoreMax"]) for r in evidence} == {
        *(("1", "0", "5"), ("5", "0", "5"))
    }


def test_leaves_without_a_tree_are_all_items():
    items = [{"identifier": name, "fullStatement": "x" * 100} for name in "ab"]
    found = competencies_of({"CFItems": items}, {})
    assert [c.identifier for c in found] == ["a", "b"]


@pytest.mark.parametrize("content", [b"not json", b"[]", b'{"CFItems": []}', b"[" * 100_000])
def test_a_file_that_is_no_framework_is_refused(tmp_path, content):
    framework = tmp_path / "framework.json"
    framework.write_bytes(content)
    with pytest.raises(SampleFrameworkError) as refused:
        generate(tmp_path / "out", SampleOptions(framework=framework))
    assert refused.value.code == "sample.framework"
    assert not (tmp_path / "out").exists()


def test_command_refuses_with_a_sentence(tmp_path):
    command = [sys.executable, "-m", "demo.sample", str(tmp_path / "out")]
    command += ["--framework", str(tmp_path / "absent.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error[sample.framework]: ")
    assert "Traceback" not in done.stderr
