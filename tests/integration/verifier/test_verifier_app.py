"""The verifier over HTTP, asked as a wallet or a college would ask it."""

import json
from contextlib import closing
from http.client import HTTPConnection

import httpx
import pytest

from verifier.app import create_app
from verifier.intake import MAX_FILE_BYTES
from verifier.settings import VerifierSettings


@pytest.fixture
def client(serve_app, world):
    return serve_app(create_app(VerifierSettings(), world.ports()))


def verify(client, credential, **more):
    return client.post("/credentials/verify", json={"verifiableCredential": credential, **more})


def is_problem(response, status, code):
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["detail"]
    assert set(body) >= {"type", "title", "remedy"}
    return body


def test_a_verified_credential(client, school):
    response = verify(client, school.issue(), options={})
    assert response.status_code == 200
    assert "json" in response.headers["content-type"]
    body = response.json()
    assert body["verified"] is True
    assert body["verdict"] == "VERIFIED"
    assert body["facts"]["level"] == {
        "name": "Proficient",
        "meaning": "What proficient means.",
        "position": 3,
        "of": 4,
        "ladder": ["Beginning", "Developing", "Proficient", "Advanced"],
    }


def test_an_altered_credential(client, school):
    credential = school.issue()
    credential["name"] = "Altered Name"
    response = verify(client, credential)
    body = is_problem(response, 400, "verdict.refused")
    assert body["verified"] is False
    assert body["headline"] == "Do not rely on this: it is not what was signed"
    assert "Altered Name" not in response.text


def test_an_undecided_credential_is_not_verified_either(client, school, world):
    credential = school.issue()
    world.down.add(school.list_url("revocation"))
    body = is_problem(verify(client, credential), 400, "verdict.undecided")
    assert body["verified"] is False
    assert body["facts"]["name"] == "Weighs evidence"


def test_a_presentation(client, school, simulator):
    learner = simulator.Learner()
    document = school.unsigned()
    document["credentialSubject"]["id"] = learner.did
    presentation = learner.present([school.issue(document)])

    def ask(**options):
        body = {"verifiablePresentation": presentation, "options": options}
        return client.post("/presentations/verify", json=body)

    good = ask(challenge="c-1", domain="college.example")
    assert good.status_code == 200
    assert good.json()["credentials"][0]["facts"]["name"] == "Weighs evidence"
    is_problem(ask(challenge="c-2", domain="college.example"), 400, "verdict.refused")
    is_problem(ask(challenge="c-1", domain="other.example"), 400, "verdict.refused")
    is_problem(ask(challenge=5), 422, "request.invalid")


@pytest.mark.parametrize("path", ["/credentials/verify", "/presentations/verify"])
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"verifiableCredential": None, "verifiablePresentation": None},
        {"verifiableCredential": "x", "verifiablePresentation": "x"},
        {"verifiableCredential": [], "verifiablePresentation": []},
        {"verifiableCredential": {}, "verifiablePresentation": {}, "options": []},
        {"credential": {}},
    ],
)
def test_missing_or_mistyped_members(client, path, body):
    is_problem(client.post(path, json=body), 422, "request.invalid")


@pytest.mark.parametrize("path", ["/credentials/verify", "/presentations/verify"])
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "intake.kind"),
        (b"%PDF-1.7", "intake.kind"),
        (b"hello", "json.not-json"),
        (b"[]", "json.not-an-object"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "json.too-deep"),
        (b'{"options": {}, "options": {}}', "json.duplicate-member"),
        (b'{"a": NaN}', "json.not-json"),
        (b"\xff\xff", "json.not-json"),
    ],
)
def test_bodies_that_are_no_request(client, path, body, code):
    is_problem(client.post(path, content=body), 400, code)


def test_empty_documents_are_refused(client):
    body = {"verifiableCredential": {}, "verifiablePresentation": {}}
    for path in ("/credentials/verify", "/presentations/verify"):
        is_problem(client.post(path, json=body), 400, "verdict.refused")


def test_a_body_of_fifty_megabytes_is_answered_to_clients_that_send_all_first(client):
    """Most clients read the answer only after the last byte: a reset would hide the reason."""
    url = httpx.URL(str(client.base_url))
    with closing(HTTPConnection(url.host, url.port, timeout=30)) as connection:
        connection.request("POST", "/credentials/verify", body=b" " * 50_000_000)
        answer = connection.getresponse()
        problem = json.loads(answer.read())
    assert (answer.status, problem["code"]) == (413, "intake.too-large")
    assert "10 MiB" in problem["detail"]
    assert MAX_FILE_BYTES == 10 * 1024 * 1024


def test_health_and_description(client):
    assert client.get("/health").json() == {"status": "ok"}
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/health", "/credentials/verify", "/presentations/verify"} <= set(paths)
    schema = paths["/credentials/verify"]["post"]["requestBody"]["content"]["application/json"]
    assert schema["schema"]["required"] == ["verifiableCredential"]


def test_the_page_says_what_this_is(client):
    response = client.get("/")
    assert response.status_code == 200
    assert response.text.count("<h1>") == 1
    assert "<script" not in response.text
    assert "style=" not in response.text


@pytest.mark.parametrize("path", ["/", "/health", "/nothing", "/openapi.json"])
def test_every_answer_is_guarded(client, path):
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_wrong_paths_and_methods_are_problems(client):
    is_problem(client.get("/nothing"), 404, "http.404")
    is_problem(client.get("/credentials/verify"), 405, "http.405")


def test_a_fault_of_ours_has_a_number_and_nothing_else(serve_app, school, world):
    class Broken:
        def __call__(self):
            raise KeyError("a person's name")

    ports = world.ports()
    object.__setattr__(ports, "clock", Broken())
    client = serve_app(create_app(VerifierSettings(), ports))
    response = verify(client, school.issue())
    body = is_problem(response, 500, "verifier.fault")
    assert "person" not in json.dumps(body)
