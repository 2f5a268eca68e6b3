"""Tokens and log by the commands, on a school that minted; and a real server on loopback."""

import pytest
from sqlalchemy import text

from issuer import db
from issuer.minting import service as minting
from issuer.settings import Settings

pytestmark = pytest.mark.usefixtures("environment")


def engine_of(home):
    return db.engine(Settings.load(home, insecure_loopback=True).database)


def test_the_head_of_the_log_is_anchored_with_the_batch(issuer, minted):
    [told] = issuer("audit", "verify", "--json", "--home", minted).rows
    listed = issuer("audit", "list", "--json", "--home", minted).rows
    actions = [one["action"] for one in listed]
    assert actions[-2:] == ["judgments.judge", "batch.open"]
    assert {"import.case", "import.oneroster", "import.evidence"} <= set(actions)
    assert told["rows"] == told["rows_anchored"] == len(listed)
    [head] = issuer("audit", "heads", "--json", "--home", minted).rows
    assert (head["head"], head["transaction"][:2]) == (told["head"], "0x")
    engine = engine_of(minted)
    with db.session_scope(engine, read_only=True) as session:
        [batch] = minting.batches(session)
        rows = minting.credentials(session)
        document = minting.deliver(session, rows[-1].id)
        assert (batch.size, batch.leaves) == (len(rows), len(rows) + 1)
        assert len(document["proof"]) == 2
    engine.dispose()


def test_a_log_that_was_cut_off_after_it_was_anchored_is_found(issuer, minted):
    engine = engine_of(minted)
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_event_no_DELETE"))
        connection.execute(
            text("DELETE FROM audit_event WHERE seq = (SELECT max(seq) FROM audit_event)")
        )
    engine.dispose()
    assert issuer("audit", "verify", "--home", minted).error == "audit.broken"


def test_a_head_that_is_not_the_trees_is_found(issuer, minted):
    engine = engine_of(minted)
    with engine.begin() as connection:
        connection.execute(text("UPDATE batch SET audit_length = audit_length - 1"))
    engine.dispose()
    assert issuer("audit", "verify", "--home", minted).error == "audit.broken"


def test_a_token_is_made_used_listed_and_revoked(issuer, judged, open_site):
    learner = issuer("learners", "--json", "--home", judged).rows[0]["sourced_id"]
    made = issuer("token", "new", "--scope", "student", "--person", learner, "--home", judged)
    headers = {"Authorization": f"Bearer {made.out.strip()}"}
    with open_site(judged) as client:
        [own] = client.get("/api/v1/learners", headers=headers).json()["items"]
        assert own["sourcedId"] == learner
        assert client.get("/api/v1/batches", headers=headers).status_code == 403
        described = client.get("/openapi.json").json()
        assert described["openapi"].startswith("3.1")
        [listed] = issuer("token", "list", "--json", "--home", judged).rows
        assert (listed["scope"], listed["person"]) == ("student", learner)
        assert issuer("token", "revoke", listed["id"][:8], "--home", judged).code == 0
        assert client.get("/api/v1/learners", headers=headers).status_code == 401
    rows = issuer("audit", "list", "--json", "--home", judged).rows
    assert [one["action"] for one in rows[-2:]] == ["token.new", "token.revoke"]
    assert issuer("audit", "verify", "--home", judged).code == 0


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--scope", "student"], "api.token-invalid"),
        (["--scope", "reader", "--days", "0"], "api.token-invalid"),
        (["--scope", "king"], "api.token-invalid"),
        (["--person", "x"], "api.token-invalid"),
        (["--scope", "teacher", "--person", "nobody"], "issuer.not-found"),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(issuer, judged, options, code):
    assert issuer("token", "new", *options, "--home", judged).error == code


def test_minting_is_started_over_the_api_and_left_to_workers(issuer, judged, open_site):
    made = issuer("token", "new", "--scope", "registrar", "--home", judged)
    headers = {"Authorization": f"Bearer {made.out.strip()}"}
    with open_site(judged) as client:
        answer = client.post("/api/v1/batches", headers=headers)
        assert answer.status_code == 202, answer.text
        [waiting] = answer.json()["batches"]
        assert answer.json()["workers"] == []
        batch = client.get(f"/api/v1/batches/{waiting['id']}", headers=headers).json()
        assert (batch["state"], batch["progress"]["total"]) == ("opened", waiting["credentials"])
    [row] = issuer("audit", "list", "--limit", "1", "--json", "--home", judged).rows
    assert (row["action"], row["subject"]) == ("batch.open", waiting["id"])
    assert row["who"].startswith("api:")
