"""Each request has an id that is safe to write down, and one line in the log."""

import asyncio
import logging
import re
from typing import Any

import pytest

from schemas.logs import request_id
from schemas.request_log import UNMATCHED, Answered, RequestLog

GOOD = [
    "5f0c1b7d2a904d3c8a7be0f1c2d3e4f5",
    "0b9f6c3e-1f7c-4f0e-9b58-5f7c0a6d2f11",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
]
BAD = ["", "short", "amina-okafor-3-amina", "a" * 65, "x" * 32, "0" * 31 + "\n", "0" * 16 + " 1"]


def asked(
    headers: list[tuple[bytes, bytes]], *, breaks: bool = False, method: str = "GET"
) -> tuple[dict[str, Any], list[Answered], list[str | None]]:
    """One request through the middleware: what was sent, observed, and the id inside."""
    sent: list[dict[str, Any]] = []
    observed: list[Answered] = []
    inside: list[str | None] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        inside.append(request_id.get())
        if breaks:
            raise ValueError("Amina Okafor")
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def broken(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    service = RequestLog(
        app, logger=logging.getLogger("issuer.test"), observe=observed.append, on_fault=broken
    )
    scope = {"type": "http", "method": method, "headers": headers, "path": "/learners/amina"}
    asyncio.run(service(scope, receive, send))
    return dict(sent[0]), observed, inside


@pytest.mark.parametrize("given", GOOD)
def test_an_id_from_a_proxy_is_taken_over(given: str) -> None:
    start, _, inside = asked([(b"x-request-id", given.encode())])
    assert inside == [given]
    assert (b"x-request-id", given.encode()) in start["headers"]


@pytest.mark.parametrize("given", BAD)
def test_an_id_that_could_be_anything_is_not(given: str) -> None:
    start, _, inside = asked([(b"x-request-id", given.encode("latin-1"))])
    assert inside[0] != given
    assert re.fullmatch(r"[0-9a-f]{32}", inside[0] or "")
    assert dict(start["headers"])[b"x-request-id"].decode() == inside[0]


def test_two_requests_have_two_ids() -> None:
    assert asked([])[2] != asked([])[2]
    assert request_id.get() is None


def test_a_request_is_observed_by_its_route_and_not_by_its_path() -> None:
    _, [one], _ = asked([])
    assert (one.method, one.route, one.status) == ("GET", UNMATCHED, 204)
    assert one.seconds >= 0
    _, [odd], _ = asked([], method="AMINA")
    assert odd.method == "OTHER"


def test_a_fault_is_answered_and_its_text_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        start, [one], _ = asked([], breaks=True)
    assert start["status"] == one.status == 500
    assert any(record.msg == "http.fault" for record in caplog.records)
    assert "Amina" not in caplog.text
