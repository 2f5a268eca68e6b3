"""OpenAPI tells all of it, and whatever is sent, no answer is a fault of ours."""

import json
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

ALWAYS = {"401", "403", "422", "429", "503"}
ODD = [
    "",
    "0",
    "-1",
    "x",
    "null",
    "\x00",
    "é",
    "9" * 30,
    "2026-13-01",
    "true",
    "%",
    "urn:uuid:1",
    "0001-01-01T00:00:00+14:00",
    "1e999",
    "../..",
    "[]",
    str(uuid.uuid4()),
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


def operations(client):
    described = client.get("/openapi.json").json()
    return described, [
        (method.upper(), path, operation)
        for path, item in described["paths"].items()
        if path.startswith("/api/v1")
        for method, operation in item.items()
    ]


def test_every_call_has_schema_scopes_problems_and_examples(school):
    described, found = operations(school.client())
    assert len(found) > 30
    assert described["openapi"].startswith("3.1")
    schemas = described["components"]["schemas"]
    for method, path, operation in found:
        where = f"{method} {path}"
        assert operation["summary"], where
        scopes = {one for need in operation["security"] for one in need["apiToken"]}
        assert scopes, where
        assert scopes <= {"registrar", "teacher", "student", "reader"}, where
        answers = operation["responses"]
        assert set(answers) >= ALWAYS, where
        for status, answer in answers.items():
            [kind] = answer["content"]
            fine = {"application/json", "application/zip"}
            assert kind in (fine if status < "300" else {"application/problem+json"}), where
            assert answer["content"][kind]["schema"], where
            if status >= "400":
                Draft202012Validator(schemas["Problem"]).validate(
                    answer["content"][kind]["example"]
                )
        if "{" in path:
            assert "404" in answers, where
        if method == "PUT" or (
            path.endswith(("v1/evidence", "corrections", "revoke")) and method == "POST"
        ):
            assert operation["requestBody"]["content"]["application/json"]["example"], where
    text = json.dumps(described)
    for part in text.split('"$ref": "#/components/schemas/')[1:]:
        assert part.partition('"')[0] in schemas


def test_examples_of_bodies_are_good_bodies(school):
    described, found = operations(school.client())
    for _, path, operation in found:
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content and "$ref" in content["schema"]:
            name = content["schema"]["$ref"].rpartition("/")[2]
            schema = described["components"]["schemas"][name] | {
                "components": described["components"]
            }
            Draft202012Validator(schema).validate(content["example"])
            assert schema["additionalProperties"] is False, path


def sent(body, data):
    """A body like the one that is described, or odd."""
    if body is None:
        return {}
    example = body["content"].get("application/json", {}).get("example")
    if example is None:  # a file
        kind = data.draw(st.sampled_from([*body["content"], "text/odd"]))
        content = data.draw(st.binary(max_size=40))
        return {"content": content, "headers": {"content-type": kind}}
    members = data.draw(st.dictionaries(st.sampled_from([*example, "o"]), JSON, max_size=3))
    return {"json": data.draw(st.sampled_from([example | members, members]))}


@pytest.mark.parametrize("scope", ["registrar", "teacher"])
def test_no_made_up_input_is_answered_by_a_fault(school, scope):
    client = school.client(scope, "tea" if scope == "teacher" else "")
    described, found = operations(client)
    problem = Draft202012Validator(described["components"]["schemas"]["Problem"])

    def answered(method, path, **options):
        answer = client.request(method, path, **options)
        # What needs a worker's tables or a chain may be away; a fault of ours is never right.
        assert answer.status_code != 500, (method, path, options, answer.text)
        if answer.status_code >= 400 and path.startswith("/api/v1/"):
            problem.validate(answer.json())

    def filled(path, data):
        while "{" in path:
            before, _, after = path.partition("{")
            value = data.draw(st.sampled_from([str(uuid.uuid4()), "x", "1", "9" * 30, "%00"]))
            path = before + value + after.partition("}")[2]
        return path

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def walk(data):
        method, path, operation = data.draw(st.sampled_from(found))
        if (method, path) in {("POST", "/api/v1/batches"), ("POST", "/api/v1/judging")}:
            return
        named = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
        query = data.draw(
            st.dictionaries(st.sampled_from([*named, "other"]), st.sampled_from(ODD), max_size=2)
        )
        options = {"params": query} | sent(operation.get("requestBody"), data)
        answered(method, filled(path, data), **options)

    walk()
    for method, path, operation in found:
        names = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]
        for name in names if method == "GET" else ():
            answered("GET", path, params={name: ODD[names.index(name) % len(ODD)]})
