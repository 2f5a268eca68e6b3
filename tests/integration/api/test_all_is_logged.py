"""Whatever writes leaves a row in the audit log: every command, and every call that is no GET.

A command or call that is in none of these tables fails here, so that none forgets to say what it
does.
"""

import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from simulators import school as simulated

from issuer.cli import app as commands
from issuer.competency import badge_check
from issuer.endorsements import checking
from issuer.vc_api.tokens import TokenFile

FOUNDING = {
    "init": "issuer.found",
    "import case": "import.case",
    "import oneroster": "import.oneroster",
    "import evidence": "import.evidence",
    "judge": "judgments.judge",
    "mint": "batch.open",
}
"""What the school of the fixture did already, and the rows that say so."""
WRITING = {
    "import canvas": "import.canvas",
    "import badge": "import.badge",
    "import groups": "import.groups",
    "award define": "awards.define",
    "award evaluate": "awards.evaluate",
    "award approve": "award.approve",
    "award decline": "award.decline",
    "award receive": "received.add",
    "person export": "person.export",
    "person delete": "person.delete",
    "person readmit": "person.readmit",
    "import rules": "rules.set",
    "judgments confirm": "judgment.decide",
    "judgments decline": "judgment.decide",
    "revoke": "credential.revoke",
    "suspend": "credential.suspend",
    "reinstate": "credential.reinstate",
    "endorse": "endorsement.give",
    "endorsements add": "endorsement.take-in",
    "token new": "token.new",
    "token revoke": "token.revoke",
    "keys add": "key.add",
    "keys rotate": "key.rotate",
    "keys rotate-account": "account.rotate",
    "keys compromised": "key.compromised",
    "keys anchor": "did-document.anchor",
    "anchor resume": "anchor.resume",
    "anchor check": "anchor.check",
}
READING = {
    *("evidence", "calibration", "explain", "frameworks", "learners", "credentials", "batches"),
    *("judgments", "endorsements", "crosswalk", "anchor status", "audit list", "audit verify"),
    *("award definitions", "award list", "award queue", "award progress", "equity"),
    *("audit heads", "keys list", "keys versions", "token list", "registry show"),
}
BESIDE = {
    "serve": "serves; what it is asked to write is in the other table",
    "chain": "runs the local chain",
    "worker": "carries on what `mint` or the API opened and logged",
    "bundle": "writes a file",
    "export learner": "writes files",
    "export case": "writes a file",
    "deploy anchor": "writes on the chain, which keeps who did",
    "deploy registry": "writes on the chain, which keeps who did",
    "deploy account": "writes a file, and may have no school",
    "registry accredit": "is the network's, and written on the chain",
    "registry revoke": "is the network's, and written on the chain",
    "registry propose": "is the network's, and written on the chain",
    "registry accept": "is the network's, and written on the chain",
}
OLDER = "key "
"""`issuer key` is the older name of `issuer keys`: the same commands."""
CALLS = {
    "POST /api/v1/evidence": "evidence.append",
    "POST /api/v1/evidence/{evidence_id}/corrections": "evidence.correct",
    "POST /api/v1/badges": "import.badge",
    "PUT /api/v1/rules": "rules.set",
    "POST /api/v1/judging": "judgments.judge",
    "POST /api/v1/judgments/{judgment_id}/confirm": "judgment.decide",
    "POST /api/v1/judgments/{judgment_id}/decline": "judgment.decide",
    "PUT /api/v1/award-definitions": "awards.define",
    "POST /api/v1/awards/{award_id}/approval": "award.approve",
    "POST /api/v1/awards/{award_id}/refusal": "award.decline",
    "POST /api/v1/received-credentials": "received.add",
    "POST /api/v1/endorsements": "endorsement.give",
    "POST /api/v1/endorsements/received": "endorsement.take-in",
    "POST /api/v1/endorsements/{endorsement_id}/withdraw": "endorsement.withdraw",
    "DELETE /api/v1/endorsements/{endorsement_id}": "endorsement.remove",
    "POST /api/v1/imports/case": "import.case",
    "POST /api/v1/imports/oneroster": "import.oneroster",
    "POST /api/v1/imports/canvas": "import.canvas",
    "POST /api/v1/imports/evidence": "import.evidence",
    "POST /api/v1/imports/rules": "rules.set",
    "POST /credentials/issue": "credential.issue",
    "POST /profiles/{name}/credentials/issue": "credential.issue",
    "POST /credentials/status": "credential.status",
    "PUT /credentials/status": "credential.status",
}
CALLS_ELSEWHERE = {
    # test_api_resources and test_api_commands assert the rows of these.
    "POST /api/v1/credentials/{credential_id}/revoke": "credential.revoke",
    "POST /api/v1/credentials/{credential_id}/suspend": "credential.suspend",
    "POST /api/v1/credentials/{credential_id}/reinstate": "credential.reinstate",
    "POST /api/v1/batches": "batch.open",
}
CALLS_THAT_KEEP_NOTHING = {"POST /credentials/derive"}


