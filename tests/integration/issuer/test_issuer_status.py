"""Holds and withdrawals, from the command line to what readers are served."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from credentials.status_list import Bitstring
from issuer.db import engine as make_engine
from issuer.db import session_scope
from issuer.identity.service import publisher_for
from issuer.settings import Settings
from issuer.status import service as status
from keys.signers import open_signer

Issuer = Callable[..., Any]


def rows_of(issuer: Issuer, home: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in issuer("credentials", "--json", "--home", home).rows}


def documents_of(issuer: Issuer, home: Path, out: Path) -> dict[str, dict[str, Any]]:
    """Every released credential, by its id."""
    learners = {row["learner_id"] for row in rows_of(issuer, home).values()}
    for learner in learners:
        issuer("export", learner, out / learner, "--home", home)
    found = [json.loads(file.read_text()) for file in out.glob("*/*.json")]
    return {document["id"]: document for document in found}


@pytest.fixture
def holding(issuer: Issuer, judged: Path) -> Path:
    """The home of a school that wants to be able to put credentials on hold."""
    settings = judged / "issuer.toml"
    text = settings.read_text()
    assert "offer_suspension = false" in text
    settings.write_text(text.replace("offer_suspension = false", "offer_suspension = true"))
    said = issuer("mint", "--home", judged)
    assert said.code == 0, said.err
    return judged


def test_a_credential_has_one_entry_as_the_schema_of_open_badges_has_it(
    issuer: Issuer, minted_once: Path, tmp_path: Path
) -> None:
    documents = documents_of(issuer, minted_once, tmp_path)
    purposes = {document["credentialStatus"]["statusPurpose"] for document in documents.values()}
    assert purposes == {"revocation"}
    first = next(iter(documents))
    said = issuer("suspend", first, "--reason", "why", "--home", minted_once)
    assert said.code == 1
    assert "error[status.unknown-purpose]" in said.err


def test_a_hold_is_put_on_and_lifted(
    issuer: Issuer, holding: Path, open_site: Any, tmp_path: Path
) -> None:
    documents = documents_of(issuer, holding, tmp_path)
    for document in documents.values():
        entries = document["credentialStatus"]
        assert [entry["statusPurpose"] for entry in entries] == ["revocation", "suspension"]
        assert len({entry["statusListCredential"] for entry in entries}) == 2
    first, other = list(documents)[:2]
    site = Settings.load(holding, environ={}, insecure_loopback=True)

    def is_held(name: str) -> bool:
        entry = documents[name]["credentialStatus"][1]
        with open_site(site) as client:
            path = entry["statusListCredential"].removeprefix(site.base_url)
            served = client.get(path).json()["credentialSubject"]
        return Bitstring.decode(served["encodedList"]).get(int(entry["statusListIndex"]))

    said = issuer("suspend", first, "--reason", "Under review", "--home", holding)
    assert (said.code, said.out.endswith("UTC.\n")) == (0, True), said.err
    assert f"{first} is on hold since" in said.out
    rows = rows_of(issuer, holding)
    assert (rows[first]["standing"], rows[first]["reason"]) == ("on hold", "Under review")
    assert rows[other]["standing"] == "released"
    assert (is_held(first), is_held(other)) == (True, False)
    again = issuer("suspend", first, "--reason", "Again", "--home", holding)
    assert "was already on hold since" in again.out
    assert "(Under review); nothing changed" in again.out
    lifted = issuer("reinstate", first, "--reason", "Review is over", "--home", holding)
    assert f"{first} is no longer on hold." in lifted.out
    assert rows_of(issuer, holding)[first]["standing"] == "released"
    assert not is_held(first)
    once_more = issuer("reinstate", first, "--reason", "Again", "--json", "--home", holding)
    assert once_more.rows[0]["already"] is True
    assert issuer("revoke", first, "--reason", "Judged in error", "--home", holding).code == 0
    said = issuer("reinstate", first, "--reason", "Sorry", "--home", holding)
    assert said.code == 1
    assert "error[status.final]" in said.err
    assert rows_of(issuer, holding)[first]["standing"] == "withdrawn"


def test_what_was_not_minted_is_withdrawn_by_its_whole_id(issuer: Issuer, minted: Path) -> None:
    settings = Settings.load(minted, environ={}, insecure_loopback=True)
    signer = open_signer(settings.signer, "correct horse battery staple")
    engine = make_engine(settings.database)
    name = "https://client.example/credentials/1"
    with session_scope(engine) as session:
        publisher = publisher_for(session, settings, signer)
        status.allocate_for(session, name, publisher, datetime.now(UTC))
    said = issuer("revoke", name, "--reason", "why", "--home", minted)
    assert (said.code, f"{name} is withdrawn since" in said.out) == (0, True), said.err
    assert issuer("revoke", name[:-1], "--reason", "why", "--home", minted).code == 1
    engine.dispose()


@pytest.mark.parametrize("verb", ["revoke", "suspend", "reinstate"])
def test_a_change_needs_a_reason(issuer: Issuer, minted_once: Path, verb: str) -> None:
    first = next(iter(rows_of(issuer, minted_once)))
    assert issuer(verb, first, "--home", minted_once).code == 2
    said = issuer(verb, first, "--reason", "  ", "--home", minted_once)
    assert said.code == 1
    assert "error[status.reason]" in said.err


def test_a_reader_who_has_the_list_is_not_sent_it_again(minted_once: Path, open_site: Any) -> None:
    settings = Settings.load(minted_once, environ={}, insecure_loopback=True)
    with open_site(settings) as site:
        etag = site.get("/status/1").headers["etag"]
        for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            assert site.get("/status/1", headers={"if-none-match": known}).status_code == 304
        for unknown in ('"other"', etag.strip('"'), ""):
            assert site.get("/status/1", headers={"if-none-match": unknown}).status_code == 200


def test_a_copy_is_never_kept_past_the_lists_end(minted_once: Path, open_site: Any) -> None:
    settings = Settings.load(minted_once, environ={}, insecure_loopback=True)
    with open_site(settings) as site:
        end = datetime.fromisoformat(site.get("/status/1").json()["validUntil"])
    for left, kept in ((90, 60), (25, 25), (-5, 0)):
        with open_site(settings, clock=lambda: end - timedelta(seconds=left)) as site:  # noqa: B023
            answer = site.get("/status/1")
            assert answer.headers["cache-control"] == f"public, max-age={kept}"


def test_lists_of_both_purposes_are_signed_anew_when_due(holding: Path, open_site: Any) -> None:
    settings = Settings.load(holding, environ={}, insecure_loopback=True)
    signer = open_signer(settings.signer, "correct horse battery staple")
    later = datetime.now(UTC) + timedelta(days=2)
    with open_site(settings, signer=signer, clock=lambda: later) as site:
        for number, purpose in ((1, "revocation"), (2, "suspension")):
            document = site.get(f"/status/{number}").json()
            assert document["credentialSubject"]["statusPurpose"] == purpose
            assert datetime.fromisoformat(document["validUntil"]) > later + timedelta(days=2)
