"""Everything that a suite sends wrong is refused with 400 or 422; nothing is answered with 5xx."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
REFUSED = {400, 422}
MAX_SECONDS = 2.0 * 5
"""A body may cost two seconds; a machine that runs other tests beside may take five times that."""
Change = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]


def table(name: str) -> dict[str, Any]:
    found = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


TO_ISSUE = table("bad_to_issue")
TO_VERIFY = table("bad_to_verify")["cases"]
BODIES = table("bad_verify_bodies")["cases"]
ids = [case["id"] for case in TO_ISSUE["cases"]]


def check_refused(response: Any) -> None:
    assert response.status_code in REFUSED, response.text
    assert "json" in response.headers["content-type"]
    assert response.elapsed.total_seconds() < MAX_SECONDS
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["code"]
    assert problem["detail"]


def test_the_base_of_the_table_is_issued(running: Any) -> None:
    running.issued(TO_ISSUE["base"])


@pytest.mark.parametrize("case", TO_ISSUE["cases"], ids=ids)
def test_issuing_refuses(case: dict[str, Any], running: Any, request_body: Any) -> None:
    body = request_body(case, TO_ISSUE["base"])
    response = running.client.post(
        running.said["issuer"]["issue"], content=body, headers={"Content-Type": "application/json"}
    )
    check_refused(response)
    assert "verifiableCredential" not in response.json()


@pytest.fixture(scope="session")
def issued(running: Any, credential: Any) -> dict[str, Any]:
    found = running.issued(credential())
    assert running.verify(found).status_code == 200
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("case", TO_VERIFY, ids=[case["id"] for case in TO_VERIFY])
def test_verifying_refuses(
    case: dict[str, Any], running: Any, issued: dict[str, Any], changed: Change
) -> None:
    response = running.verify(changed(issued, case))
    check_refused(response)
    assert response.json()["verified"] is False


@pytest.mark.parametrize("door", ["verifyCredential", "verifyPresentation", "derive"])
@pytest.mark.parametrize("case", BODIES, ids=[case["id"] for case in BODIES])
def test_no_body_breaks_the_verifier(case: dict[str, Any], door: str, running: Any) -> None:
    member = "verifiablePresentation" if door == "verifyPresentation" else "verifiableCredential"
    body = case["raw"].replace("verifiableCredential", member)
    response = running.client.post(
        running.said["verifier"][door],
        content=body.encode(),
        headers={"Content-Type": "application/json"},
    )
    check_refused(response)


def test_a_symmetric_graph_is_refused_in_time(running: Any, credential: Any) -> None:
    nodes = [{"id": f"_:n{number}"} for number in range(40)]
    linked = [
        {**node, "https://example.org/knows": [other for other in nodes if other != node]}
        for node in nodes
    ]
    poison = credential(credentialSubject={"id": "urn:a:1", "https://example.org/k": linked})
    started = time.monotonic()
    response = running.issue(poison)
    assert time.monotonic() - started < MAX_SECONDS
    assert response.status_code in {*REFUSED, 413}


def test_a_large_body_is_refused(running: Any) -> None:
    body = b'{"credential":"' + b"a" * (3 * 1024 * 1024) + b'"}'
    response = running.client.post(running.said["issuer"]["issue"], content=body)
    assert response.status_code == 413
