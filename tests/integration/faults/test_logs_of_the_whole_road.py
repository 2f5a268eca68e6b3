"""The whole road with everything logged: not a line says who the learners are, nor a secret."""

import csv
import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Issuer = Callable[..., Any]
FULL = {"TOUCHSTONE_LOG": "json", "TOUCHSTONE_LOG_LEVEL": "debug"}
COLUMNS = ("sourcedId", "username", "givenName", "familyName", "preferredGivenName", "email")
NAMED_EVENTS = {"insecure-loopback", "http.request", "command.failed"}


@pytest.fixture
def everything_logged(environment: pytest.MonkeyPatch) -> Iterator[None]:
    """JSON lines at DEBUG; and logging as it was afterwards."""
    root, engine = logging.getLogger(), logging.getLogger("dbos")
    kept = [(one, list(one.handlers), one.level, one.propagate) for one in (root, engine)]
    for name, value in FULL.items():
        environment.setenv(name, value)
    statements = logging.getLogger("sqlalchemy.engine")
    statements.setLevel(logging.DEBUG)  # every statement with its values, every row
    yield
    statements.setLevel(logging.NOTSET)
    for name in FULL:
        environment.delenv(name)
    from schemas.logs import configure  # noqa: PLC0415

    configure()
    for logger, handlers, level, propagate in kept:
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


def people(sample: Path) -> set[str]:
    """Everything that the sample says of a person, word by word."""
    with (sample / "oneroster" / "users.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row[name] for row in rows for name in COLUMNS if row.get(name)}


def lines_of(text: str) -> list[dict[str, Any]]:
    """Each line of standard error, which must be a JSON object."""
    found = [json.loads(line) for line in text.splitlines()]
    assert all({"time", "level", "event"} <= set(line) for line in found)
    return found


@pytest.mark.slow
def test_the_whole_road_says_nothing_about_anybody(
    issuer: Issuer,
    sample: Path,
    tmp_path: Path,
    everything_logged: None,
    open_site: Any,
    capfd: pytest.CaptureFixture[str],
) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    road = [
        ("init", "--name", "Northgate", "--base-url", "http://127.0.0.1:8328", "--chain-port", 0),
        ("import", "case", sample / "framework.json"),
        ("import", "oneroster", sample / "oneroster"),
        ("import", "evidence", sample / "evidence.csv"),
        ("judge",),
        ("mint",),
    ]
    logged = []
    for arguments in road:
        said = issuer(*arguments, "--home", home)
        assert said.code == 0, said.err
        logged.append(said.err)
    learners = issuer("learners", "--json", "--home", home).rows
    [first, *_] = issuer("credentials", "--json", "--home", home).rows
    token = issuer("token", "new", "--note", "x", "--home", home).out.strip().split()[-1]
    for arguments in (
        ("export", learners[0]["name"], out),
        ("export", "Nobody Atall-Here", out),
        ("revoke", first["id"], "--reason", "For MARK-OF-A-REASON"),
    ):
        logged.append(issuer(*arguments, "--home", home).err)
    with open_site(home) as client:
        assert client.get("/status/1").status_code == 200
        assert client.get(f"/learners/{learners[0]['name']}?email=a@b.example").status_code == 404
        client.post(
            "/credentials/issue",
            content=json.dumps({"credential": {"name": learners[0]["name"]}}),
            headers={"Authorization": f"Bearer {token}", "X-Request-Id": learners[0]["name"][:3]},
        )
        logged.append(capfd.readouterr().err)
    text = "\n".join(filter(None, (part.strip() for part in logged)))
    lines = lines_of(text)
    loggers = {str(line.get("logger", "")).partition(".")[0] for line in lines}
    assert "sqlalchemy" in loggers, "nothing verbose was logged, so this proves nothing"
    assert {line["event"] for line in lines} >= NAMED_EVENTS
    assert any(line.get("code") == "issuer.not-found" for line in lines)
    secrets = ["correct horse battery staple", token, "Atall-Here", "MARK-OF-A-REASON"]
    secrets += [learner["id"] for learner in learners] + [first["id"].removeprefix("urn:uuid:")]
    assert [secret for secret in secrets if secret in text] == []
    found = [it for it in people(sample) if re.search(rf"(?<!\w){re.escape(it)}(?!\w)", text)]
    assert found == []


def test_a_request_is_logged_by_its_route(
    minted: Path, open_site: Any, everything_logged: None, capfd: pytest.CaptureFixture[str]
) -> None:
    from schemas.logs import configure  # noqa: PLC0415

    configure()
    given = "0b9f6c3e1f7c4f0e9b585f7c0a6d2f11"
    with open_site(minted) as client:
        answer = client.get("/status/1?who=amina", headers={"X-Request-Id": given})
        assert answer.headers["x-request-id"] == given
        client.get("/nowhere/amina")
    asked = [it for it in lines_of(capfd.readouterr().err) if it["event"] == "http.request"]
    assert [(it["route"], it["status"]) for it in asked] == [
        ("/status/{list_id}", 200),
        ("unmatched", 404),
    ]
    assert asked[0]["request"] == given
    assert "amina" not in str(asked)