def names(command: Any, *before: str) -> set[str]:
    """The commands that there are, groups that do something by themselves too."""
    if not hasattr(command, "commands"):
        return {" ".join(before)}
    own = {" ".join(before)} if getattr(command, "invoke_without_command", False) else set()
    inner = (names(one, *before, name) for name, one in command.commands.items())
    return own.union(*inner) - {""}


def test_every_command_says_what_it_leaves() -> None:
    found = {one for one in names(typer.main.get_command(commands)) if not one.startswith(OLDER)}
    assert found == {*FOUNDING, *WRITING, *READING, *BESIDE}


def test_every_call_that_is_no_get_says_what_it_leaves(school: Any) -> None:
    described = school.client().get("/openapi.json").json()["paths"]
    found = {
        f"{method.upper()} {path}"
        for path, item in described.items()
        for method in item
        if method not in {"get", "head", "parameters"}
    }
    assert found == {*CALLS, *CALLS_ELSEWHERE, *CALLS_THAT_KEEP_NOTHING}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What others publish, as both of our doors to it see it."""
    made = simulated.World()
    monkeypatch.setattr(badge_check, "open_ports", lambda _settings: made.ports())
    monkeypatch.setattr(checking, "open_world", lambda _settings: made.ports())
    return made


def endorsement(world: Any, did: str) -> str:
    """What the college says of a school."""
    college = simulated.School(world, "college.example")
    document = {
        "@context": [simulated.VC2, simulated.OB3],
        "id": f"urn:uuid:{uuid.uuid4()}",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": college.did, "type": ["Profile"], "name": "The College"},
        "name": "Endorsement",
        "validFrom": simulated.stamp(simulated.ISSUED),
        "credentialSubject": {
            "id": did,
            "type": ["EndorsementSubject"],
            "endorsementComment": "A good school.",
        },
    }
    return json.dumps(college.sign(document))


RULE = {"name": "asked", "version": 1, "method": "most-recent", "threshold": 3}
CANVAS = (
    "student sis id,learning outcome name,learning outcome id,outcome score,assessment id,"
    "learning outcome points possible,submission date\n{},{},7,3,11,4,2026-05-05\n"
)


class Walk:
    """Does one thing after another, and looks each time whether its row is there."""

    def __init__(self, rows: Callable[[], list[dict[str, Any]]]) -> None:
        self.rows = rows
        self.seen = len(rows())
        self.done: dict[str, str] = {}

    def leaves(self, name: str, action: str) -> None:
        """What was just done left a row of this action."""
        rows = self.rows()
        assert action in [one["action"] for one in rows[self.seen :]], (name, rows[self.seen :])
        self.seen = len(rows)
        self.done[name] = action


@dataclass
class Commands:
    """A school, its commands, and the walk through those that write."""

    issuer: Any
    home: Path
    folder: Path
    walk: Walk
    call: Callable[..., str]

    def written(self, name: str, text: str) -> Path:
        """A file."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path


def _evidence(school: Commands, world: Any) -> None:
    seen = school.issuer("evidence", "--json", "--home", school.home).rows[0]
    learner, code = seen["learner"], seen["competency_id"]
    school.call("import canvas", school.written("canvas.csv", CANVAS.format(learner, code)))
    museum = simulated.School(world, "museum.example", "City Museum")
    badge = school.written("badge.json", json.dumps(museum.issue()))
    terms = ["--learner", learner, "--competency", code, "--score", "3"]
    school.call("import badge", badge, *terms)


AWARD = {
    "version": 1,
    "type": "MicroCredential",
    "title": "A first step",
    "description": "One competency is mastered.",
    "award": "approval",
}


