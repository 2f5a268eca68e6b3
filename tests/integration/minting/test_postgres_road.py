"""The whole of the issuer's store on PostgreSQL: every command that reads or changes it."""

import asyncio
import json

import httpx
import pytest

from issuer.app import create_app

pytestmark = pytest.mark.slow
ON_POSTGRES = pytest.mark.parametrize("school", ["postgres"], indirect=True)
LISTINGS = [
    ("learners",),
    ("frameworks",),
    ("judgments",),
    ("credentials",),
    ("batches",),
    ("anchor", "status"),
    ("keys", "list"),
    ("keys", "versions"),
    ("token", "list"),
]


def said(school, *arguments):
    """The JSON that a command says."""
    command = school.run(*arguments, "--json")
    assert command.code == 0, (arguments, command.err)
    assert "Traceback" not in command.err, command.err
    return json.loads(command.out)


async def ask(app, path):
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://site") as client:
        return await client.get(path)


@ON_POSTGRES
def test_the_main_road(school, tmp_path):
    [batch] = said(school, "mint")
    assert batch["credentials"] == school.mastered
    school.check_minted_once()
    for listing in LISTINGS:
        assert said(school, *listing) or listing[0] == "token", listing
    assert said(school, "anchor", "check") == []
    [first, *others] = said(school, "credentials")
    assert said(school, "revoke", first["id"], "--reason", "Judged in error")
    standing = {row["id"]: row["standing"] for row in said(school, "credentials")}
    assert all(standing[first["id"]] != standing[other["id"]] for other in others)
    learner = first["learner_id"]
    files = said(school, "export", learner, str(tmp_path / "files"))
    assert {one["id"] for one in files} <= set(standing)
    assert said(school, "bundle", learner, "-o", str(tmp_path / "bundle.json"), "--block", "latest")
    assert school.run("keys", "rotate").code == 0
    assert school.run("judge").code == 0
    assert said(school, "mint") == []


@ON_POSTGRES
def test_the_site(school):
    assert school.mint().code == 0
    app = create_app(school.settings, engine=school.engine)
    for path in ("/health", "/.well-known/did.json", "/issuer", "/status/1", "/metrics"):
        answer = asyncio.run(ask(app, path))
        assert answer.status_code in {200, 401, 403}, (path, answer.text)
