"""The command line: what it prints, and its exit codes."""

import json
import re
from pathlib import Path

import pytest

from verifier import cli

VERIFIED, REFUSED, UNDECIDED, WRONG_USE = range(4)


@pytest.fixture
def run(world, monkeypatch, capsys, tmp_path):
    """Run a command over the simulated world: exit code, output, errors."""
    monkeypatch.setattr(cli, "open_ports", lambda settings: world.ports())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    for name in ("TOUCHSTONE_RPC", "TOUCHSTONE_REGISTRY", "TOUCHSTONE_POLICY"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments):
        code = cli.run([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        assert "Traceback" not in shown.out + shown.err
        return code, shown.out, shown.err

    return call


@pytest.fixture
def save(tmp_path):
    def write(document, name="credential.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
        return path

    return write


def altered(school):
    credential = school.issue()
    credential["name"] = "Altered Name"
    return credential


def test_verified(run, save, school):
    code, out, err = run("check", save(school.issue()))
    assert code == VERIFIED
    assert out.startswith("VERIFIED")
    for words in ("Weighs evidence", "school.example (name not confirmed)", "level 3 of 4"):
        assert words in out
    assert err == ""


def test_refused(run, save, school):
    code, out, _ = run("check", save(altered(school)))
    assert code == REFUSED
    assert "Do not rely on this: it is not what was signed" in out
    assert "What to do: Get the file again" in out
    assert "Altered Name" not in out
    assert "Is it within its dates?" not in out


def test_undecided(run, save, school, world):
    path = save(school.issue())
    world.down.add(school.list_url("revocation"))
    code, out, _ = run("check", path)
    assert code == UNDECIDED
    assert "we could not ask whether it was withdrawn" in out


def test_the_worst_of_several_files_counts(run, save, school, world, simulator):
    silent = simulator.School(world, "silent.example")
    good, bad = save(school.issue(), "good.json"), save(altered(school), "bad.json")
    quiet = save(silent.issue(), "open.json")
    world.down.add("silent.example")
    assert run("check", good, good)[0] == VERIFIED
    assert run("check", good, quiet)[0] == UNDECIDED
    code, out, _ = run("check", quiet, bad, good)
    assert code == REFUSED
    assert "3 files: 1 VERIFIED, 1 REFUSED, 1 UNDECIDED." in out


def test_json(run, save, school):
    code, out, _ = run("check", save(school.issue(), "a.json"), save(altered(school)), "--json")
    assert code == REFUSED
    body = json.loads(out)
    assert body["verdict"] == "REFUSED"
    assert [it["verdict"] for it in body["results"]] == ["VERIFIED", "REFUSED"]
    assert body["results"][0]["facts"]["level"]["position"] == 3
    assert "Altered Name" not in out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"hello", "not JSON"),
        (b"%PDF-1.7", "We cannot read this kind of file yet: it is a PDF"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested deeper"),
        (b" " * (11 * 1024 * 1024), "Too large: 11.0 MiB, the limit is 10 MiB"),
        (b"[]", "not an object"),
    ],
)
def test_files_that_hold_no_credential(run, save, content, says):
    code, out, _ = run("check", save(content))
    assert code == UNDECIDED
    assert says in out
    assert "Nothing was checked." in out
    code, out, _ = run("check", save(content), "--json")
    assert code == UNDECIDED
    assert json.loads(out)["results"][0]["error"]["code"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "none.json"],
        ["check", "."],
        ["chekc", "a.json"],
        ["check", "a.json", "--polcy", "x"],
        ["check", "a.json", "--policy", "none.toml"],
        ["check", "a.json", "--rpc", "https://node.example"],
        ["check", "a.json", "--registry"],
        ["claims", "."],
        ["claims", ".", "--claims", "none.json"],
        ["serve", "--port", "x"],
        ["--verbose"],
    ],
)
def test_wrong_use(run, arguments):
    code, out, err = run(*arguments)
    assert code == WRONG_USE
    assert out == ""
    assert re.search(r"^error\[[a-z.-]+\]: |Error: ", err, re.MULTILINE)