def _awards(school: Commands, world: Any) -> None:
    judged = school.issuer("judgments", "--json", "--home", school.home).rows
    code = next(one["competency_id"] for one in judged if one["mastered"])
    requires = {"all": [{"competency": code}]}
    made = {"achievements": [AWARD | {"key": "first", "requires": requires}]}
    school.call("award define", school.written("awards.json", json.dumps(made)))
    school.call("award evaluate")
    award = school.issuer("award", "queue", "--json", "--home", school.home).rows[0]["id"]
    for verb in ("decline", "approve"):
        school.call(f"award {verb}", award, "--by", "office", "--reason", "Looked at.")
    seen = school.issuer("evidence", "--json", "--home", school.home).rows[0]
    museum = simulated.School(world, "gallery.example", "City Gallery")
    badge = school.written("received.json", json.dumps(museum.issue()))
    school.call("award receive", badge, "--learner", seen["learner"])


def _people(school: Commands) -> None:
    learner = school.issuer("learners", "--json", "--home", school.home).rows[-1]["sourced_id"]
    groups = f"learnerSourcedId,attribute,value\n{learner},bus,yes\n"
    school.call("import groups", school.written("groups.csv", groups))
    school.call("person export", learner, "-o", school.folder / "person.zip")
    school.call("person delete", learner, "--yes", "--reason", "Asked for.")
    school.call("person readmit", learner, "--yes")


def _judgments(school: Commands) -> None:
    rules = {"rules": [RULE | {"decided_by": "both"}]}
    school.call("import rules", school.written("rules.json", json.dumps(rules)))
    assert school.issuer("judge", "--home", school.home).code == 0
    school.walk.leaves("judge again", "judgments.judge")
    judged = school.issuer("judgments", "--json", "--home", school.home).rows
    first, second = [one["id"] for one in judged if one["state"] == "proposed"][:2]
    school.call("judgments confirm", first, "--by", "tea", "--reason", "Seen.")
    school.call("judgments decline", second, "--by", "tea", "--reason", "Not seen.")


def _credentials(school: Commands, world: Any) -> None:
    credential = school.issuer("credentials", "--json", "--home", school.home).rows[0]["id"]
    for verb in ("suspend", "reinstate", "revoke"):
        school.call(verb, credential, "--reason", "Asked for.")
    school.call("endorse", "did:web:college.example", "--comment", "We work with them.")
    given = school.issuer("endorsements", "--json", "--home", school.home).rows[0]["id"]
    said = school.issuer(
        "endorse", "--withdraw", given, "--reason", "No more.", "--home", school.home
    )
    assert said.code == 0, said.err
    school.walk.leaves("endorse --withdraw", "endorsement.withdraw")
    did = school.issuer("keys", "list", "--json", "--home", school.home)
    assert did.code == 0
    own = next(
        line.partition('"')[2].rstrip('"')
        for line in (school.home / "issuer.toml").read_text(encoding="utf-8").splitlines()
        if line.startswith("did ")
    )
    school.call("endorsements add", school.written("endorsement.json", endorsement(world, own)))


def _keys(school: Commands) -> None:
    school.call("token new", "--scope", "reader")
    token = school.issuer("token", "list", "--json", "--home", school.home).rows[0]["id"]
    school.call("token revoke", token)
    school.call("token new", "--note", "of the VC-API")
    school.call("keys add", "P-256")
    school.call("keys rotate")
    school.call("keys rotate-account")
    since = "2030-01-01T00:00:00Z"
    refused = school.issuer("keys", "compromised", "key-1", "--since", since, "--home", school.home)
    assert refused.code == 1
    assert len(school.walk.rows()) == school.walk.seen  # what was refused left nothing
    moment = school.issuer("keys", "list", "--json", "--home", school.home).rows[0]["since"]
    school.call("keys compromised", "key-1", "--since", moment)
    assert "did-document.anchor" in {one["action"] for one in school.walk.rows()}
    school.walk.done["keys anchor"] = "did-document.anchor"  # each of these changes anchored one


