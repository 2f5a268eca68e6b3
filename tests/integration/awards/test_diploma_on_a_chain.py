"""A network's diploma: a registry on a chain says whose credentials count; minted and verified."""

import json
from pathlib import Path
from typing import Any

import pytest
from simulators import school as simulated

from issuer.anchoring.account import read_address
from issuer.competency import badge_check
from issuer.settings import Settings

pytestmark = pytest.mark.slow
MEMBER_ACCOUNT = "0x000000000000000000000000000000000000dEaD"


@pytest.fixture
def member(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Another school of the network, in a world of its own."""
    world = simulated.World()
    monkeypatch.setattr(badge_check, "open_ports", lambda _settings: world.ports())
    for name in ("TOUCHSTONE_RPC", "TOUCHSTONE_REGISTRY", "TOUCHSTONE_POLICY"):
        monkeypatch.delenv(name, raising=False)
    return simulated.School(world, "member.example", "Member School")


@pytest.fixture
def run(issuer: Any, judged: Path) -> Any:
    """A command of the school, which has to end well."""

    def call(*arguments: object) -> Any:
        said = issuer(*arguments, "--home", judged)
        assert said.code == 0, said.err
        return said

    return call


def _requires(*codes: str) -> dict[str, Any]:
    wanted: list[Any] = [{"competency": code} for code in codes]
    theirs = {"target_code": "OT.1.2", "accredited": "network"}
    return {"all": [*wanted, {"credential": theirs}]}


def _file(path: Path, requires: dict[str, Any]) -> Path:
    diploma = {
        "key": "network-diploma",
        "version": 1,
        "type": "Diploma",
        "title": "Diploma of the network",
        "description": "What the schools of the network ask for.",
        "requires": requires,
        "accredited_by": "network",
    }
    path.write_text(json.dumps({"achievements": [diploma]}))
    return path


def _registry(run: Any, home: Path) -> str:
    """A registry of the school's own account, which it also names in its settings."""
    settings = Settings.load(home, insecure_loopback=True)
    account = read_address(settings.keystore_path)
    address = json.loads(run("deploy", "registry", "--network-account", account, "--json").out)
    found = next(
        v
        for v in _values(address)
        if isinstance(v, str) and v.startswith("0x") and len(v) == 42 and v != account
    )
    text = (home / "issuer.toml").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("registry_address")]
    (home / "issuer.toml").write_text("\n".join([*lines, f'registry_address = "{found}"', ""]))
    run("registry", "accredit", settings.did, account)
    return account


def _values(value: Any) -> Any:
    if isinstance(value, dict):
        for one in value.values():
            yield from _values(one)
    elif isinstance(value, list):
        for one in value:
            yield from _values(one)
    else:
        yield value


def _check_minted(run: Any, folder: Path, mastered: list[Any], codes: list[str]) -> None:
    """The diploma is minted once, and its credential says what it rests on."""
    run("mint")
    credentials = run("credentials", "--json").rows
    [diploma] = [one for one in credentials if one["achievement"] == "Diploma of the network"]
    assert diploma["standing"] == "released"
    assert len(credentials) == len(mastered) + 1
    run("export", "learner", diploma["learner_id"], folder / "files")
    documents = [json.loads(one.read_text()) for one in (folder / "files").glob("*.json")]
    [document] = [one for one in documents if one["id"] == diploma["id"]]
    achievement = document["credentialSubject"]["achievement"]
    assert achievement["achievementType"] == "Diploma"
    assert {one["targetCode"] for one in achievement["alignment"]} == set(codes)
    narrative = achievement["criteria"]["narrative"]
    assert narrative.startswith("All of these are required:\n\n- Mastery of ")
    assert "issued by a school that the network's registry accredits" in narrative
    ids = {one["id"] for one in document["evidence"]}
    assert json.loads((folder / "badge.json").read_text())["id"] in ids
    assert len(ids & {one["id"] for one in credentials}) == 2
    assert "result" not in document["credentialSubject"]
    run("mint")
    assert len(run("credentials", "--json").rows) == len(credentials)


def test_a_diploma_counts_a_members_credential_until_it_is_withdrawn(
    run: Any, judged: Path, member: Any, tmp_path: Path
) -> None:
    mastered = [one for one in run("judgments", "--json").rows if one["mastered"]]
    learner_id = mastered[0]["learner_id"]
    codes = [one["competency"] for one in mastered if one["learner_id"] == learner_id][:2]
    run("award", "define", _file(tmp_path / "awards.json", _requires(*codes)))
    badge = tmp_path / "badge.json"
    badge.write_text(json.dumps(member.issue(member.unsigned())))
    assert "is kept for" in run("award", "receive", badge, "--learner", learner_id).out

    assert "held: 1" in run("award", "evaluate").out
    [held] = run("award", "queue", "--json").rows
    assert "registry_address" in held["reason"] or "no registry" in held["reason"]
    _registry(run, judged)
    run("award", "evaluate")
    [held] = run("award", "queue", "--json").rows
    assert f"does not accredit {member.did}" in held["reason"]

    run("registry", "accredit", member.did, MEMBER_ACCOUNT)
    assert "Awards made: 1" in run("award", "evaluate").out
    told = run("award", "progress", learner_id).out
    assert "Diploma of the network (awarded)" in told

    _check_minted(run, tmp_path, mastered, codes)

    others = {one["learner_id"] for one in mastered} - {learner_id}
    run("registry", "revoke", member.did, "--reason", "closed")
    for other in others:
        second = tmp_path / f"{other}.json"
        second.write_text(json.dumps(member.issue(member.unsigned())))
        run("award", "receive", second, "--learner", other)
    run("award", "evaluate")
    queue = run("award", "queue", "--json").rows
    assert all(f"does not accredit {member.did}" in one["reason"] for one in queue)
    assert [one["state"] for one in run("award", "list", "--json").rows].count("awarded") == 1