def test_a_policy(run, save, school):
    path = save(school.issue(anchored=False))
    policy = save(b"require_anchor = true\n", "policy.toml")
    assert run("check", path)[0] == VERIFIED
    assert run("check", path, "--policy", policy)[0] == REFUSED
    empty = save(b"", "empty.toml")
    assert run("check", path, "--policy", empty)[0] == UNDECIDED
    save(b"require_ancor = true\n", "policy.toml")
    code, _, err = run("check", path, "--policy", policy)
    assert code == WRONG_USE
    assert "error[policy.invalid]: policy.toml has the unknown member 'require_ancor'." in err


def test_a_holder(run, save, school, simulator):
    path = save(school.issue())
    assert run("check", path, "--holder", simulator.LEARNER)[0] == VERIFIED
    code, out, _ = run("check", path, "--holder", "urn:uuid:somebody")
    assert code == REFUSED
    assert "Not this student's record" in out


def test_a_presentation_is_checked_too(run, save, school, simulator):
    learner = simulator.Learner()
    document = school.unsigned()
    document["credentialSubject"]["id"] = learner.did
    presentation = learner.present([school.issue(document)])
    code, out, _ = run("check", save(presentation))
    assert code == VERIFIED
    assert "Record 1: " in out


def test_texts_from_outside_are_not_markup(run, save, school):
    document = school.unsigned()
    document["name"] = "[bold]Bold[/bold] \x1b[31mred\u202e"
    document["credentialSubject"]["achievement"]["name"] = "[/]"
    code, out, _ = run("check", save(school.issue(document)))
    assert code == VERIFIED
    assert "[bold]Bold[/bold] [31mred" in out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_claims(run, save, school):
    for number, code in enumerate(("OT.1", "OT.2", "OT.3")):
        credential = school.issue(code=code, name=f"Skill {code}")
        if code == "OT.3":
            school.set_status(credential)
        save(credential, f"learner/{number}.json")
    claims = save(
        [
            {"competency": "OT.1", "at_least": "Proficient", "by": "2026"},
            {"competency": "Skill OT.2"},
        ],
        "claims.json",
    )
    code, out, _ = run("claims", "learner", "--claims", claims)
    assert code == VERIFIED
    assert "Skill OT.1, Proficient (level 3 of 4), anchored 2026-06-01 (UTC)." in out
    assert "Essay on sources" in out
    save([{"competency": "OT.1"}, {"competency": "OT.9"}], "claims.json")
    assert run("claims", "learner", "--claims", claims)[0] == UNDECIDED
    save([{"competency": "OT.9"}, {"competency": "OT.3"}], "claims.json")
    code, out, _ = run("claims", "learner", "--claims", claims, "--json")
    assert code == REFUSED
    answers = [it["answer"] for it in json.loads(out)["replies"]]
    assert answers == ["UNSUPPORTED", "CONTRADICTED"]


def test_claims_on_records_of_two_people(run, save, school):
    other = school.unsigned()
    other["credentialSubject"]["id"] = "urn:uuid:0a6e3c52-6f0e-4d8a-8f5c-000000000002"
    save(school.issue(), "learner/1.json")
    save(school.issue(other), "learner/2.json")
    claims = save([{"competency": "OT.1.2"}], "claims.json")
    code, out, err = run("claims", "learner", "--claims", claims)
    assert code == REFUSED
    assert out == ""
    assert "it mixes records of different people" in err


def test_claims_on_an_empty_folder(run, save, tmp_path):
    (tmp_path / "learner").mkdir()
    claims = save([{"competency": "OT.1.2"}], "claims.json")
    code, _, err = run("claims", "learner", "--claims", claims)
    assert code == WRONG_USE
    assert "error[intake.nothing]" in err


def test_checks(run):
    code, out, _ = run("checks")
    assert code == VERIFIED
    names = [it["name"] for it in json.loads(run("checks", "--json")[1])["checks"]]
    assert names[:4] == ["structure", "contexts", "proof", "issuer"]
    assert all(name in out for name in names)


def test_help(run):
    assert run("--help")[0] == VERIFIED
    assert run()[0] in {VERIFIED, WRONG_USE}
    for command in ("check", "claims", "serve", "checks"):
        code, out, _ = run(command, "--help")
        assert code == VERIFIED
        assert "Usage: verifier" in out


def test_a_fault_of_ours_is_no_verdict(run, save, school, monkeypatch):
    def broken(*_):
        raise KeyError("a person's name")

    monkeypatch.setattr(cli, "check_files", broken)
    code, out, err = run("check", save(school.issue()))
    assert code == UNDECIDED
    assert out == ""
    assert "person" not in err
    assert Path.cwd().name not in err
