"""The verifier in numbers: verdicts and findings, by labels that no sender can write."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from verifier.app import create_app
from verifier.settings import VerifierSettings


@pytest.fixture
def client(serve_app, world):
    return serve_app(create_app(VerifierSettings(), world.ports()))


def samples(text):
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def verify(client, credential):
    return client.post("/credentials/verify", json={"verifiableCredential": credential})


def test_verdicts_and_findings_are_counted(client, school, world):
    assert verify(client, school.issue()).status_code == 200
    altered = school.issue()
    altered["name"] = "Amina Okafor"
    assert verify(client, altered).status_code == 400
    undecided = school.issue()
    world.down.add(school.list_url("revocation"))
    assert verify(client, undecided).status_code == 400
    text = client.get("/metrics").text
    found = samples(text)
    for verdict in ("VERIFIED", "REFUSED", "UNDECIDED"):
        assert found["touchstone_verifier_verdicts_total", "credential", verdict] == 1
    assert found["touchstone_verifier_findings_total", "proof", "FAILED"] == 1
    assert found["touchstone_verifier_findings_total", "status", "UNDETERMINED"] == 1
    assert found["touchstone_verifier_check_seconds_count", "credential"] == 3
    route = ("touchstone_verifier_http_requests_total", "POST", "/credentials/verify")
    assert (found[*route, "200"], found[*route, "400"]) == (1, 2)
    assert "Amina" not in text


def test_what_is_sent_makes_no_labels(client):
    for number in range(10):
        client.get(f"/amina-{number}")
        client.post("/credentials/verify", content=b"{")
    text = client.get("/metrics").text
    assert "amina" not in text
    counted = [key for key in samples(text) if key[0] == "touchstone_verifier_http_requests_total"]
    assert len(counted) == 2


@pytest.mark.parametrize("headers", [{"X-Forwarded-For": "203.0.113.9"}, {"Host": "c.example"}])
def test_only_this_machine_reads_them(client, headers):
    answer = client.get("/metrics", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "metrics.closed")


def test_with_a_token_only_who_brings_it(client, monkeypatch):
    monkeypatch.setenv("TOUCHSTONE_METRICS_TOKEN", "a-token-of-the-metrics")
    assert client.get("/metrics").status_code == 401
    given = {"Authorization": "Bearer a-token-of-the-metrics"}
    assert client.get("/metrics", headers=given).status_code == 200


def test_a_fault_of_ours_is_answered_and_counted(serve_app, school, world, monkeypatch, caplog):
    application = create_app(VerifierSettings(), world.ports())

    @application.get("/broken")
    def broken():
        raise ValueError("Amina Okafor")

    client = serve_app(application)
    answer = client.get("/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "verifier.fault")
    assert answer.headers["x-request-id"] in answer.json()["detail"]
    assert "Content-Security-Policy" in answer.headers
    found = samples(client.get("/metrics").text)
    assert found["touchstone_verifier_http_requests_total", "GET", "/broken", "500"] == 1
    assert "Amina" not in answer.text + caplog.text


def test_without_the_package_it_says_so(serve_app, school, world, monkeypatch):
    import sys  # noqa: PLC0415

    monkeypatch.setitem(sys.modules, "verifier.web.metrics", None)
    client = serve_app(create_app(VerifierSettings(), world.ports()))
    assert verify(client, school.issue()).status_code == 200
    answer = client.get("/metrics")
    assert (answer.status_code, answer.json()["code"]) == (404, "metrics.not-installed")