@pytest.mark.slow
def test_every_writing_command_leaves_its_row(
    issuer: Any, judged: Path, tmp_path: Path, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = judged / "issuer.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("offer_suspension = false", "offer_suspension = true"))
    assert issuer("mint", "--home", judged).code == 0

    def rows() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = issuer(
            "audit", "list", "--json", "--limit", "1000", "--home", judged
        ).rows
        return found

    assert {one["action"] for one in rows()} >= set(FOUNDING.values())
    walk = Walk(rows)

    def call(name: str, *arguments: object) -> str:
        said = issuer(*name.split(), *arguments, "--home", judged)
        assert said.code == 0, (name, said.err)
        walk.leaves(name, WRITING[name])
        return str(said.out)

    school = Commands(issuer, judged, tmp_path, walk, call)
    _evidence(school, world)
    _awards(school, world)
    assert issuer("mint", "--home", judged).code == 0
    walk.leaves("mint again", "batch.open")
    _people(school)
    _judgments(school)
    _credentials(school, world)
    _keys(school)
    _anchors(walk, issuer, judged, monkeypatch)
    assert set(walk.done) >= set(WRITING)
    assert issuer("audit", "verify", "--home", judged).code == 0


def _anchors(walk: Walk, issuer: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both commands, on a school whose anchors all stand; and as if one had not."""
    for name in ("anchor resume", "anchor check"):
        assert issuer(*name.split(), "--home", home).code == 0
    assert len(walk.rows()) == walk.seen
    batch = uuid.UUID(issuer("batches", "--json", "--home", home).rows[0]["id"])
    monkeypatch.setattr("issuer.commands.anchoring._advance_all", lambda *_: {batch})
    monkeypatch.setattr("issuer.anchoring.service.check_still_anchored", lambda *_, **__: [batch])
    for name in ("anchor resume", "anchor check"):
        assert issuer(*name.split(), "--home", home).code == 0
        walk.leaves(name, WRITING[name])


def test_every_call_that_is_no_get_leaves_its_row(
    school: Any, evidence_of: Any, world: Any, tmp_path: Path
) -> None:
    school.now = simulated.NOW  # when what others signed was signed
    registrar = school.client("registrar")

    def rows() -> list[dict[str, Any]]:
        asked = {"sort": "id", "limit": 500}
        found: list[dict[str, Any]] = registrar.get("audit-events", params=asked).json()["items"]
        return found

    walk = Walk(rows)

    def call(name: str, path: str = "", **options: Any) -> Any:
        method, _, template = name.partition(" ")
        answer = registrar.request(method, path or template, **options)
        assert answer.status_code < 300, (name, answer.text)
        if name != "POST /api/v1/judging":
            walk.leaves(name, CALLS[name])
        return answer.json() if answer.content else None

    api = "/api/v1"
    added = call(f"POST {api}/evidence", json=evidence_of("ana"))
    correction = evidence_of("ana", "again", score=2)
    del correction["learnerSourcedId"], correction["competency"]
    corrections = f"{api}/evidence/{added['id']}/corrections"
    call(f"POST {api}/evidence/{{evidence_id}}/corrections", corrections, json=correction)
    museum = simulated.School(world, "museum.example", "City Museum")
    badge = {"learner": "ana", "competency": "OT.1", "level": "Meeting"}
    call(f"POST {api}/badges", json=badge | {"badge": json.dumps(museum.issue())})
    _api_awards(call, registrar, world)
    call(f"PUT {api}/rules", json={"rules": [RULE]})
    toml = {"content-type": "application/json"}
    both = json.dumps({"rules": [RULE | {"version": 2, "decided_by": "both"}]})
    call(f"POST {api}/imports/rules", content=both, headers=toml)
    run = call(f"POST {api}/judging")
    for _ in range(200):
        if registrar.get(f"judging/{run['id']}").json()["state"] != "running":
            break
        time.sleep(0.05)
    walk.leaves(f"POST {api}/judging", "judgments.judge")
    asked = {"state": "proposed"}
    one, other, *_ = registrar.get("judgments", params=asked).json()["items"]
    judgment = f"{api}/judgments/{{judgment_id}}"
    for row, verb in ((one, "confirm"), (other, "decline")):
        path = f"{api}/judgments/{row['id']}/{verb}"
        call(f"POST {judgment}/{verb}", path, json={"reason": "Because."})
    _endorsements(call, registrar, endorsement(world, school.settings.did))
    _imports(call, registrar, tmp_path)
    _vc_api(walk, school, registrar)
    assert set(walk.done) == set(CALLS)


def _api_awards(call: Any, registrar: Any, world: Any) -> None:
    api = "/api/v1"
    made = [
        AWARD | {"key": f"step-{number}", "requires": {"all": [{"competency": f"OT.{number}"}]}}
        for number in (1, 2)
    ]
    call(f"PUT {api}/award-definitions", json={"achievements": made})
    award_due(registrar)
    one, other, *_ = registrar.get("awards", params={"state": "waiting"}).json()["items"]
    named = f"{api}/awards/{{award_id}}"
    for row, verb in ((one, "approval"), (other, "refusal")):
        call(f"POST {named}/{verb}", f"{api}/awards/{row['id']}/{verb}", json={"reason": "So."})
    gallery = simulated.School(world, "gallery.example", "City Gallery")
    sent = {"learner": "ana", "credential": json.dumps(gallery.issue())}
    assert call(f"POST {api}/received-credentials", json=sent)["already"] is False
    again = registrar.post("received-credentials", json=sent)
    assert (again.status_code, again.json()["already"]) == (200, True)
    forged = sent | {"credential": sent["credential"].replace("City Gallery", "City Gullery")}
    assert registrar.post("received-credentials", json=forged).status_code == 400


def award_due(registrar: Any) -> None:
    """Judge once, which awards too."""
    run = registrar.post("judging").json()
    for _ in range(200):
        if registrar.get(f"judging/{run['id']}").json()["state"] != "running":
            return
        time.sleep(0.05)


def _endorsements(call: Any, registrar: Any, text: str) -> None:
    api = "/api/v1"
    given = {"target": "did:web:college.example", "comment": "We work with them."}
    mine = call(f"POST {api}/endorsements", json=given)["id"]
    named = f"{api}/endorsements/{{endorsement_id}}"
    path = f"{api}/endorsements/{mine}"
    call(f"POST {named}/withdraw", f"{path}/withdraw", json={"reason": "No more."})
    assert registrar.delete(f"endorsements/{mine}").json()["code"] == "endorsement.given"
    theirs = call(f"POST {api}/endorsements/received", json={"endorsement": text})
    assert (theirs["direction"], theirs["already"]) == ("received", False)
    listed = registrar.get("endorsements", params={"direction": "received"}).json()["items"]
    assert [it["id"] for it in listed] == [theirs["id"]]
    assert registrar.get(f"endorsements/{theirs['id']}").json()["document"] == text
    again = registrar.post("endorsements/received", json={"endorsement": text})
    assert (again.status_code, again.json()["already"]) == (200, True)
    call(f"DELETE {named}", f"{api}/endorsements/{theirs['id']}")
    assert registrar.get(f"endorsements/{theirs['id']}").status_code == 404


def _imports(call: Any, registrar: Any, folder: Path) -> None:
    prefix = "POST /api/v1/imports"
    [framework] = registrar.get("frameworks").json()["items"]
    package = registrar.get(f"frameworks/{framework['id']}/package").json()
    package["CFDocument"]["title"] = "Other goals"
    kind = {"content-type": "application/json"}
    call(f"{prefix}/case", content=json.dumps(package), headers=kind)
    users = folder / "roster" / "users.csv"
    users.write_text(users.read_text().replace("Bo,", "Beau,"))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in sorted(users.parent.glob("*.csv")):
            archive.write(path, path.name)
    zipped = {"content-type": "application/zip"}
    call(f"{prefix}/oneroster", content=stream.getvalue(), headers=zipped)
    table = {"content-type": "text/csv"}
    call(f"{prefix}/canvas", content=CANVAS.format("ana", "OT.1"), headers=table)
    line = (
        "sourcedId,learnerSourcedId,competency,kind,observedAt,score\nn,bo,OT.3,quiz,2026-05-05,4\n"
    )
    call(f"{prefix}/evidence", content=line, headers=table)


def _vc_api(walk: Walk, school: Any, registrar: Any) -> None:
    token = TokenFile(school.settings.home).new("a test", school.now)
    client = school.client()
    client.headers["Authorization"] = f"Bearer {token}"
    for name, path in (
        ("POST /credentials/issue", "/credentials/issue"),
        ("POST /profiles/{name}/credentials/issue", "/profiles/status/credentials/issue"),
    ):
        body = {
            "credential": {
                "@context": ["https://www.w3.org/ns/credentials/v2"],
                "type": ["VerifiableCredential"],
                "issuer": school.settings.did,
                "credentialSubject": {"id": "did:example:ana"},
            },
            "options": {},
        }
        answer = client.post(path, json=body)
        assert answer.status_code == 201, answer.text
        walk.leaves(name, CALLS[name])
    issued = answer.json()["verifiableCredential"]
    entry = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}
    for method, value in (("POST", "1"), ("PUT", "1")):
        change = {"credentialId": issued["id"], "credentialStatus": entry, "status": value}
        answer = client.request(method, "/credentials/status", json=change)
        assert answer.status_code == 200, answer.text
        walk.leaves(f"{method} /credentials/status", "credential.status")
